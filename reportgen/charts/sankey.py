"""Who moved where: bands from opening states at the left to closing states at the right, as thick as they are many.

Reads one series an opening state, its marks the closing states. Series: name, role (gain: those newly come). Mark:
label (the closing state), value, text (in the band's beginning, where the band is thick enough), role (gain and loss
colour the move; loss also marks the closing state of those who left; staying is grey, any other move navy),
emphasis. A mark of role `total` in a series is that opening state's sum, a series of role `total` holds the closing
states' sums, by label: their texts are printed at the states, and sums that the flows do not add up to are refused.
`row_labels` are the states from top to bottom on both sides. Options `from` and `to` head the two sides.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reportgen.charts.canvas import CENTRE, Anchor, Canvas, Point
from reportgen.charts.chart import ChartData, Mark, Series
from reportgen.charts.check import balanced, by_label, not_negative, order_of, refuse
from reportgen.charts.measure import clean, height, widest, width, wrap
from reportgen.charts.style import (
    BRICK,
    GAP,
    GREY,
    INK,
    LABEL,
    LEADING,
    MUTED,
    NAVY,
    PAPER,
    POINTS_PER_MM,
    SMALL,
    TEAL,
    mix,
    text_on,
)

BODY = 168.0
"""Height in points of all bands together, where no height is asked for."""
NODE = 6.0
APART = 5.0
"""Between two states."""
THICK_ENOUGH = 9.0
"""A band from this thickness on carries its count."""
HAIR_BAND = 0.5
BENDS = 24


@dataclass(frozen=True, slots=True)
class Flow:
    opening: str
    mark: Mark
    fill: str


@dataclass(frozen=True, slots=True)
class State:
    """One state on one side: its words, its height by count, and the room it takes."""

    name: str
    label: tuple[str, ...]
    total: tuple[str, ...]
    bar: float
    color: str

    @property
    def room(self) -> float:
        return max(self.bar, height(self.label, LABEL) + height(self.total, SMALL) + 1)

    @property
    def width(self) -> float:
        return max(widest(self.label, LABEL), widest(self.total, SMALL))


def draw_sankey(data: ChartData, canvas: Canvas) -> None:
    flows, opening, closing = _read(data)
    whole = sum(flow.mark.value for flow in flows)
    limit = canvas.width * 0.2
    body = max(data.height_mm * POINTS_PER_MM - 40, 40.0) if data.height_mm else BODY
    unit = body / whole if whole else 0.0
    colors = {s.name: TEAL for s in data.series if s.role == "gain"}
    gone = {flow.mark.label: BRICK for flow in flows if flow.mark.role == "loss" and flow.mark.label not in opening}
    sides = [
        [
            State(
                name,
                wrap(name, LABEL, limit),
                wrap(total, SMALL, limit),
                unit * sum(f.mark.value for f in flows if (f.opening, f.mark.label)[index] == name),
                hues.get(name, NAVY),
            )
            for name, total in states.items()
        ]
        for index, (states, hues) in enumerate(((opening, colors), (closing, gone)))
    ]
    heads = [wrap(data.options.get(key, ""), SMALL, canvas.width * 0.45, bold=True) for key in ("from", "to")]
    tall = [sum(state.room for state in side) + APART * (len(side) - 1) for side in sides]
    edges = (
        max(state.width for state in sides[0]) + GAP,
        canvas.width - max(state.width for state in sides[1]) - GAP,
    )
    tops = [
        _states(canvas, side, edges[index], (max(tall) - tall[index]) / 2, outward=(-1, 1)[index])
        for index, side in enumerate(sides)
    ]
    _bands(canvas, flows, (opening, closing), tops, unit, (edges[0] + NODE, edges[1] - NODE))
    for index, lines in enumerate(heads):
        for number, line in enumerate(lines):
            canvas.words(
                (edges[0] + NODE, edges[1] - NODE)[index],
                -6 - (len(lines) - 1 - number) * SMALL * LEADING,
                line,
                size=SMALL,
                bold=True,
                color=MUTED,
                anchor="start" if index else "end",
            )


def _read(data: ChartData) -> tuple[list[Flow], dict[str, str], dict[str, str]]:
    """The flows, and the states of either side in order with the texts of their sums."""
    order = order_of(data, "state")
    sums = [series for series in data.series if series.role == "total"]
    if len(sums) > 1:
        raise refuse(data, f"{len(sums)} series have the role 'total'; the closing states have one sum each.")
    flows: list[Flow] = []
    opening: dict[str, str] = {}
    for series in (each for each in data.series if each.role != "total"):
        if series.name in opening:
            raise refuse(data, f"two series are named {series.name!r}.")
        opening[series.name] = _opening(data, series, flows)
    totals = by_label(data, sums[0]) if sums else {}
    closing = dict.fromkeys((flow.mark.label for flow in flows), "")
    for label, total in totals.items():
        balanced(data, label, (flow.mark for flow in flows if flow.mark.label == label), total)
        closing[label] = total.text
    if order:
        if stray := next((name for name in (*opening, *closing) if name not in order), None):
            raise refuse(data, f"{stray!r} is none of the {len(order)} states in row_labels.")
        opening = {name: opening[name] for name in order if name in opening}
        closing = {name: closing[name] for name in order if name in closing}
        places = {name: place for place, name in enumerate(order)}
        flows.sort(key=lambda flow: (places[flow.opening], places[flow.mark.label]))
    if not flows:
        raise refuse(data, "there are sums but no flows.")
    return flows, opening, closing


def _opening(data: ChartData, series: Series, flows: list[Flow]) -> str:
    """Adds the flows of one opening state; returns the text of its sum."""
    marks = tuple(mark for mark in series.marks if mark.role != "total")
    by_label(data, Series(series.name, marks))
    not_negative(data, marks, f"the flow from {series.name!r} to")
    sums = [mark for mark in series.marks if mark.role == "total"]
    for total in sums:
        balanced(data, series.name, marks, total)
    flows += [Flow(series.name, mark, _fill(series, mark)) for mark in marks]
    return sums[0].text if sums else ""


def _fill(series: Series, mark: Mark) -> str:
    strength = 0.8 if mark.emphasis else 0.42
    if mark.role == "loss":
        return mix(BRICK, strength)
    if mark.role == "gain" or series.role == "gain":
        return mix(TEAL, strength)
    return mix(GREY, 0.6) if series.name == mark.label else mix(NAVY, strength)


def _states(canvas: Canvas, states: Sequence[State], edge: float, top: float, *, outward: int) -> dict[str, float]:
    """The states of one side as bars with their words outside; returns the y where each one's bands begin."""
    anchor: Anchor = "end" if outward < 0 else "start"
    tops = {}
    for state in states:
        middle = top + state.room / 2
        tops[state.name] = middle - state.bar / 2
        x0, x1 = sorted((edge, edge - outward * NODE))
        if state.bar > 0.01:
            canvas.rect(x0, middle - state.bar / 2, x1, middle + state.bar / 2, state.color)
        label, total = height(state.label, LABEL), height(state.total, SMALL)
        canvas.block(edge + outward * GAP, middle - total / 2, state.label, color=INK, anchor=anchor)
        canvas.block(edge + outward * GAP, middle + label / 2, state.total, size=SMALL, color=MUTED, anchor=anchor)
        top += state.room + APART
    return tops


def _bands(
    canvas: Canvas,
    flows: Sequence[Flow],
    sides: tuple[dict[str, str], dict[str, str]],
    tops: Sequence[dict[str, float]],
    unit: float,
    xs: tuple[float, float],
) -> None:
    """The bands, thick ones first so that thin ones stay seen, and the counts where they begin."""
    starts, ends = dict(tops[0]), dict(tops[1])
    # At either side the bands lie in the order of the states they come from or go to, which crosses least.
    arrivals = {}
    for index in sorted(range(len(flows)), key=lambda i: list(sides[0]).index(flows[i].opening)):
        arrivals[index] = ends[flows[index].mark.label]
        ends[flows[index].mark.label] += flows[index].mark.value * unit
    departures = {}
    for index in sorted(range(len(flows)), key=lambda i: list(sides[1]).index(flows[i].mark.label)):
        departures[index] = starts[flows[index].opening]
        starts[flows[index].opening] += flows[index].mark.value * unit
    thick = [flow.mark.value * unit for flow in flows]
    said = [
        i
        for i, flow in enumerate(flows)
        if thick[i] >= THICK_ENOUGH and width(clean(flow.mark.text), SMALL) + 2 * GAP <= (xs[1] - xs[0]) * 0.45
    ]
    stub = max((width(clean(flows[i].mark.text), SMALL) for i in said), default=0.0) + 2 * GAP
    for index in sorted(range(len(flows)), key=lambda i: (-thick[i], i)):
        if thick[index] > 0:
            shape = _band((xs[0], departures[index]), (xs[1], arrivals[index]), max(thick[index], HAIR_BAND), stub)
            # A white edge keeps crossing bands apart; on a hair it would leave nothing.
            edge = 0.3 if thick[index] > 2 else 0.0
            canvas.polygon(shape, flows[index].fill, PAPER if edge else "", edge)
    for index in said:
        canvas.words(
            xs[0] + GAP,
            departures[index] + thick[index] / 2 + CENTRE * SMALL,
            flows[index].mark.text,
            size=SMALL,
            color=text_on(flows[index].fill),
        )


def _band(start: Point, end: Point, thick: float, stub: float) -> tuple[Point, ...]:
    """A band from its upper left to its upper right corner: level over the stub, then one smooth bend."""
    (x0, y0), (x1, y1) = start, end
    bend = x0 + min(stub, (x1 - x0) / 2)
    curve = []
    for step in range(BENDS + 1):
        t = step / BENDS
        # A cubic with both handles half way: level where it leaves and where it arrives.
        x = bend + (x1 - bend) * (1.5 * t * (1 - t) + t**3)
        curve.append((x, y0 + (y1 - y0) * (3 * t**2 - 2 * t**3)))
    upper = [(x0, y0), *curve]
    return (*upper, *((x, y + thick) for x, y in reversed(upper)))
