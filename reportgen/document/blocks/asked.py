"""What a chart is asked to draw: a metric across a dimension at its dates, and the threshold beside it."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from reportgen.document.blocks.selector import find
from reportgen.document.draft import Draft
from reportgen.document.report import ChartBlock, TableBlock
from reportgen.document.sentence import Slot, slot
from reportgen.facts.fact import Fact
from reportgen.facts.segment import DimensionView


@dataclass(frozen=True, slots=True)
class Asked:
    """A metric across a dimension at its dates."""

    metric: Slot
    view: DimensionView
    at: tuple[str, ...]


def asked_of(draft: Draft, block: ChartBlock) -> Asked | None:
    """What to draw, from the block itself or from the table it goes with; None where the facts know no such cut."""
    metrics, by, at = block.metrics, block.by, block.at
    if block.from_:
        table = table_of(draft, block.from_)
        if table is not None:
            metrics, by = metrics or table.asked[:1], by or table.by
            at = at if "at" in block.model_fields_set else table.at
    view = draft.dimension(by or "")
    dates = draft.held(at)
    return Asked(slot(metrics[0]), view, dates) if view and metrics and dates else None


def table_of(draft: Draft, name: str) -> TableBlock | None:
    tables = (one.table for one in draft.report.blocks() if one.table is not None)
    return next((table for table in tables if table.id == name), None)


def facts_at(draft: Draft, asked: Asked, at: str) -> list[Fact]:
    """The metric's facts at a date, one a segment somebody stands in."""
    found = (find(draft, asked.metric, at=at, dimension=asked.view.id, segment=one.id) for one in asked.view.segments)
    return [fact for fact in found if fact is not None and (fact.n or fact.num)]


def chosen(block: ChartBlock, facts: list[Fact]) -> list[Fact]:
    """The facts without the segments the block skips, in its order, as many as it draws."""
    kept = [fact for fact in facts if fact.segment not in block.skip]
    if block.sort is not None:
        kept.sort(key=lambda fact: fact.value if block.sort == "asc" else -fact.value)
    return kept[: block.limit] if block.limit else kept


def threshold(draft: Draft, block: ChartBlock) -> tuple[Fraction | None, str]:
    """A rule's parameter as it applies to the job, with its words; none where the block asks for none."""
    known = draft.parameter(block.threshold.rule, block.threshold.param) if block.threshold else None
    if known is None:
        return None, ""
    value, unit = known
    return value, draft.phrase("limit", value=draft.printer.setting(value, unit))
