"""A table of coloured cells with their figures printed.

Reads one series a row: Series.name (or row_labels) names the row, its marks are the cells, their labels the columns.
Mark: value (colours the cell), text (printed), note (second line, smaller), emphasis (bold and outlined). Option
`scale`: `residuals` (default; navy above zero, brick below, full colour at 4) or `counts` (navy, full at the
largest). Columns that do not fit side by side continue in a further block of rows.
"""

from __future__ import annotations

from reportgen.charts.canvas import CENTRE, Canvas
from reportgen.charts.chart import ChartData, Mark
from reportgen.charts.check import by_label, refuse
from reportgen.charts.measure import clean, height, widest, width, wrap
from reportgen.charts.style import (
    BRICK,
    GAP,
    INK,
    LABEL,
    LEADING,
    MUTED,
    NAVY,
    POINTS_PER_MM,
    SMALL,
    mix,
    text_on,
)

FULL_RESIDUAL = 4.0
WIDEST_CELL = 132.0
STEP, TINT = 0.74, 0.46
"""Cells below this share of the full colour are tints up to that one, with dark text; the others have white text."""
_NEUTRAL = "#f1f3f5"


def draw_heatmap(data: ChartData, canvas: Canvas) -> None:
    scale = data.options.get("scale", "residuals")
    if scale not in ("residuals", "counts"):
        raise refuse(data, f"option scale is {scale!r}; expected 'residuals' or 'counts'.")
    names = data.row_labels or tuple(series.name for series in data.series)
    if len(names) != len(data.series):
        raise refuse(data, f"{len(names)} row_labels for {len(data.series)} series.")
    columns = tuple(dict.fromkeys(mark.label for series in data.series for mark in series.marks))
    cells = [by_label(data, series) for series in data.series]
    marks = [mark for series in data.series for mark in series.marks]
    full = FULL_RESIDUAL if scale == "residuals" else max((abs(mark.value) for mark in marks), default=1.0) or 1.0

    labels = [wrap(name, LABEL, canvas.width * 0.26) for name in names]
    left = max((widest(lines, LABEL) for lines in labels), default=0.0) + GAP + 2
    need = max(max(width(clean(m.text), LABEL, m.emphasis), width(clean(m.note), SMALL)) for m in marks) + 6
    heads_need = max(_longest_word(column) for column in columns) + 4
    need = min(max(need, min(heads_need, 54.0)), canvas.width - left)
    across = max(1, min(len(columns), int((canvas.width - left) / need)))
    blocks = -(-len(columns) // across)
    across = -(-len(columns) // blocks)
    pitch = min((canvas.width - left) / across, WIDEST_CELL)
    texts = [[wrap(m.text, LABEL, pitch - 4, m.emphasis) for m in s.marks] for s in data.series]
    deepest = max((len(lines) for row in texts for lines in row), default=1)
    noted = any(mark.note for mark in marks)
    base = 17.0 if not noted else 25.0
    if data.height_mm and blocks == 1:
        base = max(base, min((data.height_mm * POINTS_PER_MM - 24) / len(names), 34.0))
    y = 0.0
    for block in range(blocks):
        part = columns[block * across : (block + 1) * across]
        y = _heads(canvas, part, left, pitch, y)
        for index, lines in enumerate(labels):
            tall = max(base, height(lines, LABEL) + 5, height(deepest, LABEL) + 5 + (SMALL * LEADING if noted else 0))
            canvas.block(left - GAP - 2, y + tall / 2, lines, anchor="end")
            for place, column in enumerate(part):
                mark = cells[index].get(column)
                if mark is not None:
                    _cell(
                        canvas, mark, left + place * pitch, y, pitch, tall, fill(mark.value, full)
                    )
            y += tall
        y += 10


def _longest_word(text: str) -> float:
    """The width below which a column head would break inside a word."""
    return max((width(word, SMALL) for word in clean(text).split(" ")), default=0.0)


def fill(value: float, full: float) -> str:
    """The colour of a cell: navy above zero, brick below, whole at `full`."""
    share = abs(value) / full
    # The middle tones, on which neither white nor ink reads well, are stepped over.
    return mix(NAVY if value > 0 else BRICK, share * TINT / STEP if share < STEP else share, _NEUTRAL)


def _heads(canvas: Canvas, columns: tuple[str, ...], left: float, pitch: float, top: float) -> float:
    """Column heads, flush at the foot; returns the y of the cells."""
    heads = [wrap(column, SMALL, pitch - 4) for column in columns]
    deep = height(max((len(lines) for lines in heads), default=0), SMALL) + 3
    for index, lines in enumerate(heads):
        canvas.block(
            left + (index + 0.5) * pitch,
            top + deep - 3 - height(lines, SMALL) / 2,
            lines,
            size=SMALL,
            color=MUTED,
            anchor="middle",
        )
    return top + deep


def _cell(canvas: Canvas, mark: Mark, x: float, y: float, pitch: float, tall: float, ground: str) -> None:
    inset = 1.8 if mark.emphasis else 0.6
    if mark.emphasis:
        canvas.rect(x + 0.6, y + 0.6, x + pitch - 0.6, y + tall - 0.6, INK)
    canvas.rect(x + inset, y + inset, x + pitch - inset, y + tall - inset, ground)
    color = text_on(ground)
    text = wrap(mark.text, LABEL, pitch - 4, mark.emphasis)
    note = SMALL * LEADING if mark.note else 0.0
    canvas.block(x + pitch / 2, y + (tall - note) / 2, text, bold=mark.emphasis, color=color, anchor="middle")
    if mark.note:
        middle = y + (tall + height(text, LABEL)) / 2
        canvas.words(x + pitch / 2, middle + CENTRE * SMALL, mark.note, size=SMALL, color=color, anchor="middle")
