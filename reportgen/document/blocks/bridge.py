"""The bridge (桥): from the opening through losses and gains to the close, every step a fact."""

from __future__ import annotations

from typing import Literal

from reportgen.charts.chart import ChartData, Mark, Series
from reportgen.document.blocks.figure import figure
from reportgen.document.dates import end_words
from reportgen.document.draft import Draft
from reportgen.document.model import Block, Span, Text
from reportgen.document.numbers import Measure
from reportgen.document.report import BridgeBlock
from reportgen.facts.fact import Fact

STEPS = ("opening", "lost", "transfer_out", "transfer_in", "existing", "unknown", "new", "closing")
_METRIC = {"customers_total": "customers_bridge", "aum_point": "aum_bridge"}


def build_bridge(draft: Draft, block: BridgeBlock) -> tuple[Block, ...]:
    facts = [
        fact for step in STEPS
        if (fact := draft.find(_METRIC[block.metric], dimension="step", segment=step)) is not None
    ]
    hidden = any(draft.withheld(_METRIC[block.metric], dimension="step", segment=step) for step in STEPS)
    if len(facts) < 3 or hidden:
        draft.leave_out(block.id, ("withheld",) if hidden else ("two dates",))
        return ()
    measure = draft.printer.column(facts[0].unit, [fact.value for fact in facts])
    marks = tuple(
        Mark(
            draft.word(f"step.{fact.segment}"), float(fact.value / measure.divisor),
            _text(fact, measure.bare(fact.value, draft.printer.rounding, _sign(fact))), draft.cite(fact),
            role=_role(fact), note=_day(draft, fact.segment),
        )
        for fact in facts
    )
    data = ChartData("waterfall", (Series("", marks),), draft.locale)
    return (figure(draft, block.id, data, caption=draft.metric_label(_METRIC[block.metric]), unit=measure.head,
                   dates=("since", "period"), half=block.half, more=_footing(draft, facts, measure)),)


def _footing(draft: Draft, facts: list[Fact], measure: Measure) -> tuple[Text, ...]:
    """A note where the printed steps do not add up to the printed close."""
    *steps, closing = facts
    off = draft.printer.foot([fact.value for fact in steps], closing.value, measure)
    if not off or closing.segment != "closing":
        return ()
    return ((Span(draft.phrase("note.rounding_bridge", sum=off[0], total=off[1], unit=measure.head)),),)


def _sign(fact: Fact) -> Literal["minus", "both"]:
    return "minus" if fact.segment in ("opening", "closing") else "both"


def _text(fact: Fact, number: str) -> str:
    """A step that changes nothing says so: ±0."""
    return f"±{number}" if not fact.num and _role(fact) == "neutral" else number


def _role(fact: Fact) -> Literal["total", "gain", "loss", "neutral"]:
    if fact.segment in ("opening", "closing"):
        return "total"
    return "gain" if fact.num > 0 else "loss" if fact.num < 0 else "neutral"


def _day(draft: Draft, step: str) -> str:
    day = draft.day({"opening": "since", "closing": "period"}.get(step, "")) if step in ("opening", "closing") else None
    return draft.known(end_words(day, draft.locale)) if day else ""
