"""Theme `gongwen`: the measures of GB/T 9704 on the page, black, and read back like every report."""

from __future__ import annotations

import shutil
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from typing import Any

import pdfplumber
import pytest
from sample_document import ROOT, sample

from reportgen.charts.style import BRICK, GREY, NAVY, TEAL, luminance
from reportgen.context import RunContext
from reportgen.document.model import Column, Document, Paragraph, Row, Section, Span, Table
from reportgen.errors import RenderError
from reportgen.facts.table import FactSet
from reportgen.render import check_glyphs, render_pdf, reread
from reportgen.render.fonts import coverage, faces
from reportgen.render.grey import grey, grey_of

MM = 72 / 25.4
EDITION = b'{"edition": "r01"}\n'
FONTS = ROOT / "templates" / "assets" / "fonts"


def gongwen(locale: str) -> tuple[Document, FactSet]:
    document, facts = sample(locale)
    return replace(document, theme="gongwen"), facts


@pytest.fixture(scope="module", params=["zh-CN", "en"])
def official(request: pytest.FixtureRequest, context: RunContext) -> tuple[Document, FactSet, bytes]:
    document, facts = gongwen(request.param)
    return document, facts, render_pdf(document, facts, EDITION, context)


@pytest.fixture(scope="module")
def text_only(context: RunContext) -> bytes:
    """Sixty lines of Chinese under a heading of either level, and a table that no upright page holds."""
    document, facts = gongwen("zh-CN")
    text = "银行客户经理每月走访名下客户并记录所得" * 60
    columns = (Column("机构", "left"), *(Column(f"第{word}季度户均金融资产余额") for word in "一二三四五六七八"))
    table = Table("t", "表1", (Span("宽表"),), "", columns, (Row(tuple((Span("甲乙"),) for _ in columns)),))
    sections = (
        Section("a", "s_a", "一、", "总体情况", (Paragraph((Span(text),)),), 1, "", True),
        Section("b", "s_b", "（一）", "分层情况", (table, Paragraph((Span(text[:40]),))), 2),
    )
    small = replace(document, sections=sections)
    return render_pdf(small, facts, EDITION, context)


def pages(pdf: bytes) -> Iterator[Any]:
    with pdfplumber.open(BytesIO(pdf)) as opened:
        yield from opened.pages


def lines(page: Any, size: float) -> list[list[Any]]:
    """The characters of one type size by line, top to bottom."""
    found = defaultdict(list)
    for char in page.chars:
        if abs(char["size"] - size) < 0.02:
            found[round(char["bottom"])].append(char)
    return [found[at] for at in sorted(found)]


def test_the_report_passes_the_re_reading_check(official):
    document, facts, pdf = official
    reread(pdf, document, facts)


def test_a_full_page_has_22_lines_of_28_characters_in_156_by_225_mm(text_only):
    page = list(pages(text_only))[1]
    assert (round(page.width / MM), round(page.height / MM)) == (210, 297)
    rows = lines(page, 15.75)
    assert len(rows) == 22
    assert {len(row) for row in rows[2:]} == {28}
    assert [len(row) for row in rows[:2]] == [6, 26]  # 一、总体情况, then the paragraph with its two blank characters
    pitch = {round((below[0]["bottom"] - above[0]["bottom"]) / MM, 2) for above, below in pairwise(rows)}
    assert all(abs(one - 225 / 22) < 0.05 for one in pitch)
    assert all(abs(row[0]["x0"] / MM - 28) < 0.6 and abs(row[-1]["x1"] / MM - 184) < 0.6 for row in rows[2:])
    assert rows[0][0]["x0"] / MM == pytest.approx(28 + 2 * 15.75 / MM, abs=0.6)
    assert rows[0][0]["top"] > 37 * MM
    assert rows[-1][0]["bottom"] < (297 - 35) * MM


def test_each_level_has_its_kind_of_type(text_only):
    found = {}
    for page in pages(text_only):
        for char in page.chars:
            found.setdefault((char["text"], round(char["size"], 2)), char["fontname"].partition("+")[2])
    title = "私人银行客户群体特征及维护方案"
    assert {found[(char, 22.0)] for char in title} == {"Noto-Serif-SC-Bold"}
    assert found[("总", 15.75)] == "Noto-Sans-SC"
    assert found[("层", 15.75)] == "Report-Kai-SC"
    assert found[("访", 15.75)] == "Noto-Serif-SC"


def test_page_numbers_stand_outside_between_dashes_7_mm_under_the_text(text_only):
    for number, page in enumerate(pages(text_only), 1):
        foot = [char for char in page.chars if abs(char["size"] - 14) < 0.02 and char["top"] > page.height - 35 * MM]
        if number == 1:
            assert not [char for char in foot if char["text"] == "—"]
            continue
        text = "".join(char["text"] for char in foot)
        assert text.replace(" ", "") == f"—{number}—"
        right = foot[-1]["x1"] > page.width / 2
        assert right == (number % 2 == 1)
        if page.width < page.height:
            edge = page.width - foot[-1]["x1"] - 26 * MM if right else foot[0]["x0"] - 28 * MM
            assert edge == pytest.approx(14, abs=0.5)  # one character in
            dash = page.height - foot[0]["matrix"][5] - 0.36 * 14
            assert dash - (297 - 35) * MM == pytest.approx(7 * MM, abs=0.6 * MM)


def test_a_wide_table_stands_on_a_page_on_its_side_and_the_text_goes_on_upright(text_only):
    shapes = [page.width > page.height for page in pages(text_only)]
    assert shapes.count(True) == 1
    turned = list(pages(text_only))[shapes.index(True)]
    assert "表1" in turned.extract_text()
    assert "银行客户经理" not in turned.extract_text()
    assert shapes[-1] is False


def test_nothing_on_the_page_has_a_hue(official):
    _, _, pdf = official
    for page in pages(pdf):
        for one in (*page.chars, *page.rects, *page.curves, *page.lines):
            for color in (one.get("non_stroking_color"), one.get("stroking_color")):
                if isinstance(color, tuple) and len(color) == 3:
                    assert max(color) - min(color) < 0.005, (page.page_number, one.get("text"), color)


def test_text_outside_drawings_is_black(text_only):
    for page in pages(text_only):
        for char in page.chars:
            color = char["non_stroking_color"]
            assert color is None or max(color) == 0, (char["text"], color)


def test_grey_keeps_lightness_and_so_the_order_of_the_hues():
    greys = [grey_of(color) for color in (NAVY, BRICK, TEAL, GREY)]
    levels = [luminance(color) for color in greys]
    assert levels == sorted(levels)
    assert all(abs(luminance(one) - luminance(hue)) < 0.01 for one, hue in zip(greys, (NAVY, BRICK, TEAL, GREY), strict=True))
    assert grey_of("#fff") == "#ffffff"
    assert grey_of("#000000") == "#000000"
    references = '<use xlink:href="#abcdef"/><g clip-path="url(#abc)"/>'
    svg = f'{references}<path style="fill: #12355b"/><rect fill="#b33a24"/>'
    assert grey(svg) == f'{references}<path style="fill: {grey_of(NAVY)}"/><rect fill="{grey_of(BRICK)}"/>'


@cache
def only_noto() -> str:
    """A character that the two Noto families have and the Kai face lacks."""
    kai = coverage(FONTS / "report-kai-sc" / "ReportKaiSC-Regular.ttf")
    noto = [coverage(path) for path in FONTS.glob("noto-*/*.ttf")]
    return chr(min(frozenset.intersection(*noto) - kai - set(range(0x3000))))


def test_a_heading_in_kai_is_checked_against_kai_and_other_text_is_not(context):
    document, _ = gongwen("zh-CN")
    char = only_noto()
    body = Section("a", "s_a", "一、", f"甲{char}", (Paragraph((Span(char),)),))
    check_glyphs(replace(document, sections=(body,)), context)
    check_glyphs(replace(document, theme="report", sections=(replace(body, level=2),)), context)
    with pytest.raises(RenderError, match=f"U\\+{ord(char):04X}"):
        check_glyphs(replace(document, sections=(replace(body, level=2),)), context)


def test_a_banks_own_faces_go_first(tmp_path: Path, context):
    own = tmp_path / "templates" / "assets" / "fonts" / "own"
    own.mkdir(parents=True)
    shutil.copy(FONTS / "report-kai-sc" / "ReportKaiSC-Regular.ttf", own / "body.ttf")
    mine = replace(context, root=tmp_path, output=tmp_path / "out")
    assert "Own Body" in {face.family for face in faces(mine, "gongwen")}
    assert "Own Body" not in {face.family for face in faces(mine, "report")}
    document, facts = gongwen("zh-CN")
    small = replace(document, sections=(Section("a", "s_a", "一、", "总体", (Paragraph((Span("走访"),)),), 1, "", True),))
    pdf = render_pdf(small, facts, EDITION, mine)
    page = list(pages(pdf))[1]
    assert {char["fontname"].partition("+")[2] for char in page.chars if char["text"] in "走访"} == {"Own-Body"}
    char = only_noto()
    with pytest.raises(RenderError, match=f"U\\+{ord(char):04X}"):
        check_glyphs(replace(small, sections=(Section("a", "s_a", "", "甲", (Paragraph((Span(char),)),)),)), mine)


def test_the_title_of_an_issue_is_set_and_checked_in_kai(context):
    document, _ = gongwen("zh-CN")
    at, section = next((at, one) for at, one in enumerate(document.sections) if one.id == "issues")
    (issues,) = section.blocks
    odd = replace(issues, issues=(replace(issues.issues[0], title=(Span(f"甲{only_noto()}"),)), *issues.issues[1:]))
    sections = (*document.sections[:at], replace(section, blocks=(odd,)), *document.sections[at + 1:])
    with pytest.raises(RenderError) as caught:
        check_glyphs(replace(document, sections=sections), context)
    assert [problem.place for problem in caught.value.problems] == ["三、问题"]
