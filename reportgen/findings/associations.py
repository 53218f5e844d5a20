"""Tests whether two dimensions go together, from the cross table of customers the facts hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from reportgen.facts.fact import Fact, fact_id
from reportgen.facts.table import FactSet
from reportgen.findings.contrast import VERDICT_N, Contrast
from reportgen.findings.finding import Association, Cell
from reportgen.findings.request import TestRequest
from reportgen.findings.statistics import Independence, independence

METRIC = "customers_total"


@dataclass(frozen=True)
class CrossTable:
    """Counts of two dimensions' segments, tested.

    Customers whom no segment holds (groups may leave some out) stand in a remainder row or column: each residual
    compares a segment with all other customers.
    """

    request: TestRequest
    name: str
    """Name of the test of the whole table in the family."""
    rows: tuple[Fact, ...]
    columns: tuple[Fact, ...]
    cells: dict[tuple[str, str], Contrast]
    result: Independence

    def association(self, q: Mapping[str, float]) -> Association:
        """The table with corrected p-values, `q` by test name."""
        result = self.result
        cells = tuple(
            Cell(row.segment, column.segment, self.cells[row.segment, column.segment].hits,
                 result.expected[i][j], result.residuals[i][j], q[self.cells[row.segment, column.segment].test])
            for i, row in enumerate(self.rows) for j, column in enumerate(self.columns)
        )
        asked = self.request
        return Association(asked.dimension, asked.against, asked.at, result.n, result.chi2, result.dof, result.p,
                           q[self.name], result.v, cells, result.method)


def cross_table(facts: FactSet, scope: str, request: TestRequest) -> CrossTable | None:
    """The tested cross table; None where the facts do not hold it or there is nothing to compare.

    Needs 30 customers, two segments a side, and segments that do not overlap.
    """
    total = facts.find(METRIC, scope=scope, at=request.at)
    rows = _margin(facts, scope, request.dimension, request.at)
    columns = _margin(facts, scope, request.against, request.at)
    if total is None or total.num < VERDICT_N or min(len(rows), len(columns)) < 2:
        return None
    if _withheld(facts, scope, request):
        return None
    counts = [[_count(facts, row, column) for column in columns] for row in rows]
    if not any(any(line) for line in counts):
        return None
    table = _with_remainder(counts, [row.num for row in rows], [column.num for column in columns], total.num)
    if any(count < 0 for line in table for count in line):
        return None
    result = independence(table)
    if result is None:
        return None
    cells = {
        (row.segment, column.segment): _contrast(
            facts, request, row, column, counts[i][j], total.num, result.residuals[i][j])
        for i, row in enumerate(rows) for j, column in enumerate(columns)
    }
    name = f"{scope}/association[{request.dimension}|{request.against}]@{total.period}"
    return CrossTable(request, name, rows, columns, cells, result)


def _withheld(facts: FactSet, scope: str, request: TestRequest) -> bool:
    """Whether any figure of the cross table is withheld: what is left is no table to test, and a test would tell it."""
    pair = {request.dimension, request.against}
    label = facts.label(request.at)
    for one in map(facts.place_of, facts.suppressed):
        if (one["metric"], one["scope"], one["period"]) == (METRIC, scope, label) and one["dimension"] in pair:
            against = one["against"].partition("=")[0]
            if not against or against in pair:
                return True
    return False


def _margin(facts: FactSet, scope: str, dimension: str, at: str) -> tuple[Fact, ...]:
    """Segments that hold anybody at that date."""
    return tuple(fact for fact in facts.segments(METRIC, dimension, scope=scope, at=at) if fact.num)


def _cell(facts: FactSet, row: Fact, column: Fact) -> tuple[str, Fact | None]:
    """Id and fact of a cell, whichever of the two dimensions the facts put first; a cell may have no fact."""
    ids = [
        fact_id(row.scope, METRIC, row.period, one.dimension, one.segment, f"{other.dimension}={other.segment}")
        for one, other in ((row, column), (column, row))
    ]
    return next(((name, facts.get(name)) for name in ids if facts.get(name)), (ids[0], None))


def _count(facts: FactSet, row: Fact, column: Fact) -> int:
    """Customers of a cell; a cell nobody is in may have no fact."""
    _, cell = _cell(facts, row, column)
    return cell.num if cell else 0


def _with_remainder(counts: list[list[int]], rows: list[int], columns: list[int], total: int) -> list[list[int]]:
    """The counts with a last row and column of the customers no segment holds."""
    table = [[*line, whole - sum(line)] for line, whole in zip(counts, rows, strict=True)]
    rest = [whole - sum(line[j] for line in counts) for j, whole in enumerate(columns)]
    corner = total - sum(rows) - sum(columns) + sum(sum(line) for line in counts)
    return [*table, [*rest, corner]]


def _contrast(
    facts: FactSet, request: TestRequest, row: Fact, column: Fact, count: int, total: int, residual: float
) -> Contrast:
    """How common the row's segment is in the column's, against all customers outside that column."""
    name, cell = _cell(facts, row, column)
    return Contrast(
        name, cell, request.dimension, row.segment, f"{request.against}={column.segment}",
        count, column.num, row.num - count, total - column.num, (name, row.id, column.id), residual,
    )
