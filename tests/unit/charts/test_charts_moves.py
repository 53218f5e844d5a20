"""What the kinds that show a course or a move draw is the data: places, gaps, thickness and sums by hand."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reportgen.charts import ChartData, Mark, Series, draw, style
from reportgen.charts.canvas import Canvas
from reportgen.charts.periods import courses_of, period_places, value_range
from reportgen.charts.sankey import draw_sankey
from reportgen.charts.small_multiples import draw_small_multiples
from reportgen.charts.trend import draw_trend
from reportgen.errors import TemplateError

MONTHS = tuple(f"2025-{month:02d}" for month in range(1, 13))


def _line(name: str, values: dict[str, float], role: str = "") -> Series:
    return Series(name, tuple(Mark(label, value, f"{value:g}") for label, value in values.items()), role=role)


def _drawn(kind, data: ChartData):
    canvas = Canvas(data.width_mm * style.POINTS_PER_MM)
    kind(data, canvas)
    return canvas


def _strokes(canvas, color: str):
    return [shape.points for shape in canvas.items if getattr(shape, "edge", "") == color and not shape.fill]


def test_a_missing_period_is_a_gap() -> None:
    values = {MONTHS[i]: 10.0 + i for i in (0, 1, 2, 5, 8, 9)}
    canvas = _drawn(draw_trend, ChartData("trend", (_line("甲", values),), "zh-CN", row_labels=MONTHS))
    assert [len(points) for points in _strokes(canvas, style.NAVY)] == [3, 2]
    dots = [shape for shape in canvas.items if getattr(shape, "radius", 0)]
    # The value between two gaps, and the last one.
    assert len(dots) == 2
    (alone, last) = sorted(dots, key=lambda dot: dot.points[0][0])
    first = _strokes(canvas, style.NAVY)[0]
    pitch = first[1][0] - first[0][0]
    assert alone.points[0][0] == pytest.approx(first[0][0] + 5 * pitch)
    assert last.points[0][0] == pytest.approx(first[0][0] + 9 * pitch)


def test_a_line_that_ends_early_says_when(geometry) -> None:
    series = (_line("甲", dict.fromkeys(MONTHS[:5], 3.0)), _line("乙", dict.fromkeys(MONTHS, 9.0)))
    drawing = draw(ChartData("trend", series, "zh-CN", row_labels=MONTHS, height_mm=60))
    places = {text.text: text.box for text in geometry.read(drawing.svg).texts}
    assert places["2025-05"][0] == pytest.approx(places["甲"][0])
    assert "2025-05" in drawing.scale_texts


def test_values_stand_at_their_height_on_the_scale() -> None:
    values = dict(zip(MONTHS[:3], (0.0, 50.0, 100.0), strict=True))
    canvas = _drawn(draw_trend, ChartData("trend", (_line("", values),), "en", row_labels=MONTHS[:3], height_mm=60))
    ((_, low), (_, middle), (_, high)) = _strokes(canvas, style.NAVY)[0]
    assert low - middle == pytest.approx(middle - high)
    assert low - high == pytest.approx(60 * style.POINTS_PER_MM - 24)


def test_the_year_before_is_grey_and_named() -> None:
    now, before = dict.fromkeys(MONTHS, 5.0), dict.fromkeys(MONTHS, 4.0)
    data = ChartData("trend", (_line("本年", now), _line("上年同期", before, "ghost")), "zh-CN", row_labels=MONTHS)
    canvas = _drawn(draw_trend, data)
    assert [len(points) for points in _strokes(canvas, style.GREY)] == [12]
    colors = {words.text: words.color for words in canvas.items if hasattr(words, "text")}
    assert colors["上年同期"] == style.MUTED
    assert colors["本年"] == style.NAVY


@pytest.mark.parametrize(
    ("count", "shown"),
    [
        (1, ["1"]),
        (3, ["1", "2", "3"]),
        (9, [str(i) for i in range(1, 10)]),
        (12, ["2", "4", "6", "8", "10", "12"]),
        (13, ["1", "3", "5", "7", "9", "11", "13"]),
        (24, ["3", "6", "9", "12", "15", "18", "21", "24"]),
        (36, ["6", "12", "18", "24", "30", "36"]),
    ],
)
def test_few_periods_are_labelled_the_last_among_them(count: int, shown: list[str]) -> None:
    periods = [str(i + 1) for i in range(count)]
    places = period_places(Canvas(400), periods, lambda place: 30 + place * 340 / max(count - 1, 1))
    assert [periods[place] for place, _ in places] == shown


@given(st.lists(st.floats(-1e9, 1e9), min_size=1, max_size=12), st.booleans())
def test_the_scale_holds_every_value_and_bars_begin_at_zero(values: list[float], bars: bool) -> None:
    series = _line("甲", dict(zip(MONTHS, values, strict=False)))
    data = ChartData("trend", (series,), "zh-CN")
    low, high = value_range(data, courses_of(data)[1], zero=bars)
    assert low <= min(values) <= max(values) <= high
    assert low < high
    assert not bars or low <= 0 <= high


@pytest.mark.parametrize(("value", "ends"), [(0.5, (0.0, 0.625)), (1.0, (0.0, 1.0)), (0.0, (0.0, 0.1))])
def test_a_single_share_has_a_scale_of_shares(value: float, ends: tuple[float, float]) -> None:
    data = ChartData("trend", (_line("甲", {"a": value}),), "zh-CN", percent=True)
    assert value_range(data, courses_of(data)[1]) == pytest.approx(ends)


def test_panels_share_one_scale() -> None:
    """A value twice as high stands twice as high, in another panel too."""
    periods = MONTHS[:2]
    series = tuple(
        _line(name, dict(zip(periods, (top / 2, top), strict=True))) for name, top in (("甲", 40.0), ("乙", 80.0))
    )
    data = ChartData("small_multiples", series, "zh-CN", row_labels=periods, options={"panel": "bars"})
    heights = [
        abs(shape.points[2][1] - shape.points[0][1])
        for shape in _drawn(draw_small_multiples, data).items
        if getattr(shape, "fill", "") and len(shape.points) == 4
    ]
    assert heights == pytest.approx([heights[0], 2 * heights[0], 2 * heights[0], 4 * heights[0]])


def test_the_emphasised_panel_is_the_coloured_one() -> None:
    values = dict.fromkeys(MONTHS, 5.0)
    strong = _line("乙", values)
    strong = replace(strong, marks=(*strong.marks[:-1], replace(strong.marks[-1], emphasis=True)))
    data = ChartData("small_multiples", (_line("甲", values), strong, _line("丙", values)), "zh-CN")
    canvas = _drawn(draw_small_multiples, data)
    assert len(_strokes(canvas, style.NAVY)) == 1
    assert len(_strokes(canvas, style.MUTED)) == 2
    assert {words.text for words in canvas.items if getattr(words, "bold", False) and words.color == style.NAVY} == {
        "乙",
        "5",
    }


def test_a_panel_says_of_which_period_its_last_value_is(geometry) -> None:
    data = ChartData(
        "small_multiples",
        (_line("甲", dict.fromkeys(MONTHS[:5], 3.0)), _line("乙", dict.fromkeys(MONTHS, 3.0))),
        "zh-CN",
        row_labels=MONTHS,
    )
    drawing = draw(data)
    assert [text.text for text in geometry.read(drawing.svg).texts].count("2025-05") == 1
    assert "2025-05" in drawing.scale_texts


def test_only_a_name_of_more_than_three_lines_is_cut(geometry) -> None:
    def said(name: str) -> str:
        series = tuple(_line(f"{name}{k}", dict.fromkeys(MONTHS, 3.0)) for k in "甲乙")
        return geometry.read(draw(ChartData("small_multiples", series, "zh-CN", width_mm=79.0)).svg).said

    assert "…" not in said("太湖新区高新技术开发区第一支行私人银行中心")
    assert said("太湖新区高新技术开发区第一支行私人银行中心" * 6).count("…") == 2


def test_a_funnels_bars_are_as_wide_as_their_counts(geometry) -> None:
    marks = tuple(Mark(f"阶段{n:g}", n, f"{n:g}户", note=f"{n / 8:.0f}%") for n in (800.0, 400.0, 200.0))
    sheet = geometry.read(draw(ChartData("funnel", (Series("", marks),), "zh-CN")).svg)
    bars = [rect.box for rect in sheet.rects if rect.color == style.NAVY]
    assert [(box[2] - box[0]) / (bars[0][2] - bars[0][0]) for box in bars] == pytest.approx([1, 0.5, 0.25], abs=1e-4)
    assert {round((box[0] + box[2]) / 2, 3) for box in bars} == {round((bars[0][0] + bars[0][2]) / 2, 3)}
    places = {text.text: text.box[1] for text in sheet.texts}
    # The rate from the first to the second stands between the two.
    assert places["800户"] < places["50%"] < places["400户"] < places["25%"] < places["200户"]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.lists(st.integers(0, 500), min_size=4, max_size=4), min_size=4, max_size=4))
def test_bands_fill_their_states(counts: list[list[int]]) -> None:
    """At both ends the bands of a state lie side by side and are as thick together as its bar."""
    names = ("甲", "乙", "丙", "丁")
    series = tuple(
        Series(name, tuple(Mark(other, float(n), str(n)) for other, n in zip(names, row, strict=True)))
        for name, row in zip(names, counts, strict=True)
    )
    canvas = _drawn(draw_sankey, ChartData("sankey", series, "zh-CN", row_labels=names))
    shapes = [shape for shape in canvas.items if getattr(shape, "fill", "")]
    bars = [shape.points for shape in shapes if len(shape.points) == 4]
    bands = [shape.points for shape in shapes if len(shape.points) > 4]
    assert len(bands) == sum(n > 0 for row in counts for n in row)
    edge = min((x for points in bars for x, _ in points), default=0.0)
    for side in (0, 1):
        ends = [
            (points[0], points[-1]) if side == 0 else (points[len(points) // 2 - 1], points[len(points) // 2])
            for points in bands
        ]
        for points in bars:
            if (points[0][0] == edge) is (side == 0):
                top, foot = points[0][1], points[2][1]
                inside = sorted((a[1], b[1]) for a, b in ends if top - 1e-6 <= a[1] < foot - 1e-6)
                assert inside[0][0] == pytest.approx(top)
                assert sum(b - a for a, b in inside) >= foot - top - 1e-6
                assert all(later[0] <= earlier[1] + 1e-6 for earlier, later in pairwise(inside))


def test_slopes_ends_stand_at_their_values(geometry) -> None:
    one = Series("期初", (Mark("甲", 10.0, "10"), Mark("乙", 30.0, "30")))
    two = Series("期末", (Mark("乙", 20.0, "20"), Mark("甲", 10.0, "10")))
    sheet = geometry.read(draw(ChartData("slope", (one, two), "zh-CN")).svg)
    middles = sorted(((dot.box[0] + dot.box[2]) / 2, (dot.box[1] + dot.box[3]) / 2) for dot in sheet.dots)
    (_, thirty), (_, ten), (_, twenty), (_, still) = middles
    assert ten == still
    assert twenty == pytest.approx((ten + thirty) / 2, abs=1e-3)
    assert [text.text for text in sheet.texts].count("甲") == 2


def test_of_two_that_end_alike_the_one_from_above_is_named_above(geometry) -> None:
    one = Series("期初", (Mark("低", 1.0, "1"), Mark("高", 9.0, "9")))
    two = Series("期末", (Mark("低", 5.0, "5"), Mark("高", 5.0, "5")))
    sheet = geometry.read(draw(ChartData("slope", (one, two), "zh-CN", width_mm=79.0)).svg)
    places = {text.text: text.box[1] for text in sheet.texts}
    assert places["高"] < places["低"]


FLOWS = (Series("甲", (Mark("甲", 3.0, "3"), Mark("流失", 2.0, "2"))),)
COURSE = ChartData("trend", (_line("甲", {"a": 1.0, "b": 2.0}),), "zh-CN")
STAGES = ChartData("funnel", (Series("", (Mark("甲", 3.0, "3"), Mark("乙", 4.0, "4"))),), "zh-CN")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (replace(COURSE, row_labels=("a",)), "'b' is none of the 1 periods"),
        (replace(COURSE, row_labels=("a", "b", "a")), "row_labels name the period 'a' twice"),
        (replace(COURSE, row_labels=("b", "a")), "not in the order of the periods"),
        (replace(COURSE, series=(replace(COURSE.series[0], role="ghost"),)), "no series has a value but those of role"),
        (replace(COURSE, kind="small_multiples", series=COURSE.series * 31), "31 panels given; expected at most 30"),
        (replace(COURSE, kind="small_multiples", options={"panel": "pie"}), "option panel is 'pie'"),
        (STAGES, "stage '乙' has 4, more than 3 before it"),
        (replace(STAGES, options={"rising": "yes"}), "option rising is 'yes'"),
        (replace(STAGES, series=(Series("", (Mark("甲", -3.0, "3"),)),)), "stage '甲' has the value -3"),
        (
            ChartData("sankey", (*FLOWS, Series("", (Mark("甲", 4.0, "4"),), role="total")), "zh-CN"),
            "the flows of '甲' add up to 3, its total is 4",
        ),
        (
            ChartData("sankey", (Series("甲", (*FLOWS[0].marks, Mark("", 6.0, "6", role="total"))),), "zh-CN"),
            "the flows of '甲' add up to 5, its total is 6",
        ),
        (ChartData("sankey", FLOWS, "zh-CN", row_labels=("甲",)), "'流失' is none of the 1 states"),
        (ChartData("sankey", (*FLOWS, *FLOWS), "zh-CN"), "two series are named '甲'"),
        (
            ChartData("sankey", (Series("甲", (Mark("乙", -1.0, "1"),)),), "zh-CN"),
            "the flow from '甲' to '乙' has the value -1",
        ),
        (replace(COURSE, kind="slope"), "1 series given; this kind draws exactly two"),
    ],
)
def test_what_would_be_drawn_wrong_is_refused_by_name(data: ChartData, words: str) -> None:
    with pytest.raises(TemplateError) as caught:
        draw(data)
    assert words in str(caught.value)


def test_a_rising_funnel_is_drawn_when_told(geometry) -> None:
    assert "4" in geometry.read(draw(replace(STAGES, options={"rising": "allowed"})).svg).said
