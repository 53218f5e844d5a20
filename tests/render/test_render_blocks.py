"""Every block kind has its macro, and hard content keeps the page whole."""

from __future__ import annotations

from dataclasses import dataclass, replace
from io import BytesIO
from typing import get_args

import pdfplumber
import pytest
from conftest import EDITION
from sample_document import t

from reportgen.document import model
from reportgen.document.model import Column, Row, Section, Table, Tile, Tiles
from reportgen.errors import TemplateError
from reportgen.render import render_html, render_pdf
from reportgen.render.reading import texts

MM = 72 / 25.4


def of_blocks(document, *blocks):
    return replace(document, sections=(Section("s", "s_s", "一、", "摘要", blocks, 1, "", True),))


def test_the_sample_holds_every_kind(chinese):
    held = {block.block for section in chinese.document.sections for block in section.blocks}
    known = {kind.__dataclass_fields__["block"].default for kind in get_args(model.Block)}
    assert held == known


@dataclass(frozen=True)
class Unheard:
    block: str = "unheard"


def test_a_kind_without_a_macro_is_an_error_and_not_a_blank(chinese, context):
    with pytest.raises(TemplateError, match="without_a_macro"):
        render_html(of_blocks(chinese.document, Unheard()), context)


def test_nothing_leaves_the_type_area(rendered):
    with pdfplumber.open(BytesIO(rendered.pdf)) as opened:
        for page in opened.pages:
            for char in page.chars:
                # An opening sign at a line's start has given up its blank half, which then stands in the margin.
                blank = char["size"] / 2 if char["text"] in "（《「『“" else 0
                assert char["x0"] + blank >= 22.5 * MM, (page.page_number, char["text"])
                assert char["x1"] <= (210 - 22.5) * MM, (page.page_number, char["text"])
            for line in (*page.lines, *(one for one in page.rects if page.page_number > 1)):
                assert line["x1"] <= (210 - 22.5) * MM, page.page_number


def test_long_names_and_many_columns_stay_in_their_table(chinese, context):
    columns = (Column("名称", "left", 2.0), *(Column(f"第{word}列的长标题") for word in "一二三四五六七八九"))
    name = "ABCDEFGHIJKLMNOPQRSTUVWXYZ" * 3
    rows = tuple(Row((t(name + "甲"), *(t("—") for _ in range(9)))) for _ in range(5))
    document = of_blocks(chinese.document, Table("t", "表1", t("宽表"), "户", columns, rows))
    pdf = render_pdf(document, chinese.facts, EDITION, context)
    with pdfplumber.open(BytesIO(pdf)) as opened:
        assert max(char["x1"] for char in opened.pages[1].chars) <= (210 - 22.5) * MM


@pytest.mark.parametrize("count", [1, 4, 5, 6, 9])
def test_any_number_of_tiles_fits(chinese, context, count):
    tiles = Tiles(tuple(Tile("户均金融资产", t("—"), "万元", (t("较年初"),)) for _ in range(count)))
    pdf = render_pdf(of_blocks(chinese.document, tiles), chinese.facts, EDITION, context)
    assert texts(pdf)[1].count("户均金融资产") == count


@pytest.mark.parametrize("count", [1, 11, 18])
def test_the_contents_stay_on_the_cover(chinese, context, count):
    sections = tuple(Section(f"s{at}", f"s{at}", "", f"{'甲乙丙丁'[at % 4]}节", ()) for at in range(count))
    pdf = render_pdf(replace(chinese.document, sections=sections), chinese.facts, EDITION, context)
    with pdfplumber.open(BytesIO(pdf)) as opened:
        entries = [word for word in opened.pages[0].extract_words() if word["text"].endswith("节")]
        facts = [word for word in opened.pages[0].extract_words() if word["text"].startswith("数据截至")]
    assert len(entries) == count
    assert max(word["bottom"] for word in entries) < min(word["top"] for word in facts)


@pytest.mark.parametrize("role", ["body", "lead", "note", "term"])
def test_a_paragraph_of_any_role_uses_the_whole_width(chinese, context, role):
    paragraph = model.Paragraph(t("期初在册而期末不在册的客户，" * 5), role)
    pdf = render_pdf(of_blocks(chinese.document, paragraph), chinese.facts, EDITION, context)
    with pdfplumber.open(BytesIO(pdf)) as opened:
        line = [char for char in opened.pages[1].chars if 24 * MM < char["top"] < 270 * MM]
    assert max(char["x1"] for char in line) > 140 * MM
