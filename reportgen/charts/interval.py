"""Dots with 95 % intervals against a threshold.

Reads one series. Mark: label, value, low and high (whisker; without them the dot stands alone), text and n (columns
at the right), note (grey, under the label), emphasis. `rule` with `rule_text` is the threshold; `percent` prints the
scale in %; `value_axis` is the scale's unit word.
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
    low, high = _range(min(values), max(values), data.percent)
    ticks, texts = _scale(low, high, data.percent, right - left)
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
    any_emphasis = any(mark.emphasis for mark in marks)
    for mark, row in zip(marks, rows.rows, strict=True):
        color = NAVY if mark.emphasis or not any_emphasis else _DOT
        if mark.low is not None and mark.high is not None:
            canvas.line([(at(mark.low), row.middle), (at(mark.high), row.middle)], color, 1.8 if mark.emphasis else 1.4)
        canvas.dot(at(mark.value), row.middle, 3.3 if mark.emphasis else 2.9, color)


def _range(low: float, high: float, percent: bool) -> tuple[float, float]:
    """What the scale spans: the marks and a margin; shares stay between 0 and 1 where the marks do."""
    margin = (high - low) * 0.06 or abs(high) * 0.2 or 0.1
    first, last = low - margin, high + margin
    return (max(first, 0.0) if percent and low >= 0 else first, min(last, 1.0) if percent and high <= 1 else last)


def _scale(low: float, high: float, percent: bool, room: float) -> tuple[tuple[float, ...], tuple[str, ...]]:
    """The finest round ticks within the range whose texts stand apart."""
    for most in range(8, 2, -1):
        ticks = tuple(tick for tick in scale_ticks(low, high, most) if low <= tick <= high)
        texts = tick_texts(ticks, percent)
        apart = (ticks[1] - ticks[0]) / (high - low) * room if len(ticks) > 1 else 0.0
        if apart >= max((width(text, SMALL) for text in texts), default=0.0) + GAP:
            return ticks, texts
    ticks = tuple(tick for tick in scale_ticks(low, high, 4) if low <= tick <= high)[:1]
    return ticks, tick_texts(ticks, percent)
