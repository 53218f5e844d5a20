"""Lines over periods, each named at its end.

Reads one series a line. Series.name and the last mark's text stand at the line's end; role `ghost` is a grey line to
compare with, such as the year before laid over the same periods. Mark: label (its period), value, low and high
(whisker), text, emphasis (of any mark: the line has the main hue and the others are grey). `row_labels` are all
periods in order: where a line lacks one it has a gap, a value between two gaps is a small dot, and a line that ends
early says when. `rule` is a dashed threshold with `rule_text` at its end; `percent` prints the scale in %,
`value_axis` is its unit word. The scale reaches `maximum` where charts share one; it begins at zero unless all values
lie far from it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from reportgen.charts.canvas import ABOVE, CENTRE, Canvas
from reportgen.charts.chart import ChartData
from reportgen.charts.measure import height, widest, width, wrap
from reportgen.charts.periods import Course, courses_of, period_places, value_range
from reportgen.charts.spread import spread
from reportgen.charts.style import (
    AXIS,
    BRICK,
    GAP,
    GREY,
    GRID,
    INK,
    LABEL,
    LEADING,
    MUTED,
    NAVY,
    POINTS_PER_MM,
    RULE,
    SMALL,
    TEAL,
    TEAL_TEXT,
    mix,
    scale_ticks,
    tick_texts,
)

PLOT, NARROW_PLOT = 120.0, 96.0
"""Height of the plot in points, where no height is asked for."""
NARROW = 300.0
TICK_PITCH = 26.0
RADIUS = 2.6
APART, OVER = 2.0, 6.0
"""Between two texts at the right, and how far they may reach over and under the plot."""
LEADER = 9.0
"""From the plot's edge to the texts: the room for hair lines."""


@dataclass(frozen=True, slots=True)
class Look:
    line: str
    text: str
    thickness: float


@dataclass(frozen=True, slots=True)
class End:
    """What stands at the right of a line or threshold: its figure and its name, under it or beside it."""

    value: float
    text: tuple[str, ...]
    name: tuple[str, ...]
    color: str
    bold: bool
    place: int | None = None
    """The period the line ends in; None for a threshold, which ends at the plot's edge."""
    beside: bool = False

    @property
    def height(self) -> float:
        two = height(self.text, LABEL), height(self.name, SMALL)
        return max(two) if self.beside else sum(two)

    @property
    def width(self) -> float:
        two = widest(self.text, LABEL, self.bold), widest(self.name, SMALL)
        return sum(two) + GAP if self.beside else max(two)


_GHOST = Look(GREY, MUTED, 1.2)
_HUES = (Look(NAVY, NAVY, 1.6), Look(TEAL, TEAL_TEXT, 1.6), Look(BRICK, BRICK, 1.6))
_FURTHER = Look(RULE, INK, 1.1)


def draw_trend(data: ChartData, canvas: Canvas) -> None:
    periods, courses = courses_of(data)
    courses = tuple(course for course in courses if course.points)
    looks = _looks(courses, threshold=data.rule is not None)
    narrow = canvas.width < NARROW
    limit = canvas.width * (0.3 if narrow else 0.22)
    ends = [_end(canvas, course, look, limit, len(periods)) for course, look in zip(courses, looks, strict=True)]
    if data.rule is not None and data.rule_text:
        ends.append(End(data.rule, (), wrap(data.rule_text, SMALL, limit), BRICK, bold=False))
    wanted = data.height_mm * POINTS_PER_MM - 24 if data.height_mm else NARROW_PLOT if narrow else PLOT
    low, high = value_range(data, courses)
    if _crowded(ends, wanted / (high - low) if high > low else 0.0):
        ends = [replace(end, beside=replace(end, beside=True).width <= limit) for end in ends]
    plot = max(wanted, sum(end.height + APART for end in ends) - 2 * OVER, 24.0)
    ticks = scale_ticks(low, high, max(3, round(plot / TICK_PITCH)))
    texts = tick_texts(ticks, data.percent)
    left = max(width(text, SMALL) for text in texts) + GAP
    right = canvas.width - max(end.width for end in ends) - LEADER
    first, step = _steps(len(periods), left, right)

    def y(value: float) -> float:
        return (ticks[-1] - value) * plot / (ticks[-1] - ticks[0])

    def x(place: int) -> float:
        return first + place * step

    _axes(data, canvas, ticks, texts, y, left, right)
    _periods(canvas, periods, x, plot)
    if data.rule is not None:
        canvas.line([(left, y(data.rule)), (right, y(data.rule))], BRICK, 0.8, dashed=True)
    for index in sorted(range(len(courses)), key=lambda i: (looks[i].thickness, i)):
        _line(canvas, courses[index], looks[index], x, y)
    _ends(canvas, ends, x, y, right, plot)


def _looks(courses: Sequence[Course], *, threshold: bool) -> list[Look]:
    """The main hue for what is emphasised, else one hue a line; greys tell no lines apart, their names do.

    Brick is the threshold's where there is one.
    """
    stressed = any(course.emphasis for course in courses if course.series.role != "ghost")
    hues = iter(_HUES[:2] if threshold else _HUES)
    return [
        _GHOST
        if course.series.role == "ghost"
        else (Look(NAVY, NAVY, 1.8) if course.emphasis else _FURTHER)
        if stressed
        else next(hues, _FURTHER)
        for course in courses
    ]


def _end(canvas: Canvas, course: Course, look: Look, limit: float, count: int) -> End:
    """The last value and the name; a value of an earlier period than the chart's last says which."""
    place, mark = course.last
    bold = look not in (_GHOST, _FURTHER)
    name = wrap(course.series.name, SMALL, limit)
    if place < count - 1:
        name += tuple(canvas.scale(line) for line in wrap(mark.label, SMALL, limit))
    return End(mark.value, wrap(mark.text, LABEL, limit, bold), name, look.text, bold, place)


def _crowded(ends: Sequence[End], unit: float) -> bool:
    """Whether the texts would push each other away from their lines."""
    order = sorted(ends, key=lambda end: -end.value)
    return any(
        (above.value - below.value) * unit < (above.height + below.height) / 2 + APART
        for above, below in pairwise(order)
    )


def _steps(count: int, left: float, right: float) -> tuple[float, float]:
    """The x of the first period and the distance between two."""
    inset = RADIUS + 1
    if count == 1:
        return (left + right) / 2, 0.0
    return left + inset, (right - left - 2 * inset) / (count - 1)


def _axes(
    data: ChartData,
    canvas: Canvas,
    ticks: Sequence[float],
    texts: Sequence[str],
    y: Callable[[float], float],
    left: float,
    right: float,
) -> None:
    """Grid lines with their figures at the left, and the unit word over them."""
    for tick, text in zip(ticks, texts, strict=True):
        base = tick == 0 or (tick == ticks[0] and tick > 0)
        canvas.line([(left, y(tick)), (right, y(tick))], (INK if tick == 0 else RULE) if base else GRID, AXIS)
        canvas.words(left - GAP, y(tick) + CENTRE * SMALL, canvas.scale(text), size=SMALL, color=MUTED, anchor="end")
    lines = wrap(data.value_axis, SMALL, canvas.width)
    for number, line in enumerate(lines):
        canvas.words(0, -8 - (len(lines) - 1 - number) * SMALL * LEADING, line, size=SMALL, color=MUTED)


def _periods(canvas: Canvas, periods: Sequence[str], x: Callable[[int], float], plot: float) -> None:
    for place, middle in period_places(canvas, periods, x):
        canvas.line([(x(place), plot), (x(place), plot + 2.5)], RULE, AXIS)
        for number, line in enumerate(wrap(periods[place], SMALL, canvas.width)):
            baseline = plot + 4.5 + ABOVE * SMALL + number * SMALL * LEADING
            canvas.words(middle, baseline, canvas.scale(line), size=SMALL, color=MUTED, anchor="middle")


def _line(canvas: Canvas, course: Course, look: Look, x: Callable[[int], float], y: Callable[[float], float]) -> None:
    for run in course.runs():
        points = [(x(place), y(mark.value)) for place, mark in run]
        for place, mark in run:
            if mark.low is not None and mark.high is not None:
                canvas.line([(x(place), y(mark.low)), (x(place), y(mark.high))], mix(look.line, 0.45), 0.9)
        if len(points) > 1:
            canvas.line(points, look.line, look.thickness)
        else:
            canvas.dot(*points[0], RADIUS * 0.6, look.line)
    place, mark = course.last
    canvas.dot(x(place), y(mark.value), RADIUS if look is not _GHOST else RADIUS * 0.75, look.line)


def _ends(
    canvas: Canvas,
    ends: Sequence[End],
    x: Callable[[int], float],
    y: Callable[[float], float],
    right: float,
    plot: float,
) -> None:
    """Texts at the right, as near to their lines as the others allow, with hair lines where they moved."""
    order = sorted(range(len(ends)), key=lambda i: (y(ends[i].value), i))
    centres = spread([y(ends[i].value) for i in order], [ends[i].height for i in order], -OVER, plot + OVER, APART)
    assert centres is not None, "the plot was made high enough"
    for index, centre in zip(order, centres, strict=True):
        end, level = ends[index], y(ends[index].value)
        start = right if end.place is None else x(end.place) + RADIUS
        if abs(centre - level) > 2 or start < right - 2 * RADIUS:
            canvas.line([(start, level), (right + 1, level), (right + LEADER - 2, centre)], RULE, 0.5)
        upper, words = centre - end.height / 2, right + LEADER
        deep = end.height if end.beside else height(end.text, LABEL)
        canvas.block(words, upper + deep / 2, end.text, bold=end.bold, color=end.color)
        if end.beside and end.text:
            words += widest(end.text, LABEL, end.bold) + GAP
        middle = centre if end.beside else upper + deep + height(end.name, SMALL) / 2
        canvas.block(words, middle, end.name, size=SMALL, color=end.color)
