"""Charts of facts: each kind takes its marks from the same facts its table prints."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from reportgen.charts.chart import ChartData, Mark, Series
from reportgen.config.dimension import Groups
from reportgen.document.blocks.asked import Asked, asked_of, chosen, facts_at, table_of, threshold
from reportgen.document.blocks.caption import plain_title
from reportgen.document.blocks.figure import figure
from reportgen.document.blocks.funnel import funnel_figure
from reportgen.document.blocks.gap_strip import gap_strip_figure
from reportgen.document.blocks.heatmap import heatmap_figure
from reportgen.document.blocks.intervals import interval_figure
from reportgen.document.blocks.lorenz import lorenz_figure
from reportgen.document.blocks.multiples import multiples_figure
from reportgen.document.blocks.sankey import sankey_figure
from reportgen.document.blocks.selector import MOST_EACH, find, is_flow, is_withheld
from reportgen.document.blocks.table_metrics import date_head
from reportgen.document.blocks.trend import trend_figure
from reportgen.document.draft import Draft
from reportgen.document.model import Block, Figure
from reportgen.document.report import ChartBlock
from reportgen.document.sentence import slot
from reportgen.facts.fact import Fact


def build_chart(draft: Draft, block: ChartBlock) -> tuple[Block, ...]:
    """The figure, or nothing where its facts are not there; with `each` one for each segment that has some."""
    if block.each is not None:
        return _each(draft, block)
    made = _KINDS[block.kind](draft, block)
    if made is None:
        draft.leave_out(block.id, block.needs)
        return ()
    return (made,)


def _columns(draft: Draft, block: ChartBlock) -> Figure | None:
    """bars and histogram: one mark a segment, the largest stressed or the largest group bracketed."""
    asked = asked_of(draft, block)
    facts = chosen(block, facts_at(draft, asked, asked.at[-1])) if asked else []
    if asked is None or len(facts) < 2:
        return None
    bracket, stressed = _bracket(draft, block, asked, facts)
    if not stressed and block.mark == "largest":
        stressed = {max(facts, key=lambda fact: fact.value).segment}
    measure = draft.printer.column(facts[0].unit, [fact.value for fact in facts])
    share = draft.printer.measure("share")
    marks = []
    for fact in facts:
        part = draft.share_of(fact) if block.share else None
        own = measure.bare(fact.value, draft.printer.rounding)
        beside = share.text(part.value, draft.printer.rounding) if part is not None else ""
        if part is not None:
            draft.cite(part)
        statistic = draft.facts.statistic(fact) if fact.unit in ("share", "index") else None
        marks.append(Mark(
            draft.label(asked.view.id, fact.segment), float(fact.value / measure.divisor),
            _together(draft, own, beside, measure.after) if block.kind == "bars" else own, draft.cite(fact),
            low=_scaled(statistic.low, measure.divisor) if statistic else None,
            high=_scaled(statistic.high, measure.divisor) if statistic else None,
            n=draft.printer.base(fact.n) if statistic else "", emphasis=fact.segment in stressed,
            note=beside if block.kind == "histogram" else "",
        ))
    edge, words = threshold(draft, block) if block.kind != "histogram" else (None, "")
    rule = float(edge / measure.divisor) if edge is not None else None
    data = ChartData(block.kind, (Series("", tuple(marks)),), draft.locale, bracket=bracket, rule=rule, rule_text=words,
                     maximum=_maximum(draft, block, asked, measure.divisor))
    unit = measure.head if not block.share else draft.phrase("and_share", unit=measure.head)
    return figure(
        draft, block.id, data, caption=crossed_title(draft, asked), unit=unit,
        dates=("since", "period") if is_flow(draft, asked.metric.name) else asked.at[-1:], half=block.half,
    )


def crossed_title(draft: Draft, asked: Asked) -> str:
    """The plain caption; of a crossed metric the segment it is crossed with stands before it."""
    words = plain_title(draft, asked.metric.name, asked.view.id)
    other = [draft.label(dimension, segment) for dimension, segment in asked.metric.cells[1:]]
    return (" · " if draft.locale == "en" else "·").join([*other, words])


def _maximum(draft: Draft, block: ChartBlock, asked: Asked, divisor: Fraction) -> float | None:
    """The end of the scale that half figures of one metric share: its largest value at any date of their table."""
    table = table_of(draft, block.from_) if block.half and block.from_ else None
    if table is None:
        return None
    facts = [fact for at in table.at if draft.day(at) is not None for fact in facts_at(draft, asked, at)]
    return float(max(fact.value for fact in facts) / divisor) if facts else None


def _scaled(end: float | None, divisor: Fraction) -> float | None:
    return float(Fraction(end) / divisor) if end is not None else None


def _together(draft: Draft, count: str, share: str, unit: str) -> str:
    """`26户 36.1%`, `26 (36.1%)`: count and share beside a bar."""
    if draft.locale == "zh-CN":
        return f"{count}{unit} {share}".rstrip()
    return f"{count} ({share})" if share else count


def _bracket(
    draft: Draft, block: ChartBlock, asked: Asked, facts: list[Fact]
) -> tuple[tuple[int, int, str] | None, set[str]]:
    """The largest group of neighbouring segments, with its count and share, where the job declares groups."""
    view = draft.dimension(block.bracket or "") if block.bracket else None
    declared = draft.job.dimensions.get(view.id) if view else None
    if view is None or not isinstance(declared, Groups):
        return None, set()
    groups = [fact for fact in (find(draft, asked.metric, at=asked.at[-1], dimension=view.id, segment=one.id)
                                for one in view.segments) if fact is not None]
    if not groups:
        return None, set()
    largest = max(groups, key=lambda fact: fact.value)
    members = declared.groups[largest.segment]
    places = [index for index, fact in enumerate(facts) if fact.segment in members]
    share = draft.share_of(largest)
    if len(places) < 2 or places != list(range(places[0], places[-1] + 1)) or share is None:
        return None, set()
    count, part = draft.printer.quantity(largest.value, largest.unit), draft.printer.quantity(share.value, "share")
    text = draft.phrase("bracket", count=count, share=part)
    draft.cite(largest)
    draft.cite(share)
    return (places[0], places[-1], text), set(members)


def _pairs(draft: Draft, block: ChartBlock) -> Figure | None:
    """dumbbell, pyramid and slope: two series over the same segments, by date or by metric."""
    asked = asked_of(draft, block)
    if asked is None:
        return None
    metrics = [slot(one) for one in block.metrics] or [asked.metric]
    sides = [(metric, at) for metric in metrics for at in asked.at]
    if len(sides) != 2:
        return None
    series = []
    both = [chosen(block, facts_at(draft, Asked(metric, asked.view, (at,)), at)) for metric, at in sides]
    if not all(both):
        return None
    measure = draft.printer.column(both[0][0].unit, [fact.value for facts in both for fact in facts])
    for (metric, at), facts in zip(sides, both, strict=True):
        name = draft.metric_label(metric.name) if len(metrics) > 1 else date_head(draft, at, asked.at)
        marks = tuple(
            Mark(draft.label(asked.view.id, fact.segment), float(fact.value / measure.divisor),
                 measure.bare(fact.value, draft.printer.rounding), draft.cite(fact))
            for fact in facts
        )
        series.append(Series(name, marks))
    data = ChartData(block.kind, tuple(series), draft.locale)
    return figure(draft, block.id, data, caption=plain_title(draft, asked.metric.name, asked.view.id),
                  unit=measure.head, dates=asked.at, half=block.half)


def _share_bars(draft: Draft, block: ChartBlock) -> Figure | None:
    """One bar of parts a date, or a metric; a metric that is a share of its whole is drawn as it is."""
    asked = asked_of(draft, block)
    if asked is None:
        return None
    metrics = [slot(one) for one in block.metrics] or [asked.metric]
    series = []
    for metric, at in ((metric, at) for metric in metrics for at in asked.at):
        facts = facts_at(draft, Asked(metric, asked.view, (at,)), at)
        shares = [(fact, fact if fact.unit == "share" else draft.share_of(fact)) for fact in facts]
        marks = tuple(
            Mark(draft.label(asked.view.id, fact.segment), float(share.value),
                 draft.printer.quantity(share.value, "share"), draft.cite(share))
            for fact, share in shares if share is not None
        )
        hidden = (is_withheld(draft, metric, at=at, dimension=asked.view.id, segment=one.id)
                  for one in asked.view.segments)
        if len(marks) < 2 or any(hidden):  # a bar of parts without one is no whole
            return None
        named = [draft.metric_label(metric.name)] if len(metrics) > 1 else []
        dated = [draft.word(f"at.{at}")] if len(asked.at) > 1 else []
        series.append(Series(" ".join(named + dated), marks))
    data = ChartData(block.kind, tuple(series), draft.locale, percent=True)
    return figure(draft, block.id, data, caption=plain_title(draft, asked.metric.name, asked.view.id),
                  unit=draft.printer.measure("share").head, dates=asked.at, half=block.half)


def _intervals(draft: Draft, block: ChartBlock) -> Figure | None:
    edge, words = threshold(draft, block)
    return interval_figure(draft, block, edge, words)


def _each(draft: Draft, block: ChartBlock) -> tuple[Block, ...]:
    """Half-width bars for each segment of `each`, the largest first; sentences that name the block mean the first."""
    view = draft.dimension(block.each or "")
    metric = slot(block.metrics[0])
    facts = draft.segments(metric.name, view.id) if view else []
    ranked = sorted((fact for fact in facts if fact.num), key=lambda fact: -fact.value)[:MOST_EACH]
    made: list[Block] = []
    for fact in ranked:
        name = block.id if not made else f"{block.id}_{len(made) + 1}"
        cell = f"*|{fact.dimension}={fact.segment}"
        one = block.model_copy(update={"id": name, "metrics": (f"{metric.name}[{cell}]",), "half": True, "each": None})
        drawn = _columns(draft, one)
        if drawn is not None:
            made.append(drawn)
    if not made:
        draft.leave_out(block.id, block.needs)
    return tuple(made)


_KINDS: dict[str, Callable[[Draft, ChartBlock], Figure | None]] = {
    "bars": _columns,
    "histogram": _columns,
    "interval": _intervals,
    "lorenz": lorenz_figure,
    "share_bars": _share_bars,
    "dumbbell": _pairs,
    "pyramid": _pairs,
    "slope": _pairs,
    "trend": trend_figure,
    "small_multiples": multiples_figure,
    "funnel": funnel_figure,
    "sankey": sankey_figure,
    "gap_strip": gap_strip_figure,
    "heatmap": heatmap_figure,
}
