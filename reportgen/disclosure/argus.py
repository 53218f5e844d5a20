"""Complementary cells of one table by τ-ARGUS: the fewest and smallest figures that protect the small ones.

The table is written in its format: scopes are a hierarchy, segments a list, and what adds up to no whole gets a cell.
"""

from __future__ import annotations

import tempfile
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from reportgen.disclosure.child import ABOUT, OUT, TABLE
from reportgen.disclosure.solver import Solver

_TOTAL = "Total"
_HIERARCHY = "scopes.hrc"
_REST = "\0rest "
"""Before the name of a row or column of what stands in no part of its whole."""
_WITHHELD = frozenset({"U", "M"})
Cell = tuple[str, str]
"""Row and column; "" is the column of the whole."""


@dataclass(frozen=True, slots=True)
class Table:
    """Counts of customers by scope and segment. Every whole is at least the sum of its parts."""

    values: Mapping[Cell, int]
    above: Mapping[str, str]
    """Row to the row it is a part of; one row, the top, has none."""
    unsafe: Mapping[Cell, tuple[int, int]]
    """Cells withheld already, and how far below and above its value each must remain possible."""
    fixed: frozenset[Cell] = field(default_factory=frozenset)
    """Cells that stand in the table for its sums only, and cannot be withheld."""

    def complementary(self, solver: Solver) -> frozenset[Cell]:
        """The cells to withhold beside the unsafe ones; all but the whole where no choice among them would do."""
        if len(self.values) < 2 or not any(self.values.get(cell) for cell in self.unsafe):
            return frozenset()
        rows, columns = self._names()
        cells = dict(self._completed())
        with tempfile.TemporaryDirectory(prefix="cells-") as folder:
            self._write(Path(folder), rows, columns, cells)
            if not solver.solve(Path(folder)):
                return frozenset(self.values) - self.unsafe.keys() - self.fixed - {(self.top, "")}
            found = _read(Path(folder) / OUT, columns=bool(columns), rows=len(rows) > 1)
        known = {(row, column): cell for cell in cells
                 for row, column in [(rows[cell[0]], columns.get(cell[1], _TOTAL))]}
        cells_found = (known[place] for place in found if place in known)
        return frozenset(cell for cell in cells_found if cell in self.values) - self.unsafe.keys()

    @property
    def top(self) -> str:
        return next(row for row, _ in self.values if row not in self.above)

    def _names(self) -> tuple[dict[str, str], dict[str, str]]:
        """Rows and columns to codes that no name from the data can disturb."""
        cells = self._completed()
        rows, columns = sorted({row for row, _ in cells}), sorted({column for _, column in cells} - {""})
        codes = {row: f"r{number:06d}" for number, row in enumerate(rows)}
        return codes | {self.top: _TOTAL}, {column: f"c{number:05d}" for number, column in enumerate(columns)}

    def _completed(self) -> dict[Cell, int]:
        """The cells with zeros for those that nobody stands in and cells of their own for rests: all adds up."""
        columns = sorted({column for _, column in self.values} | {""})
        rows = sorted({row for row, _ in self.values})
        cells = {(row, column): self.values.get((row, column), 0) for row in rows for column in columns}
        below: dict[str, list[str]] = defaultdict(list)
        for row in rows:
            if row in self.above:
                below[self.above[row]].append(row)
        for row in rows:  # what no segment of the dimension has
            if len(columns) > 1:
                cells[row, _REST] = cells[row, ""] - sum(cells[row, one] for one in columns if one)
        for row, parts in below.items():  # what no scope below has
            for column in (*columns, *((_REST,) if len(columns) > 1 else ())):
                cells[_REST + row, column] = cells[row, column] - sum(cells[part, column] for part in parts)
        return cells

    def _write(
        self, folder: Path, rows: Mapping[str, str], columns: Mapping[str, str], cells: Mapping[Cell, int]
    ) -> None:
        made = [row for row in {row for row, _ in cells} if row.startswith(_REST)]
        tree = {**self.above, **{row: row.removeprefix(_REST) for row in made}}
        (folder / _HIERARCHY).write_text("".join(_branches(tree, rows, self.top)), encoding="ascii")
        (folder / ABOUT).write_text(_about(folder, rows=len(rows) > 1, columns=len(columns) > 1), encoding="ascii")
        lines = []
        for (row, column), value in cells.items():
            low, high = self.unsafe.get((row, column), (0, 0))
            fixed = (row, column) in self.fixed or row.startswith(_REST) or column == _REST
            state = "U" if value and (row, column) in self.unsafe else "P" if fixed else "S"
            codes = [rows[row]] if len(rows) > 1 else []
            codes += [columns.get(column, _TOTAL)] if len(columns) > 1 else []
            told = (value, value, *((low, high) if state == "U" else (0, 0)), state)
            lines.append(";".join((*codes, *map(str, told))) + "\n")
        (folder / TABLE).write_text("".join(lines), encoding="ascii")


def _branches(tree: Mapping[str, str], rows: Mapping[str, str], top: str, depth: int = 0) -> Iterator[str]:
    """The hierarchy file: a code a line, an `@` before it for each level below the first."""
    for row in sorted(one for one, above in tree.items() if above == top):
        yield f"{'@' * depth}{rows[row]}\n"
        yield from _branches(tree, rows, row, depth + 1)


def _about(folder: Path, *, rows: bool, columns: bool) -> str:
    hierarchy = f'<HIERARCHICAL>\n<HIERCODELIST> "{folder / _HIERARCHY}"\n<HIERLEADSTRING> "@"\n'
    variables = (["Scope"] if rows else []) + (["Segment"] if columns else [])
    told = '<SEPARATOR> ";"\n<UNSAFE> "U"\n<SAFE> "S"\n<PROTECT> "P"\n'
    for name in variables:
        told += f'{name} "" ""\n<RECODEABLE>\n<TOTCODE> "{_TOTAL}"\n{hierarchy if name == "Scope" else ""}'
    return told + (
        "Number\n<NUMERIC>\n<DECIMALS> 0\nCustomers\n<FREQUENCY>\n"
        "Below\n<NUMERIC> <LOWERPL>\nAbove\n<NUMERIC> <UPPERPL>\nState\n<STATUS>\n"
    )


def _read(path: Path, *, columns: bool, rows: bool) -> set[Cell]:
    """(row code, column code) of all withheld cells of the written table."""
    names, found = rows + columns, set()
    for line in path.read_text(encoding="ascii").splitlines():
        fields = line.split(";")
        codes = [one.strip('"') for one in fields[:names]]
        if fields[names + 4] in _WITHHELD:
            found.add((codes[0] if rows else _TOTAL, codes[-1] if columns else _TOTAL))
    return found
