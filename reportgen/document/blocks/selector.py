"""`customers_total@since`, `retention_rate!interval`: what a table's column or row asks for."""

from __future__ import annotations

from dataclasses import replace

from reportgen.document.draft import Draft
from reportgen.document.report import TableBlock
from reportgen.document.sentence import Slot, slot
from reportgen.facts.fact import Fact
from reportgen.findings.finding import Finding

MOST_EACH = 6
"""Columns that a table makes of a dimension's segments at most: more do not fit a page."""


def selectors(texts: tuple[str, ...]) -> tuple[Slot, ...]:
    return tuple(slot(text) for text in texts)


def columns_of(draft: Draft, block: TableBlock) -> tuple[Slot, ...]:
    """What a table's columns ask for; `metric[*]` becomes a column for each segment of the block's `each`."""
    asked: list[Slot] = []
    for one in selectors(block.asked):
        if block.each is None or one.cell != "*":
            asked.append(one)
            continue
        asked += [replace(one, cell=f"*|{block.each}={name}") for name in _each(draft, block, one.name)]
    return tuple(asked)


def _each(draft: Draft, block: TableBlock, metric: str) -> list[str]:
    """Segments that get a column, in the dimension's order: those findings name first, then the largest."""
    facts = [fact for fact in draft.segments(metric, block.each or "") if fact.num]
    found = {one.against for one in judged(draft, block)}
    ranked = sorted(facts, key=lambda fact: (f"{block.each}={fact.segment}" not in found, -fact.value))
    kept = {fact.segment for fact in ranked[:MOST_EACH]}
    return [fact.segment for fact in facts if fact.segment in kept]


def judged(draft: Draft, block: TableBlock) -> list[Finding]:
    """Findings about a segment of the block's dimension on one of its `each`."""
    view = draft.dimension(block.by or "")
    return [
        one for one in draft.findings.findings
        if view is not None and one.dimension == view.id and one.against.startswith(f"{block.each}=")
    ]


def find(draft: Draft, one: Slot, *, at: str | None = None, dimension: str = "", segment: str = "") -> Fact | None:
    """The fact a selector names, in a segment where one is given; `[*|a=x]` is that segment crossed with `a=x`."""
    return draft.find(one.name, at=at or one.at, **_place(one, dimension, segment))


def is_withheld(
    draft: Draft, one: Slot, *, at: str | None = None, dimension: str = "", segment: str = ""
) -> bool:
    """Whether that fact is withheld."""
    return draft.withheld(one.name, at=at or one.at, **_place(one, dimension, segment))


def _place(one: Slot, dimension: str, segment: str) -> dict[str, str]:
    row = ((dimension, segment),) if dimension else ()
    cells = (*row, *one.cells[1:]) if one.cells and one.cells[0][0] == "*" else one.cells or row
    first = cells[0] if cells else ("", "")
    against = "|".join(f"{name}={value}" for name, value in cells[1:])
    return {"dimension": first[0], "segment": first[1], "against": against}


def is_flow(draft: Draft, metric: str) -> bool:
    known = draft.facts.metrics.get(metric)
    return known is not None and known.flow


def dates(draft: Draft, asked: tuple[Slot, ...], at: tuple[str, ...]) -> set[str]:
    """The snapshots a table draws on."""
    used = {one.at if one.at == "since" else date for one in asked for date in at}
    if any(is_flow(draft, one.name) for one in asked):
        used |= {"since", "period"}
    return used
