"""Bands of days in one strip from fresh to stale, with the limit between them."""

from __future__ import annotations

import re
from fractions import Fraction

from reportgen.charts.chart import ChartData, Mark, Series
from reportgen.document.blocks.asked import asked_of, chosen, facts_at, threshold
from reportgen.document.blocks.caption import plain_title
from reportgen.document.blocks.figure import figure
from reportgen.document.draft import Draft
from reportgen.document.model import Figure
from reportgen.document.report import ChartBlock

_LOWER = re.compile(r"<?(\d+)")


def gap_strip_figure(draft: Draft, block: ChartBlock) -> Figure | None:
    """The dimension's bands in its order; a threshold is drawn where it is the edge of a band."""
    asked = asked_of(draft, block)
    facts = chosen(block, facts_at(draft, asked, asked.at[-1])) if asked else []
    if asked is None or len(facts) < 2:
        return None
    measure = draft.printer.column(draft.printer.unit(facts[0]), [fact.value for fact in facts])
    marks = tuple(
        Mark(draft.label(asked.view.id, fact.segment), float(fact.value / measure.divisor),
             measure.bare(fact.value, draft.printer.rounding), draft.cite(fact))
        for fact in facts
    )
    limit, words = threshold(draft, block)
    place = _place([fact.segment for fact in facts], limit)
    data = ChartData("gap_strip", (Series("", marks),), draft.locale, rule=place, rule_text=words if place else "")
    return figure(draft, block.id, data, caption=plain_title(draft, asked.metric.name, asked.view.id),
                  unit=measure.head, dates=asked.at[-1:], half=block.half)


def _place(bands: list[str], limit: Fraction | None) -> float | None:
    """Between which bands the limit lies: 2 is between the second and the third; None where it cuts through one."""
    if limit is None:
        return None
    for index, band in enumerate(bands):
        match = _LOWER.match(band)
        if index and match and not band.startswith("<") and Fraction(match[1]) >= limit:
            return float(index)
    return None
