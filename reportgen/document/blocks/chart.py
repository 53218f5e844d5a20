"""Charts of facts: each kind takes its marks from the same facts its table prints."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from reportgen.charts.chart import ChartData, Mark, Series
from reportgen.config.dimension import Groups
from reportgen.document.blocks.caption import plain_title
from reportgen.document.blocks.figure import figure
from reportgen.document.blocks.intervals import interval_figure
from reportgen.document.blocks.lorenz import lorenz_figure
from reportgen.document.blocks.selector import find, is_flow
from reportgen.document.draft import Draft
from reportgen.document.model import Block, Figure
from reportgen.document.report import ChartBlock, TableBlock
from reportgen.document.sentence import Slot, slot
from reportgen.facts.fact import Fact
from reportgen.facts.segment import DimensionView


@dataclass(frozen=True, slots=True)
class Asked:
    """What a chart draws: a metric across a dimension at its dates."""

    metric: Slot
    view: DimensionView
    at: tuple[str, ...]


def build_chart(draft: Draft, block: ChartBlock) -> tuple[Block, ...]:
    """The figure, or nothing where its facts are not there."""
    made = _KINDS[block.kind](draft, block)
    if made is None:
        draft.leave_out(block.id, block.needs)
        return ()
    return (made,)


def asked_of(draft: Draft, block: ChartBlock) -> Asked | None:
    """What to draw, from the block itself or from the table it goes with."""
    metrics, by, at = block.metrics, block.by, block.at
    if block.from_:
        table = _table(draft, block.from_)
        if table is not None:
            metrics, by = metrics or table.asked[:1], by or table.by
            at = at if "at" in block.model_fields_set else table.at
    view = draft.dimension(by or "")
    dates = tuple(one for one in at if draft.day(one) is not None)
    return Asked(slot(metrics[0]), view, dates) if view and metrics and dates else None


def _table(draft: Draft, name: str) -> TableBlock | None:
    tables = (one.table for one in draft.report.blocks() if one.table is not None)
    return next((table for table in tables if table.id == name), None)


def facts_at(draft: Draft, asked: Asked, at: str) -> list[Fact]:
    """The metric's facts at a date, one a segment somebody stands in."""
    found = (find(draft, asked.metric, at=at, dimension=asked.view.id, segment=one.id) for one in asked.view.segments)
    return [fact for fact in found if fact is not None and (fact.n or fact.num)]


def _columns(draft: Draft, block: ChartBlock) -> Figure | None:
    """bars and histogram: one mark a segment, the largest stressed or the largest group bracketed."""
    asked = asked_of(draft, block)
    facts = facts_at(draft, asked, asked.at[-1]) if asked else []
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
    edge, words = _threshold(draft, block)
    rule = float(edge / measure.divisor) if edge is not None else None
    data = ChartData(block.kind, (Series("", tuple(marks)),), draft.locale, bracket=bracket, rule=rule, rule_text=words,
                     maximum=_maximum(draft, block, asked, measure.divisor))
    unit = measure.head if not block.share else draft.phrase("and_share", unit=measure.head)
    return figure(
        draft, block.id, data, caption=plain_title(draft, asked.metric.name, asked.view.id), unit=unit,
        dates=("since", "period") if is_flow(draft, asked.metric.name) else asked.at[-1:], half=block.half,
    )


def _maximum(draft: Draft, block: ChartBlock, asked: Asked, divisor: Fraction) -> float | None:
    """The end of the scale that half figures of one metric share: its largest value at any date of their table."""
    table = _table(draft, block.from_) if block.half and block.from_ else None
    if table is None:
        return None
    facts = [fact for at in table.at if draft.day(at) is not None for fact in facts_at(draft, asked, at)]
    return float(max(fact.value for fact in facts) / divisor) if facts else None


def _scaled(end: float | None, divisor: Fraction) -> float | None:
    return float(Fraction(end) / divisor) if end is not None else None


def _threshold(draft: Draft, block: ChartBlock) -> tuple[Fraction | None, str]:
    """A rule's parameter as it applies to the job, with its words; charts of bands take none."""
    known = draft.parameter(block.threshold.rule, block.threshold.param) if block.threshold else None
    if known is None or block.kind == "histogram":
        return None, ""
    value, unit = known
    return value, draft.phrase("limit", value=draft.printer.setting(value, unit))


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
    """dumbbell and pyramid: two series over the same segments, by date or by metric."""
    asked = asked_of(draft, block)
    if asked is None:
        return None
    metrics = [slot(one) for one in block.metrics] or [asked.metric]
    sides = [(metric, at) for metric in metrics for at in asked.at]
    if len(sides) != 2:
        return None
    series = []
    for metric, at in sides:
        facts = facts_at(draft, Asked(metric, asked.view, (at,)), at)
        if not facts:
            return None
        measure = draft.printer.column(facts[0].unit, [fact.value for fact in facts])
        name = draft.metric_label(metric.name) if len(metrics) > 1 else draft.word(f"at.{at}")
        marks = tuple(
            Mark(draft.label(asked.view.id, fact.segment), float(fact.value / measure.divisor),
                 measure.bare(fact.value, draft.printer.rounding), draft.cite(fact))
            for fact in facts
        )
        series.append(Series(name, marks))
    unit = draft.printer.measure("share").head
    data = ChartData(block.kind, tuple(series), draft.locale)
    return figure(draft, block.id, data, caption=plain_title(draft, asked.metric.name, asked.view.id), unit=unit,
                  dates=asked.at, half=block.half)


def _share_bars(draft: Draft, block: ChartBlock) -> Figure | None:
    """One bar of parts a date."""
    asked = asked_of(draft, block)
    if asked is None:
        return None
    series = []
    for at in asked.at:
        facts = facts_at(draft, asked, at)
        shares = [(fact, draft.share_of(fact)) for fact in facts]
        marks = tuple(
            Mark(draft.label(asked.view.id, fact.segment), float(share.value),
                 draft.printer.quantity(share.value, "share"), draft.cite(share))
            for fact, share in shares if share is not None
        )
        if len(marks) < 2:
            return None
        series.append(Series(draft.word(f"at.{at}") if len(asked.at) > 1 else "", marks))
    data = ChartData(block.kind, tuple(series), draft.locale, percent=True)
    return figure(draft, block.id, data, caption=plain_title(draft, asked.metric.name, asked.view.id),
                  unit=draft.printer.measure("share").head, dates=asked.at, half=block.half)


def _intervals(draft: Draft, block: ChartBlock) -> Figure | None:
    edge, words = _threshold(draft, block)
    return interval_figure(draft, block, edge, words)


_KINDS: dict[str, Callable[[Draft, ChartBlock], Figure | None]] = {
    "bars": _columns,
    "histogram": _columns,
    "interval": _intervals,
    "lorenz": lorenz_figure,
    "share_bars": _share_bars,
    "dumbbell": _pairs,
    "pyramid": _pairs,
}
