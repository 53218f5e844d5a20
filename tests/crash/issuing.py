"""The program that the crash lab interrupts on its full way: run ledger, data, pages, archive, copies for people.

`Way` is one of them: what stood before (`prepare`), what is interrupted and then done again (`go`), and what must
stand in the end (`expected`). `faults` is the judgement: every edition issued once, ledger and archive of one mind,
both verifiers content, nothing left over. A small bank of two branches; two scopes, one language.
"""

from __future__ import annotations

import hashlib
import io
import os
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from unittest.mock import patch

import pikepdf

from reportgen import pipeline
from reportgen.archive.archive import Archive
from reportgen.archive.verify import verify
from reportgen.config import Job, load_job
from reportgen.context import RunContext
from reportgen.document.model import Document
from reportgen.errors import ReportgenError
from reportgen.facts.table import FactSet
from reportgen.issue import Edition
from reportgen.period import Period
from reportgen.protocols import Renderer
from reportgen.render import render_pdf
from reportgen.runs.ledger import Ledger
from reportgen.runs.record import Claim, Seen
from reportgen.runs.states import RunState, UnitState
from reportgen.schedule.needs import unmet
from reportgen.schedule.tick import tick
from tests.crash.archiving import _independent as independent

JOB = """
job: small
report: characteristics
currency: CNY
locales: [en]
period: {every: month}
schedule: {when: "3rd working day, 08:30 Asia/Shanghai, calendar CN", catch_up: all}
sources:
  balances: {type: csv, path: balances.csv}
frames:
  snapshots:
    from: balances
    columns: {customer_id: customer, snapshot_date: day, aum: {column: balance, unit: 元}, branch_id: branch}
"""
SCOPES = ("bank", "branch:B01")
NOW = datetime(2026, 3, 6, 4, 5, 6, tzinfo=UTC)
DAYS = {"2026-01": "2026-01-31", "2026-02": "2026-02-28"}
Say = Callable[[str], None]
Key = tuple[str, str, str]
"""Period, scope, revision."""


def keys(*periods: str, revisions: Sequence[str] = ("r01",)) -> list[Key]:
    return [(period, scope, revision) for period in periods for revision in revisions for scope in SCOPES]


def make_project(root: Path, bookings: int = 0) -> None:
    """The job and its data; `bookings` are rows that came late."""
    (root / "templates").mkdir(exist_ok=True)
    (root / "job.yaml").write_text(JOB.lstrip(), encoding="utf-8")
    lines = ["customer,day,balance,branch"]
    for number in range(40 + bookings):
        lines += [f"{number:06d},{day},{number * 7919 + 10000},B0{number % 2 + 1}" for day in DAYS.values()]
    (root / "balances.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")


def _blank() -> bytes:
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        out = io.BytesIO()
        pdf.save(out, deterministic_id=True)
        return out.getvalue()


BLANK = _blank()


def fixed(document: Document, facts: FactSet, edition: bytes, context: RunContext) -> bytes:
    """A renderer whose pages are empty: what is tested comes before and after them."""
    return BLANK


@contextmanager
def unread(render: Renderer) -> Iterator[None]:
    """Leave out drawing and reading again where pages are empty."""
    if render is not fixed:
        yield
        return
    with patch.object(pipeline, "illustrate", lambda document: document), patch.object(pipeline, "reread"):
        yield


def run(root: Path, period: str = "2026-01", *, render: Renderer = fixed, restate: str = "", hours: int = 0) -> None:
    """One run of the job for a period, in this process."""
    job = load_job(root / "job.yaml")
    context = RunContext.create(
        job, Period.parse(period), output=root / "output", clock=lambda: NOW + timedelta(hours=hours)
    )
    with unread(render):
        pipeline.run_job(job, context, render=render, scopes=SCOPES, restate=restate)


def look(root: Path, *, hours: int = 0) -> None:
    """One `tick`, which makes every month that is due. Raises AssertionError where one was not made."""
    job = load_job(root / "job.yaml")

    def made(job: Job, context: RunContext, seen: Seen) -> Sequence[Edition]:
        with unread(fixed):
            return pipeline.run_job(job, context, render=fixed, scopes=SCOPES, seen=seen)

    with Ledger.of(root / "output") as ledger:
        outcomes = tick([job], root / "output", ledger, lambda: NOW + timedelta(hours=hours), made, needs=unmet)
    assert not any(one.code for one in outcomes), outcomes


# The ways ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Way:
    """One way through the program."""

    name: str
    expected: list[Key]
    prepare: Callable[[Path], None]
    """What was there before, once; runs in a child, and may end it."""
    go: Callable[[Path, int], None]
    """What is interrupted, so many hours later than the first time."""
    slow: bool = False
    """Whether it gets a quarter of the points, and none in a sample."""


def _nothing(root: Path) -> None:
    make_project(root)


def _half(root: Path) -> None:
    """Killed with the bank's edition issued, and the branch's rendered and not yet in the log."""
    make_project(root)
    checks, kept = [0], Ledger.check

    def check(ledger: Ledger, claim: Claim) -> None:
        checks[0] += 1
        if checks[0] == len(SCOPES):
            os.kill(os.getpid(), signal.SIGKILL)
        kept(ledger, claim)

    with patch.object(Ledger, "check", check):
        run(root)


def _issued(root: Path) -> None:
    make_project(root)
    run(root)
    make_project(root, bookings=3)


def _owed(root: Path) -> None:
    """December was made; nobody looked in February and March."""
    make_project(root)
    with Ledger.of(root / "output") as ledger:
        ledger.note_occurrence("small", "2025-12", datetime(2026, 1, 6, 0, 30, tzinfo=UTC), "done")


WAYS = (
    Way("fresh", keys("2026-01"), _nothing, lambda root, hours: run(root, hours=hours)),
    Way("pages", keys("2026-01"), _nothing, lambda root, hours: run(root, hours=hours, render=render_pdf), slow=True),
    Way("resume", keys("2026-01"), _half, lambda root, hours: run(root, hours=hours)),
    Way("restate", keys("2026-01", revisions=("r01", "r02")), _issued,
        lambda root, hours: run(root, hours=hours, restate="late bookings")),
    Way("catch-up", keys("2026-01", "2026-02"), _owed, lambda root, hours: look(root, hours=hours)),
)


# The judgement -----------------------------------------------------------------------------------------------------


def interrupted(root: Path) -> list[str]:
    """What is wrong right after an interruption: the ledger may not be ahead of the archive, nor the log of objects."""
    output, found = root / "output", list[str]()
    if not (output / "archive" / "log").is_dir():
        log = set[str]()
    else:
        archive = Archive.of(output)
        log = set(archive.state().issued)
        found = [f"{sha} has lost its {name}" for sha in log for digest, name in archive.manifest(sha).objects().items()
                 if not archive.store.has(digest)]
    if not _has_ledger(output):
        return found
    with Ledger.of(output) as ledger:
        for row in ledger.runs():
            for unit in ledger.units(row.id):
                if unit.state is UnitState.ARCHIVED and unit.manifest not in log:
                    found.append(f"the ledger has {unit.scope} of {row.period} archived, the log has it not")
                if unit.state is UnitState.RENDERED and not Archive.of(output).store.has(unit.pdf):
                    found.append(f"the ledger has {unit.scope} of {row.period} rendered, its pages are lost")
    return found


def faults(root: Path, way: Way) -> list[str]:
    """What is wrong when all is done: nothing, or the lab has found something."""
    output = root / "output"
    archive = Archive.of(output)
    found = [f"verify: {one}" for one in verify(archive.root).problems]
    found += [f"verify.py: {one}" for one in independent(archive.root)]
    try:
        found += [*_archived(archive, way), *_recorded(output, archive, way), *_laid_out(root, archive, way)]
    except (ReportgenError, OSError) as error:
        found.append(f"cannot be read: {error}")
    return found + [f"left behind: {path}" for path in _left(output)]


def issued(archive: Archive) -> list[Key]:
    return [(one.entry.period, one.entry.scope, one.entry.revision) for one in archive.state().issued.values()]


def _archived(archive: Archive, way: Way) -> Iterator[str]:
    there = issued(archive)
    if sorted(there) != sorted(way.expected):
        yield f"the log has the editions {there}"
    for sha, one in archive.state().issued.items():
        for digest, name in archive.manifest(sha).objects().items():
            if not archive.store.has(digest):
                yield f"{one} has lost its {name}"
    if [row.manifest for row in reversed(archive.catalogue.rows())] != list(archive.state().issued):
        yield "the catalogue is not the log's"


def _recorded(output: Path, archive: Archive, way: Way) -> Iterator[str]:
    """Runs at rest, units archived under the manifests the log has."""
    with Ledger.of(output) as ledger:
        for row in ledger.runs():
            if row.state is not RunState.DONE or row.is_held:
                yield f"run {row.id} of {row.period} is {row.state}{' and held' if row.is_held else ''}"
        periods = sorted({period for period, _, _ in way.expected})
        if sorted({row.period for row in ledger.runs()}) != periods:
            yield f"the ledger has runs of {sorted({row.period for row in ledger.runs()})}"
        for period in periods:
            yield from _of_period(ledger, archive, way, period)
        noted = {one.period: str(one.outcome) for one in ledger.occurrences("small")}
        if noted != ({"2025-12": "done", **dict.fromkeys(periods, "done")} if way.name == "catch-up" else {}):
            yield f"the schedule has {noted}"


def _of_period(ledger: Ledger, archive: Archive, way: Way, period: str) -> Iterator[str]:
    state, rows = archive.state(), ledger.runs(period=period)
    most = len([key for key in way.expected if key[0] == period]) // len(SCOPES) + 1
    if [row.version for row in rows] != list(range(len(rows), 0, -1)) or len(rows) > most:
        yield f"the versions of {period} are {[row.version for row in rows]}"  # one more where the first was done
    for row in rows:
        units = ledger.units(row.id)
        if sorted(one.scope for one in units) != sorted(SCOPES):
            yield f"run {row.id} has the units {units}"
        for one in units:
            known = state.issued.get(one.manifest)
            if one.state is not UnitState.ARCHIVED or not known or known.subject != ("small", period, one.scope):
                yield f"unit {one.scope} of run {row.id} is {one.state}, its manifest {one.manifest or 'none'}"
            elif row is rows[0] and state.newest["small", period, one.scope] != one.manifest:
                yield f"unit {one.scope} of the last run is not the newest edition"


def _laid_out(root: Path, archive: Archive, way: Way) -> Iterator[str]:
    """The copies for people are the newest editions', byte for byte, and no others."""
    state, wanted = archive.state(), dict[str, str]()
    for (_, period, scope), sha in state.newest.items():
        for one in archive.manifest(sha).for_readers():
            suffix = one.role.removesuffix("-signed")
            wanted[f"small/{period}/{scope.replace(':', '-')}.{one.locale}.{suffix}"] = one.sha256
    folder = root / "output" / "reports"
    there = {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
             for path in folder.rglob("*") if path.is_file()}
    if there != wanted:
        yield f"the copies are {sorted(there)}, or hold something else"
    if len(wanted) != 2 * len({key[:2] for key in way.expected}):
        yield f"there are {len(wanted)} files for readers"


def _left(output: Path) -> Iterator[str]:
    """Drafts and work files; what a run keeps is its summary and what it was asked."""
    for folder in ("archive/tmp", "work"):
        yield from (str(path.relative_to(output)) for path in (output / folder).glob("*"))
    yield from (str(path.relative_to(output)) for path in (output / "keys").iterdir() if path.name != "archive.pem")
    for path in (output / "runs").glob("*/**/*"):
        if path.name not in {"summary.json", "snapshot.json", "log.jsonl"}:
            yield str(path.relative_to(output))
    yield from (str(path.relative_to(output)) for path in output.glob("*")
                if path.name.removeprefix("reportgen.db") == path.name and path.name not in _KNOWN)


_KNOWN = {"archive", "editions", "keys", "locks", "metrics", "reports", "runs", "work"}


def _has_ledger(output: Path) -> bool:
    if os.environ.get("REPORTGEN_LEDGER"):
        return True
    with suppress(OSError):
        return (output / "reportgen.db").stat().st_size > 0
    return False
