"""A bridge: from an opening total through gains and losses to a closing total.

Reads one series. Mark: label, value (a total's level; a step's signed contribution), text (over the bar), note
(inside every bar where all fit, else under the labels), role: total, gain, loss, neutral, or empty (by sign).
Connectors run only in the gaps between bars, at the level both share, so they never meet a text. Where texts do not
fit their columns the bridge is drawn in rows, from top to bottom.
"""

from __future__ import annotations

from dataclasses import dataclass

from reportgen.charts.canvas import CENTRE, Canvas
from reportgen.charts.chart import ChartData, Mark
from reportgen.charts.check import marks_of
from reportgen.charts.measure import widest
from reportgen.charts.rows import lay_rows, put_labels
from reportgen.charts.slots import lay_slots, note_fits, put_notes_below, put_slot_labels
from reportgen.charts.style import (
    AXIS,
    FILLS,
    GAP,
    INK,
    LABEL,
    POINTS_PER_MM,
    RULE,
    SMALL,
    TEXTS,
    fit_scale,
    text_on,
)

PLOT = 118.0
"""Height in points from the lowest level to the highest, where no height is asked for."""


@dataclass(frozen=True, slots=True)
class Step:
    mark: Mark
    role: str
    start: float
    end: float

    @property
    def low(self) -> float:
        return min(self.start, self.end)

    @property
    def high(self) -> float:
        return max(self.start, self.end)


def steps_of(marks: tuple[Mark, ...]) -> tuple[Step, ...]:
    """Where each bar begins and ends."""
    steps, level = [], 0.0
    for mark in marks:
        if mark.role == "total":
            steps.append(Step(mark, "total", 0.0, mark.value))
            level = mark.value
            continue
        role = mark.role or ("gain" if mark.value > 0 else "loss" if mark.value < 0 else "neutral")
        steps.append(Step(mark, role, level, level + mark.value))
        level += mark.value
    return tuple(steps)


def draw_waterfall(data: ChartData, canvas: Canvas) -> None:
    marks = marks_of(data)
    steps = steps_of(marks)
    slots = lay_slots(canvas, marks)
    if slots is None:
        _draw_rows(data, canvas, steps)
        return
    top = max(0.0, *(step.high for step in steps))
    bottom = min(0.0, *(step.low for step in steps))
    plot = max(data.height_mm * POINTS_PER_MM - 40, 40.0) if data.height_mm else PLOT
    unit = plot / (top - bottom) if top > bottom else 0.0
    inside = all(note_fits(step.mark, slots, (step.high - step.low) * unit) for step in steps if step.mark.note)
    for index, step in enumerate(steps):
        x0, x1 = slots.span(index)
        upper, lower = -step.high * unit, -step.low * unit
        if lower - upper > 0.01:
            canvas.rect(x0, upper, x1, lower, FILLS[step.role])
        elif step.role != "total":
            canvas.line([(x0, upper), (x1, upper)], RULE, 1.6)
        canvas.words(
            slots.middle(index),
            upper - GAP + 0.5,
            step.mark.text,
            bold=True,
            color=TEXTS[step.role],
            anchor="middle",
            keep_in=False,
        )
        if inside:
            canvas.words(
                slots.middle(index),
                (upper + lower) / 2 + CENTRE * SMALL,
                step.mark.note,
                size=SMALL,
                color=text_on(FILLS[step.role]),
                anchor="middle",
            )
        if (index + 1 < len(steps) and steps[index + 1].role != "total") or _meets(steps, index):
            canvas.line([(x1, -step.end * unit), (slots.span(index + 1)[0], -step.end * unit)], RULE, AXIS)
    canvas.line([(0, 0), (slots.pitch * len(marks), 0)], INK, AXIS)
    lowest = put_slot_labels(canvas, slots, marks, -bottom * unit)
    if not inside:
        put_notes_below(canvas, slots, marks, lowest)


def _meets(steps: tuple[Step, ...], index: int) -> bool:
    """Whether the next bar is a total at this bar's level; a bridge that does not close shows no connector."""
    if index + 1 >= len(steps):
        return False
    here, there = steps[index].end, steps[index + 1].end
    return abs(here - there) <= 1e-6 * max(abs(here), abs(there), 1e-300)


def _draw_rows(data: ChartData, canvas: Canvas, steps: tuple[Step, ...]) -> None:
    rows = lay_rows(
        canvas,
        [(step.mark.label, step.mark.note, step.mark.text, step.role == "total") for step in steps],
        wanted=data.height_mm * POINTS_PER_MM if data.height_mm else None,
    )
    put_labels(canvas, rows)
    texts = [widest(row.text, LABEL, row.bold) + GAP for row in rows.rows]
    items = [(0.0, 1.0, 1.0)]
    for step, text in zip(steps, texts, strict=True):
        items += [(step.low, 1.0, 1.0), (step.high, 1.0, text), (0.0, 1.0, text)]
    _, at = fit_scale(items, rows.left, canvas.width)
    for index, (step, row) in enumerate(zip(steps, rows.rows, strict=True)):
        x0, x1 = at(step.low), at(step.high)
        if x1 - x0 > 0.01:
            canvas.rect(x0, row.middle - rows.bar / 2, x1, row.middle + rows.bar / 2, FILLS[step.role])
        elif step.role != "total":
            canvas.line([(x0, row.middle - rows.bar / 2), (x0, row.middle + rows.bar / 2)], RULE, 1.6)
        canvas.block(x1 + GAP, row.middle, row.text, bold=row.bold, color=TEXTS[step.role])
        if index + 1 < len(steps) and (steps[index + 1].role != "total" or _meets(steps, index)):
            below = rows.rows[index + 1].middle - rows.bar / 2
            canvas.line([(at(step.end), row.middle + rows.bar / 2), (at(step.end), below)], RULE, AXIS)
    canvas.line([(at(0), 0), (at(0), rows.bottom)], INK, AXIS)
