"""Stages one after the other: how many reached each, and the rate from one to the next."""

from __future__ import annotations

import itertools

from reportgen.charts.chart import ChartData, Mark, Series
from reportgen.document.blocks.asked import asked_of, chosen
from reportgen.document.blocks.caption import plain_title
from reportgen.document.blocks.figure import figure
from reportgen.document.blocks.selector import find
from reportgen.document.draft import Draft
from reportgen.document.model import Figure
from reportgen.document.report import ChartBlock


def funnel_figure(draft: Draft, block: ChartBlock) -> Figure | None:
    """The dimension's segments in its order; a stage with more than the one before it is drawn as it is."""
    asked = asked_of(draft, block)
    # A stage that nobody reached is told as well.
    found = [find(draft, asked.metric, at=asked.at[-1], dimension=asked.view.id, segment=one.id)
             for one in asked.view.segments] if asked else []
    facts = chosen(block, [fact for fact in found if fact is not None])
    if asked is None or len(facts) < 2 or not facts[0].num:
        return None
    measure = draft.printer.column(draft.printer.unit(facts[0]), [fact.value for fact in facts])
    rates = ["", *(draft.printer.quantity(after.value / before.value, "share") if before.value > 0 else "—"
                   for before, after in itertools.pairwise(facts))]
    marks = tuple(
        Mark(draft.label(asked.view.id, fact.segment), float(fact.value / measure.divisor),
             measure.text(fact.value, draft.printer.rounding), draft.cite(fact), note=rate)
        for fact, rate in zip(facts, rates, strict=True)
    )
    rises = any(after.value > before.value for before, after in itertools.pairwise(facts))
    data = ChartData("funnel", (Series("", marks),), draft.locale, options={"rising": "allowed"} if rises else {})
    return figure(draft, block.id, data, caption=plain_title(draft, asked.metric.name, asked.view.id),
                  unit=measure.head, dates=asked.at[-1:], half=block.half)
