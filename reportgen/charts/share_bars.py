"""Stacked bars of 100 %: what parts a whole has, for one or several wholes.

Reads one series a bar: Series.name (empty for a single bar), its marks the parts in order. Mark: label (named once,
over the first bar or under the last, or in lines with colour chips where the names need more room), value, text
(inside its part, or under the bar with a hair line to it), emphasis (navy; the others then are greys). Parts are
drawn against their sum; a negative value has no part of a whole and only its text is printed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reportgen.charts.canvas import ABOVE, BELOW, CENTRE, Canvas
from reportgen.charts.chart import ChartData, Mark, Series
from reportgen.charts.check import by_label
from reportgen.charts.measure import clean, height, widest, width, wrap
from reportgen.charts.rows import LABEL_SHARE
from reportgen.charts.spread import spread
from reportgen.charts.style import GAP, GREY, INK, LABEL, LEADING, NAVY, PAPER, RULE, SMALL, mix, ramp, text_on

THICK = 18.0
LEADER = 8.0
"""The room for hair lines between a bar and texts beyond it."""


def part_fills(data: ChartData) -> dict[str, str]:
    """A fill for every part's label: a ramp of the main hue, or greys beside emphasised parts."""
    labels: dict[str, bool] = {}
    for series in data.series:
        for mark in series.marks:
            labels[mark.label] = labels.get(mark.label, False) or mark.emphasis
    if not any(labels.values()):
        return dict(zip(labels, ramp(len(labels)), strict=True))
    plain = iter([mix(GREY, 1 - 0.7 * step / max(len(labels) - 1, 1)) for step in range(len(labels))])
    return {label: NAVY if strong else next(plain) for label, strong in labels.items()}


def draw_share_bars(data: ChartData, canvas: Canvas) -> None:
    for series in data.series:
        by_label(data, series)
    fills = part_fills(data)
    names = [wrap(series.name, LABEL, canvas.width * LABEL_SHARE * 0.7) for series in data.series]
    named = max((widest(lines, LABEL) for lines in names), default=0.0)
    left = named + GAP + 2 if named else 0.0
    over, under = _name_places(canvas, data.series[0], fills, left), None
    last = data.series[-1]
    if len(data.series) > 1 and not _outside(last.marks, part_spans(last.marks, left, canvas.width)):
        under = _name_places(canvas, last, fills, left)
    if over and under:
        # The names stand at the bar whose parts they fit better.
        over, under = (over, None) if _displaced(over) <= _displaced(under) else (None, under)
    y = 0.0
    if over:
        y = _put_names(canvas, over, SMALL * LEADING + LEADER, above=True)
    elif not under:
        y = put_chips(canvas, [(fill, clean(label), False) for label, fill in fills.items()], left, 0.0) + 5
    for series, lines in zip(data.series, names, strict=True):
        middle = y + max(THICK, height(lines, LABEL)) / 2
        canvas.block(left - GAP - 2, middle, lines, anchor="end")
        spans = part_spans(series.marks, left, canvas.width)
        foot = draw_parts(canvas, series.marks, spans, [fills[mark.label] for mark in series.marks], middle)
        y = max(foot, middle + height(lines, LABEL) / 2) + 9
    if under:
        _put_names(canvas, under, foot, above=False)


def part_spans(marks: Sequence[Mark], left: float, right: float) -> list[tuple[float, float]]:
    """Where each part begins and ends; the parts fill the width by their sum."""
    whole = sum(max(mark.value, 0.0) for mark in marks)
    spans, x = [], left
    for mark in marks:
        end = x + (max(mark.value, 0.0) / whole * (right - left) if whole > 0 else 0.0)
        spans.append((x, end))
        x = end
    return spans


def draw_parts(
    canvas: Canvas, marks: Sequence[Mark], spans: Sequence[tuple[float, float]], fills: Sequence[str], middle: float
) -> float:
    """The parts of one bar and their texts; returns the lowest y used."""
    outside = _outside(marks, spans)
    for index, (mark, (x0, x1)) in enumerate(zip(marks, spans, strict=True)):
        if x1 - x0 > 0.9:
            canvas.rect(x0 + (0.4 if index else 0), middle - THICK / 2, x1 - 0.4, middle + THICK / 2, fills[index])
        elif x1 > x0:
            canvas.rect(x0, middle - THICK / 2, x1, middle + THICK / 2, fills[index])
        text = clean(mark.text)
        if index not in outside:
            canvas.words(
                (x0 + x1) / 2,
                middle + CENTRE * LABEL,
                text,
                bold=mark.emphasis,
                color=text_on(fills[index]),
                anchor="middle",
            )
    foot = middle + THICK / 2
    if not outside:
        return foot
    extents = [width(clean(marks[i].text), LABEL, marks[i].emphasis) for i in outside]
    wanted = [(spans[i][0] + spans[i][1]) / 2 for i in outside]
    places = spread(wanted, extents, 0.0, canvas.width, 5.0)
    if places is None:
        entries = [(fills[i], f"{clean(marks[i].label)} {clean(marks[i].text)}", marks[i].emphasis) for i in outside]
        return put_chips(canvas, entries, spans[0][0], foot + 4)
    for i, place, x in zip(outside, places, wanted, strict=True):
        canvas.line([(x, foot), (x, foot + 2), (place, foot + LEADER - 0.5)], RULE, 0.5)
        canvas.words(
            place,
            foot + LEADER + ABOVE * LABEL,
            marks[i].text,
            bold=marks[i].emphasis,
            color=NAVY if marks[i].emphasis else INK,
            anchor="middle",
        )
    return foot + LEADER + LABEL * LEADING


@dataclass(frozen=True, slots=True)
class PartName:
    """A part's name, where it stands and the middle of the part it names."""

    text: str
    x: float
    wanted: float
    bold: bool


def _name_places(canvas: Canvas, series: Series, fills: dict[str, str], left: float) -> tuple[PartName, ...] | None:
    """The parts' names along a bar that has them all; None where they do not fit on one line."""
    if {mark.label for mark in series.marks} != set(fills):
        return None
    wanted = [(x0 + x1) / 2 for x0, x1 in part_spans(series.marks, left, canvas.width)]
    texts = [clean(mark.label) for mark in series.marks]
    extents = [width(text, SMALL, mark.emphasis) for text, mark in zip(texts, series.marks, strict=True)]
    places = spread(wanted, extents, left, canvas.width, 6.0)
    if places is None:
        return None
    return tuple(
        PartName(text, place, middle, mark.emphasis)
        for text, place, middle, mark in zip(texts, places, wanted, series.marks, strict=True)
    )


def _displaced(names: tuple[PartName, ...]) -> float:
    return max((abs(name.x - name.wanted) for name in names), default=0.0)


def _put_names(canvas: Canvas, names: tuple[PartName, ...], edge: float, *, above: bool) -> float:
    """Names beyond the bar's edge, with hair lines to the parts they could not stand at; returns the edge."""
    away = -1 if above else 1
    moved = _displaced(names) > 1.5
    reach = LEADER if moved else 3.0
    baseline = edge - reach - BELOW * SMALL if above else edge + reach + ABOVE * SMALL
    for name in names:
        color = NAVY if name.bold else INK
        canvas.words(name.x, baseline, name.text, size=SMALL, bold=name.bold, color=color, anchor="middle")
        if abs(name.x - name.wanted) > 1.5:
            bend = edge + away * 2
            canvas.line([(name.x, edge + away * (LEADER - 0.5)), (name.wanted, bend), (name.wanted, edge)], RULE, 0.5)
    return edge


def _outside(marks: Sequence[Mark], spans: Sequence[tuple[float, float]]) -> list[int]:
    """Indexes of the parts too narrow for their text."""
    return [
        index
        for index, (mark, (x0, x1)) in enumerate(zip(marks, spans, strict=True))
        if clean(mark.text) and width(clean(mark.text), LABEL, mark.emphasis) > x1 - x0 - 5
    ]


def put_chips(canvas: Canvas, entries: Sequence[tuple[str, str, bool]], left: float, top: float) -> float:
    """Entries with a colour chip each, in as many lines as they need; returns the lowest y."""
    x, y = left, top
    for fill, text, bold in entries:
        for number, line in enumerate(wrap(text, SMALL, canvas.width - left - 12, bold)):
            extent = 10 + width(line, SMALL, bold)
            if x > left and (number or x + extent > canvas.width):
                x, y = left, y + SMALL * LEADING + 1
            if not number:
                canvas.rect(x, y + 1.5, x + 6.5, y + 8, fill, edge=RULE if fill == PAPER else "")
            canvas.words(x + 10, y + ABOVE * SMALL, line, size=SMALL, bold=bold)
            x += extent + 11
    return y + SMALL * LEADING
