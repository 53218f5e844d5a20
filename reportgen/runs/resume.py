"""What of a run stands already: units whose pages are in the archive's store and need no rendering again.

Each rendered unit leaves a note, `<output>/runs/<run>/units/branch-B07.zh-CN.json`, that names its objects. It is used
where it is of the very edition to be made and all its objects are there.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from reportgen.archive import durable
from reportgen.archive.deposit import Stored
from reportgen.archive.objects import ObjectStore
from reportgen.archive.typed_json import decoder, encoder
from reportgen.runs.task import Task

FORMAT = "reportgen-unit 1"
_UNITS, _TMP = "units", "tmp"


def note(folder: Path, stored: Stored) -> None:
    """Keep what a rendered unit consists of, durable on return."""
    told = {"format": FORMAT, **encoder(Stored)(stored)}
    durable.replace(_path(folder, stored.scope, stored.locale),
                    (json.dumps(told, ensure_ascii=False, indent=1) + "\n").encode(), folder / _TMP)


def standing(folder: Path, store: ObjectStore, tasks: Iterable[Task]) -> dict[tuple[str, str], Stored]:
    """(scope, locale) to what is there, of the tasks that are done."""
    found = ((task, _read(_path(folder, task.scope, task.locale))) for task in tasks)
    return {
        (task.scope, task.locale): stored for task, stored in found
        if stored and (stored.scope, stored.locale, stored.edition) == (task.scope, task.locale, task.edition)
        and all(store.has(sha) for sha in stored.objects())
    }


def clear(folder: Path) -> None:
    """Remove the drafts a killed process left in a run's folder."""
    durable.clear(folder / _TMP)
    durable.remove_folder(folder / _TMP)


def put_away(folder: Path) -> None:
    """Remove the notes of a run that is over."""
    notes = folder / _UNITS
    for path in sorted(notes.iterdir()) if notes.is_dir() else ():
        durable.remove(path)
    durable.remove_folder(notes)
    clear(folder)


def _path(folder: Path, scope: str, locale: str) -> Path:
    return folder / _UNITS / f"{scope.replace(':', '-')}.{locale}.json"


def _read(path: Path) -> Stored | None:
    try:
        told = json.loads(path.read_bytes())
        if told.pop("format") != FORMAT:
            return None
        stored: Stored = decoder(Stored)(told)
        return stored
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
