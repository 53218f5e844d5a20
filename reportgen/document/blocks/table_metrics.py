"""Rows are metrics, columns dates, what changed between them, and the plan with its attainment."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from reportgen.document.blocks.caption import notes, title
from reportgen.document.blocks.plan import plan_of
from reportgen.document.blocks.selector import dates, find, is_withheld, selectors
from reportgen.document.blocks.signs import move_cell, move_head, sign_notes
from reportgen.document.draft import Draft
from reportgen.document.model import Column, Row, Span, Table, Text
from reportgen.document.movement import movement
from reportgen.document.printed import facts_of
from reportgen.document.report import TableBlock
from reportgen.document.sentence import Slot
from reportgen.facts.fact import Fact

CHANGES = {
    "customers_total": ("customers_net_new", "customers_growth"),
    "aum_point": ("aum_net_new", "aum_growth"),
    "aum_per_customer": ("aum_per_customer_change", "aum_per_customer_growth"),
}
"""Metric to its net change and its growth, each a fact of its own."""


def metrics_table(draft: Draft, block: TableBlock) -> Table | None:
    asked = selectors(block.asked)
    at = draft.held(block.at)
    shape = Shape(at, block.change and "since" in at and "period" in at,
                  tuple(one for one in block.changes if draft.day(one) is not None), block.plan)
    rows = [_row(draft, one, shape) for one in asked]
    kept = [row for row in rows if row is not None]
    if not kept:
        return None
    kept += [row for row in (_subset(draft, name, shape) for name in block.of_which) if row is not None]
    dated = shape.change or shape.moves or shape.plan or len(at) > 1
    columns = (
        Column(draft.word("metric"), "left", 2.2),
        *(Column(date_head(draft, one, at) if dated else _head(draft, one)) for one in at),
        *((Column(draft.word("net_change")), Column(draft.word("change_rate"))) if shape.change else ()),
        *(Column(move_head(draft, one)) for one in shape.moves),
        *((Column(draft.word("plan")), Column(draft.word("attained"))) if shape.plan else ()),
    )
    printed = facts_of(tuple(kept))
    return Table(
        block.id, draft.exhibits.number("table"), title(draft, block.id, draft.word("overview")), "", columns,
        tuple(kept), (*notes(draft, block.id, dates(draft, asked, (*at, *shape.moves)), printed),
                      *sign_notes(draft, kept, columns)),
    )


@dataclass(frozen=True, slots=True)
class Shape:
    """Which columns the table has."""

    at: tuple[str, ...]
    change: bool
    moves: tuple[str, ...]
    plan: bool

    @property
    def behind(self) -> int:
        """Columns after those of the dates."""
        return 2 * self.change + len(self.moves) + 2 * self.plan


def date_head(draft: Draft, one: str, at: Collection[str]) -> str:
    """期初 and 期末; 本期 beside other dates, or where only movements stand behind it."""
    return draft.word("at.now" if one == "period" and "since" not in at else f"at.{one}")


def _head(draft: Draft, at: str) -> str:
    return draft.word(f"at.{at}") if draft.facts.since else draft.day_words(at) or ""


def _row(draft: Draft, asked: Slot, shape: Shape) -> Row | None:
    facts = [find(draft, asked, at=one) for one in shape.at]
    present = [fact for fact in facts if fact is not None]
    if not present:
        return None
    whole = asked.name if not asked.cells else ""
    moves = [draft.find(name) for name in CHANGES.get(whole, ())] if shape.change else []
    net, rate = ([*moves, None, None])[:2]
    aim, reached = plan_of(draft, whole) if shape.plan and whole else (None, None)
    values = [fact.value for fact in (*present, net, aim) if fact is not None]
    measure = draft.printer.column(draft.printer.unit(present[0]), values)
    cells: list[Text] = [_label(draft, asked, present[0], measure.head)]
    hidden = {one: is_withheld(draft, asked, at=one) for one in dict.fromkeys((*shape.at, "period", *shape.moves))}
    cells += [draft.cell(fact, measure, withheld=hidden[one]) for fact, one in zip(facts, shape.at, strict=True)]
    if shape.change:
        gone = any(draft.withheld(name) for name in CHANGES.get(whole, ()))
        cells += [draft.cell(net, measure, signed=True, withheld=gone), _rate(draft, rate, withheld=gone)]
    now = find(draft, asked, at="period")
    cells += [move_cell(draft, movement(now, find(draft, asked, at=one)), withheld=hidden["period"] or hidden[one])
              for one in shape.moves]
    if shape.plan:
        cells += [draft.cell(aim, measure), (draft.value(reached),) if reached else draft.cell(None, measure)]
    return Row(tuple(cells))


def _rate(draft: Draft, fact: Fact | None, *, withheld: bool) -> Text:
    if fact is None:
        return draft.cell(None, draft.printer.measure("share"), withheld=withheld)
    return (draft.value(fact, "signed"),)


def _subset(draft: Draft, metric: str, shape: Shape) -> Row | None:
    """A part of the row above, at the close only: neither a flow nor something to add."""
    fact = draft.find(metric)
    if fact is None:
        return None
    measure = draft.printer.column(draft.printer.unit(fact), [fact.value])
    words = draft.phrase("of_which", label=draft.head_label(metric))
    none = draft.cell(None, measure)
    label = _named(draft, words, measure.head)
    cells = (draft.cell(fact, measure) if one == "period" else none for one in shape.at)
    return Row((label, *cells, *(none for _ in range(shape.behind))), "of_which")


def _label(draft: Draft, asked: Slot, fact: Fact, unit: str) -> Text:
    """The metric's name, with the segment's where it is asked for in one."""
    words = draft.head_label(asked.name)
    if fact.dimension:
        gap = "：" if draft.locale == "zh-CN" else ", "
        words = f"{words}{gap}{draft.label(fact.dimension, fact.segment)}"
    return _named(draft, words, unit)


def _named(draft: Draft, words: str, unit: str) -> Text:
    behind = draft.in_unit(words, unit)
    return (Span(words), Span(behind, tone="muted")) if behind else (Span(words),)
