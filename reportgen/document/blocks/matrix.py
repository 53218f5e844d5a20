"""The migration matrix: tiers at the opening against tiers at the close, new and left as states."""

from __future__ import annotations

from reportgen.document.blocks.caption import keep, notes, title
from reportgen.document.draft import Draft
from reportgen.document.model import Block, Column, Row, Span, Table
from reportgen.document.report import MatrixBlock
from reportgen.facts.fact import Fact


def build_matrix(draft: Draft, block: MatrixBlock) -> tuple[Block, ...]:
    cells: dict[tuple[str, str], Fact] = {}
    for fact in draft.facts.of_scope(draft.scope):
        if fact.metric == "migration_matrix":
            cells[fact.segment, fact.against.partition("=")[2]] = fact
    rows = list(dict.fromkeys(row for row, _ in cells))
    heads = list(dict.fromkeys(column for _, column in cells))
    # One tier on each side is the retention table again.
    if len(rows) < 3 or len(heads) < 3:
        draft.leave_out(block.id, ("two dates", "snapshots.tier"))
        return ()
    measure = draft.printer.measure("customers")
    group = draft.word("at.period")
    columns = (
        Column(draft.word("at.since"), "left", 1.4),
        *(Column(draft.label("tier", one), group=group) for one in heads),
    )
    body = tuple(
        Row(((Span(draft.label("tier", row)),), *(draft.cell(cells.get((row, column)), measure) for column in heads)))
        for row in rows
    )
    head = title(draft, block.id, draft.metric_label("migration_matrix"))
    table = Table(block.id, draft.exhibits.number("table"), head, measure.head, columns, body,
                  notes(draft, block.id, ("since", "period")))
    return (keep(draft, table),)
