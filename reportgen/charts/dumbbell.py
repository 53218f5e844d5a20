"""Two dates a row: where each segment stood and where it stands.

Reads two series, the earlier first; their names head the dots of the first row. Marks are matched by label. Mark:
label, value, text (outside its dot), note of the later mark (grey, under the label), emphasis. A segment that only
one date has shows one dot.
"""

from __future__ import annotations

from collections.abc import Callable

from reportgen.charts.canvas import Canvas
from reportgen.charts.chart import ChartData, Mark
from reportgen.charts.check import pair_of, paired
from reportgen.charts.measure import clean, widest, width, wrap
from reportgen.charts.rows import Row, lay_rows, put_labels, taller
from reportgen.charts.style import (
    GAP,
    GRID,
    INK,
    LABEL,
    LEADING,
    MUTED,
    NAVY,
    PAPER,
    POINTS_PER_MM,
    RULE,
    SMALL,
    fit_scale,
)

RADIUS = 3.0


def draw_dumbbell(data: ChartData, canvas: Canvas) -> None:
    earlier, later = pair_of(data)
    pairs = paired(data, earlier, later)
    limit = canvas.width * 0.19
    rows = lay_rows(
        canvas,
        [
            (
                label,
                next((mark.note for mark in (two, one) if mark), ""),
                taller(one, two, limit),
                any(mark.emphasis for mark in (one, two) if mark),
            )
            for label, one, two in pairs
        ],
        text_limit=limit,
        wanted=data.height_mm * POINTS_PER_MM - 12 if data.height_mm else None,
    )
    put_labels(canvas, rows)
    items = []
    for _, one, two in pairs:
        for mark, leftward in _sides(one, two):
            room = widest(_lines(mark, limit), LABEL, mark.emphasis) + RADIUS + GAP
            items.append((mark.value, room if leftward else RADIUS, RADIUS if leftward else room))
    _, at = fit_scale(items, rows.left, canvas.width)
    for row, (_, one, two) in zip(rows.rows, pairs, strict=True):
        canvas.line([(rows.left, row.top + row.height), (canvas.width, row.top + row.height)], GRID, 0.5)
        if one and two and abs(at(one.value) - at(two.value)) > 0.01:
            canvas.line([(at(one.value), row.middle), (at(two.value), row.middle)], NAVY if row.bold else RULE, 1.4)
        for mark, leftward in _sides(one, two):
            _dot(canvas, mark, row, at(mark.value), mark is two, leftward, limit)
    _heads(canvas, (earlier.name, later.name), (pairs[0][1], pairs[0][2]), at)


def _sides(one: Mark | None, two: Mark | None) -> list[tuple[Mark, bool]]:
    """Marks with whether their text stands at the left: the lower one's does."""
    if one is None or two is None:
        return [(mark, False) for mark in (one, two) if mark is not None]
    return [(one, one.value <= two.value), (two, two.value < one.value)]


def _lines(mark: Mark, limit: float) -> tuple[str, ...]:
    return wrap(mark.text, LABEL, limit, mark.emphasis)


def _dot(canvas: Canvas, mark: Mark, row: Row, x: float, later: bool, leftward: bool, limit: float) -> None:
    if later:
        canvas.dot(x, row.middle, RADIUS, NAVY)
    else:
        canvas.dot(x, row.middle, RADIUS - 0.5, PAPER, NAVY, 1.0)
    reach = RADIUS + GAP - 0.5
    canvas.block(
        x - reach if leftward else x + reach,
        row.middle,
        _lines(mark, limit),
        bold=mark.emphasis,
        color=(NAVY if mark.emphasis else INK) if later else MUTED,
        anchor="end" if leftward else "start",
    )


def _heads(
    canvas: Canvas, names: tuple[str, str], first: tuple[Mark | None, Mark | None], at: Callable[[float], float]
) -> None:
    """The two dates over the first row, each over its dot and clear of the other."""
    xs = [at(mark.value) for mark in first if mark is not None] or [0.0]
    x0, x1 = (at(mark.value) if mark else xs[0] for mark in first)
    texts = [clean(name) for name in names]
    left = 0 if x0 <= x1 else 1
    right = 1 - left
    positions = {left: min(x0, x1), right: max(x0, x1)}
    styles = [(False, MUTED), (True, NAVY)]
    reach = {index: width(texts[index], SMALL, styles[index][0]) for index in (0, 1)}
    if reach[left] + reach[right] + 3 * GAP > canvas.width:
        for index in (0, 1):
            lines = wrap(texts[index], SMALL, canvas.width, styles[index][0])
            for number, line in enumerate(lines):
                y = -3 - (len(lines) - 1 - number) * SMALL * LEADING - (1 - index) * SMALL * LEADING * 2
                canvas.words(0, y, line, size=SMALL, bold=styles[index][0], color=styles[index][1])
        return
    divide = (positions[left] + positions[right]) / 2
    divide = max(reach[left] + GAP, min(divide, canvas.width - reach[right] - GAP))
    ends = {
        left: min(positions[left] + reach[left] / 2, divide - GAP),
        right: max(positions[right] - reach[right] / 2, divide + GAP) + reach[right],
    }
    for index in (0, 1):
        bold, color = styles[index]
        canvas.words(ends[index], -3, texts[index], size=SMALL, bold=bold, color=color, anchor="end")
