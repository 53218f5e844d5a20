"""Ordered bands as columns, their counts on top.

Reads one series. Mark: label (under the column), value, text (over it), note (inside, or under the label), emphasis.
`bracket` spans columns from above. `rule` is a tier edge, given as a place between bands: 2 is the edge between the
second band and the third; `rule_text` stands over it. Where the texts do not fit their columns the bands become
rows, with the same bracket and edge.
"""

from __future__ import annotations

from reportgen.charts.bars import draw_rows_of_bars
from reportgen.charts.canvas import ABOVE, BELOW, CENTRE, Canvas
from reportgen.charts.chart import ChartData, Mark
from reportgen.charts.check import marks_of, refuse
from reportgen.charts.measure import clean, width
from reportgen.charts.slots import Slots, lay_slots, note_fits, put_notes_below, put_slot_labels
from reportgen.charts.style import AXIS, BRICK, GAP, INK, LABEL, NAVY, POINTS_PER_MM, SMALL, fill_of, text_on

PLOT = 92.0
"""Height of the tallest column in points, where no height is asked for."""


def draw_histogram(data: ChartData, canvas: Canvas) -> None:
    marks = marks_of(data)
    edge = band_edge(data, len(marks))
    slots = lay_slots(canvas, marks)
    if slots is None or _bracket_too_long(data, canvas):
        draw_rows_of_bars(data, canvas, marks, edge)
        return
    top = max(0.0, *(mark.value for mark in marks))
    bottom = min(0.0, *(mark.value for mark in marks))
    plot = max(data.height_mm * POINTS_PER_MM - 46, 40.0) if data.height_mm else PLOT
    unit = plot / (top - bottom) if top > bottom else 0.0
    any_emphasis = any(mark.emphasis for mark in marks)
    inside = all(note_fits(mark, slots, abs(mark.value) * unit) for mark in marks if mark.note)
    ceilings = []
    foot = -bottom * unit
    for index, mark in enumerate(marks):
        ceilings.append(_column(canvas, slots, index, mark, -mark.value * unit, fill_of(mark.emphasis, any_emphasis)))
        if mark.value < 0:
            foot = max(foot, -mark.value * unit + GAP + LABEL)
        if inside and mark.note:
            fill = fill_of(mark.emphasis, any_emphasis)
            middle = -mark.value * unit / 2
            canvas.words(
                slots.middle(index),
                middle + CENTRE * SMALL,
                mark.note,
                size=SMALL,
                color=text_on(fill),
                anchor="middle",
            )
    canvas.line([(0, 0), (slots.pitch * len(marks), 0)], INK, AXIS)
    lowest = put_slot_labels(canvas, slots, marks, foot)
    if not inside:
        put_notes_below(canvas, slots, marks, lowest)
    taken = _bracket(data, canvas, slots, ceilings)
    if edge is not None:
        _edge(data, canvas, slots, ceilings, taken, edge)


def band_edge(data: ChartData, count: int) -> int | None:
    """The tier edge as the index of the first band above it; None where every band is below it, so nothing is cut."""
    if data.rule is None:
        return None
    edge = round(data.rule)
    if edge != data.rule or not 0 <= edge <= count:
        raise refuse(data, f"rule is {data.rule:g}; expected a place between the {count} bands, such as 1.")
    return edge if edge < count else None


def _bracket_too_long(data: ChartData, canvas: Canvas) -> bool:
    return any(
        width(clean(text), LABEL, bold=True) > canvas.width
        for text in (data.bracket[2] if data.bracket else "", data.rule_text)
    )


def _column(canvas: Canvas, slots: Slots, index: int, mark: Mark, y: float, fill: str) -> float:
    """Draws one column and its text; returns the y above which nothing of it stands."""
    x0, x1 = slots.span(index)
    if abs(y) > 0.01:
        canvas.rect(x0, min(0.0, y), x1, max(0.0, y), fill)
    # Below zero the text hangs under its column.
    baseline = y - GAP + 0.5 if mark.value >= 0 else y + GAP - 1 + ABOVE * LABEL
    canvas.words(
        slots.middle(index),
        baseline,
        mark.text,
        bold=mark.emphasis,
        color=NAVY if mark.emphasis else INK,
        anchor="middle",
        keep_in=False,
    )
    return min(0.0, baseline - ABOVE * LABEL)


def _over(slots: Slots, ceilings: list[float], x0: float, x1: float) -> float:
    """The highest text of the columns between two x."""
    return min(
        (
            ceiling
            for index, ceiling in enumerate(ceilings)
            if index * slots.pitch < x1 and (index + 1) * slots.pitch > x0
        ),
        default=0.0,
    )


def _bracket(
    data: ChartData, canvas: Canvas, slots: Slots, ceilings: list[float]
) -> tuple[float, float, float, float] | None:
    """Draws the bracket; returns the box of its text and line (x0, top, x1, y of the line)."""
    if data.bracket is None:
        return None
    first, last, text = data.bracket
    text = clean(text)
    extent = width(text, LABEL, bold=True)
    x0, x1 = slots.span(first)[0], slots.span(last)[1]
    centre = canvas.inside((x0 + x1) / 2, extent)
    y = _over(slots, ceilings, min(x0, centre - extent / 2), max(x1, centre + extent / 2)) - GAP - 2
    canvas.line([(x0, y + 3), (x0, y), (x1, y), (x1, y + 3)], NAVY, 0.9)
    canvas.words(centre, y - 3.5, text, bold=True, color=NAVY, anchor="middle")
    return min(x0, centre - extent / 2), y - 3.5 - ABOVE * LABEL, max(x1, centre + extent / 2), y


def _edge(
    data: ChartData,
    canvas: Canvas,
    slots: Slots,
    ceilings: list[float],
    taken: tuple[float, float, float, float] | None,
    edge: int,
) -> None:
    """A dashed line at the edge between two bands, its text above whatever stands there."""
    x = edge * slots.pitch
    text = clean(data.rule_text)
    extent = width(text, SMALL)
    centre = canvas.inside(x, extent)
    x0, x1 = min(x, centre - extent / 2), max(x, centre + extent / 2)
    bottom = _over(slots, ceilings, x0, x1) - GAP - 1
    top = bottom
    if taken and taken[0] < x1 + 2 and taken[2] > x0 - 2:
        bottom = min(bottom, taken[1] - 2)
        # The line stops under a bracket rather than run through its words.
        top = taken[3] + 1 if taken[0] - 1 < x < taken[2] + 1 else bottom
    canvas.line([(x, 0), (x, top)], BRICK, 0.8, dashed=True)
    canvas.words(centre, bottom - BELOW * SMALL, text, size=SMALL, color=BRICK, anchor="middle")
