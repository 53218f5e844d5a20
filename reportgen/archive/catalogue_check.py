"""The catalogue against the log: an index made anew from log and manifests must equal the one that grew."""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from pathlib import Path

from reportgen.archive.catalogue import Catalogue
from reportgen.archive.inventory import DERIVED
from reportgen.archive.log_check import CheckedLog
from reportgen.archive.manifest import Manifest, parse_manifest
from reportgen.archive.objects import ObjectStore
from reportgen.errors import Problem, ReportgenError

NAME = DERIVED[0]
_MEND = "`reportgen archive recover` makes it again; it is no evidence."


def catalogue_check(root: Path, log: CheckedLog) -> Iterator[Problem]:
    """What is wrong with the index of the archive in folder `root`, which is read from a copy and stays as it is."""
    if not (root / NAME).is_file():
        yield Problem(NAME, f"is missing. {_MEND}")
        return
    with tempfile.TemporaryDirectory(prefix="reportgen-") as folder:
        copy, fresh = Path(folder) / NAME, Catalogue(Path(folder) / "fresh.sqlite")
        for name in DERIVED:
            if (root / name).is_file():
                shutil.copyfile(root / name, Path(folder) / name)
        try:
            held = Catalogue(copy).content()
        except (sqlite3.DatabaseError, ReportgenError):
            yield Problem(NAME, f"cannot be read as an index. {_MEND}")
            return
        store = ObjectStore(root)

        def manifest(sha: str) -> Manifest:
            return parse_manifest(store.get(sha), f"manifest {sha[:12]}")

        fresh.rebuild(log.state, manifest)
        wanted = fresh.content()
    if _read(held) > _read(wanted):
        yield Problem(NAME, f"has read {_read(held)} entries, the log has {_read(wanted)}: the log may have been put "
                            "back. Compare it with a checkpoint kept elsewhere (--against) before anything is "
                            f"written; only then: {_MEND}")
    elif held != wanted:
        yield Problem(NAME, f"is not the index of the log: {_first(held, wanted)}. {_MEND}")


def _read(content: tuple[tuple[object, ...], ...]) -> int:
    """Entries that an index has followed, by its last row."""
    count = content[-1][-1] if content else 0
    return count if isinstance(count, int) else 0


def _first(held: tuple[tuple[object, ...], ...], wanted: tuple[tuple[object, ...], ...]) -> str:
    """The first row that is too many or lacks, in words."""
    there, due = set(held), set(wanted)
    for row in wanted:
        if row not in there:
            return f"it lacks {_words(row)}"
    for row in held:
        if row not in due:
            return f"it has {_words(row)}, which the log does not say"
    return "its rows are in another order"


def _words(row: tuple[object, ...]) -> str:
    return "the number of entries read" if len(row) == 1 else " ".join(str(cell) for cell in row[:6] if cell != "")
