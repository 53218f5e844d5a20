"""KPI tiles: value, unit, and what changed since the opening in short lines."""

from __future__ import annotations

from reportgen.document.draft import Draft
from reportgen.document.model import Block, Span, Text, Tile, Tiles
from reportgen.document.paragraph import sentences


def build_kpis(draft: Draft, metrics: tuple[str, ...]) -> tuple[Block, ...]:
    """One tile a metric that is there; lines under it come from the entry `kpi.<metric>`."""
    tiles = tuple(tile for tile in (_tile(draft, metric) for metric in metrics) if tile is not None)
    return (Tiles(tiles),) if tiles else ()


def _tile(draft: Draft, metric: str) -> Tile | None:
    fact = draft.find(metric)
    if fact is None:
        return None
    measure = draft.printer.fitting(fact.value, draft.printer.unit(fact))
    number = measure.bare(fact.value, draft.printer.rounding)
    unit = measure.one.strip() if measure.one and number == "1" else measure.head
    value: Text = (Span(number, fact=draft.cite(fact)),)
    return Tile(draft.metric_label(metric), value, draft.known(unit), tuple(sentences(draft, f"kpi.{metric}")))
