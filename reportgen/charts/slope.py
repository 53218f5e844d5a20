"""Two dates, one line a segment: who rose, who fell, who changed places.

Reads two series, the earlier first; their names head the two ends. Marks are matched by label. Mark: label (at both
ends; on a narrow sheet at the later one), value, text, emphasis (then the other lines are grey). A segment that only
one date has is a dot there with its label.
"""

from __future__ import annotations

from dataclasses import dataclass

from reportgen.charts.canvas import Anchor, Canvas
from reportgen.charts.chart import ChartData, Mark
from reportgen.charts.check import pair_of, paired
from reportgen.charts.measure import height, widest, wrap
from reportgen.charts.spread import spread
from reportgen.charts.style import GAP, GRID, INK, LABEL, LEADING, MUTED, NAVY, POINTS_PER_MM, RULE, SMALL

PLOT = 116.0
NARROW = 300.0
RADIUS = 2.4
LEADER = 10.0
"""From a dot to its texts: the room for a hair line."""
_PLAIN = "#8a919c"


@dataclass(frozen=True, slots=True)
class Side:
    """One date's texts, outside the line: the figure next to it, the name beyond."""

    marks: tuple[Mark, ...]
    names: tuple[tuple[str, ...], ...]
    texts: tuple[tuple[str, ...], ...]

    @property
    def figures(self) -> float:
        """The width of the column of figures."""
        return max((widest(t, LABEL, m.emphasis) for m, t in zip(self.marks, self.texts, strict=True)), default=0.0)

    @property
    def width(self) -> float:
        named = max((widest(n, LABEL, m.emphasis) for m, n in zip(self.marks, self.names, strict=True)), default=0.0)
        return self.figures + (named + GAP if named else 0.0)

    @property
    def heights(self) -> tuple[float, ...]:
        return tuple(
            max(height(name, LABEL), height(text, LABEL)) for name, text in zip(self.names, self.texts, strict=True)
        )


def draw_slope(data: ChartData, canvas: Canvas) -> None:
    earlier, later = pair_of(data)
    pairs = paired(data, earlier, later)
    narrow = canvas.width < NARROW
    stays = {label for label, one, two in pairs if one and two}
    limit = canvas.width * (0.26 if narrow else 0.2)
    sides = [
        Side(
            series.marks,
            tuple(
                ()
                if narrow and series is earlier and mark.label in stays
                else wrap(mark.label, LABEL, limit, mark.emphasis)
                for mark in series.marks
            ),
            tuple(wrap(mark.text, LABEL, canvas.width * 0.17, mark.emphasis) for mark in series.marks),
        )
        for series in (earlier, later)
    ]
    plot = max(data.height_mm * POINTS_PER_MM - 14 if data.height_mm else PLOT, *(sum(s.heights) - 8 for s in sides))
    ends = sides[0].width + LEADER, canvas.width - sides[1].width - LEADER
    values = [mark.value for side in sides for mark in side.marks]
    low, high = min(values), max(values)
    unit = plot / (high - low) if high > low else 0.0

    def y(value: float) -> float:
        return (high - value) * unit if unit else plot / 2

    for x in ends:
        canvas.line([(x, -4), (x, plot + 4)], GRID, 0.8)
    any_emphasis = any(mark.emphasis for side in sides for mark in side.marks)
    for strong in (False, True):
        for _, one, two in pairs:
            shown = [mark for mark in (one, two) if mark]
            if any(mark.emphasis for mark in shown) is not strong:
                continue
            color = NAVY if strong or not any_emphasis else _PLAIN
            if one and two:
                canvas.line([(ends[0], y(one.value)), (ends[1], y(two.value))], color, 1.8 if strong else 1.1)
            for x, mark in ((ends[0], one), (ends[1], two)):
                if mark:
                    canvas.dot(x, y(mark.value), RADIUS, color)
    for index, side in enumerate(sides):
        # Where two stand at one height, the one whose line comes from above has the upper text.
        others = {mark.label: y(mark.value) for mark in sides[1 - index].marks}
        levels = [(y(mark.value), others.get(mark.label, y(mark.value))) for mark in side.marks]
        order = sorted(range(len(levels)), key=lambda i: (*levels[i], i))
        _texts(canvas, side, [level for level, _ in levels], order, ends[index], plot, outward=(-1, 1)[index])
    _heads(canvas, (earlier.name, later.name), ends)


def _texts(
    canvas: Canvas, side: Side, levels: list[float], order: list[int], x: float, plot: float, *, outward: int
) -> None:
    """One date's texts from top to bottom in this order, with hair lines where they had to move."""
    anchor: Anchor = "end" if outward < 0 else "start"
    heights = side.heights
    centres = spread([levels[i] for i in order], [heights[i] for i in order], -5.0, plot + 5.0, 0.0)
    assert centres is not None, "the plot was made high enough"
    for index, centre in zip(order, centres, strict=True):
        mark = side.marks[index]
        if abs(centre - levels[index]) > 1.5:
            start, end = x + outward * (RADIUS + 0.5), x + outward * (LEADER - 1.5)
            canvas.line([(start, levels[index]), (end, centre)], RULE, 0.5)
        color = NAVY if mark.emphasis else INK
        place = x + outward * LEADER
        # Figures stand flush right in their column on both sides, so that their digits can be compared.
        flush = place if outward < 0 else place + side.figures
        canvas.block(flush, centre, side.texts[index], bold=mark.emphasis, color=color, anchor="end")
        place += outward * (side.figures + GAP)
        canvas.block(place, centre, side.names[index], bold=mark.emphasis, color=color, anchor=anchor)


def _heads(canvas: Canvas, names: tuple[str, str], ends: tuple[float, float]) -> None:
    """The two dates over their ends."""
    middle = (ends[0] + ends[1]) / 2
    rooms = (middle - GAP, canvas.width - middle - GAP)
    heads = [wrap(name, SMALL, room, bold=True) for name, room in zip(names, rooms, strict=True)]
    for index, lines in enumerate(heads):
        extent = widest(lines, SMALL, bold=True)
        x = (
            max(extent / 2, min(ends[0], rooms[0] - extent / 2))
            if index == 0
            else canvas.inside(max(ends[1], middle + GAP + extent / 2), extent)
        )
        for number, line in enumerate(lines):
            canvas.words(
                x,
                -9 - (len(lines) - 1 - number) * SMALL * LEADING,
                line,
                size=SMALL,
                bold=bool(index),
                color=NAVY if index else MUTED,
                anchor="middle",
            )
