"""Two sides back to back: one measure to the left, the other to the right, a row a segment.

Reads two series; their names head the sides. Marks are matched by label. Mark: label, value, text (at the bar's
outer end), emphasis. Both sides share one scale; option `scales: own` gives each its own, for two units. A negative
value is drawn outwards as a hollow bar, and its text carries the sign.
"""

from __future__ import annotations

from reportgen.charts.canvas import Canvas
from reportgen.charts.chart import ChartData, Mark
from reportgen.charts.check import pair_of, paired, refuse
from reportgen.charts.measure import widest, wrap
from reportgen.charts.rows import lay_rows, taller
from reportgen.charts.style import (
    BRICK,
    GAP,
    GREY,
    INK,
    LABEL,
    LEADING,
    NAVY,
    PAPER,
    POINTS_PER_MM,
    RULE,
    SMALL,
    TEAL,
    TEAL_TEXT,
    mix,
)

GUTTER_SHARE = 0.24


def draw_pyramid(data: ChartData, canvas: Canvas) -> None:
    left, right = pair_of(data)
    scales = data.options.get("scales", "shared")
    if scales not in ("shared", "own"):
        raise refuse(data, f"option scales is {scales!r}; expected 'shared' or 'own'.")
    pairs = paired(data, left, right)
    emphasised = [any(mark.emphasis for mark in (one, two) if mark) for _, one, two in pairs]
    limit = canvas.width * 0.18
    sides = [
        [(mark, wrap(mark.text, LABEL, limit, mark.emphasis) if mark else ()) for mark in marks]
        for marks in ([one for _, one, _ in pairs], [two for _, _, two in pairs])
    ]
    rows = lay_rows(
        canvas,
        [
            (label, "", taller(one, two, limit), strong)
            for (label, one, two), strong in zip(pairs, emphasised, strict=True)
        ],
        text_limit=limit,
        wanted=data.height_mm * POINTS_PER_MM - 14 if data.height_mm else None,
        label_share=GUTTER_SHARE,
    )
    gutter = max(rows.left - GAP - 2, 0.0) + 2 * GAP + 4
    edges = ((canvas.width - gutter) / 2, (canvas.width + gutter) / 2)
    room = edges[0]
    units = [
        min(
            (
                (room - GAP - widest(lines, LABEL, mark.emphasis)) / abs(mark.value)
                for mark, lines in side
                if mark and mark.value
            ),
            default=0.0,
        )
        for side in sides
    ]
    if scales == "shared":
        units = [min((unit for unit in units if unit), default=0.0)] * 2
    for index, (side, sign) in enumerate(zip(sides, (-1, 1), strict=True)):
        for row, (mark, lines) in zip(rows.rows, side, strict=True):
            if mark is None:
                continue
            end = edges[index] + sign * abs(mark.value) * units[index]
            _bar(canvas, mark, edges[index], end, row.middle, rows.bar, _fill(index, mark, any(emphasised)))
            canvas.block(
                end + sign * GAP,
                row.middle,
                lines,
                bold=mark.emphasis,
                color=(NAVY, TEAL_TEXT)[index] if mark.emphasis else INK,
                anchor="end" if sign < 0 else "start",
            )
    for row in rows.rows:
        canvas.block(
            canvas.width / 2, row.middle, row.label, bold=row.bold, color=NAVY if row.bold else INK, anchor="middle"
        )
    for index, name in enumerate((left.name, right.name)):
        lines = wrap(name, SMALL, room, bold=True)
        for number, line in enumerate(lines):
            y = -4 - (len(lines) - 1 - number) * SMALL * LEADING
            canvas.words(
                edges[index],
                y,
                line,
                size=SMALL,
                bold=True,
                color=(NAVY, TEAL_TEXT)[index],
                anchor="end" if index == 0 else "start",
            )
    for x in edges:
        canvas.line([(x, 0), (x, rows.bottom)], RULE)


def _fill(side: int, mark: Mark, any_emphasis: bool) -> str:
    hue = (NAVY, TEAL)[side]
    return hue if mark.emphasis or not any_emphasis else mix(hue, 0.35, GREY)


def _bar(canvas: Canvas, mark: Mark, start: float, end: float, middle: float, thick: float, fill: str) -> None:
    x0, x1 = sorted((start, end))
    if x1 - x0 <= 0.01:
        return
    if mark.value < 0:
        canvas.rect(x0, middle - thick / 2, x1, middle + thick / 2, PAPER, BRICK, 0.9)
    else:
        canvas.rect(x0, middle - thick / 2, x1, middle + thick / 2, fill)
