"""Rows with a label column at the left: the frame that all horizontal kinds share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reportgen.charts.canvas import Canvas
from reportgen.charts.chart import Mark
from reportgen.charts.measure import height, widest, wrap
from reportgen.charts.style import GAP, INK, LABEL, MUTED, NAVY, SMALL

LABEL_SHARE = 0.36
"""The label column takes no more of the width than this; longer labels take more lines."""
TEXT_SHARE = 0.34
"""Likewise a value's text."""

EDGE_ROOM = 11.0
"""The room for a tier edge between two rows."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row laid out: its lines, and where it stands (y of its upper edge, its height)."""

    label: tuple[str, ...]
    note: tuple[str, ...]
    text: tuple[str, ...]
    bold: bool
    top: float
    height: float

    @property
    def middle(self) -> float:
        return self.top + self.height / 2


@dataclass(frozen=True, slots=True)
class Rows:
    """All rows, the x where the plot may begin, and the thickness of a bar."""

    rows: tuple[Row, ...]
    left: float
    bar: float
    bottom: float
    pitch: float


def lay_rows(
    canvas: Canvas,
    labels: Sequence[tuple[str, str, str, bool]],
    *,
    top: float = 0.0,
    wanted: float | None = None,
    label_share: float = LABEL_SHARE,
    text_limit: float | None = None,
    gap_before: int | None = None,
) -> Rows:
    """Rows from `(label, note, value text, bold)`, the pitch chosen from their number.

    `wanted` is the height in points the rows should fill together where that is more than they need;
    `gap_before` the index of a row to stand a line lower, for a mark between it and the one above.
    """
    limit = canvas.width * label_share
    text_limit = canvas.width * TEXT_SHARE if text_limit is None else text_limit
    least = 17.5 if len(labels) <= 8 else 14.5 if len(labels) <= 18 else 13.0
    lines = [
        (
            wrap(label, LABEL, limit, bold),
            wrap(note, SMALL, limit),
            wrap(text, LABEL, text_limit, bold),
            bold,
        )
        for label, note, text, bold in labels
    ]
    heights = [
        max(least, height(label, LABEL) + height(note, SMALL) + 4.5, height(text, LABEL) + 4.5)
        for label, note, text, _ in lines
    ]
    if wanted and sum(heights) < wanted and heights:
        # Room to spare goes between the rows, up to a pitch that still reads as one chart.
        spare = min((wanted - sum(heights)) / len(heights), 14.0)
        heights = [each + spare for each in heights]
        least += spare
    rows = []
    y = top
    for index, ((label, note, text, bold), each) in enumerate(zip(lines, heights, strict=True)):
        y += EDGE_ROOM if index == gap_before else 0
        rows.append(Row(label, note, text, bold, y, each))
        y += each
    left = max((max(widest(r.label, LABEL, r.bold), widest(r.note, SMALL)) for r in rows), default=0.0)
    return Rows(tuple(rows), left + (GAP + 2 if left else 0), min(least * 0.64, 15.0), y, least)


def taller(one: Mark | None, other: Mark | None, limit: float) -> str:
    """The text of two marks in one row that needs more lines."""
    texts = [mark.text for mark in (one, other) if mark]
    return max(texts, key=lambda text: len(wrap(text, LABEL, limit, bold=True)), default="")


def put_labels(canvas: Canvas, rows: Rows) -> None:
    """The label column: flush right against the plot, notes under labels in grey."""
    x = rows.left - GAP - 2
    for row in rows.rows:
        label, note = height(row.label, LABEL), height(row.note, SMALL)
        middle = row.middle - note / 2
        canvas.block(x, middle, row.label, bold=row.bold, color=NAVY if row.bold else INK, anchor="end")
        canvas.block(x, row.middle + label / 2, row.note, size=SMALL, color=MUTED, anchor="end")
