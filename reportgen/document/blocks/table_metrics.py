"""Rows are metrics, columns the opening, the close, the net change and its rate."""

from __future__ import annotations

from collections.abc import Sequence

from reportgen.document.blocks.caption import notes, title
from reportgen.document.blocks.selector import dates, selectors
from reportgen.document.blocks.signs import sign_notes
from reportgen.document.draft import Draft
from reportgen.document.model import Column, Row, Span, Table, Text
from reportgen.document.report import TableBlock
from reportgen.facts.fact import Fact

CHANGES = {
    "customers_total": ("customers_net_new", "customers_growth"),
    "aum_point": ("aum_net_new", "aum_growth"),
    "aum_per_customer": ("aum_per_customer_change", "aum_per_customer_growth"),
}
"""Metric to its net change and its growth, each a fact of its own."""


def metrics_table(draft: Draft, block: TableBlock) -> Table | None:
    asked = selectors(block.asked)
    at = tuple(one for one in block.at if draft.day(one) is not None)
    change = block.change and "since" in at and "period" in at
    rows = [_row(draft, one.name, at, change) for one in asked]
    kept = [row for row in rows if row is not None]
    if not kept:
        return None
    kept += [row for row in (_subset(draft, name, at, change) for name in block.of_which) if row is not None]
    columns = (
        Column(draft.word("metric"), "left", 2.2),
        *(Column(draft.word(f"at.{one}") if change else _head(draft, one)) for one in at),
        *((Column(draft.word("net_change")), Column(draft.word("change_rate"))) if change else ()),
    )
    return Table(
        block.id, draft.exhibits.number("table"), title(draft, block.id, draft.word("overview")), "", columns,
        tuple(kept), (*notes(draft, block.id, dates(draft, asked, at)), *sign_notes(draft, kept)),
    )


def _head(draft: Draft, at: str) -> str:
    return draft.word(f"at.{at}") if draft.facts.since else draft.day_words(at) or ""


def _row(draft: Draft, metric: str, at: Sequence[str], change: bool) -> Row | None:
    facts = [draft.find(metric, at=one) for one in at]
    present = [fact for fact in facts if fact is not None]
    if not present:
        return None
    moves = [draft.find(name) for name in CHANGES.get(metric, ())] if change else []
    net, rate = ([*moves, None, None])[:2]
    values = [fact.value for fact in (*present, net) if fact is not None]
    measure = draft.printer.column(draft.printer.unit(present[0]), values)
    cells: list[Text] = [_label(draft, metric, measure.head)]
    cells += [draft.cell(fact, measure) for fact in facts]
    if change:
        cells.append(draft.cell(net, measure, signed=True))
        cells.append(_rate(draft, rate))
    return Row(tuple(cells))


def _rate(draft: Draft, fact: Fact | None) -> Text:
    if fact is None:
        return draft.cell(None, draft.printer.measure("share"))
    return (draft.value(fact, "signed"),)


def _subset(draft: Draft, metric: str, at: Sequence[str], change: bool) -> Row | None:
    """A part of the row above, at the close only: neither a flow nor something to add."""
    fact = draft.find(metric)
    if fact is None:
        return None
    measure = draft.printer.column(draft.printer.unit(fact), [fact.value])
    words = draft.phrase("of_which", label=draft.metric_label(metric))
    none = draft.cell(None, measure)
    label = _named(draft, words, measure.head)
    cells = (draft.cell(fact, measure) if one == "period" else none for one in at)
    return Row((label, *cells, *((none, none) if change else ())), "of_which")


def _label(draft: Draft, metric: str, unit: str) -> Text:
    return _named(draft, draft.metric_label(metric), unit)


def _named(draft: Draft, words: str, unit: str) -> Text:
    behind = draft.in_unit(words, unit)
    return (Span(words), Span(behind, tone="muted")) if behind else (Span(words),)
