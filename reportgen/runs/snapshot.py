"""One state of the data for a whole run: sources that stand still while they are read, and the facts kept from them.

    before = fingerprints(job, context)      # then gather, then
    assure_unchanged(before, facts, context) # SourceError where a file changed meanwhile
    Snapshot.keep(folder, terms, facts)      # `<output>/runs/<run>/facts.json.gz`, and `snapshot.json` that names it

All branches are rendered from the kept facts, also by the process that continues a run after a crash.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from reportgen import __version__
from reportgen.archive import durable
from reportgen.archive.frozen import freeze, thaw
from reportgen.archive.tree import HOME, gather_home
from reportgen.config import Job
from reportgen.context import RunContext
from reportgen.errors import ArchiveError, Problem, SourceError
from reportgen.facts.table import FactSet

FACTS, TOLD, TMP = "facts.json.gz", "snapshot.json", "tmp"
FORMAT = "reportgen-snapshot 1"

Terms = Mapping[str, Any]
"""What a run was asked for and what its pages are made from beside the facts."""


def fingerprints(job: Job, context: RunContext) -> dict[str, tuple[int, ...]]:
    """Source to what its file looks like now: inode, bytes, time of the last change; absent files are left out."""
    places = {name: str(getattr(spec, "path", "")) for name, spec in job.sources.items()}
    paths = {name: context.root / place for name, place in places.items() if place}
    found = {name: path.stat() for name, path in paths.items() if path.is_file()}
    return {name: (one.st_ino, one.st_size, one.st_mtime_ns) for name, one in found.items()}


def assure_unchanged(before: Mapping[str, tuple[int, ...]], facts: FactSet, context: RunContext) -> None:
    """Raise SourceError (exit 4) naming each file that is no longer what it was when the reading began."""
    after = fingerprints(context.job, context)
    changed = [
        Problem(f"source '{one.name}' ({one.location})", "the file changed while the run read its sources.")
        for one in facts.origins if one.name in before
        and (after.get(one.name) != before[one.name] or _sha256(context.root / one.location) != one.sha256)
    ]
    if changed:
        raise SourceError(changed, state="No report was made; all branches must see the same data.",
                          hint="Run again when whoever writes the files has finished.")


def _sha256(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""


def terms_of(job: Job, context: RunContext, scopes: Sequence[str], restate: str) -> dict[str, Any]:
    """What must be the same for a run to be continued: question, program, and every file the pages depend on."""
    total = hashlib.sha256()
    for place, content in sorted(gather_home(context).items()):
        if place != HOME and not place.startswith("output/"):  # earlier editions are compared by each unit's own id
            sha = hashlib.sha256(content).hexdigest() if isinstance(content, bytes) else _sha256(content)
            total.update(f"{place}\0{sha}\n".encode())
    return {"job": job.digest, "files": total.hexdigest(), "program": __version__, "scopes": list(scopes),
            "restate": restate}


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The kept facts of a run in its folder, and the terms it was begun on."""

    folder: Path
    terms: Terms
    sha256: str
    """Of the facts' file."""

    @classmethod
    def keep(cls, folder: Path, terms: Terms, facts: FactSet) -> Self:
        """Write both files, durable on return. Raises ArchiveError (exit 8) where the disk refuses."""
        data = freeze(facts)
        one = cls(folder, terms, hashlib.sha256(data).hexdigest())
        durable.replace(folder / FACTS, data, folder / TMP)
        told = {"format": FORMAT, "facts": one.sha256, "terms": dict(terms)}
        durable.replace(folder / TOLD, (json.dumps(told, ensure_ascii=False, indent=1) + "\n").encode(), folder / TMP)
        durable.remove_folder(folder / TMP)
        return one

    @classmethod
    def of(cls, folder: Path) -> Self | None:
        """The snapshot of a run; None where none was finished."""
        try:
            told = json.loads((folder / TOLD).read_bytes())
            return cls(folder, told["terms"], told["facts"]) if told["format"] == FORMAT else None
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def facts(self) -> FactSet | None:
        """The kept facts; None where they were put away or are not what was kept."""
        try:
            data = (self.folder / FACTS).read_bytes()
            return thaw(data, FactSet) if hashlib.sha256(data).hexdigest() == self.sha256 else None
        except (OSError, ArchiveError):
            return None

    def same_facts(self, facts: FactSet) -> bool:
        return hashlib.sha256(freeze(facts)).hexdigest() == self.sha256

    def put_away(self, *, forget: bool = False) -> None:
        """Remove the facts of a run that is over; the archive has them. What was asked stays unless to `forget`."""
        durable.remove(self.folder / FACTS)
        if forget:
            durable.remove(self.folder / TOLD)


def inputs_stand(facts: FactSet, context: RunContext) -> bool:
    """Whether the files that the job keeps beside its editions are still those the facts came from."""
    if context.job.archive.keep_inputs is None:
        return True
    files = [(context.root / one.location, one.sha256) for one in facts.origins]
    return all(_sha256(path) == sha for path, sha in files if path.is_file())
