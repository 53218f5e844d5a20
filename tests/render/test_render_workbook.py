"""The workbook beside a PDF, read back by another library than the one that wrote it."""

from __future__ import annotations

import re
import zipfile
from dataclasses import replace
from fractions import Fraction
from io import BytesIO

import pytest
from conftest import Rendered
from python_calamine import CalamineWorkbook
from sample_document import sample

from reportgen.charts.chart import ChartData, Mark, Series
from reportgen.context import RunContext
from reportgen.document.model import Column, Document, Figure, Row, Section, Span, Table
from reportgen.facts.fact import Fact
from reportgen.facts.table import FactSet
from reportgen.render import render_workbook
from reportgen.render.numerals import numerals_of
from reportgen.render.sheet import all_rows
from reportgen.render.workbook import exhibits

HOSTILE = ('=HYPERLINK("http://x.invalid","y")', "+1+1", "-2+3", "@SUM(A1)", "http://x.invalid/")


def fact(metric: str, num: int, den: int = 1, unit: str = "customers", segment: str = "") -> Fact:
    return Fact("bank", metric, "2011-05", num, den, unit, dimension="cut" if segment else "", segment=segment)  # type: ignore[arg-type]


CUSTOMERS, PAIR, AVERAGE = fact("customers_total", 150), fact("customers_total", 39, segment="a"), fact(
    "aum_per_customer", 32_500_000_000, 39, "money_per_customer")
GREAT, SHARE, NET = (
    fact("aum_point", 58_500_000_000_000, 1, "money"), fact("retention_rate", 39, 72, "share"), fact("customers_net_new", 78))


def span(text: str, one: Fact) -> tuple[Span, ...]:
    return (Span(text, fact=one.id),)


def words(text: str) -> tuple[Span, ...]:
    return (Span(text),)


@pytest.fixture(scope="module")
def typed() -> tuple[Document, FactSet]:
    """A document whose figures are worked out by hand: 39 of 72 is 54.2 %, 3.25 亿元 / 39 is 833.33 万元."""
    columns = (Column("支行", "left"), Column("户数（户）", group="规模"), Column("资产（亿元）", group="规模"),
               Column("户均（万元）"), Column("保留率（%）"), Column("区间（%）"))
    rows = [
        Row((words("全部"), span("150", CUSTOMERS), span("5,850.00", GREAT), span("833.33", AVERAGE), span("54.2", SHARE),
             span("42.7～65.2", SHARE)), "total"),
        Row((words("其中：新增"), span("+78", NET), words("—"), words("*"), words("183"), words("—")), "of_which"),
        *(Row((words(text), *[words("—")] * 5)) for text in HOSTILE),
    ]
    table = Table("t1", "表1", words("[各/支行]：规模?"), "", columns, tuple(rows), (words("“*”表示户数过少。"),))
    marks = (Mark("保留", 39.0, "39户 54.2%", PAIR.id, 0.427, 0.652, n="n＝72", note="期末"), Mark("残差", 2.834, "+2.8"))
    figure = Figure("f1", "图1", words("保留"), "户；占比", ChartData("bars", (Series("全部", marks),), "zh-CN"), (words("来源：快照。"),))
    document, _ = sample("zh-CN")
    sections = (Section("a", "s_a", "一、", "规模", (table, figure, replace(table, anchor="t2"))),)
    facts = FactSet("2011-05", "", "2011-05-31", "", "CNY", (CUSTOMERS, PAIR, AVERAGE, GREAT, SHARE, NET), {}, {})
    return replace(document, sections=sections), facts


@pytest.fixture(scope="module")
def book(typed: tuple[Document, FactSet], context: RunContext) -> bytes:
    return render_workbook(*typed, context)


def sheets(content: bytes) -> dict[str, list[list[object]]]:
    opened = CalamineWorkbook.from_filelike(BytesIO(content))
    return {name: opened.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in opened.sheet_names}


def row_of(rows: list[list[object]], label: str) -> list[object]:
    return next(row for row in rows if row[0] == label)


def test_numbers_are_numbers_with_their_exact_values(book):
    rows = sheets(book)["表1 各 支行 ：规模"]
    exact = [150, 5850, float(Fraction(32_500, 39)), float(Fraction(3900, 72))]  # a file of this kind keeps 16 digits
    assert row_of(rows, "全部")[1:5] == pytest.approx(exact, rel=1e-15)
    assert row_of(rows, "其中：新增")[1] == 78.0


def test_intervals_dashes_and_asterisks_are_text(book):
    rows = sheets(book)["表1 各 支行 ：规模"]
    assert row_of(rows, "全部")[5] == "42.7～65.2"
    assert row_of(rows, "其中：新增")[2:6] == ["—", "*", 183.0, "—"]


def test_names_that_look_like_formulas_or_links_are_text(book):
    labels = [row[0] for row in sheets(book)["表1 各 支行 ：规模"]]
    assert all(text in labels for text in HOSTILE)
    with zipfile.ZipFile(BytesIO(book)) as opened:
        parts = {name: opened.read(name).decode() for name in opened.namelist() if name.endswith((".xml", ".rels"))}
    assert not any("<f>" in text for name, text in parts.items() if "worksheets/sheet" in name)
    assert not any('TargetMode="External"' in text for text in parts.values())


def test_rows_that_the_page_has_no_room_for_stand_before_its_total():
    one, two, rest, total = (Row((words(text),), role) for text, role in (("甲", ""), ("乙", ""), ("丙", ""), ("合计", "total")))  # type: ignore[arg-type]
    table = Table("t", "表1", (), "", (Column("支行", "left"),), (one, two, total), more=(rest,))
    assert all_rows(table) == [one, two, rest, total]
    assert all_rows(replace(table, more=())) == [one, two, total]


def test_each_exhibit_has_a_sheet_and_the_first_leads_to_all(book, typed):
    document, _ = typed
    found = sheets(book)
    assert list(found) == ["目录", "表1 各 支行 ：规模", "图1 保留", "表1 各 支行 ：规模 (2)"]
    first = found["目录"]
    assert first[0][0] == document.cover.title
    assert row_of(first, "版次")[1] == "第1版"
    assert row_of(first, "报告期")[1] == "2011年5月 较年初"
    assert [row[:3] for row in first if row[0] in ("表1", "图1")] == [
        ["表1", "[各/支行]：规模?", "一、规模"], ["图1", "保留", "一、规模"], ["表1", "[各/支行]：规模?", "一、规模"]]
    with zipfile.ZipFile(BytesIO(book)) as opened:
        links = re.findall(r'<hyperlink ref="A\d+" location="([^"]*)"', opened.read("xl/worksheets/sheet1.xml").decode())
    assert links == [f"'{name}'!A1" for name in list(found)[1:]]


def test_a_figures_sheet_holds_its_data(book):
    rows = sheets(book)["图1 保留"]
    assert rows[0][0] == "图1 保留"
    assert rows[1][0] == "单位：户；占比"
    assert rows[3] == ["系列", "项目", "数值", "图中标注", "下限", "上限", "基数", "附注"]
    assert rows[4] == ["全部", "保留", 39.0, "39户 54.2%", 0.427, 0.652, "n＝72", "期末"]
    assert rows[5][:4] == ["全部", "残差", 2.834, "+2.8"]


def test_heads_stay_in_sight_and_print_on_every_page(book):
    with zipfile.ZipFile(BytesIO(book)) as opened:
        table = opened.read("xl/worksheets/sheet2.xml").decode()
        names = opened.read("xl/workbook.xml").decode()
        core = opened.read("docProps/core.xml").decode()
    assert '<pane xSplit="1" ySplit="4" topLeftCell="B5"' in table
    assert "<mergeCell ref=\"B3:C3\"/>" in table
    assert 'paperSize="9"' in table
    assert "$3:$4" in names
    assert "2011-05-31T00:00:00Z" in core


def test_the_same_document_makes_the_same_bytes(book, typed, context, rendered: Rendered):
    assert render_workbook(*typed, context) == book
    again = [render_workbook(rendered.document, rendered.facts, context) for _ in range(2)]
    assert again[0] == again[1]


def test_every_numeral_of_the_tables_and_charts_is_in_the_workbook(context, rendered: Rendered):
    """As shown: a number cell in its own format, a text cell as it stands."""
    content = render_workbook(rendered.document, rendered.facts, context)
    shown = shown_numerals(content)
    for _, exhibit in exhibits(rendered.document):
        texts = [span.text for text in (exhibit.title, *exhibit.notes) for span in text]
        if isinstance(exhibit, Table):
            texts += [span.text for row in exhibit.rows for cell in row.cells for span in cell]
        else:
            texts += [text for series in exhibit.data.series for mark in series.marks for text in (mark.label, mark.text, mark.note, mark.n)]
        printed = {numeral.lstrip("+") for text in texts for numeral in numerals_of(text)}
        assert printed - shown == set()


def shown_numerals(content: bytes) -> set[str]:
    """What a reader sees: texts, and numbers with the decimals of their format, read from the file's own XML."""
    with zipfile.ZipFile(BytesIO(content)) as opened:
        strings = re.findall(r"<t[^>]*>([^<]*)</t>", opened.read("xl/sharedStrings.xml").decode())
        styles = opened.read("xl/styles.xml").decode()
        bodies = [opened.read(name).decode() for name in opened.namelist() if "worksheets/sheet" in name]
    formats = dict(re.findall(r'<numFmt numFmtId="(\d+)" formatCode="([^"]*)"', styles))
    formats.update({"0": "0", "1": "0", "3": "#,##0", "4": "#,##0.00"})
    cells = re.search(r"<cellXfs.*?</cellXfs>", styles, re.DOTALL)
    assert cells is not None
    by_style = [formats.get(one, "0") for one in re.findall(r'<xf numFmtId="(\d+)"', cells[0])]
    found = {numeral.lstrip("+") for text in strings for numeral in numerals_of(text)}
    for body in bodies:
        for style, value in re.findall(r'<c r="[A-Z]+\d+" s="(\d+)"><v>([^<]*)</v>', body):
            shape = by_style[int(style)].split(";")[0]
            decimals = len(re.sub(r"[^0]", "", shape.partition(".")[2]))
            number = Fraction(value) * (100 if "%" in shape else 1)
            whole, rest = divmod(int(abs(number) * 10**decimals + Fraction(1, 2)), 10**decimals)
            found.add(("−" if number < 0 else "") + f"{whole:,}" + (f".{rest:0{decimals}}" if decimals else ""))
    return found
