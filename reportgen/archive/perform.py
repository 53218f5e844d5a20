"""An archived edition performed again, in a process of its own: `python -m reportgen.archive.perform FOLDER`.

`archive.reproduce` lays out FOLDER and reads what stands under `FOLDER/made` afterwards:

    home/          the restored tree            facts          the archived facts
    task.json      {"revision", "gather", "restated"}          before   facts of the superseded edition, if any

The process reaches no network, starts no program and reads no template or configuration but the archived ones.
"""

from __future__ import annotations

import ctypes
import json
import os
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

FACTS, TASK, BEFORE, MADE, RESULT = "facts", "task.json", "before", "made", "result.json"
_NETWORK = tuple(
    f"socket.{name}" for name in ("connect", "bind", "getaddrinfo", "getnameinfo", "gethostby", "sendto", "sendmsg")
)
_PROGRAMS = ("subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.spawn", "os.fork", "pty.spawn")
_NEW_NETWORK, _NEW_USER = 0x40000000, 0x10000000
"""CLONE_NEWNET and CLONE_NEWUSER of unshare(2)."""


def close(forbidden: tuple[str, ...]) -> bool:
    """Shut network and programs out for the rest of this process, and files below the `forbidden` folders.

    Whether the system gave a network of its own, with nothing in it, besides: then native code is shut out too.
    """
    alone = _network_of_its_own()

    def refuse(event: str, arguments: tuple[Any, ...]) -> None:
        if event.startswith((*_NETWORK, *_PROGRAMS)):
            raise PermissionError(f"{event}: an edition is made again without network and other programs")
        if event == "open" and isinstance(arguments[0], str | bytes):
            path = os.path.abspath(os.fsdecode(arguments[0]))  # noqa: PTH100 - called for every file: no objects
            if path.startswith(forbidden):
                raise PermissionError(f"{path}: an edition is made again from its archived files alone")

    sys.addaudithook(refuse)
    return alone


def _network_of_its_own() -> bool:
    try:
        unshare = ctypes.CDLL(None, use_errno=True).unshare
    except (OSError, AttributeError):
        return False
    return any(unshare(flags) == 0 for flags in (_NEW_NETWORK, _NEW_NETWORK | _NEW_USER))


def perform(folder: Path) -> dict[str, object]:
    """Make facts (where asked), findings, documents, PDFs and workbooks of the edition; what the process says of it."""
    from reportgen.context import installed_home

    own = installed_home()
    alone = close(tuple(f"{own / name}{os.sep}" for name in ("templates", "config")))
    from reportgen.archive.frozen import thaw
    from reportgen.archive.tree import open_home
    from reportgen.charts import measure
    from reportgen.facts.table import FactSet

    context, scope = open_home(folder / "home", lambda: datetime(2000, 1, 1, tzinfo=UTC))
    vars(measure)["installed_home"] = lambda: context.home  # charts are measured with the archived font
    task: dict[str, Any] = json.loads((folder / TASK).read_text("utf-8"))
    facts = thaw((folder / FACTS).read_bytes(), FactSet)
    made = folder / MADE
    made.mkdir()
    if task["gather"]:
        _gather(context, made)
    identity = _remake(context, facts, scope, task, folder)
    return {"alone": alone, "edition": identity}


def _gather(context: Any, made: Path) -> None:
    from reportgen.archive.frozen import freeze
    from reportgen.pipeline import gather

    try:
        (made / FACTS).write_bytes(freeze(gather(context.job, context)))
    finally:
        context.clean()


def _remake(context: Any, everything: Any, scope: str, task: dict[str, Any], folder: Path) -> str:
    """The pipeline's own way from the facts on; the edition's short id."""
    from reportgen.archive.frozen import freeze
    from reportgen.pipeline import pages_of, unit_of
    from reportgen.protocols import Silent

    made = folder / MADE
    unit = unit_of(context.job, context, everything, scope, task["revision"], _restated(task))
    if unit.restated is not None and (folder / BEFORE).is_file():
        unit = replace(unit, restated=replace(unit.restated, pairs=_changed(folder, unit)))
    (made / "findings").write_bytes(freeze(unit.findings))
    pages = pages_of(context.job, context, unit, Silent())
    for document in pages.documents:
        (made / f"document.{document.locale}").write_bytes(freeze(document))
    for locale, suffix, content in pages.files:
        (made / f"{locale}.{suffix}").write_bytes(content)
    return unit.ids.short


def _restated(task: dict[str, Any]) -> Any:
    """What a correction says of the edition it supersedes; None for a first edition."""
    from reportgen.facts.restated import Restatement

    told = task["restated"]
    return Restatement(told["of"], told["reason"], told["by"], ()) if told else None


def _changed(folder: Path, unit: Any) -> Any:
    from reportgen.archive.frozen import thaw
    from reportgen.facts.restated import changed_facts
    from reportgen.facts.table import FactSet

    before = thaw((folder / BEFORE).read_bytes(), FactSet).seen_from(unit.scope)
    return changed_facts(before, unit.facts, unit.scope)


def main(folder: Path) -> int:
    """0 when everything was made; 1 with `result.json` saying what stopped it."""
    from reportgen.errors import ReportgenError

    try:
        result, code = perform(folder), 0
    except (ReportgenError, PermissionError) as error:
        result, code = {"stopped": str(error)}, 1
    (folder / RESULT).write_text(json.dumps(result), "utf-8")
    return code


if __name__ == "__main__":
    raise SystemExit(main(Path(sys.argv[1])))
