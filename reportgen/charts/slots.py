"""Slots: equal columns side by side with labels under them, the frame that the upright kinds share."""

from __future__ import annotations

from dataclasses import dataclass

from reportgen.charts.canvas import ABOVE, Canvas
from reportgen.charts.chart import Mark
from reportgen.charts.measure import breaks_nothing, clean, width, wrap
from reportgen.charts.style import GAP, INK, LABEL, LEADING, MUTED, NAVY, SMALL

MOST_LINES = 3
LEAST_ROOM = 26.0
"""Narrower than this a label of several lines reads as a column of letters."""
WIDEST_BAR = 60.0


@dataclass(frozen=True, slots=True)
class Slots:
    """Columns that hold their texts: pitch and bar width in points, wrapped labels."""

    pitch: float
    bar: float
    labels: tuple[tuple[str, ...], ...]

    def middle(self, index: int) -> float:
        return (index + 0.5) * self.pitch

    def span(self, index: int) -> tuple[float, float]:
        return self.middle(index) - self.bar / 2, self.middle(index) + self.bar / 2


def lay_slots(canvas: Canvas, marks: tuple[Mark, ...], widest_slot: float = 132.0) -> Slots | None:
    """Slots in which every label and text fits its own column; None where they do not (rows then serve better)."""
    pitch = min(canvas.width / len(marks), widest_slot)
    room = pitch - 3
    labels = tuple(wrap(mark.label, SMALL, room) for mark in marks)
    fits = all(
        (len(lines) <= 1 or (len(lines) <= MOST_LINES and room >= LEAST_ROOM and breaks_nothing(mark.label, lines)))
        and width(clean(mark.text), LABEL, bold=True) <= room
        for mark, lines in zip(marks, labels, strict=True)
    )
    return Slots(pitch, min(pitch * 0.66, WIDEST_BAR), labels) if fits else None


def put_slot_labels(canvas: Canvas, slots: Slots, marks: tuple[Mark, ...], foot: float) -> float:
    """The labels under the columns; returns the lowest baseline."""
    first = foot + GAP + ABOVE * SMALL
    lowest = first
    for index, (mark, lines) in enumerate(zip(marks, slots.labels, strict=True)):
        for number, line in enumerate(lines):
            y = first + number * SMALL * LEADING
            lowest = max(lowest, y)
            canvas.words(
                slots.middle(index),
                y,
                line,
                size=SMALL,
                color=NAVY if mark.emphasis else INK,
                anchor="middle",
                keep_in=False,
            )
    return lowest


def note_fits(mark: Mark, slots: Slots, extent: float) -> bool:
    """Whether the note stands inside a bar of this height."""
    return width(clean(mark.note), SMALL) <= slots.bar - 4 and extent >= SMALL * LEADING + 3


def put_notes_below(canvas: Canvas, slots: Slots, marks: tuple[Mark, ...], lowest: float) -> None:
    """Notes in grey, one line under the deepest label."""
    for index, mark in enumerate(marks):
        # A note may reach over neighbours that have none, so that the same note breaks alike in every chart.
        beside = [marks[at].note for at in (index - 1, index + 1) if 0 <= at < len(marks)]
        room = slots.pitch - 3 if any(beside) else slots.pitch * 1.8
        for number, line in enumerate(wrap(mark.note, SMALL, min(room, canvas.width))):
            canvas.words(
                slots.middle(index),
                lowest + (number + 1) * SMALL * LEADING,
                line,
                size=SMALL,
                color=MUTED,
                anchor="middle",
            )
