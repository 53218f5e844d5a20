"""A metric across two dimensions: one coloured cell a pair, with its figure."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from reportgen.charts.chart import ChartData, Mark, Series
from reportgen.document.blocks.asked import Asked, asked_of
from reportgen.document.blocks.caption import plain_title
from reportgen.document.blocks.figure import figure
from reportgen.document.draft import Draft
from reportgen.document.model import Figure
from reportgen.document.report import ChartBlock
from reportgen.facts.fact import Fact, Unit
from reportgen.facts.segment import DimensionView

EVEN = 100
"""An index above it is more than the rest have, below it less."""
FULL = 4.0
"""What the chart draws in the full colour."""
LEAST = 0.1
"""Share of the full colour that the lowest value has."""
ADDITIVE: frozenset[Unit] = frozenset({"customers", "money", "count"})


def heatmap_figure(draft: Draft, block: ChartBlock) -> Figure | None:
    """Rows are segments of `by`, columns those of `against`; the facts may stand under either of the two."""
    asked, other = asked_of(draft, block), draft.dimension(block.against or "")
    if asked is None or other is None:
        return None
    cells = _cells(draft, asked, other)
    held = {name for key in cells for name in key} - set(block.skip)
    rows, heads = ([one.id for one in view.segments if one.id in held] for view in (asked.view, other))
    if block.limit:
        rows = rows[: block.limit]
    if len(rows) < 2 or len(heads) < 2:
        return None
    facts = [fact for (row, head), fact in cells.items() if row in rows and head in heads]
    shade = shading(facts)
    measure = draft.printer.column(draft.printer.unit(facts[0]), [fact.value for fact in facts])
    series = tuple(
        Series(draft.label(asked.view.id, row), tuple(
            Mark(draft.label(other.id, head), shade(fact.value),
                 measure.bare(fact.value, draft.printer.rounding), draft.cite(fact))
            for head in heads if (fact := cells.get((row, head))) is not None
        ))
        for row in rows
    )
    index = facts[0].unit == "index"
    data = ChartData("heatmap", series, draft.locale, options={"scale": "residuals" if index else "counts"},
                     row_labels=tuple(one.name for one in series))
    caption = plain_title(draft, asked.metric.name, asked.view.id)
    caption = draft.phrase("title.crossed", what=caption, against=draft.inside(draft.dimension_label(other.id)))
    return figure(draft, block.id, data, caption=caption, unit=measure.head, dates=asked.at[-1:], half=block.half)


def shading(facts: list[Fact]) -> Callable[[Fraction], float]:
    """How a value becomes a colour: an index around even, amounts and counts from zero, all else from the lowest on.

    Shares of 92 to 100 % would all be dark if they were shaded from zero.
    """
    values = [fact.value for fact in facts]
    low, high = min(values), max(values)
    if facts[0].unit == "index":
        furthest = max(abs(value - EVEN) for value in values)
        return lambda value: FULL * float((value - EVEN) / furthest) if furthest else 0.0
    if facts[0].unit in ADDITIVE or low < 0:
        return float
    return lambda value: LEAST + (1 - LEAST) * float((value - low) / (high - low)) if high > low else 1.0


def _cells(draft: Draft, asked: Asked, other: DimensionView) -> dict[tuple[str, str], Fact]:
    at = asked.at[-1]
    found: dict[tuple[str, str], Fact] = {}
    for row in asked.view.segments:
        for head in other.segments:
            fact = draft.find(asked.metric.name, at=at, dimension=asked.view.id, segment=row.id,
                              against=f"{other.id}={head.id}") or draft.find(
                asked.metric.name, at=at, dimension=other.id, segment=head.id, against=f"{asked.view.id}={row.id}")
            if fact is not None:
                found[row.id, head.id] = fact
    return found
