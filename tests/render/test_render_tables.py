"""Tables over pages: head and title again with 续表, notes and total kept with what they belong to."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO

import pdfplumber
import pytest
from conftest import EDITION
from sample_document import BRANCHES, Facts, branch_table, t

from reportgen.document.model import Paragraph, Row, Section
from reportgen.render import render_pdf
from reportgen.render.reading import texts


def test_head_title_and_word_stand_on_each_page(rendered):
    document = rendered.document
    number = "表2" if document.locale == "zh-CN" else "Table 2"
    pages = [
        text
        for text in texts(rendered.pdf)[1:]
        if "各支行客户与资产" in text or "Customers and assets by branch" in text
    ]
    assert len(pages) >= 4
    for at, text in enumerate(pages):
        assert number in text
        assert ("保留率" if document.locale == "zh-CN" else "Retention") in text
        assert (document.continued in text) == (at > 0)


def test_no_row_is_lost(chinese):
    whole = "\n".join(texts(chinese.pdf))
    for number in range(1, BRANCHES + 1):
        assert f"第{number}支行" in whole


def with_rows(document, count: int):
    facts = Facts()
    whole = branch_table(facts, True)
    table = replace(whole, rows=(*whole.rows[: count + 1], whole.rows[-1]))
    section = Section("b", "s_b", "", "各支行", (table, Paragraph(t("表后的话。"))), 1, "", True)
    return replace(document, sections=(section,)), facts.set()


@pytest.mark.parametrize("extra", range(4))
def test_total_is_never_alone_on_a_page(chinese, context, extra):
    capacity = first_page_rows(chinese, context)
    document, facts = with_rows(chinese.document, capacity - 2 + extra)
    pages = texts(render_pdf(document, facts, EDITION, context))
    last = next(text for text in reversed(pages) if "合计" in text)
    assert f"第{capacity - 2 + extra}支行" in last, "the last branch stands above the total"
    assert "排序按支行号" in last, "the note follows its table"


def first_page_rows(chinese, context) -> int:
    """How many branches the first page of a table holds."""
    document, facts = with_rows(chinese.document, 60)
    text = texts(render_pdf(document, facts, EDITION, context))[1]
    return max(number for number in range(1, 61) if f"第{number}支行" in text)


def test_a_section_head_stays_with_its_rows(chinese, context):
    capacity = first_page_rows(chinese, context)
    facts = Facts()
    whole = branch_table(facts, True)
    rows = [
        *whole.rows[1 : capacity + 1],
        Row((t("西部各支行"),), "section"),
        *whole.rows[capacity + 1 : capacity + 6],
        whole.rows[-1],
    ]
    table = replace(whole, rows=tuple(rows))
    document = replace(chinese.document, sections=(Section("b", "s_b", "", "各支行", (table,), 1, "", True),))
    pages = texts(render_pdf(document, facts.set(), EDITION, context))
    page = next(text for text in pages if "西部各支行" in text)
    assert f"第{capacity + 1}支行" in page


def test_figures_of_a_column_end_at_one_edge(chinese):
    with pdfplumber.open(BytesIO(chinese.pdf)) as opened:
        page = next(page for page in opened.pages[1:] if "第60支行" in (page.extract_text() or ""))
        words = page.extract_words()
    ends = {round(word["x1"]) for word in words if word["text"].replace(",", "").isdigit() and word["x1"] < 400}
    assert len(ends) == 1


def test_halves_stand_side_by_side(chinese):
    with pdfplumber.open(BytesIO(chinese.pdf)) as opened:
        page = next(
            page
            for page in opened.pages[1:]
            if "图3　" in (page.extract_text() or "") or "图3 半数" in (page.extract_text() or "")
        )
        words = page.extract_words()
    left = min((word for word in words if word["text"].startswith("图3")), key=lambda word: word["x0"])
    right = max((word for word in words if word["text"].startswith("图4")), key=lambda word: word["x0"])
    assert abs(left["top"] - right["top"]) < 1
    assert right["x0"] - left["x0"] > 200
