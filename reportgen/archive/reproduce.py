"""Making an archived edition again, from what the archive holds and nothing else, and saying how alike it came out.

    grade = reproduce(store, manifest, work)

The facts, the templates, the job and all else the pages depend on are laid out in a folder; a process of its own,
closed to the network, judges, writes and renders from them; each file is then graded against the issued one.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import reportgen
from reportgen.archive import perform, surroundings
from reportgen.archive.difference import FactChange, diff_facts
from reportgen.archive.frozen import thaw
from reportgen.archive.likeness import Level, Likeness, compare_pdf, compare_workbook
from reportgen.archive.tree import Reader, open_home, restore
from reportgen.document.model import Document
from reportgen.errors import ArchiveError, Problem
from reportgen.facts.table import FactSet
from reportgen.findings.finding import Findings

SECONDS = 900.0
SIGNED = "pdf-signed"
_COMPARE: dict[str, Callable[[bytes, bytes], Likeness]] = {"pdf": compare_pdf, "xlsx": compare_workbook}
_TOLD = 2000
"""Characters of a failed process's last words that are quoted."""


@dataclass(frozen=True, slots=True)
class ArtefactGrade:
    """One issued file beside the one made again."""

    name: str
    role: str
    locale: str
    likeness: Likeness


@dataclass(frozen=True, slots=True)
class Grade:
    """How an edition came out when it was made again."""

    artefacts: tuple[ArtefactGrade, ...]
    identity: bool
    """Whether the edition's id, computed again from facts, job, templates and rules, is the issued one."""
    findings: bool
    """Whether the rules found the same again."""
    exhibits: tuple[str, ...]
    """`zh-CN 表2`: tables, figures, issues and texts of the document model that differ."""
    surroundings: tuple[str, ...]
    """Versions and settings that are others than the manifest's."""
    isolated: bool
    """Whether the system gave the process a network of its own; without it Python's own calls alone were refused."""
    signed: tuple[str, ...] = ()
    """Signed files: the signature, which is another every time, is not made again; the PDF below it was graded."""
    facts: tuple[FactChange, ...] | None = field(default=None)
    """Facts that came out otherwise from the archived inputs; None where they were not computed again."""

    @property
    def level(self) -> Level:
        """That of the least alike file; different where facts from the inputs are."""
        if self.facts:
            return Level.DIFFERENT
        return min((one.likeness.level for one in self.artefacts), default=Level.DIFFERENT)


def reproduce(
    store: Reader, manifest: Mapping[str, Any], work: Path, *, inputs: Mapping[str, Path] | None = None,
    seconds: float = SECONDS,
) -> Grade:
    """Make the edition of a manifest again in a folder of its own below `work`, removed afterwards, and grade it.

    `inputs` maps names of sources to files in the clear (kept ones, decrypted by the auditor): the facts are then
    computed from them too and compared; an empty mapping does so for jobs that read no file. Raises ArchiveError
    (exit 8) where an object is missing or spoilt, or the process cannot finish, with its reason.
    """
    work.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="again-", dir=work)).resolve()
    try:
        _lay_out(store, manifest, folder, inputs)
        result = _run(folder, _environment(manifest, folder), seconds)
        return _graded(store, manifest, folder / perform.MADE, result)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _lay_out(store: Reader, manifest: Mapping[str, Any], folder: Path, inputs: Mapping[str, Path] | None) -> None:
    contents = manifest["contents"]
    restore(contents["home"], store, folder / "home")
    (folder / perform.FACTS).write_bytes(store.get(contents["facts"]))
    superseded = manifest["supersedes"]
    restated = None
    if superseded:
        before = json.loads(store.get(superseded["manifest"]))
        _lay_out_before(store, before, folder)
        restated = {"of": before["key"]["revision"], "reason": superseded["reason"], "by": superseded["by"]}
    task = {"revision": manifest["key"]["revision"], "gather": inputs is not None, "restated": restated}
    (folder / perform.TASK).write_text(json.dumps(task), "utf-8")
    if inputs:
        _place_inputs(folder / "home", inputs)


def _lay_out_before(store: Reader, before: Mapping[str, Any], folder: Path) -> None:
    """The superseded edition's facts; where they were deleted, the page of the correction comes out without them."""
    with contextlib.suppress(ArchiveError):
        (folder / perform.BEFORE).write_bytes(store.get(before["contents"]["facts"]))


def _place_inputs(home: Path, inputs: Mapping[str, Path]) -> None:
    """Put each source's file where the job looks for it."""
    context, _ = open_home(home, _no_clock)
    for name, path in inputs.items():
        source = context.job.sources.get(name)
        place = getattr(source, "path", None)
        target = (context.root / str(place)).resolve()
        if place is None or not target.is_relative_to(home.resolve()):
            raise ArchiveError(
                Problem(f"input {name}", "the job reads no such file inside its project."), state="Nothing was made.",
                hint=f"Its sources are {', '.join(context.job.sources)}.",
            )
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)


def _no_clock() -> Any:
    raise AssertionError("no page depends on the clock")


def _environment(manifest: Mapping[str, Any], folder: Path) -> dict[str, str]:
    """This process's variables with the settings of the issuing run, the program's own place first on the path."""
    ours = {name: value for name, value in os.environ.items() if name not in surroundings.SETTINGS}
    package = str(Path(reportgen.__file__).resolve().parent.parent)
    then = _settings(manifest)
    return {
        **ours, **{name: then[name] for name in surroundings.SETTINGS if name in then},
        "PYTHONPATH": package, "PYTHONDONTWRITEBYTECODE": "1",
        "MPLCONFIGDIR": str(folder / "matplotlib"),  # a list of fonts made without fc-list must not stay for others
    }


def _settings(manifest: Mapping[str, Any]) -> Mapping[str, str]:
    found: Mapping[str, str] = manifest.get("environment") or manifest["code"].get("environment", {})
    return found


def _run(folder: Path, variables: Mapping[str, str], seconds: float) -> dict[str, Any]:
    command = [sys.executable, "-m", "reportgen.archive.perform", str(folder)]
    try:
        done = subprocess.run(  # noqa: S603 - this interpreter and this program
            command, env=dict(variables), cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        late = f"it was not done after {seconds:g} seconds"
        raise _stopped(late, "Allow it more time, or look for what hangs.") from None
    try:
        result: dict[str, Any] = json.loads((folder / perform.RESULT).read_text("utf-8"))
    except (OSError, ValueError):
        words = done.stderr.decode("utf-8", "replace").strip()[-_TOLD:] or f"exit code {done.returncode}, no word"
        raise _stopped(words, "This is an error of the program: report it with the edition's manifest.") from None
    if "stopped" in result:
        raise _stopped(result["stopped"], "The program version that the manifest names can make it.")
    return result


def _stopped(why: str, hint: str) -> ArchiveError:
    return ArchiveError(
        Problem("reproduce", f"the edition could not be made again: {why}."),
        state="The archive was only read.", hint=hint,
    )


def _graded(store: Reader, manifest: Mapping[str, Any], made: Path, result: Mapping[str, Any]) -> Grade:
    contents = manifest["contents"]
    # The process ran with the issuing run's settings; what else the manifest knows of its surroundings may differ.
    now = {name: value for name, value in surroundings.code().items() if name != "environment"}
    then = {name: manifest["code"].get(name, "") for name in now}
    facts = made / perform.FACTS
    again = diff_runs(store.get(contents["facts"]), facts.read_bytes()) if facts.is_file() else None
    findings = [thaw(data, Findings) for data in (store.get(contents["findings"]), (made / "findings").read_bytes())]
    return Grade(
        tuple(_artefacts(store, manifest["artefacts"], made)), result["edition"] == manifest["edition"],
        findings[0] == findings[1], tuple(_exhibits(store, contents["documents"], made)),
        surroundings.differences(then, now), bool(result["alone"]),
        tuple(one["name"] for one in manifest["artefacts"] if one["role"] == SIGNED), again,
    )


def _artefacts(store: Reader, artefacts: list[Mapping[str, Any]], made: Path) -> Iterator[ArtefactGrade]:
    for one in artefacts:
        if one["role"] == SIGNED:
            continue
        compare = _COMPARE.get(one["role"])
        path = made / f"{one['locale']}.{one['role']}"
        if compare is None or not path.is_file():
            likeness = Likeness(Level.DIFFERENT, ("it was not made again",))
        else:
            likeness = compare(store.get(one["sha256"]), path.read_bytes())
        yield ArtefactGrade(one["name"], one["role"], one["locale"], likeness)


def _exhibits(store: Reader, documents: Mapping[str, str], made: Path) -> Iterator[str]:
    """What the document models say differently, by number or section."""
    for locale, sha in documents.items():
        path = made / f"document.{locale}"
        if not path.is_file():
            yield f"{locale}: not made again"
            continue
        before, after = (dict(_parts(thaw(data, Document))) for data in (store.get(sha), path.read_bytes()))
        for name in [*before, *(one for one in after if one not in before)]:
            if before.get(name) != after.get(name):
                yield f"{locale} {name}"


def _parts(document: Document) -> Iterator[tuple[str, object]]:
    yield "cover", (document.cover, document.footer)
    for section in document.sections:
        place = f"{section.number}{section.title}" or section.id
        yield place, (section.number, section.title, section.subtitle)
        for index, block in enumerate(section.blocks, 1):
            number = getattr(block, "number", "")
            yield number or f"{place}, {block.block} {index}", block


def diff_runs(before: bytes, after: bytes) -> tuple[FactChange, ...]:
    """What differs between two frozen runs of one period, scope by scope."""
    old, new = thaw(before, FactSet), thaw(after, FactSet)
    scopes = dict.fromkeys((*old.scopes(), *new.scopes()))
    return tuple(one for scope in scopes for one in diff_facts(old, new, scope))


__all__ = ["ArtefactGrade", "Grade", "Level", "Likeness", "diff_runs", "reproduce"]
