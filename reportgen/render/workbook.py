"""The workbook beside a PDF: the same exhibits, one sheet each, with numbers that can be calculated with.

Same document and facts: the same bytes. Text is written as text, so nothing a customer or a branch is called
becomes a formula.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from io import BytesIO
from typing import Any

from reportgen.config.model import Locale
from reportgen.context import RunContext
from reportgen.document.model import Document, Figure, Seal, Section, Table
from reportgen.facts.table import FactSet
from reportgen.render.html import numbered
from reportgen.render.sheet import Styles, plain, write_figure, write_table
from reportgen.render.sheet_names import sheet_names
from reportgen.render.workbook_words import WORDS

Exhibit = tuple[Section, Table | Figure]
_OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_numbers": False, "strings_to_urls": False}
_A4 = 9
_LANDSCAPE_FROM = 7
"""Columns from which on a sheet prints on its side."""


def render_workbook(document: Document, facts: FactSet, context: RunContext) -> bytes:
    """An XLSX file: contents, cover facts and notes first, then one sheet an exhibit in the document's order.

    A number whose span cites a fact holds the fact's exact value in the printed unit; `facts` are the document's.
    """
    import xlsxwriter

    locale: Locale = "zh-CN" if document.locale.startswith("zh") else "en"
    found = exhibits(document)
    names = sheet_names([WORDS[locale]["sheet"], *(f"{one.number} {plain(one.title)}" for _, one in found)])
    out = BytesIO()
    book = xlsxwriter.Workbook(out, _OPTIONS)
    day = dt.datetime.combine(context.period.last_day, dt.time())
    book.set_properties({
        "title": document.cover.title, "subject": document.cover.period, "author": document.cover.organisation,
        "comments": " · ".join(filter(None, document.footer)), "created": day,
    })
    styles = Styles(book, WORDS[locale]["face"], {})
    first = book.add_worksheet(names[0])
    _contents(first, document, found, names[1:], locale, styles)
    _print_setup(first, document, landscape=False)
    for name, (_, exhibit) in zip(names[1:], found, strict=True):
        sheet = book.add_worksheet(name)
        if isinstance(exhibit, Table):
            write_table(sheet, exhibit, facts, locale, styles)
            wide = len(exhibit.columns) >= _LANDSCAPE_FROM
        else:
            write_figure(sheet, exhibit, facts, locale, styles)
            wide = True
        _print_setup(sheet, document, landscape=wide)
    book.close()
    return out.getvalue()


def exhibits(document: Document) -> list[Exhibit]:
    """All tables and figures with the sections they stand in, in reading order."""
    return [
        (section, block) for section in document.sections for block in section.blocks
        if isinstance(block, (Table, Figure))
    ]


def _contents(
    sheet: Any, document: Document, found: Sequence[Exhibit], names: Sequence[str], locale: Locale, styles: Styles
) -> None:
    words, cover = WORDS[locale], document.cover
    sheet.set_column(0, 0, 16)
    sheet.set_column(1, 1, 64)
    sheet.set_column(2, 2, 30)
    sheet.write_string(0, 0, cover.title, styles.of(bold=True, font_size=14))
    pairs = [
        (words["period"], " ".join(filter(None, (cover.period, cover.comparison)))),
        (words["organisation"], cover.organisation), (words["department"], cover.department),
        (words["classification"], cover.classification), *cover.facts,
    ]
    at = _pairs(sheet, 2, pairs, styles)
    at = _headed(sheet, at + 1, words["exhibits"], styles)
    for place, key in enumerate(("number", "title", "section")):
        sheet.write_string(at, place, words[key], styles.of(bold=True, bottom=1))
    for (section, exhibit), name in zip(found, names, strict=True):
        at += 1
        target = "internal:'" + name.replace("'", "''") + "'!A1"
        sheet.write_url(at, 0, target, styles.of(font_color="#12355b", underline=1), string=exhibit.number)
        sheet.write_string(at, 1, plain(exhibit.title), styles.of(text_wrap=True))
        sheet.write_string(at, 2, numbered(section.number, section.title, locale), styles.of())
    at = _headed(sheet, at + 2, words["notes"], styles)
    for key in ("exact", "text", "twin"):
        sheet.merge_range(at, 0, at, 2, "", styles.of(text_wrap=True))
        sheet.write_string(at, 0, words[key], styles.of(text_wrap=True))
        sheet.set_row(at, 28)
        at += 1
    blocks = [block for section in document.sections for block in section.blocks]
    sealed = [pair for block in blocks if isinstance(block, Seal) for pair in block.rows]
    if sealed:
        at = _headed(sheet, at + 1, words["verify"], styles)
        _pairs(sheet, at, sealed, styles)


def _headed(sheet: Any, at: int, text: str, styles: Styles) -> int:
    sheet.write_string(at, 0, text, styles.of(bold=True, font_size=11))
    return at + 1


def _pairs(sheet: Any, at: int, pairs: Sequence[tuple[str, str]], styles: Styles) -> int:
    for label, value in pairs:
        if value:
            sheet.write_string(at, 0, label, styles.of(font_color="#5f6773"))
            sheet.write_string(at, 1, value, styles.of(text_wrap=True))
            at += 1
    return at


def _print_setup(sheet: Any, document: Document, *, landscape: bool) -> None:
    left, right = (text.replace("&", "&&") for text in document.footer)
    sheet.set_paper(_A4)
    if landscape:
        sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.set_margins(left=0.6, right=0.6, top=0.7, bottom=0.8)
    sheet.set_footer(f"&L{left}&C{right}&R&P / &N")
    sheet.hide_gridlines(2)
