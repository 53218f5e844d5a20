"""The interval chart: a share in total and by segment with its 95 % interval, against a threshold."""

from __future__ import annotations

from fractions import Fraction

from reportgen.charts.chart import ChartData, Mark, Series
from reportgen.document.blocks.figure import figure
from reportgen.document.blocks.selector import find, is_flow
from reportgen.document.draft import Draft
from reportgen.document.model import Figure
from reportgen.document.report import ChartBlock
from reportgen.document.scene import CONFIDENCE
from reportgen.document.sentence import slot
from reportgen.facts.fact import Fact


def interval_figure(draft: Draft, block: ChartBlock, edge: Fraction | None, edge_words: str) -> Figure | None:
    """The total first and stressed, then the segments that have an interval."""
    if not block.metrics:
        return None
    asked = slot(block.metrics[0])
    view = draft.dimension(block.by) if block.by else None
    whole = find(draft, asked)
    parts = [find(draft, asked, dimension=view.id, segment=one.id) for one in view.segments] if view else []
    if whole is None:
        return None
    marks = [_mark(draft, whole, draft.word("all_opening" if is_flow(draft, asked.name) else "all_customers"), True)]
    marks += [_mark(draft, fact, draft.label(fact.dimension, fact.segment), False) for fact in parts
              if fact is not None and fact.n]
    shown = [mark for mark in marks if mark is not None]
    # A branch's report knows no other branch: the whole alone compares nothing.
    if not shown or (view is not None and len(shown) < 2):
        return None
    # The chart draws shares as fractions and prints its scale in %.
    rule = float(edge) if edge is not None else None
    series = (Series("", tuple(shown)),)
    data = ChartData("interval", series, draft.locale, percent=True, rule=rule, rule_text=edge_words)
    unit = draft.phrase("unit.interval", confidence=CONFIDENCE)
    dates = ("since", "period") if is_flow(draft, asked.name) else ("period",)
    caption = draft.metric_label(asked.name)
    return figure(draft, block.id, data, caption=caption, unit=unit, dates=dates, half=block.half)


def _mark(draft: Draft, fact: Fact, label: str, stressed: bool) -> Mark | None:
    statistic = draft.facts.statistic(fact)
    if statistic.low is None or statistic.high is None:
        return None
    value = draft.printer.quantity(fact.value, fact.unit)
    opening, closing = ("（", "）") if draft.locale == "zh-CN" else (" (", ")")
    span = draft.printer.interval(statistic.low, statistic.high, fact.unit).replace("%", "")
    return Mark(
        label, float(fact.value), f"{value}{opening}{span}{closing}", draft.cite(fact), statistic.low, statistic.high,
        draft.printer.base(fact.n), stressed,
    )
