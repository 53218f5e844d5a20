"""Stages one after the other: how many are left at each, and the rate from one to the next.

Reads one series, the stages in order. Mark: label, value (the bar's width, bars share one middle), text (in the bar,
or beside it), note (the rate from the stage before, printed between the two at the right; the first stage's note
stands under its label), emphasis. A stage larger than the one before is refused, unless option `rising` is
`allowed`.
"""

from __future__ import annotations

from dataclasses import dataclass

from reportgen.charts.canvas import Canvas
from reportgen.charts.chart import ChartData, Mark
from reportgen.charts.check import falling, marks_of, not_negative
from reportgen.charts.measure import height, widest, wrap
from reportgen.charts.style import GAP, GRID, INK, LABEL, MUTED, NAVY, POINTS_PER_MM, RULE, SMALL, fill_of, text_on

THICK = 15.0
BETWEEN = 8.0
"""From a stage to the next, edge to edge."""
LEAST_SHARE = 0.6
"""Bars give way to the texts beside them down to this share of the room; then the texts take a column."""


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage laid out: its lines, and the y of its middle."""

    mark: Mark
    label: tuple[str, ...]
    note: tuple[str, ...]
    text: tuple[str, ...]
    rate: tuple[str, ...]
    middle: float

    @property
    def text_width(self) -> float:
        return widest(self.text, LABEL, bold=True)


def draw_funnel(data: ChartData, canvas: Canvas) -> None:
    marks = marks_of(data)
    not_negative(data, marks, "stage")
    falling(data, marks)
    stages = _stages(data, canvas, marks)
    labelled = max(max(widest(s.label, LABEL, s.mark.emphasis), widest(s.note, SMALL)) for s in stages)
    left = labelled + 2 * GAP
    rates = max(widest(stage.rate, LABEL) for stage in stages)
    right = canvas.width - (rates + 3 * GAP if rates else 0.0)
    most = max(mark.value for mark in marks)
    unit = _unit(stages, right - left, most)
    column = 0.0
    if unit is None:
        column = max(stage.text_width for stage in stages) + 2 * GAP
        left += column
        unit = max(right - left, 1.0) / most if most else 0.0
    centre = (left + right) / 2
    half = [stage.mark.value * unit / 2 for stage in stages]
    for stage, after, here, there in zip(stages, stages[1:], half, half[1:], strict=False):
        upper, lower = stage.middle + THICK / 2, after.middle - THICK / 2
        if here > 0:
            canvas.polygon(
                ((centre - here, upper), (centre + here, upper), (centre + there, lower), (centre - there, lower)), GRID
            )
        if after.rate:
            _rate(canvas, stage, after, right + GAP)
    any_emphasis = any(mark.emphasis for mark in marks)
    for stage, reach in zip(stages, half, strict=True):
        _stage(canvas, stage, centre, reach, labelled, left - 2 * GAP if column else None, any_emphasis=any_emphasis)


def _stages(data: ChartData, canvas: Canvas, marks: tuple[Mark, ...]) -> tuple[Stage, ...]:
    lines = [
        (
            wrap(mark.label, LABEL, canvas.width * 0.3, mark.emphasis),
            wrap(mark.note, SMALL, canvas.width * 0.3) if index == 0 else (),
            wrap(mark.text, LABEL, canvas.width * 0.3, bold=True),
            wrap(mark.note, LABEL, canvas.width * 0.2) if index else (),
        )
        for index, mark in enumerate(marks)
    ]
    tall = [max(THICK, height(name, LABEL) + height(note, SMALL), height(text, LABEL)) for name, note, text, _ in lines]
    needs = [max((tall[i - 1] + tall[i]) / 2 + BETWEEN, height(lines[i][3], LABEL) + 6) for i in range(1, len(lines))]
    if data.height_mm and needs:
        spare = data.height_mm * POINTS_PER_MM - sum(needs) - (tall[0] + tall[-1]) / 2
        needs = [need + min(max(spare, 0.0) / len(needs), 14.0) for need in needs]
    middles = [tall[0] / 2]
    for need in needs:
        middles.append(middles[-1] + need)
    return tuple(Stage(mark, *line, middle) for mark, line, middle in zip(marks, lines, middles, strict=True))


def _unit(stages: tuple[Stage, ...], room: float, most: float) -> float | None:
    """Points a unit with every text in its bar or beside it; None where the texts need a column of their own."""
    if not most:
        return 0.0 if all(len(s.text) <= 1 and s.text_width / 2 <= room / 2 for s in stages) else None
    for percent in range(100, round(LEAST_SHARE * 100) - 1, -2):
        unit = room * percent / 100 / most
        if all(
            len(stage.text) <= 1
            and (
                stage.text_width + 2 * GAP <= stage.mark.value * unit
                or stage.mark.value * unit / 2 + GAP + stage.text_width <= room / 2
            )
            for stage in stages
        ):
            return unit
    return None


def _stage(
    canvas: Canvas, stage: Stage, centre: float, reach: float, edge: float, column: float | None, *, any_emphasis: bool
) -> None:
    """One bar, its label flush right at `edge`, its text in it, beside it or flush right at `column`."""
    strong = stage.mark.emphasis
    label, note = height(stage.label, LABEL), height(stage.note, SMALL)
    canvas.block(edge, stage.middle - note / 2, stage.label, bold=strong, color=NAVY if strong else INK, anchor="end")
    canvas.block(edge, stage.middle + label / 2, stage.note, size=SMALL, color=MUTED, anchor="end")
    fill = fill_of(strong, any_emphasis)
    upper, lower = stage.middle - THICK / 2, stage.middle + THICK / 2
    if reach > 0.01:
        canvas.rect(centre - reach, upper, centre + reach, lower, fill)
    else:
        canvas.line([(centre, upper), (centre, lower)], RULE, 1.0)
    color = NAVY if strong else INK
    if column is not None:
        canvas.block(column, stage.middle, stage.text, bold=True, color=color, anchor="end")
    elif stage.text_width + 2 * GAP <= 2 * reach:
        canvas.block(centre, stage.middle, stage.text, bold=True, color=text_on(fill), anchor="middle")
    else:
        canvas.block(centre + reach + GAP, stage.middle, stage.text, bold=True, color=color)


def _rate(canvas: Canvas, before: Stage, after: Stage, x: float) -> None:
    """An arrow from one stage's height to the next, the rate at its right."""
    top, foot = before.middle + 2.5, after.middle - 2.5
    canvas.line([(x, top), (x, foot - 2)], RULE, 0.8)
    canvas.polygon(((x - 2.2, foot - 4), (x + 2.2, foot - 4), (x, foot)), RULE)
    canvas.block(x + 2 * GAP, (before.middle + after.middle) / 2, after.rate, color=MUTED)
