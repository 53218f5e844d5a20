"""The process that protects tables: reads a folder a line, answers `done` or `failed` with the reason.

    python -m reportgen.disclosure.child

The only file that knows pytauargus (its solver is HiGHS). Each table is solved in a process of its own: several in one
process disturb each other, up to answers that depend on the tables before and to crashes.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

TABLE, ABOUT, OUT = "cells.tab", "cells.rda", "out.tab"
FAILED = "failed"
_MINUTES = 2
"""After which the best answer so far is taken; a table of 1,000 branches by six segments takes seconds."""


def main() -> None:
    """Answer until the input ends."""
    import pytauargus.engine  # noqa: F401 - once, before the processes are made

    for line in sys.stdin:
        folder = Path(line.rstrip("\n"))
        sys.stdout.write(_apart(folder) + "\n")
        sys.stdout.flush()


def _apart(folder: Path) -> str:
    """Solve it in a copy of this process."""
    if not hasattr(os, "fork"):
        return _answer(folder)
    child = os.fork()
    if not child:
        said = _answer(folder)
        (folder / "said").write_text(said, encoding="utf-8")
        os._exit(0)
    _, status = os.waitpid(child, 0)
    if status:
        return f"{FAILED}: it ended with status {status}"
    return (folder / "said").read_text(encoding="utf-8")


def _answer(folder: Path) -> str:
    try:
        protect(folder)
    except Exception as error:  # noqa: BLE001 - whatever the library says is passed on
        return f"{FAILED}: {' '.join(str(error).split())}"
    return "done"


def protect(folder: Path) -> None:
    """Find the complementary cells of the folder's table, and write it with every cell's state."""
    os.chdir(folder)  # the library leaves its logs where it is called
    from pytauargus.batch import SafetyRule, SpecifyTable, Suppress
    from pytauargus.engine import Engine, parse_rda_table

    engine, about = Engine(), parse_rda_table(folder / ABOUT)
    for number, variable in enumerate(about.variables):
        variable.index = number
    names = [variable.name for variable in about.variables if variable.type == "CATEGORICAL"]
    engine.open_table_data(str(folder / TABLE), about)
    for command in (SpecifyTable(names, "Number"), SafetyRule("MAN", ["20"])):
        engine._execute(command)  # noqa: SLF001 - the package has no other way in for tables that are counted already
    engine._apply_safety_rules()  # noqa: SLF001
    engine.read_table(0, keep_status=True)
    engine.suppress(Suppress("OPT", 1, opt_max_time=_MINUTES))
    engine.write_intermediate_table(0, str(folder / OUT))


if __name__ == "__main__":
    main()
