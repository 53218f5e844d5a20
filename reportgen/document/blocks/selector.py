"""`customers_total@since`, `retention_rate!interval`: what a table's column or row asks for."""

from __future__ import annotations

from reportgen.document.draft import Draft
from reportgen.document.sentence import Slot, slot
from reportgen.facts.fact import Fact


def selectors(texts: tuple[str, ...]) -> tuple[Slot, ...]:
    return tuple(slot(text) for text in texts)


def find(draft: Draft, one: Slot, *, at: str | None = None, dimension: str = "", segment: str = "") -> Fact | None:
    """The fact a selector names, in a segment where one is given; `[*|a=x]` is that segment crossed with `a=x`."""
    row = ((dimension, segment),) if dimension else ()
    cells = (*row, *one.cells[1:]) if one.cells and one.cells[0][0] == "*" else one.cells or row
    first = cells[0] if cells else ("", "")
    against = "|".join(f"{name}={value}" for name, value in cells[1:])
    return draft.find(one.name, at=at or one.at, dimension=first[0], segment=first[1], against=against)


def is_flow(draft: Draft, metric: str) -> bool:
    known = draft.facts.metrics.get(metric)
    return known is not None and known.flow


def dates(draft: Draft, asked: tuple[Slot, ...], at: tuple[str, ...]) -> set[str]:
    """The snapshots a table draws on."""
    used = {one.at if one.at == "since" else date for one in asked for date in at}
    if any(is_flow(draft, one.name) for one in asked):
        used |= {"since", "period"}
    return used
