"""A table whose cells are named one by one: who stayed, left and came, with what."""

from __future__ import annotations

from reportgen.document.blocks.caption import notes, title
from reportgen.document.blocks.selector import dates, find, is_withheld
from reportgen.document.blocks.signs import sign_notes
from reportgen.document.draft import Draft
from reportgen.document.model import Column, Row, Span, Table, Text
from reportgen.document.numbers import Measure
from reportgen.document.printed import facts_of
from reportgen.document.report import TableBlock
from reportgen.document.sentence import Slot, slot
from reportgen.facts.fact import Fact


def grid_table(draft: Draft, block: TableBlock) -> Table | None:
    """Rows and columns none of whose facts are there are left out, and so is a table without rows."""
    asked = [[slot(cell) if cell else None for cell in row.cells] for row in block.grid]
    found = [[find(draft, one) if one else None for one in row] for row in asked]
    held = [column for column in range(len(block.heads)) if any(row[column] for row in found)]
    asked = [[row[column] for column in held] for row in asked]
    found = [[row[column] for column in held] for row in found]
    kept = [index for index, row in enumerate(found) if any(row)]
    if not kept:
        return None
    measures = [_measure(draft, [row[column] for row in found]) for column in range(len(held))]
    columns = [Column(draft.word(f"{block.id}.head"), "left", 1.8)]
    for key, measure in zip((block.heads[column] for column in held), measures, strict=True):
        label = draft.word(f"{block.id}.{key}")
        columns.append(Column(label + draft.in_unit(label, measure.head if measure else "")))
    rows = []
    for index in kept:
        cells: list[Text] = [(Span(draft.word(f"{block.id}.{block.grid[index].row}")),)]
        for fact, one, measure in zip(found[index], asked[index], measures, strict=True):
            cells.append(_cell(draft, fact, one, measure))
        rows.append(Row(tuple(cells), block.grid[index].role))
    used = tuple(one for row in asked for one in row if one is not None)
    source = notes(draft, block.id, dates(draft, used, ("period",)), facts_of(tuple(rows)))
    return Table(
        block.id, draft.exhibits.number("table"), title(draft, block.id, columns[0].label), "", tuple(columns),
        tuple(rows), (*source, *sign_notes(draft, rows)),
    )


def _measure(draft: Draft, column: list[Fact | None]) -> Measure | None:
    present = [fact for fact in column if fact is not None]
    return draft.printer.column(draft.printer.unit(present[0]), [fact.value for fact in present]) if present else None


def _cell(draft: Draft, fact: Fact | None, asked: Slot | None, measure: Measure | None) -> Text:
    hidden = asked is not None and is_withheld(draft, asked)
    if measure is None:
        return draft.cell(None, draft.printer.measure("customers"), withheld=hidden)
    if fact is not None and asked is not None and asked.style == "interval":
        text = draft.interval(fact)
        return (Span(text.replace("%", ""), fact=draft.cite(fact)),) if text else draft.cell(None, measure)
    return draft.cell(fact, measure, withheld=hidden)
