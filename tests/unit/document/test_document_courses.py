"""Figures over time: tiles, tables with movements, courses, and what a branch's report holds of them."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reportgen.document.blocks.heatmap import shading
from reportgen.document.model import Document, Figure, Paragraph, Table, Tile, Tiles
from reportgen.document.movement import movement
from reportgen.facts.fact import Fact
from reportgen.pipeline import illustrate
from reportgen.render.numerals import allowed, unknown


@pytest.fixture(scope="session")
def course(load: Any, tmp_path_factory: pytest.TempPathFactory) -> Any:
    return load("course_case").course_case(tmp_path_factory.mktemp("course"))


@pytest.fixture(scope="session")
def bank(course: Any) -> Document:
    document: Document = course.document("zh-CN")
    return document


@pytest.fixture(scope="session")
def branch(course: Any) -> Document:
    document: Document = course.document("zh-CN", "branch:B01")
    return document


def blocks(document: Document) -> list[Any]:
    return [block for one in document.sections for block in one.blocks]


def shown(text: Any) -> str:
    return "".join(span.text for span in text)


def table(document: Document, name: str) -> Table:
    return next(one for one in blocks(document) if isinstance(one, Table) and one.anchor == name)


def cells(document: Document, name: str) -> list[list[str]]:
    return [[shown(cell).replace("\u00a0", " ") for cell in row.cells] for row in table(document, name).rows]


def figure(document: Document, name: str) -> Figure:
    return next(one for one in blocks(document) if isinstance(one, Figure) and one.anchor == name)


def tiles(document: Document) -> dict[str, Tile]:
    return {tile.label: tile for block in blocks(document) if isinstance(block, Tiles) for tile in block.tiles}


def lead(document: Document) -> str:
    return next(shown(one.text) for one in blocks(document) if isinstance(one, Paragraph))


def test_sentences_reach_back(course: Any, bank: Document, branch: Document) -> None:
    assert lead(bank) == "全行客户1,130户，上期1,120户，环比+0.9%。同比上升11.9%。投诉0，上年同期未登记。只说全行。底数1,120。"
    assert lead(course.document("en")) == (
        "The bank: 1,130 customers, 1,120 before, +0.9%. Up 11.9% on the year. Complaints: 0, none recorded a year "
        "ago. The bank only."
    )
    assert lead(branch) == "城东支行客户500户，上期499户，环比+0.2%。同比上升0.2%。底数100。"


def test_a_tile_shows_movements_plan_and_course(course: Any, bank: Document) -> None:
    tile = tiles(bank)["客户数"]
    assert [shown(line) for line in tile.changes] == ["环比 ▲ +0.9%", "同比 ▲ +11.9%"]
    assert shown(tile.plan) == "计划1,200户，完成94.2%，时间已过50.0%"
    assert tile.spark
    assert [mark.value for mark in tile.spark.data.series[0].marks][-2:] == [1120, 1130]
    assert len(tile.spark.data.series[0].marks) == 13
    assert "1,130户" in tile.spark.data.alt
    assert [shown(line) for line in tiles(bank)["流失率"].changes] == ["环比 ▲ +0.2百分点", "同比 ▲ +0.1百分点"]
    few = tiles(bank)["投诉件数"]
    assert few.spark is None
    assert [shown(line) for line in few.changes] == ["环比 ▼ −5"]
    english = tiles(course.document("en"))
    assert [shown(line) for line in english["Loss"].changes] == ["▲ +0.2 pp vs last month", "▲ +0.1 pp vs year ago"]
    assert shown(english["Customers"].plan) == "Plan 1,200 customers, 94.2% attained, 50.0% of the time over"


def test_a_table_of_metrics_moves_by_its_unit_and_tells_what_is_missing(bank: Document) -> None:
    assert [column.label for column in table(bank, "t_size").columns] == [
        "指标", "上年同期", "上期", "本期", "环比", "同比", "计划", "完成率"]
    assert cells(bank, "t_size") == [
        ["客户数（户）", "1,010", "1,120", "1,130", "▲ +0.9%", "▲ +11.9%", "1,200", "94.2%"],
        ["流失率（%）", "1.0", "0.9", "1.1", "▲ +0.2百分点", "▲ +0.1百分点", "—", "—"],
        ["投诉件数", "—", "5", "0", "▼ −5", "—", "—", "—"],
        ["满意度（分）", "—", "4.00", "3.90", "▼ −0.10分", "—", "—", "—"],
    ]
    notes = [shown(note) for note in table(bank, "t_size").notes]
    assert notes[0] == "来源：2024年12月31日、2025年11月30日、2025年12月31日的客户快照、满意度调查、投诉记录、计划目标。"


def test_rows_stand_in_the_order_asked_and_the_rest_is_kept_for_the_workbook(bank: Document) -> None:
    made = table(bank, "t_branch")
    assert cells(bank, "t_branch") == [
        ["B02", "410", "▲ +2.5%", "8.0", "＝ 0.0百分点"], ["B03", "240", "▲ +4.3%", "3.0", "＝ 0.0百分点"],
        ["合计", "1,130", "▲ +0.9%", "1.1", "▲ +0.2百分点"],
    ]
    assert [shown(cell) for cell in made.more[0].cells][:2] == ["B01", "510"]
    assert "另有1行见随附的工作簿" in "".join(shown(note) for note in made.notes)
    assert [(column.label, column.group) for column in made.columns][1:3] == [("本期（户）", "客户数"), ("环比", "客户数")]


def test_one_metric_at_several_dates_has_the_dates_as_heads_each_once(bank: Document) -> None:
    assert [column.label for column in table(bank, "t_dates").columns] == ["维度branch", "期初", "期末"]


def test_plans_stand_under_the_metrics_names(bank: Document) -> None:
    assert cells(bank, "t_plan") == [["客户数", "94.2"]]


def test_a_matrix_prints_shares_of_its_rows(bank: Document) -> None:
    assert cells(bank, "t_moves") == [
        ["private", "99（99.0%）", "—", "1（1.0%）", "—", "100"], ["affluent", "—", "300（100.0%）", "—", "—", "300"],
        ["mass", "4（2.0%）", "—", "190（95.0%）", "6（3.0%）", "200"], ["new", "—", "—", "12（100.0%）", "—", "12"],
    ]


def test_a_trend_names_every_period_and_leaves_a_gap(bank: Document) -> None:
    data = figure(bank, "f_trend").data
    assert len(data.row_labels) == 13
    assert "2025-03" in data.row_labels
    assert "2025-03" not in [mark.label for mark in data.series[0].marks]
    # Two periods have a year before them: too few for a line.
    assert [one.role for one in data.series] == [""]
    assert shown(figure(bank, "f_trend").title) == "客户数，2024年12月至2025年12月"
    assert shown(figure(bank, "f_trend").notes[0]) == "来源：2024年12月至2025年12月各期的客户快照。"


def test_the_year_before_lies_behind_a_trend(course: Any) -> None:
    """Two more years of history: the ghost holds each period's value of a year earlier."""
    early = [f"{year}-{month:02}" for year in (2023, 2024) for month in range(1, 13)][:-2]
    more = [Fact("bank", "customers_total", month, 500 + place, n=500) for place, month in enumerate(early)]
    facts = replace(course.facts, facts=(*course.facts.facts, *more), history=(*early, *course.facts.history))
    data = figure(replace(course, facts=facts).document("zh-CN"), "f_trend").data
    assert [one.role for one in data.series] == ["", "ghost"]
    assert len(data.row_labels) == 13
    ghost = {mark.label: mark.value for mark in data.series[1].marks}
    assert ghost["2025-01"] == 512
    assert ghost["2025-12"] == 1010


def test_lines_of_segments_panels_of_branches_and_their_average(bank: Document) -> None:
    tiers = figure(bank, "f_tiers").data
    assert tiers.row_labels == ("2025-09", "2025-10", "2025-11", "2025-12")
    assert [(one.name, one.marks[-1].text) for one in tiers.series] == [
        ("private", "113户"), ("affluent", "300户"), ("mass", "717户")]
    small = figure(bank, "f_small").data
    assert [(one.name, one.role, one.marks[-1].text) for one in small.series] == [
        ("B02", "", "8.0%"), ("B03", "", "3.0%"), ("B01", "", "1.0%"), ("全部", "ghost", "1.1%")]


def test_slope_funnel_sankey_heatmap_and_strip(bank: Document) -> None:
    slope = figure(bank, "f_slope").data
    assert [(one.name, one.marks[0].text) for one in slope.series] == [("上期", "500"), ("本期", "510")]
    funnel = figure(bank, "f_funnel").data
    assert [(mark.label, mark.text, mark.note) for mark in funnel.series[0].marks] == [
        ("created", "80", ""), ("proposal", "20", "25.0%"), ("won", "5", "25.0%")]
    sankey = figure(bank, "f_sankey").data
    assert sankey.row_labels == ("private", "affluent", "mass", "new", "left")
    roles = {(one.name, mark.label): mark.role for one in sankey.series for mark in one.marks}
    assert roles["private", "mass"] == "loss"
    assert roles["mass", "private"] == "gain"
    assert roles["mass", "left"] == "loss"
    assert roles["mass", "mass"] == ""
    assert [one.role for one in sankey.series] == ["", "", "", "gain"]
    heat = figure(bank, "f_heat").data
    assert [mark.text for mark in heat.series[1].marks] == ["10", "20", "30"]
    strip = figure(bank, "f_gap").data
    assert strip.rule == 1
    assert strip.rule_text == "界限30天"
    each = [one for one in blocks(bank) if isinstance(one, Figure) and one.anchor.startswith("f_each")]
    assert [shown(one.title) for one in each] == ["loan·持有率：按维度tier", "fund·持有率：按维度tier"]
    assert [[mark.text for mark in one.data.series[0].marks] for one in each] == [["50.0%", "51.0%"], ["20.0%", "21.0%"]]


@pytest.mark.parametrize("locale", ["zh-CN", "en"])
@pytest.mark.parametrize("scope", ["bank", "branch:B01"])
def test_everything_can_be_drawn_and_every_numeral_is_known(course: Any, load: Any, locale: Any, scope: str) -> None:
    document = illustrate(course.document(locale, scope))
    walk = load("document_case").walk
    drawn = [one for one in walk(document.sections) if isinstance(one, Figure)]
    assert drawn
    assert all(one.drawing for one in drawn)
    assert all(tile.spark.drawing for tile in tiles(document).values() if tile.spark)
    known = allowed(document)
    for block in blocks(document):
        if isinstance(block, (Table, Tiles, Paragraph)):
            for one in walk(block):
                if isinstance(one, str) and not one.startswith(("bank/", "branch:", "region:", "t_", "a_")):
                    aloud = [tile.spark.data.alt for tile in tiles(document).values() if tile.spark]
                    labels = set(course.facts.history)
                    assert one in aloud or one in labels or [n.text for n in unknown(one, known)] == [], one


def test_a_branchs_report_bears_its_name_and_compares_with_those_above(course: Any, branch: Document) -> None:
    assert branch.cover.organisation == "示范银行·城东支行"
    assert branch.footer[0] == "城东支行 · 2025年12月 · 第1版"
    assert cells(branch, "t_compare") == [
        ["流失率（%）", "1.0", "1.5", "1.1", "−0.1百分点"], ["满意度（分）", "4.20", "—", "3.90", "+0.30分"]]
    assert [column.label for column in table(branch, "t_compare").columns] == ["指标", "本支行", "城区", "全行", "与全行相差"]
    assert not [one for one in blocks(course.document("zh-CN")) if getattr(one, "anchor", "") == "t_compare"]


def test_a_branchs_report_says_what_stands_in_the_banks_only(load: Any, branch: Document) -> None:
    left = {row[0]: row[1] for row in cells(branch, "a_omissions")}
    assert "流失率：按维度branch" in left["机构之间的比较只在上级的报告中列出"]
    assert "投诉件数" in left["只在全行范围统计，或本单位没有这方面的记录"]
    told = {one for one in load("document_case").walk(branch) if isinstance(one, str)}
    assert not [one for one in told if "B02" in one or "B03" in one]


UNITS = st.sampled_from(["customers", "money", "count", "share", "days", "score"])


@given(UNITS, st.integers(-50, 50), st.integers(-50, 50), st.integers(1, 9))
def test_a_movement_undoes_itself(unit: Any, then: int, now: int, den: int) -> None:
    before, after = (Fact("bank", "m", at, value, den, unit) for at, value in (("2025-11", then), ("2025-12", now)))
    moved = movement(after, before)
    assert moved
    if moved.unit == "share" and unit != "share":
        assert before.value * (1 + moved.value) == after.value
    else:
        assert before.value + moved.value == after.value
    assert moved.sign == (now > then) - (now < then)


@pytest.mark.parametrize(
    ("unit", "then", "now", "expected"),
    [
        ("count", 1, 10, (Fraction(9), "count")),
        ("count", 29, 40, (Fraction(11), "count")),
        ("count", 30, 45, (Fraction(1, 2), "share")),
        ("customers", 12, 6, (Fraction(-6), "customers")),
        ("money", 1, 10, (Fraction(9), "share")),
    ],
)
def test_few_cases_move_by_their_number(unit: Any, then: int, now: int, expected: tuple[Fraction, str]) -> None:
    before, after = (Fact("bank", "m", at, value, 1, unit) for at, value in (("2025-11", then), ("2025-12", now)))
    moved = movement(after, before)
    assert moved
    assert (moved.value, moved.unit) == expected


def test_flows_of_other_lengths_and_missing_figures_do_not_move() -> None:
    month = Fact("bank", "m", "2025-12", 50, since="2025-11")
    assert movement(month, Fact("bank", "m", "2025-11", 50, since="2024-12")) is None
    assert movement(month, None) is None
    same = movement(month, Fact("bank", "m", "2025-11", 40, since="2025-10"))
    assert same
    assert same.value == Fraction(1, 4)
    from_zero = movement(Fact("bank", "m", "2025-12", 5), Fact("bank", "m", "2025-11", 0))
    assert from_zero
    assert from_zero.value == 5
    assert from_zero.unit == "customers"


def test_no_absent_figure_prints_as_zero(course: Any, tmp_path: Path) -> None:
    del tmp_path
    alone = replace(course.facts, facts=tuple(one for one in course.facts.facts if one.period == "2025-12"), since="",
                    since_as_of="", previous="", year_ago="", history=("2025-12",), openings={})
    document = replace(course, facts=alone).document("zh-CN")
    assert cells(document, "t_size")[0] == ["客户数（户）", "1,130", "1,200", "94.2%"]
    assert tiles(document)["客户数"].changes == ()
    assert not [one for one in blocks(document) if isinstance(one, Figure) and one.data.kind == "trend"]


def test_a_heatmaps_colours_use_their_whole_range() -> None:
    def shades(unit: Any, *values: Fraction) -> list[float]:
        facts = [Fact("bank", "m", "2025-12", value.numerator, value.denominator, unit) for value in values]
        shade = shading(facts)
        return [round(shade(value), 3) for value in values]

    assert shades("share", Fraction(92, 100), Fraction(96, 100), Fraction(1)) == [0.1, 0.55, 1.0]
    assert shades("share", Fraction(1, 2)) == [1.0]
    assert shades("index", Fraction(150), Fraction(100), Fraction(0)) == [2.0, 0.0, -4.0]
    assert shades("index", Fraction(100)) == [0.0]
    assert shades("customers", Fraction(10), Fraction(20)) == [10, 20]
    assert shades("points", Fraction(-1, 10), Fraction(1, 10)) == [-0.1, 0.1]


@pytest.mark.parametrize(("locale", "name", "foot"), [
    ("zh-CN", "新" * 28, "新" * 28), ("zh-CN", "新" * 29, "新" * 28 + "…"),
    ("en", "A" * 56, "A" * 56), ("en", "A" * 55 + " Branch", "A" * 55 + "…"),
])
def test_a_long_name_is_cut_at_the_foot_only(course: Any, locale: Any, name: str, foot: str) -> None:
    named = {**course.facts.units, "branch:B01": {"zh-CN": name, "en": name}}
    document = replace(course, facts=replace(course.facts, units=named)).document(locale, "branch:B01")
    assert document.footer[0].split(" · ")[0] == foot
    assert document.cover.organisation.endswith(name)
