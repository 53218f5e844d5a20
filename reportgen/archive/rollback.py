"""Was the log put back to an earlier day while the files that followed from it stayed?

Copies of manifests, public keys and anchors are written only for what the log has. One that it does not have shows that
the log was longer once: whoever wrote on would write over history. A folder put back as a whole shows nothing; only a
checkpoint kept elsewhere does.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

from reportgen.archive.state import State
from reportgen.errors import ArchiveError, Problem

_MANIFEST = re.compile(r"(?:[^/]+/){3}r[0-9]{2,4}\.json")
_KEY = re.compile(r"[0-9a-f]{16}\.pem")
_ANCHOR = re.compile(r"([1-9][0-9]*)\.(?:checkpoint|tsr)")
_TOLD = 6


def refuse_rollback(root: Path, state: State) -> set[str]:
    """Raises ArchiveError (exit 8), with nothing changed, where files below `root` are of a longer log than `state`.

    Returns what lies below `manifests`, relative to it.
    """
    manifests = set(_below(root / "manifests"))
    strays = sorted(_strays(root, state, manifests))
    if strays:
        why = f"the log of {state.size} entries does not know it: the log is damaged or was put back."
        problems = [Problem(name, why) for name in strays[:_TOLD]]
        if len(strays) > _TOLD:
            problems.append(Problem("", f"… and {len(strays) - _TOLD} more."))
        raise ArchiveError(
            problems,
            state="Nothing was added to the log, and nothing was removed.",
            hint="Compare the log with a checkpoint kept elsewhere (`reportgen archive verify --against FILE`) and "
                 "restore the archive from the replica.",
        )
    return manifests


def _strays(root: Path, state: State, manifests: set[str]) -> Iterator[str]:
    for name in manifests - {one.path for one in state.issued.values()}:
        if _MANIFEST.fullmatch(name):
            yield f"manifests/{name}"
    for name in _below(root / "keys"):
        if _KEY.fullmatch(name) and name.removesuffix(".pem") not in state.history.known:
            yield f"keys/{name}"
    for name in _below(root / "log" / "anchors"):  # one of no more entries may be a killed writer's, not logged yet
        found = _ANCHOR.fullmatch(name)
        if found and int(found[1]) > state.size:
            yield f"log/anchors/{name}"


def _below(folder: Path) -> Iterator[str]:
    """All files below, relative to the folder."""
    skipped = len(str(folder)) + 1
    for place, _, names in os.walk(folder):
        yield from (f"{place}/{name}"[skipped:] for name in names)
