"""A sparkline: the course of one figure, without words (the tile beside it prints them).

Reads one series. Mark: value. The last point has a dot; `rule` is a faint line.
"""

from __future__ import annotations

from reportgen.charts.canvas import Canvas
from reportgen.charts.chart import ChartData
from reportgen.charts.check import marks_of
from reportgen.charts.style import MUTED, NAVY, POINTS_PER_MM, RULE

HEIGHT_MM = 6.0
RADIUS = 1.6


def draw_spark(data: ChartData, canvas: Canvas) -> None:
    values = [mark.value for mark in marks_of(data)]
    tall = (data.height_mm or HEIGHT_MM) * POINTS_PER_MM - 2 * RADIUS - 1
    known = [*values, data.rule] if data.rule is not None else values
    low, high = min(known), max(known)
    unit = max(tall, 1.0) / (high - low) if high > low else 0.0
    room = canvas.width - 2 * RADIUS - 1
    step = room / (len(values) - 1) if len(values) > 1 else 0.0

    def y(value: float) -> float:
        return (high - value) * unit

    points = [(RADIUS + 0.5 + index * step, y(value)) for index, value in enumerate(values)]
    if data.rule is not None:
        canvas.line([(0, y(data.rule)), (canvas.width, y(data.rule))], RULE, 0.5, dashed=True)
    if len(points) > 1:
        canvas.line(points, MUTED, 1.0)
    canvas.dot(*points[-1], RADIUS, NAVY)
