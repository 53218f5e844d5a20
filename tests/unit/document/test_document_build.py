"""The document of the Taihu sample: what it must say, what it must not, and where every number comes from."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from typing import TYPE_CHECKING

import pytest

from reportgen.document.model import Actions, Block, Document, Figure, Issues, Paragraph, Section, Span, Table, Tiles

if TYPE_CHECKING:
    from document_case import Case


def blocks(document: Document) -> list[Block]:
    return [block for one in document.sections for block in one.blocks]


def shown(text: tuple[Span, ...]) -> str:
    return "".join(span.text for span in text)


def section(document: Document, name: str) -> Section:
    return next(one for one in document.sections if one.id == name)


def prose(document: Document) -> str:
    return "\n".join(shown(one.text) for one in blocks(document) if isinstance(one, Paragraph))


def table(document: Document, name: str) -> list[list[str]]:
    found = next(one for one in blocks(document) if isinstance(one, Table) and one.anchor == name)
    return [[shown(cell) for cell in row.cells] for row in found.rows]


def notes(document: Document, name: str) -> str:
    found = next(one for one in blocks(document) if isinstance(one, (Table, Figure)) and one.anchor == name)
    return "\n".join(shown(note) for note in found.notes)


@pytest.mark.parametrize("words", [
    "期初72户，金融资产5.85亿元，户均812.5万元", "期末150户，金融资产15.12亿元，户均1,008万元",
    "44户因购买理财才达到500万元的起点，购买额3.08亿元", "保留39户，期初资产3.25亿元", "流失33户，期初资产2.60亿元",
    "客户净增78户，资产净增9.27亿元", "毛新增111户，带来资产11.87亿元", "客户保留率54.2%，95%区间42.7%～65.2%",
    "离行或清零12户，降至起点以下21户", "这是期末客户的子集，不是另一笔新增", "合计相同，不等于逐户不变",
    "期初（2010年12月31日）72户中", "占50.0%",
])
def test_the_chinese_report_says_what_the_study_published(chinese: Document, words: str) -> None:
    assert words in prose(chinese)


@pytest.mark.parametrize("words", [
    "72 customers with CNY 585.00 million, CNY 8.125 million each", "CNY 1,512.00 million, CNY 10.08 million each",
    "CNY 308.00 million of purchases", "39 stayed, with opening assets of CNY 325.00 million",
    "33 were lost, with CNY 260.00 million", "78 customers and CNY 927.00 million net",
    "111 customers came with CNY 1,187.00 million", "42.7% to 65.2%",
])
def test_the_english_report_says_it_as_well(english: Document, words: str) -> None:
    assert words in prose(english)


def test_net_and_gross_are_never_interchanged(chinese: Document) -> None:
    for sentence in re.split(r"[。；：\n]", prose(chinese)):
        assert not re.search(r"(?<!净)新增78户|净增111户|(?<!毛)新增111户", sentence)


def test_the_opening_distributions_carry_the_opening_base(chinese: Document) -> None:
    ages = {row[0]: row[1:3] for row in table(chinese, "t_age")}
    assert ages["合计"] == ["72", "100.0"]
    assert [ages[one] for one in ("<30", "30-40", "40-50", "50-60", "60+")] == [
        ["5", "6.9"], ["21", "29.2"], ["26", "36.1"], ["15", "20.8"], ["5", "6.9"]]
    bands = {row[0]: row[1:3] for row in table(chinese, "t_band")}
    assert [bands[one] for one in ("500-600", "600-700", "700-800", "800-900", "900-1000", "1000+")] == [
        ["20", "27.8"], ["16", "22.2"], ["11", "15.3"], ["8", "11.1"], ["9", "12.5"], ["8", "11.1"]]


def test_a_rounding_note_stands_only_where_the_printed_parts_are_off(chinese: Document) -> None:
    assert "期初户数占比各项之和为99.9%，合计为100.0%" in notes(chinese, "t_age")
    assert "期初户数占比" not in notes(chinese, "t_band")


def test_a_subset_is_marked_and_stands_at_the_close_only(chinese: Document) -> None:
    rows = {row[0]: row[1:] for row in table(chinese, "t_size")}
    assert rows["其中：因购买理财达标客户（户）"] == ["—", "44", "—", "—"]
    assert rows["金融资产（亿元）"] == ["5.85", "15.12", "+9.27", "+158.5%"]
    assert "不是流量" in notes(chinese, "t_size")
    assert "“—”" in notes(chinese, "t_size")


def test_sections_are_numbered_where_they_are_there(chinese: Document, english: Document) -> None:
    tops = [(one.number, one.title) for one in chinese.sections if one.level == 1]
    assert tops == [("", "摘要"), ("一、", "引言"), ("二、", "特征分析"), ("三、", "问题"), ("四、", "维护方案"), ("五、", "上期跟踪"),
                    ("六、", "结论"), ("", "附录"), ("", "校验")]
    inner = [one.number for one in english.sections if one.level == 2 and one.number.startswith("2.")]
    assert inner == [f"2.{place}" for place in range(1, len(inner) + 1)]
    assert [one.id for one in chinese.sections] == [one.id for one in english.sections]


def test_what_the_data_cannot_carry_is_left_out_and_named(chinese: Document) -> None:
    # The fixture has no concentration, no managers and no control of the money.
    assert "concentration" not in [one.id for one in chinese.sections]
    rows = {row[1]: row[0] for row in table(chinese, "a_omissions")}
    assert any("资产集中度" in names for names in rows)
    assert not any(not one.blocks and one.level == 2 for one in chinese.sections)


def test_the_summary_holds_a_headline_tiles_three_findings_a_chart_and_three_actions(chinese: Document) -> None:
    summary = section(chinese, "summary").blocks + section(chinese, "key_findings").blocks + section(chinese, "key_actions").blocks
    headline = next(one for one in summary if isinstance(one, Paragraph) and one.role == "headline")
    assert "33户（45.8%）流失" in shown(headline.text)
    tiles = next(one for one in summary if isinstance(one, Tiles)).tiles
    assert [(one.label, shown(one.value), one.unit) for one in tiles] == [
        ("客户数", "150", "户"), ("金融资产", "15.12", "亿元"), ("户均资产", "1,008", "万元"), ("客户保留率", "54.2", "%")]
    issues = next(one for one in summary if isinstance(one, Issues))
    actions = next(one for one in summary if isinstance(one, Actions))
    assert (len(issues.issues), issues.style) == (3, "brief")
    assert (len(actions.actions), actions.style) == (3, "brief")
    chart = next(one for one in summary if isinstance(one, Figure))
    assert chart.data.kind == "interval"
    assert chart.data.rule == pytest.approx(0.7)
    assert chart.data.series[0].marks[0].text == "54.2%（42.7～65.2）"


def test_every_action_cites_an_issue_and_is_due_by_the_calendar(taihu: Case, chinese: Document) -> None:
    from reportgen.findings.rulebook import load_rulebook

    last = dt.date(2011, 5, 31)
    days = {last + dt.timedelta(one.due_days) for one in load_rulebook(taihu.context).suggestions.values()}
    weekends = {day for day in days if day.strftime("%a") in ("Sat", "Sun")}
    assert weekends
    mondays = {next(day + dt.timedelta(n) for n in (1, 2) if (day + dt.timedelta(n)).strftime("%a") == "Mon")
               for day in weekends}
    actions = next(one for one in section(chinese, "suggestions").blocks if isinstance(one, Actions)).actions
    numbers = {issue.number for one in section(chinese, "issues").blocks if isinstance(one, Issues) for issue in one.issues}
    assert actions
    for action in actions:
        cited = re.split(r"[、–]", shown(action.cites))
        assert set(cited) <= numbers
        assert dt.date.fromisoformat(action.due) in days - weekends | mondays


def test_the_association_is_told_only_if_it_holds(taihu: Case) -> None:
    held = taihu.document("zh-CN")
    weak = dataclasses.replace(
        taihu.findings,
        associations=tuple(dataclasses.replace(one, q=0.4) for one in taihu.findings.associations))
    shrugged = dataclasses.replace(taihu, findings=weak).document("zh-CN")
    assert any(isinstance(one, Figure) and one.data.kind == "heatmap" for one in blocks(held))
    assert not any(isinstance(one, Figure) and one.data.kind == "heatmap" for one in blocks(shrugged))
    assert "未能显示差别" in prose(shrugged)
    assert "72户" in next(shown(one.text) for one in blocks(shrugged)
                         if isinstance(one, Paragraph) and "未能显示差别" in shown(one.text))


def test_building_twice_gives_the_same_document(taihu: Case, chinese: Document) -> None:
    assert taihu.document("zh-CN") == chinese


def test_the_seal_prints_the_digests_and_a_code(chinese: Document) -> None:
    seal = section(chinese, "seal").blocks[0]
    values = [value for _, value in seal.rows]  # type: ignore[union-attr]
    assert "f" * 64 in values
    assert seal.qr_svg.startswith("<svg")  # type: ignore[union-attr]


def marks(document: Document, name: str) -> dict[str, str]:
    found = next(one for one in blocks(document) if isinstance(one, Figure) and one.anchor == name)
    return {mark.label: mark.text for series in found.data.series for mark in series.marks}


def test_a_chart_draws_the_date_it_names(chinese: Document) -> None:
    rows = {row[0]: row for row in table(chinese, "t_age")}
    for name, column in (("f_age", 1), ("f_age_close", 3)):
        drawn = marks(chinese, name)
        assert drawn == {label: f"{rows[label][column]}户 {rows[label][column + 1]}%" for label in drawn}
        assert len(drawn) == len(rows) - 1
    assert "来源：2010年12月31日客户快照。" in notes(chinese, "f_age")


def test_a_bridge_runs_from_the_opening_to_the_close(chinese: Document) -> None:
    assert marks(chinese, "b_customers") == {"期初": "72", "流失": "−33", "毛新增": "+111", "期末": "150"}
    assert list(marks(chinese, "b_aum")) == ["期初", "流失", "保留户变动", "毛新增", "期末"]
    assert list(marks(chinese, "b_customers")) == ["期初", "流失", "毛新增", "期末"]
