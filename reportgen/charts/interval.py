"""Dots with 95 % intervals against a threshold.

Reads one series. Mark: label, value, low and high (whisker; without them the dot stands alone), text and n (columns
at the right), note (grey, under the label), emphasis. `rule` with `rule_text` is the threshold; `percent` prints the
scale in %; `value_axis` is the scale's unit word. Without a threshold the one emphasised mark, the whole, is drawn
through all rows as the line to compare with.
"""

from __future__ import annotations

from reportgen.charts.bars import put_bases, put_rule
from reportgen.charts.canvas import ABOVE, Canvas
from reportgen.charts.chart import ChartData
from reportgen.charts.check import marks_of
from reportgen.charts.measure import widest, width
from reportgen.charts.rows import lay_rows, put_labels
from reportgen.charts.style import (
    AXIS,
    GAP,
    INK,
    LABEL,
    MUTED,
    NAVY,
    POINTS_PER_MM,
    RULE,
    SMALL,
    scale_ticks,
    tick_texts,
)

NARROW = 300.0
"""Points; below this the chart is a half-width one."""
_DOT = "#8a919c"


def draw_interval(data: ChartData, canvas: Canvas) -> None:
    marks = marks_of(data)
    narrow = canvas.width < NARROW
    rows = lay_rows(
        canvas,
        # On a narrow sheet the base joins the note under the label, so that the scale keeps its width.
        [(m.label, " ".join(filter(None, (m.note, m.n))) if narrow else m.note, m.text, m.emphasis) for m in marks],
        wanted=data.height_mm * POINTS_PER_MM - 30 if data.height_mm else None,
        label_share=0.3,
        text_limit=canvas.width * (0.38 if narrow else 0.27),
    )
    put_labels(canvas, rows)
    right = canvas.width
    if not narrow:
        right -= put_bases(canvas, rows, marks, right)
    for mark, row in zip(marks, rows.rows, strict=True):
        canvas.block(right, row.middle, row.text, bold=row.bold, color=NAVY if mark.emphasis else INK, anchor="end")
    right -= max(widest(row.text, LABEL, row.bold) for row in rows.rows)
    left, right = rows.left + 6, max(right - (2 if narrow else 4) * GAP, rows.left + 20)

    values = [end for mark in marks for end in (mark.value, mark.low, mark.high) if end is not None]
    values += [data.rule] if data.rule is not None else []
    ticks, texts = _scale(min(values), max(values), data.percent, right - left)
    low, high = ticks[0], ticks[-1]
    unit = (right - left) / (high - low)

    def at(value: float) -> float:
        return left + (value - low) * unit

    foot = rows.bottom + 2
    canvas.line([(left, foot), (right, foot)], RULE, AXIS)
    for tick, text in zip(ticks, texts, strict=True):
        canvas.line([(at(tick), foot), (at(tick), foot + 2.5)], RULE, AXIS)
        canvas.words(at(tick), foot + 4 + ABOVE * SMALL, canvas.scale(text), size=SMALL, color=MUTED, anchor="middle")
    beyond = right + width(texts[-1], SMALL) / 2 + 2 * GAP
    if data.value_axis and beyond + width(data.value_axis, SMALL) <= canvas.width:
        canvas.words(beyond, foot + 4 + ABOVE * SMALL, data.value_axis, size=SMALL, color=MUTED)
    if data.rule is not None:
        put_rule(canvas, data.rule_text, at(data.rule), foot)
    stressed = [(mark, row) for mark, row in zip(marks, rows.rows, strict=True) if mark.emphasis]
    any_emphasis = bool(stressed)
    if data.rule is None and len(stressed) == 1 and len(marks) > 1:
        x = at(stressed[0][0].value)
        canvas.line([(x, rows.rows[0].middle), (x, foot)], RULE, 0.7, dashed=True)
    for mark, row in zip(marks, rows.rows, strict=True):
        color = NAVY if mark.emphasis or not any_emphasis else _DOT
        if mark.low is not None and mark.high is not None:
            canvas.line([(at(mark.low), row.middle), (at(mark.high), row.middle)], color, 1.8 if mark.emphasis else 1.4)
        canvas.dot(at(mark.value), row.middle, 3.3 if mark.emphasis else 2.9, color)


def _scale(low: float, high: float, percent: bool, room: float) -> tuple[tuple[float, ...], tuple[str, ...]]:
    """The finest round ticks whose texts stand apart, from at or below the lowest mark to at or above the highest."""
    if high <= low:
        around = 0.1 if percent else abs(low) * 0.2 + 0.1
        low, high = (max(low - around, 0.0) if percent and low >= 0 else low - around), low + around
    for most in range(9, 2, -1):
        ticks = scale_ticks(low, high, most)
        texts = tick_texts(ticks, percent)
        apart = room / (len(ticks) - 1)
        if apart >= max(width(text, SMALL) for text in texts) + GAP:
            return ticks, texts
    ticks = scale_ticks(low, high, 2)
    return ticks, tick_texts(ticks, percent)
