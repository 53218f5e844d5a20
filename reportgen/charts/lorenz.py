"""The Lorenz curve: which share of the whole the poorest x % hold.

Reads one series, from poorest to richest. Mark: value (cumulated share, 0 to 1), low (the share of customers x;
where no mark has it the points are evenly spaced and the last one is all), emphasis (a stated point: dot, and label
and text at the right of the plot). Printed besides: options `gini` (upper left), `equality` (at the diagonal),
`x_axis` (under the plot), and value_axis over it.
"""

from __future__ import annotations

from collections.abc import Callable

from reportgen.charts.canvas import ABOVE, CENTRE, Canvas, Point
from reportgen.charts.chart import ChartData, Mark
from reportgen.charts.check import marks_of, refuse
from reportgen.charts.measure import clean, height, width, wrap
from reportgen.charts.spread import spread
from reportgen.charts.style import (
    AXIS,
    GAP,
    INK,
    LABEL,
    LEADING,
    MUTED,
    NAVY,
    POINTS_PER_MM,
    RULE,
    SMALL,
    mix,
    tick_texts,
)

SIDE = 168.0
"""Side of the square in points at full width; less where the sheet is narrow."""
LEAST_SIDE = 40.0
LEAST_WIDTH_MM = 45.0
WIDE = 300.0
"""Points from which on a sheet has room for large statements."""
LARGE = 15.0
STATED_SHARE = 0.6
"""The square's part of the width where stated points have their words beside it."""


def draw_lorenz(data: ChartData, canvas: Canvas) -> None:
    marks = marks_of(data)
    if data.width_mm < LEAST_WIDTH_MM:
        raise refuse(data, f"width_mm is {data.width_mm:g}; expected at least {LEAST_WIDTH_MM:g}.")
    if beyond := next((mark for mark in marks if mark.value > 1), None):
        raise refuse(data, f"mark {beyond.label!r} has the value {beyond.value:g}; a share of the whole is at most 1.")
    places = _places(marks)
    stated = any(mark.emphasis for mark in marks)
    left = width("100%", SMALL) + GAP
    side = min(SIDE, (canvas.width - left) * (STATED_SHARE if stated else 0.94))
    if data.height_mm:
        side = max(min(side, data.height_mm * POINTS_PER_MM - 40), LEAST_SIDE)
    floor = min(0.0, *(mark.value for mark in marks))

    def at(x: float, y: float) -> Point:
        return left + x * side, (1 - y) * side / (1 - floor)

    curve = [at(0, 0), *(at(x, mark.value) for mark, x in zip(marks, places, strict=True))]
    if curve[-1] != at(1, 1):
        curve.append(at(1, 1))
    canvas.polygon([*curve, at(0, 0)], mix(NAVY, 0.10))
    _axes(canvas, at, floor, side)
    canvas.line([at(0, 0), at(1, 1)], RULE, 0.8, dashed=True)
    canvas.line(curve, NAVY, 1.6)
    _words(data, canvas, left, side, at(0, 0)[1])
    points = [(mark, at(x, mark.value)) for mark, x in zip(marks, places, strict=True) if mark.emphasis]
    _stated(canvas, points, left + side, side)


def _ticks(length: float) -> tuple[tuple[float, str], ...]:
    """Ticks of a scale from 0 to 1 drawn over so many points, with their texts."""
    ticks = (0.0, 0.25, 0.5, 0.75, 1.0) if length >= 90 else (0.0, 0.5, 1.0) if length >= 60 else (0.0, 1.0)
    return tuple(zip(ticks, tick_texts(ticks, percent=True), strict=True))


def _axes(canvas: Canvas, at: Callable[[float, float], Point], floor: float, side: float) -> None:
    """Both scales in %, with as many ticks as the square holds."""
    for tick, text in _ticks(side):
        x, y = at(tick, floor)
        canvas.line([(x, y), (x, y + 2.5)], RULE, AXIS)
        canvas.words(x, y + 4 + ABOVE * SMALL, canvas.scale(text), size=SMALL, color=MUTED, anchor="middle")
    for tick, text in _ticks(side / (1 - floor))[1:]:
        x, y = at(0, tick)
        canvas.line([(x, y), (x - 2.5, y)], RULE, AXIS)
        canvas.words(x - GAP, y + CENTRE * SMALL, canvas.scale(text), size=SMALL, color=MUTED, anchor="end")
    canvas.line([at(0, 1), at(0, floor), at(1, floor)], RULE, AXIS)
    if floor < 0:
        canvas.line([at(0, 0), at(1, 0)], INK, AXIS)


def _places(marks: tuple[Mark, ...]) -> list[float]:
    """The x of each mark, in shares of all customers."""
    if any(mark.low is not None for mark in marks):
        return [mark.low or 0.0 for mark in marks]
    return [(index + 1) / len(marks) for index in range(len(marks))]


def _words(data: ChartData, canvas: Canvas, left: float, side: float, zero: float) -> None:
    """Words about the whole: under and over the plot, and above the diagonal, where no curve can come.

    `zero` is the y at which the diagonal begins.
    """
    below = side + 4 + ABOVE * SMALL
    for index, line in enumerate(wrap(data.options.get("x_axis", ""), SMALL, canvas.width * 0.9)):
        y = below + (index + 1) * SMALL * LEADING
        canvas.words(left + side / 2, y, line, size=SMALL, color=MUTED, anchor="middle")
    over = [(line, SMALL, False, MUTED) for line in wrap(data.value_axis, SMALL, canvas.width * 0.9)]
    gini = clean(data.options.get("gini", ""))
    first = 3 + ABOVE * LABEL
    if width(gini, LABEL, bold=True) + 12 < side * (1 - (first + 2) / zero):
        canvas.words(left + 5, first, gini, bold=True, color=NAVY)
    else:
        over = [(line, LABEL, True, NAVY) for line in wrap(gini, LABEL, canvas.width * 0.9, bold=True)] + over
    for index, (line, size, bold, color) in enumerate(reversed(over)):
        canvas.words(0, -8 - index * LABEL * LEADING, line, size=size, bold=bold, color=color)
    name = clean(data.options.get("equality", ""))
    middle = zero * 0.45
    room = side * (1 - middle / zero)
    if width(name, SMALL) + 16 < room and middle - SMALL > first + 3:
        canvas.words(left + room - GAP - 2, middle, name, size=SMALL, color=MUTED, anchor="end")


def _stated(canvas: Canvas, stated: list[tuple[Mark, Point]], edge: float, side: float) -> None:
    """Stated points: a dot each, a hair line to the right (under the curve, so it meets nothing), and its words."""
    # On a wide sheet the statements are as large as the room beside the square allows.
    wide = canvas.width >= WIDE
    large, small = (LARGE, LABEL + 1) if wide else (LABEL, SMALL)
    reach = (canvas.width - edge) * 0.18 if wide else 9.0
    words = edge + reach + 8
    room = canvas.width - words - 2
    blocks = [(wrap(mark.text, large, room, bold=True), wrap(mark.label, small, room)) for mark, _ in stated]
    extents = [height(text, large) + height(label, small) for text, label in blocks]
    # Upwards on the page is richer: lay out from the top.
    order = sorted(range(len(stated)), key=lambda index: stated[index][1][1])
    low, high = -4.0, side + 6.0
    need = sum(extents) + 3.0 * len(extents)
    if need > high - low:
        high = low + need
    centres = spread([stated[i][1][1] for i in order], [extents[i] for i in order], low, high, 2.0)
    assert centres is not None, "the room was made to fit"
    for index, centre in zip(order, centres, strict=True):
        (text, label), (x, y) = blocks[index], stated[index][1]
        canvas.line([(x, y), (edge + reach, y), (edge + reach + 5, centre)], RULE, 0.5)
        canvas.dot(x, y, 2.6, NAVY, "#ffffff", 0.8)
        upper = centre - extents[index] / 2
        canvas.block(words, upper + height(text, large) / 2, text, size=large, bold=True, color=NAVY)
        canvas.block(words, upper + height(text, large) + height(label, small) / 2, label, size=small, color=MUTED)
