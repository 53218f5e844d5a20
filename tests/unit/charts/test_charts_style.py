"""The palette reads in colour, in grey print and without red-green vision; scales are round and honest."""

from __future__ import annotations

from itertools import combinations, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reportgen.charts import ChartData, Mark, Series, draw, style
from reportgen.charts.heatmap import FULL_RESIDUAL, fill
from reportgen.charts.style import contrast, fit_scale, luminance, mix, ramp, scale_ticks, text_on, tick_texts

HUES = {"navy": style.NAVY, "brick": style.BRICK, "teal": style.TEAL, "grey": style.GREY}
# Machado, Oliveira and Fernandes (2009), severity 1, applied to linear RGB.
BLINDNESS = {
    "protan": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "deutan": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
    "tritan": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.303900)),
}


def _linear(color: str) -> tuple[float, ...]:
    return tuple(luminance(f"#{color[i : i + 2] * 3}") for i in (1, 3, 5))


def _lab(linear: tuple[float, ...]) -> tuple[float, float, float]:
    r, g, b = (min(max(channel, 0.0), 1.0) for channel in linear)
    xyz = (
        (0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.9505,
        0.2126 * r + 0.7152 * g + 0.0722 * b,
        (0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.089,
    )
    x, y, z = (t ** (1 / 3) if t > 0.008856 else 7.787 * t + 16 / 116 for t in xyz)
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def _distance(one: tuple[float, ...], other: tuple[float, ...]) -> float:
    return sum((a - b) ** 2 for a, b in zip(_lab(one), _lab(other), strict=True)) ** 0.5


@pytest.mark.parametrize(("one", "other"), list(combinations(HUES, 2)))
def test_hues_stay_apart_in_grey_print(one: str, other: str) -> None:
    """At least ten steps of lightness (of a hundred) between any two."""
    light = [_lab(_linear(HUES[name]))[0] for name in (one, other)]
    assert abs(light[0] - light[1]) >= 10


@pytest.mark.parametrize("blindness", BLINDNESS)
@pytest.mark.parametrize(("one", "other"), list(combinations(HUES, 2)))
def test_hues_stay_apart_without_colour_vision(one: str, other: str, blindness: str) -> None:
    matrix = BLINDNESS[blindness]
    seen = [
        tuple(sum(weight * channel for weight, channel in zip(row, _linear(HUES[name]), strict=True)) for row in matrix)
        for name in (one, other)
    ]
    assert _distance(*seen) >= 12


def test_at_most_three_hues_and_grey() -> None:
    colors = {value for name, value in vars(style).items() if isinstance(value, str) and value.startswith("#")}
    colored = [color for color in colors if max(abs(v) for v in _lab(_linear(color))[1:]) > 12]
    assert set(colored) == {style.NAVY, style.BRICK, style.TEAL, style.TEAL_TEXT}


@pytest.mark.parametrize("color", [style.INK, style.MUTED, style.BRICK, *style.TEXTS.values()])
def test_text_on_paper_reads(color: str) -> None:
    assert contrast(color, style.PAPER) >= 4.5


@given(st.integers(0, 0xFFFFFF))
def test_text_reads_on_any_fill(color: int) -> None:
    fill = f"#{color:06x}"
    assert contrast(text_on(fill), fill) >= 4.5


def test_ramp_runs_from_dark_to_light() -> None:
    lights = [luminance(color) for color in ramp(7)]
    assert lights == sorted(lights)
    assert len(set(ramp(7))) == 7
    assert ramp(1) == (style.NAVY,)
    assert ramp(0) == ()


def test_mix_keeps_its_ends() -> None:
    assert mix(style.BRICK, 1) == style.BRICK
    assert mix(style.BRICK, 0) == style.PAPER
    assert mix(style.BRICK, 7) == style.BRICK


@given(st.floats(-1e9, 1e9), st.floats(1e-6, 1e9), st.integers(2, 9))
def test_ticks_enclose_the_range_evenly(low: float, span: float, most: int) -> None:
    ticks = scale_ticks(low, low + span, most)
    slack = 1e-9 * max(abs(low), abs(low + span), span)
    assert ticks[0] <= low + slack
    assert ticks[-1] >= low + span - slack
    assert 2 <= len(ticks) <= max(most, 2) + 1
    steps = [b - a for a, b in pairwise(ticks)]
    assert max(steps) - min(steps) <= 1e-6 * max(steps) + slack


def test_ticks_of_no_range() -> None:
    assert len(scale_ticks(5.0, 5.0, 5)) >= 2
    assert scale_ticks(0.0, 0.0, 5)[0] < 0 < scale_ticks(0.0, 0.0, 5)[-1]


@pytest.mark.parametrize(
    ("ticks", "percent", "texts"),
    [
        ((0.2, 0.4, 0.6), True, ("20%", "40%", "60%")),
        ((0.015, 0.0175, 0.02), True, ("1.50%", "1.75%", "2.00%")),
        ((-5.0, 0.0, 5.0), False, ("−5", "0", "5")),
        ((0.0, 2500.0), False, ("0", "2,500")),
    ],
)
def test_tick_texts_have_equal_decimals(ticks: tuple[float, ...], percent: bool, texts: tuple[str, ...]) -> None:
    assert tick_texts(ticks, percent) == texts


@given(st.lists(st.tuples(st.floats(-1e6, 1e6), st.floats(0, 60), st.floats(0, 60)), min_size=1, max_size=12))
def test_scale_keeps_every_item_between_the_edges(items: list[tuple[float, float, float]]) -> None:
    items = [*items, (0.0, 1.0, 1.0)]
    scale, at = fit_scale(items, 50.0, 300.0)
    assert scale >= 0
    for value, before, after in items:
        assert at(value) - before >= 50 - 1e-3
        assert at(value) + after <= 300 + 1e-3


def test_half_figures_of_one_metric_share_a_scale(geometry) -> None:
    def lengths(*values: float) -> list[float]:
        marks = tuple(Mark("甲", value, f"{value:.0f}户", emphasis=True) for value in values)
        sheet = geometry.read(draw(ChartData("bars", (Series("", marks),), "zh-CN", width_mm=79.0, maximum=54.0)).svg)
        return [rect.box[2] - rect.box[0] for rect in sheet.rects]

    (short,), (long,) = lengths(27.0), lengths(54.0)
    assert short * 2 == pytest.approx(long, rel=0.01)


@pytest.mark.parametrize("values", [(0.117, 0.336, 0.091), (0.5, 0.5), (0.98, 1.0), (0.0, 0.02)])
def test_no_interval_lies_beyond_the_scale(values) -> None:
    marks = tuple(Mark("甲", value, "x", low=value, high=value) for value in values)
    ticks = draw(ChartData("interval", (Series("", marks),), "zh-CN", percent=True)).scale_texts
    ends = [float(text.rstrip("%")) / 100 for text in (ticks[0], ticks[-1])]
    assert ends[0] <= min(values)
    assert ends[1] >= max(values)


@given(st.floats(-8, 8))
def test_text_reads_in_every_cell_of_a_heatmap(value: float) -> None:
    ground = fill(value, FULL_RESIDUAL)
    assert contrast(text_on(ground), ground) >= 4.5
