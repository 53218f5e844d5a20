"""One small panel a series, all on one scale: where the same course differs.

Reads one series a panel, at most 30; its name and its last mark's text stand over it. Marks and `row_labels` are as
a trend has them. Mark: label (its period), value, text, emphasis (of any mark: the panel is highlighted and the
others are grey). A series of role `ghost` is drawn in grey in every panel and named once above, as is `rule` with
`rule_text`. Option `panel`: `lines` (default) or `bars`. Names take up to three lines; only a longer one ends in
`…`. A panel whose last value is of an earlier period says which.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import ceil

from reportgen.charts.canvas import ABOVE, BELOW, CENTRE, Canvas
from reportgen.charts.chart import ChartData
from reportgen.charts.check import refuse
from reportgen.charts.measure import clean, height, widest, width, wrap
from reportgen.charts.periods import Course, courses_of, value_range
from reportgen.charts.style import (
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
    scale_ticks,
    tick_texts,
)

MOST_PANELS = 30
MOST_LINES = 3
PANELS = (92.0, 76.0, 62.0)
"""Panels are at least this wide, in points: narrower ones only where they are many."""
GUTTER = 12.0
WIDE_PLOT, PLOT, LOW_PLOT = 56.0, 40.0, 28.0
"""Height of a panel's plot in points: in a single row, in several, and in many."""
MANY_ROWS = 7
WIDEST_BAR = 24.0
RADIUS = 1.9
BETWEEN = 9.0
"""Between two rows of panels."""


@dataclass(frozen=True, slots=True)
class Title:
    """The lines over a panel: its name, a period where the value is an old one, and the value."""

    name: tuple[str, ...]
    cut: bool
    period: tuple[str, ...]
    text: tuple[str, ...]
    beside: bool
    """The value stands at the right of the last line instead of under it."""

    @property
    def height(self) -> float:
        under = 0.0 if self.beside else height(self.text, LABEL)
        return max(height(self.name, LABEL) + height(self.period, SMALL) + under, height(1, LABEL))


@dataclass(frozen=True, slots=True)
class Frame:
    """What all panels share: their width and height, and where values and periods stand in them."""

    wide: float
    plot: float
    low: float
    high: float
    ticks: tuple[float, ...]
    count: int
    bars: bool

    def y(self, value: float) -> float:
        return (self.high - value) * self.plot / (self.high - self.low)

    def x(self, place: int) -> float:
        if self.bars or self.count == 1:
            return (place + 0.5) * self.wide / self.count
        return 1.0 + place * (self.wide - RADIUS - 2.0) / (self.count - 1)


def draw_small_multiples(data: ChartData, canvas: Canvas) -> None:
    panel = data.options.get("panel", "lines")
    if panel not in ("lines", "bars"):
        raise refuse(data, f"option panel is {panel!r}; expected 'lines' or 'bars'.")
    periods, courses = courses_of(data)
    panels = [course for course in courses if course.series.role != "ghost"]
    ghosts = [course for course in courses if course.series.role == "ghost" and course.points]
    if len(panels) > MOST_PANELS:
        raise refuse(
            data, f"{len(panels)} panels given; expected at most {MOST_PANELS}. Draw the largest, or a heatmap."
        )
    low, high = value_range(data, courses, zero=panel == "bars")
    low, high, ticks = _scale(low, high)
    texts = tick_texts(ticks, data.percent)
    left = max(width(text, SMALL) for text in texts) + GAP
    across, titles = _columns(canvas, panels, periods[-1], left)
    rows = ceil(len(panels) / across)
    wide = (canvas.width - left - (across - 1) * GUTTER) / across
    plot = WIDE_PLOT if rows == 1 else PLOT if rows < MANY_ROWS else LOW_PLOT
    if data.height_mm:
        heads = sum(max(t.height for t in titles[r * across : (r + 1) * across]) + BETWEEN + 4 for r in range(rows))
        plot = max(20.0, min((data.height_mm * POINTS_PER_MM - heads - 12) / rows, 110.0))
    frame = Frame(wide, plot, low, high, ticks, len(periods), panel == "bars")
    y = _key(data, canvas, ghosts)
    any_emphasis = any(course.emphasis for course in panels)
    for row in range(rows):
        members = range(row * across, min((row + 1) * across, len(panels)))
        y += max(titles[index].height for index in members) + 4
        _ticks(canvas, texts, frame, left - GAP, y)
        for index in members:
            x = left + (index - row * across) * (wide + GUTTER)
            strong = panels[index].emphasis or not any_emphasis
            _title(canvas, titles[index], x, y - 4, wide, strong=panels[index].emphasis)
            _panel(data, canvas, frame, panels[index], ghosts, (x, y), strong=strong)
            if index + across >= len(panels):
                _periods(canvas, periods, x, y + plot, wide)
        y += plot + BETWEEN


def _scale(low: float, high: float) -> tuple[float, float, tuple[float, ...]]:
    """The ends of the scale and the round ticks between them; where there is but one, ticks enclose the values."""
    inner = tuple(tick for tick in scale_ticks(low, high, 4) if low <= tick <= high)
    if len(inner) >= 2:
        return low, high, inner
    outer = scale_ticks(low, high, 3)
    return outer[0], outer[-1], outer


def _columns(canvas: Canvas, panels: Sequence[Course], last: str, left: float) -> tuple[int, list[Title]]:
    """How many panels stand side by side, and their titles: fewer where that saves names from being cut."""
    room = canvas.width - left
    fitting = [max(1, int((room + GUTTER) / (wide + GUTTER))) for wide in PANELS]
    most = min(next((count for count in fitting if len(panels) <= count * MANY_ROWS), fitting[-1]), len(panels))
    # Rows of about equal length: twelve panels in five columns would be 5, 5 and 2.
    first = across = ceil(len(panels) / ceil(len(panels) / most))
    titles: dict[int, list[Title]] = {}
    while across >= max(1, first // 2):
        wide = (room - (across - 1) * GUTTER) / across
        titles[across] = [_title_of(panel, last, wide) for panel in panels]
        if not any(title.cut for title in titles[across]):
            return across, titles[across]
        across -= 1
    return first, titles[first]


def _title_of(panel: Course, last: str, wide: float) -> Title:
    bold = panel.emphasis
    text = panel.last[1].text if panel.points else "—"
    old = clean(panel.last[1].label) if panel.points and panel.last[1].label != last else ""
    lines = wrap(text, LABEL, wide, bold=True)
    beside = len(lines) == 1 and width(lines[0], LABEL, bold=True) <= wide * 0.55
    period = wrap(old, SMALL, wide - (widest(lines, LABEL, bold=True) + GAP if beside else 0))
    room = wide - widest(lines, LABEL, bold=True) - GAP if beside and not period else wide
    name = wrap(panel.series.name, LABEL, room, bold)
    if len(name) > 1 and beside and not period:
        # A name of several lines needs to leave the value room on its last line only.
        name = wrap(panel.series.name, LABEL, wide, bold)
        beside = len(name) > 1 and width(name[-1], LABEL, bold) <= room
        if not beside and len(wrap(panel.series.name, LABEL, room, bold)) <= MOST_LINES:
            name, beside = wrap(panel.series.name, LABEL, room, bold), True
    if len(name) <= MOST_LINES:
        return Title(name, cut=False, period=period, text=lines, beside=beside)
    kept, end = name[: MOST_LINES - 1], name[MOST_LINES - 1]
    end += name[MOST_LINES][:1]
    while end and width(end + "…", LABEL, bold) > wide:
        end = end[:-1]
    # A number cut short would be another number.
    end = end.rstrip("0123456789.,% ") + "…"
    return Title((*kept, end), cut=True, period=period, text=lines, beside=beside and bool(period))


def _title(canvas: Canvas, title: Title, x: float, foot: float, wide: float, *, strong: bool) -> None:
    """The lines over one panel, the lowest just above `foot`."""
    y = foot - title.height
    color = NAVY if strong else INK
    canvas.block(x, y + height(title.name, LABEL) / 2, title.name, bold=strong, color=color)
    y += height(title.name, LABEL)
    period = [canvas.scale(line) for line in title.period]
    canvas.block(x, y + height(title.period, SMALL) / 2, period, size=SMALL, color=MUTED)
    y += height(title.period, SMALL)
    if title.beside:
        y = max(y, foot) - height(1, LABEL) / 2
        canvas.block(x + wide, y, title.text, bold=True, color=color, anchor="end")
    else:
        canvas.block(x + wide, y + height(title.text, LABEL) / 2, title.text, bold=True, color=color, anchor="end")


def _key(data: ChartData, canvas: Canvas, ghosts: Sequence[Course]) -> float:
    """The unit, the grey line's name and the threshold's words above all panels; returns the y below them."""
    entries = [(data.value_axis, "", False)] if data.value_axis else []
    entries += [(ghost.series.name, GREY, False) for ghost in ghosts if ghost.series.name]
    entries += [(data.rule_text, BRICK, True)] if data.rule is not None and data.rule_text else []
    x, y = 0.0, 0.0
    for text, color, dashed in entries:
        sample = 18.0 if color else 0.0
        for number, line in enumerate(wrap(text, SMALL, canvas.width - sample)):
            extent = sample + width(line, SMALL)
            if x > 0 and (number or x + extent > canvas.width):
                x, y = 0.0, y + SMALL * LEADING
            if color and not number:
                middle = y + (ABOVE - CENTRE) * SMALL
                canvas.line([(x, middle), (x + 13, middle)], color, 1.2 if not dashed else 0.8, dashed=dashed)
            canvas.words(x + sample, y + ABOVE * SMALL, line, size=SMALL, color=BRICK if dashed else MUTED)
            x += extent + 14
    return y + SMALL * LEADING + 4 if entries else 0.0


def _ticks(canvas: Canvas, texts: Sequence[str], frame: Frame, x: float, top: float) -> None:
    """The scale's figures at the left of a row of panels, as many as stand clear of each other."""
    crowded = frame.y(frame.ticks[0]) - frame.y(frame.ticks[1]) < SMALL * (ABOVE + BELOW)
    for index, (tick, text) in enumerate(zip(frame.ticks, texts, strict=True)):
        if not crowded or index in (0, len(texts) - 1):
            y = top + frame.y(tick) + CENTRE * SMALL
            canvas.words(x, y, canvas.scale(text), size=SMALL, color=MUTED, anchor="end")


def _panel(
    data: ChartData,
    canvas: Canvas,
    frame: Frame,
    panel: Course,
    ghosts: Sequence[Course],
    corner: tuple[float, float],
    *,
    strong: bool,
) -> None:
    left, top = corner

    def at(place: int, value: float) -> tuple[float, float]:
        return left + frame.x(place), top + frame.y(value)

    zero = INK if frame.low < 0 else RULE
    for tick in frame.ticks:
        y = top + frame.y(tick)
        canvas.line([(left, y), (left + frame.wide, y)], GRID if tick else zero, 0.5)
    color = NAVY if strong else MUTED
    if frame.bars:
        _bars(canvas, frame, panel, at, color)
    if data.rule is not None:
        y = top + frame.y(data.rule)
        canvas.line([(left, y), (left + frame.wide, y)], BRICK, 0.7, dashed=True)
    for ghost in ghosts:
        _line(canvas, ghost, at, GREY, 1.0)
    if not frame.bars and panel.points:
        _line(canvas, panel, at, color, 1.5 if strong else 1.2)
        place, mark = panel.last
        canvas.dot(*at(place, mark.value), RADIUS, color)


def _line(
    canvas: Canvas, course: Course, at: Callable[[int, float], tuple[float, float]], color: str, thickness: float
) -> None:
    for run in course.runs():
        points = [at(place, mark.value) for place, mark in run]
        if len(points) > 1:
            canvas.line(points, color, thickness)
        else:
            canvas.dot(*points[0], 1.1, color)


def _bars(
    canvas: Canvas, frame: Frame, panel: Course, at: Callable[[int, float], tuple[float, float]], color: str
) -> None:
    """A bar a period, the last one in full colour."""
    reach = min(frame.wide / frame.count * 0.33, WIDEST_BAR / 2)
    for place, mark in panel.points:
        (x, y), (_, zero) = at(place, mark.value), at(place, 0.0)
        if abs(y - zero) > 0.01:
            last = place == panel.last[0]
            canvas.rect(x - reach, min(y, zero), x + reach, max(y, zero), color if last else GREY)


def _periods(canvas: Canvas, periods: Sequence[str], x: float, foot: float, wide: float) -> None:
    """The first and the last period under the lowest panel of a column; the last alone where both do not fit.

    A single period stands under its mark, in the middle.
    """
    first, last = clean(periods[0]), clean(periods[-1])
    baseline = foot + 3 + ABOVE * SMALL
    if len(periods) > 1 and width(first, SMALL) + width(last, SMALL) + GAP <= wide:
        canvas.words(x, baseline, canvas.scale(first), size=SMALL, color=MUTED)
    for number, line in enumerate(wrap(last, SMALL, wide)):
        y = baseline + number * SMALL * LEADING
        if len(periods) > 1:
            canvas.words(x + wide, y, canvas.scale(line), size=SMALL, color=MUTED, anchor="end")
        else:
            canvas.words(x + wide / 2, y, canvas.scale(line), size=SMALL, color=MUTED, anchor="middle")
