"""Figures over periods: what trend lines and small multiples share."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from reportgen.charts.canvas import Canvas
from reportgen.charts.chart import ChartData, Mark, Series
from reportgen.charts.check import by_label, order_of, refuse
from reportgen.charts.measure import clean, width
from reportgen.charts.style import SMALL

STEPS = (1, 2, 3, 6, 12, 24)
"""Every so many periods have a label: steps that fall on the same months each year."""
MOST_LABELS = 9
APART = 8.0
"""Between two labels, in points."""
ZERO_SHARE = 0.5
"""A scale whose lowest value is below this share of its highest begins at zero."""


@dataclass(frozen=True, slots=True)
class Course:
    """A series along the periods: its marks with their places, counted from 0."""

    series: Series
    points: tuple[tuple[int, Mark], ...]

    @property
    def last(self) -> tuple[int, Mark]:
        return self.points[-1]

    @property
    def emphasis(self) -> bool:
        return any(mark.emphasis for _, mark in self.points)

    def runs(self) -> tuple[tuple[tuple[int, Mark], ...], ...]:
        """The stretches without a gap."""
        runs: list[list[tuple[int, Mark]]] = []
        for place, mark in self.points:
            if runs and runs[-1][-1][0] == place - 1:
                runs[-1].append((place, mark))
            else:
                runs.append([(place, mark)])
        return tuple(tuple(run) for run in runs)


def courses_of(data: ChartData) -> tuple[tuple[str, ...], tuple[Course, ...]]:
    """All periods in order, and every series along them.

    Without `row_labels` the periods are those of the first series. Raises `TemplateError` for a period that is not
    among them, stands twice, or comes before an earlier mark's.
    """
    periods = order_of(data, "period") or tuple(mark.label for mark in data.series[0].marks)
    places = {label: place for place, label in enumerate(periods)}
    courses = []
    for series in data.series:
        by_label(data, series)
        if stray := next((mark for mark in series.marks if mark.label not in places), None):
            raise refuse(
                data,
                f"{series.name or 'series'}: {stray.label!r} is none of the {len(periods)} periods; name them all in "
                "row_labels, in order.",
            )
        points = tuple((places[mark.label], mark) for mark in series.marks)
        if points != tuple(sorted(points, key=lambda point: point[0])):
            raise refuse(data, f"{series.name or 'series'}: the marks are not in the order of the periods.")
        courses.append(Course(series, points))
    if all(course.series.role == "ghost" or not course.points for course in courses):
        raise refuse(data, "no series has a value but those of role 'ghost', which are there to compare with.")
    return periods, tuple(courses)


def value_range(data: ChartData, courses: Iterable[Course], *, zero: bool = False) -> tuple[float, float]:
    """The lowest and highest value to draw, whiskers, threshold and shared maximum included.

    Zero is among them where bars are drawn (`zero`) and where it is near, seen from the values' own spread.
    """
    values = [
        end
        for course in courses
        for _, mark in course.points
        for end in (mark.value, mark.low, mark.high)
        if end is not None
    ]
    values += [end for end in (data.rule, data.maximum) if end is not None]
    low, high = min(values), max(values)
    if low == high:
        # One value has no spread to show: the scale runs from zero past it, never to a share there cannot be.
        beyond = min(low * 1.25, 1.0) if data.percent and 0 < low <= 1 else low * 1.25
        low, high = sorted((0.0, beyond or 0.1 if data.percent else beyond or 1.0))
    if zero or 0 <= low < high * ZERO_SHARE or low * ZERO_SHARE < high <= 0:
        low, high = min(low, 0.0), max(high, 0.0)
    return low, high


def period_places(canvas: Canvas, periods: Sequence[str], at: Callable[[int], float]) -> tuple[tuple[int, float], ...]:
    """Which periods are labelled, and the middle of each label: the last one, and back from it in even steps.

    Labels stand on the sheet, each over its period; where not even two steps have room, the first and last do, or the
    last alone.
    """
    last = len(periods) - 1
    tries = [tuple(range(last, -1, -step))[::-1] for step in STEPS if step == 1 or step < last]
    tries = [shown for shown in tries if len(shown) <= MOST_LABELS]
    for shown in (*tries, (0, last)):
        placed, edge = [], -APART
        for place in dict.fromkeys(shown):
            extent = width(clean(periods[place]), SMALL)
            middle = max(extent / 2, min(at(place), canvas.width - extent / 2))
            if middle - extent / 2 < edge + APART or abs(middle - at(place)) > extent / 2:
                break
            placed.append((place, middle))
            edge = middle + extent / 2
        else:
            return tuple(placed)
    return ((last, at(last)),)
