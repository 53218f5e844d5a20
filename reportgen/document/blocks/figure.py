"""A figure around chart data: number, title, unit, text alternative, notes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from reportgen.charts.chart import ChartData, Mark
from reportgen.document.blocks.caption import keep, notes, title
from reportgen.document.blocks.signs import change_notes, gap_notes
from reportgen.document.changes import MARK
from reportgen.document.draft import Draft
from reportgen.document.model import Figure, Text
from reportgen.document.printed import facts_of

HALF_MM = 79.0
FULL_MM = 164.0


def figure(
    draft: Draft, name: str, data: ChartData, *, caption: str, unit: str, dates: Iterable[str], half: bool = False,
    more: tuple[Text, ...] = (), course: tuple[str, str] | None = None,
) -> Figure:
    """The finished figure, made known to sentences and issues. Texts that carry no fact are made known too."""
    head = title(draft, name, caption)
    words = "".join(span.text for span in head)
    for series in data.series:
        draft.known(series.name)
        for mark in series.marks:
            for text in (mark.label, mark.text, mark.note, mark.n):
                draft.known(text)
    for text in (data.rule_text, data.value_axis, *data.row_labels, *data.options.values()):
        draft.known(text)
    if data.bracket:
        draft.known(data.bracket[2])
    whole = replace(data, alt=alternative(draft, words, data), width_mm=HALF_MM if half else FULL_MM)
    printed = facts_of(whole.series)
    changed = change_notes(draft, printed)
    made = Figure(
        name, draft.exhibits.number("figure"), head, draft.known(unit + MARK if changed else unit), whole,
        (*notes(draft, name, dates, printed, course), *more, *changed, *gap_notes(draft, printed)), half,
    )
    keep(draft, made)
    return made


def alternative(draft: Draft, words: str, data: ChartData) -> str:
    """The chart in words, from its data: for readers who do not see it."""
    gap, end = ("，", "；") if draft.locale == "zh-CN" else (": ", "; ")
    stop = "。" if draft.locale == "zh-CN" else ". "
    parts = []
    for series in data.series:
        told = end.join(_mark(mark, gap) for mark in series.marks if mark.label or mark.text)
        parts.append(f"{series.name}{gap}{told}" if series.name else told)
    return stop.join(part for part in (words, *parts) if part)


def _mark(mark: Mark, gap: str) -> str:
    return gap.join(part for part in (mark.label, mark.text, mark.n) if part)
