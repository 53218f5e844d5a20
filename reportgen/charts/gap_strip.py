"""The contact-gap strip: how long ago customers were last spoken to, in one bar from fresh to stale.

Reads one series of ordered bands of days. Mark: label (under its part), value (customers, the part's width), text
(inside its part, or over it). `rule` is the limit as a place between bands (2: between the second and the third),
`rule_text` its words; parts past it are brick. `bracket` spans parts from above, usually those past the limit. Bands
whose texts do not fit along the strip become rows.
"""

from __future__ import annotations

from reportgen.charts.bars import draw_rows_of_bars
from reportgen.charts.canvas import ABOVE, BELOW, CENTRE, Canvas
from reportgen.charts.chart import ChartData, Mark
from reportgen.charts.check import marks_of
from reportgen.charts.histogram import band_edge
from reportgen.charts.measure import clean, width
from reportgen.charts.share_bars import part_spans
from reportgen.charts.spread import spread
from reportgen.charts.style import BRICK, GAP, INK, LABEL, LEADING, NAVY, RULE, SMALL, mix, text_on

THICK = 20.0


def draw_gap_strip(data: ChartData, canvas: Canvas) -> None:
    marks = marks_of(data)
    edge = band_edge(data, len(marks))
    spans = part_spans(marks, 0.0, canvas.width)
    middles = [(x0 + x1) / 2 for x0, x1 in spans]
    labels = spread(middles, [width(clean(mark.label), SMALL) for mark in marks], 0.0, canvas.width, 6.0)
    tight = [i for i, mark in enumerate(marks) if width(clean(mark.text), LABEL, True) > spans[i][1] - spans[i][0] - 5]
    over = spread(
        [middles[i] for i in tight], [width(clean(marks[i].text), LABEL, True) for i in tight], 0.0, canvas.width, 5.0
    )
    long = any(
        width(clean(t), LABEL, True) > canvas.width for t in (data.bracket[2] if data.bracket else "", data.rule_text)
    )
    if labels is None or over is None or long or not any(mark.value > 0 for mark in marks):
        draw_rows_of_bars(data, canvas, marks, edge)
        return
    fills = _fills(len(marks), edge)
    for mark, (x0, x1), fill, middle in zip(marks, spans, fills, middles, strict=True):
        if x1 > x0:
            canvas.rect(x0, 0, max(x1 - 0.8, (x0 + x1) / 2), THICK, fill)
        if width(clean(mark.text), LABEL, True) <= x1 - x0 - 5:
            canvas.words(middle, THICK / 2 + CENTRE * LABEL, mark.text, bold=True, color=text_on(fill), anchor="middle")
    top = -3.0
    for index, place in zip(tight, over, strict=True):
        x = middles[index]
        canvas.line([(x, 0), (x, -2), (place, -5)], RULE, 0.5)
        canvas.words(place, -7 - BELOW * LABEL, marks[index].text, bold=True, color=INK, anchor="middle", keep_in=False)
        top = -9 - LABEL
    _labels(canvas, marks, middles, labels)
    over_texts = [
        (place - width(clean(marks[i].text), LABEL, True) / 2, place + width(clean(marks[i].text), LABEL, True) / 2)
        for i, place in zip(tight, over, strict=True)
    ]
    limit = _limit(data, canvas, spans[edge][0], top, over_texts) if edge is not None else None
    if data.bracket:
        _bracket(data, canvas, spans, top, edge, limit)


def _fills(count: int, edge: int | None) -> list[str]:
    """Navy fading to pale before the limit, brick deepening past it."""
    before = count if edge is None else edge
    fills = [mix(NAVY, 0.95 - 0.6 * i / max(before, 1)) for i in range(before)]
    past = count - before
    return fills + [mix(BRICK, 0.65 + 0.35 * (i + 1) / past) for i in range(past)]


def _labels(canvas: Canvas, marks: tuple[Mark, ...], middles: list[float], places: tuple[float, ...]) -> None:
    for mark, x, place in zip(marks, middles, places, strict=True):
        if abs(x - place) > 1.5:
            canvas.line([(x, THICK), (x, THICK + 2), (place, THICK + 5)], RULE, 0.5)
        canvas.words(
            place, THICK + 6.5 + ABOVE * SMALL, mark.label, size=SMALL, color=INK, anchor="middle", keep_in=False
        )


def _limit(
    data: ChartData, canvas: Canvas, x: float, top: float, over: list[tuple[float, float]]
) -> tuple[float, float]:
    """The limit as a line through the strip, its words above at the left; returns where they begin and end."""
    text = clean(data.rule_text)
    extent = width(text, SMALL)
    # The line stops at the strip rather than run through a text that stands over it.
    end = max(x - GAP, extent)
    reach = -1.0 if end > x - 2 or any(x0 - 2 < x < x1 + 2 for x0, x1 in over) else top - SMALL
    canvas.line([(x - 0.4, reach), (x - 0.4, THICK + 3)], INK, 1.0)
    canvas.words(end, top - 3 - BELOW * SMALL, text, size=SMALL, color=BRICK, anchor="end")
    return end - extent, end


def _bracket(
    data: ChartData,
    canvas: Canvas,
    spans: list[tuple[float, float]],
    top: float,
    edge: int | None,
    limit: tuple[float, float] | None,
) -> None:
    assert data.bracket is not None
    first, last, text = data.bracket
    x0, x1 = spans[first][0], spans[last][1]
    extent = width(clean(text), LABEL, bold=True)
    centre = canvas.inside((x0 + x1) / 2, extent)
    if limit and min(x0, centre - extent / 2) < limit[1] + GAP and max(x1, centre + extent / 2) > limit[0] - GAP:
        top -= SMALL * LEADING + 3
    color = BRICK if edge is not None and first >= edge else NAVY
    y = top - 3
    canvas.line([(x0 + 0.5, y + 3), (x0 + 0.5, y), (x1 - 0.5, y), (x1 - 0.5, y + 3)], color, 0.9)
    canvas.words(centre, y - 3.5, text, bold=True, color=color, anchor="middle")
