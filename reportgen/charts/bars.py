"""Horizontal bars with direct labels, in the order given.

Reads one series. Mark: label, value, text (at the bar's end), n (grey column at the right), note (grey, under the
label), low and high (whisker), emphasis. `rule` is a value marked by a dashed line with `rule_text` above; the
texts then stand in a column at the right, clear of it. The scale reaches `maximum` where charts share one.
`bracket` spans rows at the right edge.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable

from reportgen.charts.canvas import CENTRE, Canvas
from reportgen.charts.chart import ChartData, Mark
from reportgen.charts.check import marks_of
from reportgen.charts.measure import clean, widest, width, wrap
from reportgen.charts.rows import EDGE_ROOM, Row, Rows, lay_rows, put_labels
from reportgen.charts.style import (
    BRICK,
    GAP,
    INK,
    LABEL,
    LEADING,
    MUTED,
    NAVY,
    POINTS_PER_MM,
    RULE,
    SMALL,
    fill_of,
    fit_scale,
    text_on,
)


def draw_bars(data: ChartData, canvas: Canvas) -> None:
    draw_rows_of_bars(data, canvas, marks_of(data))


def draw_rows_of_bars(data: ChartData, canvas: Canvas, marks: tuple[Mark, ...], edge: int | None = None) -> None:
    """Bars of the marks; `edge` is the row below a tier edge, marked with `rule_text` instead of a value."""
    rows = lay_rows(
        canvas,
        [(mark.label, mark.note, mark.text, mark.emphasis) for mark in marks],
        wanted=data.height_mm * POINTS_PER_MM if data.height_mm else None,
        gap_before=edge,
    )
    put_labels(canvas, rows)
    right = canvas.width - _bracket(data, canvas, rows)
    right -= put_bases(canvas, rows, marks, right)
    text_widths = [widest(row.text, LABEL, row.bold) for row in rows.rows]
    rule = data.rule if edge is None else None
    if rule is not None:
        right -= max(text_widths) + 2 * GAP
    items = [(0.0, 1.0, 1.0)] if rule is None else [(0.0, 1.0, 1.0), (rule, 1.0, 1.0)]
    for mark, text in zip(marks, text_widths, strict=True):
        ends = _ends(mark)
        items += [(end, 1.5, 1.5) for end in ends]
        room = text + GAP if rule is None else 0.0
        items.append((min(ends), room, 0.0) if mark.value < 0 else (max(0.0, *ends), 0.0, room))
    if data.maximum is not None:
        items.append((data.maximum, 0.0, max(text_widths) + GAP if rule is None else 0.0))
    _, at = fit_scale(items, rows.left, right)
    any_emphasis = any(mark.emphasis for mark in marks)
    for mark, row, text in zip(marks, rows.rows, text_widths, strict=True):
        x = _bar(canvas, mark, row, rows.bar, at, fill_of(mark.emphasis, any_emphasis))
        if rule is not None:
            x = right + 2 * GAP + max(text_widths) - text
        elif mark.value < 0:
            x -= GAP + text
        else:
            x += GAP
        canvas.block(x, row.middle, row.text, bold=row.bold, color=NAVY if mark.emphasis else INK)
    below_zero = any(mark.value < 0 for mark in marks)
    canvas.line([(at(0), 0), (at(0), rows.bottom)], color=INK if below_zero else RULE)
    if rule is not None:
        put_rule(canvas, data.rule_text, at(rule), rows.bottom)
    if edge is not None:
        _edge(canvas, data.rule_text, rows.rows[edge].top - EDGE_ROOM / 2, rows.left)


def put_bases(canvas: Canvas, rows: Rows, marks: tuple[Mark, ...], right: float) -> float:
    """The column of bases (n), flush right, in grey; returns the width it takes."""
    bases = [clean(mark.n) for mark in marks]
    taken = max((width(base, SMALL) for base in bases), default=0.0)
    for row, base in zip(rows.rows, bases, strict=True):
        canvas.words(right, row.middle + CENTRE * SMALL, base, size=SMALL, color=MUTED, anchor="end")
    return taken + 3 * GAP if taken else 0.0


def put_rule(canvas: Canvas, text: str, x: float, bottom: float) -> None:
    """A dashed threshold from above the rows to their foot, its text on top."""
    canvas.line([(x, -3), (x, bottom)], BRICK, 0.8, dashed=True)
    lines = wrap(text, SMALL, canvas.width * 0.6)
    first = -6 - (len(lines) - 1) * SMALL * LEADING
    for index, line in enumerate(lines):
        canvas.words(x, first + index * SMALL * LEADING, line, size=SMALL, color=BRICK, anchor="middle")


def _ends(mark: Mark) -> list[float]:
    return [mark.value, *(end for end in (mark.low, mark.high) if end is not None)]


def _bar(canvas: Canvas, mark: Mark, row: Row, thick: float, at: Callable[[float], float], fill: str) -> float:
    """Draws the bar and its whisker; returns the x beyond which its text stands."""
    start, end = sorted((at(0), at(mark.value)))
    if end - start > 0.01:
        canvas.rect(start, row.middle - thick / 2, end, row.middle + thick / 2, fill)
    if mark.low is not None and mark.high is not None:
        low, high = at(mark.low), at(mark.high)
        cap = min(thick * 0.25, 2.5)
        # On the bar the whisker takes the colour that text has there, or it would vanish in a dark one.
        cuts = sorted({low, high, *(x for x in (start, end) if low < x < high)})
        for x0, x1 in itertools.pairwise(cuts):
            canvas.line(
                [(x0, row.middle), (x1, row.middle)], text_on(fill) if start <= (x0 + x1) / 2 <= end else INK, 0.9
            )
        for x in (low, high):
            on_bar = start + 0.5 < x < end - 0.5
            canvas.line([(x, row.middle - cap), (x, row.middle + cap)], text_on(fill) if on_bar else INK, 0.9)
    reached = [at(value) for value in _ends(mark)]
    return min(reached) if mark.value < 0 else max(at(0), *reached)


def _bracket(data: ChartData, canvas: Canvas, rows: Rows) -> float:
    """The bracket over a span of rows at the right edge; returns the width it takes."""
    if data.bracket is None:
        return 0.0
    first, last, text = data.bracket
    lines = wrap(text, LABEL, canvas.width * 0.2, bold=True)
    extent = widest(lines, LABEL, bold=True)
    x = canvas.width - extent - GAP
    top = rows.rows[first].middle - rows.bar / 2
    bottom = rows.rows[last].middle + rows.bar / 2
    canvas.line([(x - 3, top), (x, top), (x, bottom), (x - 3, bottom)], NAVY, 0.9)
    canvas.block(x + GAP, (top + bottom) / 2, lines, bold=True, color=NAVY)
    return extent + 3 * GAP


def _edge(canvas: Canvas, text: str, y: float, left: float) -> None:
    """A tier edge between two rows: a dashed line across, its text at the right end."""
    text = clean(text)
    extent = width(text, SMALL)
    end = canvas.width - (extent + GAP if text else 0)
    if end > left:
        canvas.line([(left, y), (end, y)], BRICK, 0.8, dashed=True)
    canvas.words(canvas.width, y + CENTRE * SMALL, text, size=SMALL, color=BRICK, anchor="end")
