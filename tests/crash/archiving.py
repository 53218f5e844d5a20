# ruff: noqa: T201 - a program of the lab
"""The program that the crash lab kills: it makes an archive and issues two small editions, r01 and its correction r02.

`issue_both` may be run again after any crash and does what is left to do. `faults` is the judgement afterwards: both
verifiers, and the expected editions, none missing and none twice.
"""

from __future__ import annotations

import functools
import hashlib
import importlib.util
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from reportgen.archive.archive import Archive
from reportgen.archive.manifest import (
    Artefact,
    Code,
    Contents,
    Key,
    Manifest,
    Operator,
    Retention,
    Span,
    Supersedes,
)
from reportgen.archive.state import Issued
from reportgen.archive.tree import plant
from reportgen.archive.verify import verify
from reportgen.errors import AlreadyIssued, ArchiveError

JOB, PERIOD, SCOPE = "small", "2026-01", "bank"
REVISIONS = ("r01", "r02")
Say = Callable[[str], None]


def opened(output: Path, run: int = 0) -> Archive:
    """The archive in an output folder, its clock on the day of that run."""
    moment = datetime(2026, 2, 3 + run, 4, 5, 6, tzinfo=UTC)
    return Archive(output / "archive", output / "keys" / "archive.pem", lambda: moment)


def issue_both(output: Path, say: Say = lambda _: None, run: int = 0, scope: str = SCOPE) -> None:
    """Make the archive ready and issue what of r01 and r02 is not yet issued. Each line said is an acknowledgement."""
    archive = opened(output, run)
    archive.ready()
    say("ready")
    for revision in REVISIONS:
        latest = archive.state().latest(JOB, PERIOD, scope)
        if latest and latest.entry.revision >= revision:
            if latest.entry.revision == revision:
                say(f"{revision} {latest.manifest}")  # a run that finds an edition says that it is issued
            continue
        issued = archive.issue(manifest(archive, revision, latest, scope))
        say(f"{revision} {issued.manifest}")


def issue_first(output: Path, scope: str, run: int = 0) -> str:
    """Issue r01 of a scope as a run does that read the archive before another one wrote: `won` or `already issued`."""
    archive = opened(output, run)
    archive.ready()
    try:
        archive.issue(manifest(archive, "r01", None, scope))
    except AlreadyIssued:
        return "already issued"
    return "won"


def manifest(archive: Archive, revision: str, before: Issued | None, scope: str) -> Manifest:
    """A whole edition of a few bytes, its objects in the store. No two runs make the same: the time is in it."""
    store, time = archive.store, archive.clock()
    stamp = time.strftime("%Y-%m-%dT%H:%M:%SZ")

    def kept(what: str) -> str:
        return store.put(f"{what} of {revision} {scope}\n".encode())

    pdf = f"%PDF-1.7 {revision} {scope} of {stamp}\n".encode()
    return Manifest(
        key=Key(job=JOB, period=PERIOD, scope=scope, revision=revision),
        edition=hashlib.sha256(pdf).hexdigest()[:12], report="work_summary", title={"en": "Small", "zh-CN": "小报告"},
        supersedes=Supersedes(manifest=before.manifest, reason="late bookings", by="crash lab") if before else None,
        artefacts=[Artefact(role="pdf", locale="en", name="small.pdf", sha256=store.put(pdf), bytes=len(pdf), pages=1)],
        contents=Contents(
            facts=kept("facts"), facts_csv=kept("facts.csv"), findings=kept("findings"),
            documents={"en": kept("document")}, edition_json=kept("edition.json"), record=kept("record"),
            queries=store.put(b"no queries\n"), job=store.put_file(Path(__file__)),
            home=plant({"job.yaml": Path(__file__), "templates/page.html": b"<p>\n"}, store),
        ),
        inputs=[], quality=[], totals={}, currency="CNY",
        period=Span(start="2026-01-01", end="2026-02-01", zone="Asia/Shanghai"), as_of="2026-01-31",
        classification="internal", retention=Retention(kind="ten-years", until="2036-02-01"),
        code=Code(version="0", python="3", platform="lab", packages={}, native={}, environment={}),
        operator=Operator(user="crash lab", host="lab"), started=stamp, finished=stamp,
    )


def committed(output: Path) -> dict[str, str]:
    """Revision to manifest as the log has it now, nothing mended before. Raises as reading does."""
    return {one.entry.revision: one.manifest for one in opened(output).state().issued.values()}


def faults(output: Path, acknowledged: list[str], expected: int = len(REVISIONS), scope: str = SCOPE) -> list[str]:
    """What is wrong with an archive after the last run: nothing, or the lab has found something."""
    root = output / "archive"
    found = [f"verify: {one}" for one in verify(root).problems] + [f"verify.py: {one}" for one in _independent(root)]
    try:
        found += _replayed(output, acknowledged, list(REVISIONS[:expected]), scope)
    except ArchiveError as error:
        found.append(f"cannot be read: {error}")
    found += [f"left behind: {path.relative_to(output)}" for path in (root / "tmp").iterdir()]
    return found + [f"left behind: {path.relative_to(output)}" for path in (output / "keys").iterdir()
                    if path.name != "archive.pem"]


def _replayed(output: Path, acknowledged: list[str], expected: list[str], scope: str) -> list[str]:
    archive, found = opened(output), list[str]()
    state = archive.state()
    revisions = [one.entry.revision for one in state.issued.values() if one.entry.scope == scope]
    if revisions != expected:
        found.append(f"the log has the editions {revisions}")
    found += [f"acknowledged and lost: {line}" for line in acknowledged
              if line != "ready" and line.split()[1] not in state.issued]
    for sha, one in state.issued.items():
        kept = archive.manifest(sha)
        lost = [name for digest, name in kept.objects().items() if not archive.store.has(digest)]
        found += [f"{one} has lost its {name}" for name in lost]
    rows = [(row.manifest, row.revision) for row in reversed(archive.catalogue.rows())]
    if rows != [(sha, one.entry.revision) for sha, one in state.issued.items()]:
        found.append(f"the catalogue has {rows}")
    return found


def _independent(root: Path) -> list[str]:
    checked = _shipped().Archive(root)
    checked.attempt(checked.run)
    return [str(one) for one in checked.bad]


@functools.cache
def _shipped() -> Any:
    import reportgen.archive

    path = Path(reportgen.archive.__file__).parent / "shipped" / "verify.py"
    spec = importlib.util.spec_from_file_location("shipped_verify", path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def main() -> None:
    """One of two processes that issue at once: for every line `folder<TAB>scope` one result."""
    for line in sys.stdin:
        output, scope = line.rstrip("\n").split("\t")
        try:
            print(issue_first(Path(output), scope), flush=True)
        except Exception as error:  # noqa: BLE001 - the test that asked shall read it
            print(f"failed: {error!r}".replace("\n", " "), flush=True)


if __name__ == "__main__":
    main()
