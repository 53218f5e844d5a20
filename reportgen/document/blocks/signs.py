"""Signs in a table that a note explains, where they really stand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from reportgen.document.changes import MARK, touched
from reportgen.document.draft import STAR, Draft
from reportgen.document.model import Column, Row, Span, Text
from reportgen.document.movement import Movement
from reportgen.document.scene import move_measure
from reportgen.facts.fact import parse_fact_id

_SIDE_BY_SIDE = 2
"""Dates that a chart draws side by side at most; of more it draws the course."""
ARROWS = {1: "▲", -1: "▼", 0: "＝"}
"""The shape says what the sign says; no colour judges whether a rise is good."""


def sign_notes(draft: Draft, rows: Iterable[Row], columns: Iterable[Column] = ()) -> tuple[Text, ...]:
    """Notes on —, * and † where a cell or a head prints them."""
    printed = [span.text for row in rows for cell in row.cells for span in cell]
    heads = [text for column in columns for text in (column.label, column.group)]
    told = ["note.dash" if draft.facts.since else "note.dash_single"] if "—" in printed else []
    if any(MARK in text for text in (*printed, *heads)):
        told.append("note.changed")
    return (*((Span(draft.word(key)),) for key in told), *(star_note(draft) if STAR in printed else ()))


def star_note(draft: Draft, key: str = "note.withheld") -> tuple[Text, ...]:
    """What * stands for, or that figures are left out for the same reason."""
    rule = draft.job.disclosure
    return ((Span(draft.phrase(key, count=f"{rule.min_count:,}")),),) if rule else ()


def gap_notes(draft: Draft, facts: Iterable[str]) -> tuple[Text, ...]:
    """A note under a figure that lacks withheld figures of what it draws."""
    if not draft.facts.suppressed:
        return ()
    drawn: dict[tuple[str, ...], set[str]] = {}
    for name in facts:
        parts = parse_fact_id(name)
        if parts:
            drawn.setdefault(_course(parts), set()).add(parts["period"])
    for parts in map(draft.facts.place_of, draft.facts.suppressed):
        periods = drawn.get(_course(parts), set())
        if parts["period"] in periods or len(periods) > _SIDE_BY_SIDE:
            return star_note(draft, "note.withheld_figure")
    return ()


def _course(parts: Mapping[str, str]) -> tuple[str, ...]:
    """What a chart draws: a metric of a scope across a dimension."""
    return parts["scope"], parts["metric"], parts["dimension"]


def change_notes(draft: Draft, facts: Iterable[str]) -> tuple[Text, ...]:
    """A note on † under a figure that draws a metric whose definition changed."""
    metrics = {parts["metric"] for parts in map(parse_fact_id, facts) if parts}
    if not metrics & touched(draft.findings.changes):
        return ()
    return ((Span(draft.word("note.changed")),),)


def move_cell(draft: Draft, moved: Movement | None, *, withheld: bool = False) -> Text:
    """▲ +3.1%; — where one of the two figures is missing, * where one is withheld."""
    if moved is None:
        return (Span(STAR if withheld else "—", tone="muted"),)
    arrow, text = move_words(draft, moved)
    return (Span(f"{arrow}\u00a0", tone="muted"), Span(text))


def move_words(draft: Draft, moved: Movement) -> tuple[str, str]:
    """The arrow and the figure, points by their short unit: +3.1%, −0.4百分点, −0.4 pp."""
    chosen = move_measure(draft, moved)
    if moved.unit == "points":
        chosen = replace(chosen, after=f"{' ' if draft.locale == 'en' else ''}{chosen.head}")
    printed = chosen.decimal(moved.value, draft.printer.rounding)
    sign = (printed > 0) - (printed < 0)
    return ARROWS[sign], draft.known(chosen.text(moved.value, draft.printer.rounding, "both"))


def move_head(draft: Draft, at: str) -> str:
    """What a change is counted from: 环比, 同比, 较期初; vs last month, vs year ago, vs opening."""
    kind = draft.context.period.kind
    return draft.word(f"change.{at}.{kind}" if at == "previous" else f"change.{at}")
