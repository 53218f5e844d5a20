"""A branch or region beside the averages of its region and of the bank."""

from __future__ import annotations

from reportgen.document.blocks.caption import keep, notes, title
from reportgen.document.blocks.selector import selectors
from reportgen.document.blocks.signs import move_words, sign_notes
from reportgen.document.draft import Draft
from reportgen.document.model import Block, Column, Row, Span, Table, Text
from reportgen.document.movement import movement
from reportgen.document.printed import facts_of
from reportgen.document.report import CompareBlock
from reportgen.document.scopes import above, scope_name
from reportgen.document.sentence import Slot
from reportgen.facts.fact import Fact


def build_compare(draft: Draft, block: CompareBlock) -> tuple[Block, ...]:
    """Ratios and averages only: sums of a bank say nothing beside a branch's. In the bank's report it is not there."""
    if draft.scope == "bank":
        return ()
    others = above(draft)
    rows = [row for one in selectors(block.metrics) if (row := _row(draft, one, others)) is not None]
    if not rows:
        draft.leave_out(block.id)
        return ()
    columns = (
        Column(draft.word("metric"), "left", 2.0), Column(draft.word(f"own.{draft.scope.partition(':')[0]}")),
        *(Column(scope_name(draft, one)) for one in others), Column(draft.word("gap_to_bank")),
    )
    told = (*notes(draft, block.id, ("period",), facts_of(tuple(rows))), (Span(draft.word("note.compare")),),
            *sign_notes(draft, rows, columns))
    words = draft.phrase("title.compare", name=scope_name(draft, draft.scope))
    table = Table(block.id, draft.exhibits.number("table"), title(draft, block.id, words), "", columns, tuple(rows),
                  told)
    return (keep(draft, table),)


def _row(draft: Draft, asked: Slot, others: tuple[str, ...]) -> Row | None:
    own = _find(draft, asked, draft.scope)
    found = [_find(draft, asked, one) for one in others]
    if own is None or not any(found):
        return None
    measure = draft.printer.column(draft.printer.unit(own), [fact.value for fact in (own, *found) if fact is not None])
    words = draft.head_label(asked.name)
    if own.dimension:
        words += ("：" if draft.locale == "zh-CN" else ", ") + draft.label(own.dimension, own.segment)
    unit = draft.in_unit(words, measure.head)
    label: Text = (Span(words), Span(unit, tone="muted")) if unit else (Span(words),)
    gap = movement(own, found[-1])
    hidden = [_withheld(draft, asked, one) for one in others]
    far: Text = (Span(move_words(draft, gap)[1]),) if gap else draft.cell(None, measure, withheld=hidden[-1])
    cells = (draft.cell(fact, measure, withheld=gone) for fact, gone in zip(found, hidden, strict=True))
    return Row((label, draft.cell(own, measure), *cells, far))


def _find(draft: Draft, asked: Slot, scope: str) -> Fact | None:
    return draft.facts.find(asked.name, scope=scope, at=asked.at, **_place(draft, asked))


def _withheld(draft: Draft, asked: Slot, scope: str) -> bool:
    return draft.facts.withheld(asked.name, scope=scope, at=asked.at, **_place(draft, asked))


def _place(draft: Draft, asked: Slot) -> dict[str, str]:
    dimension, segment = asked.cells[0] if asked.cells else ("", "")
    view = draft.dimension(dimension) if dimension else None
    return {"dimension": view.id if view else dimension, "segment": segment}
