"""Two files side by side: to the byte, to the page, to the number, or different, and where."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from typing import Any

import pikepdf
import pytest
import xlsxwriter

from reportgen.archive.likeness import Level, cells, compare_pdf, compare_workbook, figures

CSV = "scope,metric,value\nbank,aum,1585\n"


def pdf(*pages: str, csv: str = CSV, note: str = "") -> bytes:
    """Pages of plain text in a standard font, with facts attached."""
    made = pikepdf.new()
    for text in pages:
        lines = "".join(f"({line}) Tj 0 -20 Td " for line in text.split("\n"))
        content = pikepdf.Stream(made, f"BT /F 14 Tf 30 200 Td {lines}ET".encode())
        font = pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica)
        page = pikepdf.Dictionary(Type=pikepdf.Name.Page, MediaBox=[0, 0, 300, 240], Contents=content,
                                  Resources=pikepdf.Dictionary(Font=pikepdf.Dictionary(F=font)))
        made.pages.append(pikepdf.Page(made.make_indirect(page)))
    made.attachments["facts.csv"] = csv.encode()
    if note:
        made.Root.Note = pikepdf.String(note)
    out = io.BytesIO()
    made.save(out, deterministic_id=True)
    return out.getvalue()


ISSUED = pdf("Lost 33 of 72", "Assets 1,585\nShare 45.8")


def test_the_same_bytes_are_the_same() -> None:
    assert compare_pdf(ISSUED, pdf("Lost 33 of 72", "Assets 1,585\nShare 45.8")).level is Level.BYTES


def test_other_bytes_that_no_page_shows() -> None:
    found = compare_pdf(ISSUED, pdf("Lost 33 of 72", "Assets 1,585\nShare 45.8", note="other"))
    assert found.level is Level.PAGES
    assert found.differences == ("the files differ in bytes that no page shows",)


def test_the_same_figures_in_other_words() -> None:
    found = compare_pdf(ISSUED, pdf("Lost 33 of 72", "Assets 1,585\nPart 45.8"))
    assert found.level is Level.NUMBERS
    assert found.differences == ("page 2: the text differs, its figures are the same",)


def test_the_same_text_that_looks_otherwise() -> None:
    with pikepdf.open(io.BytesIO(ISSUED)) as opened:
        page = opened.pages[0]
        page.Contents = opened.make_stream(page.Contents.read_bytes().replace(b"14 Tf", b"15 Tf"))
        out = io.BytesIO()
        opened.save(out)
    found = compare_pdf(ISSUED, out.getvalue())
    assert found.level is Level.NUMBERS
    assert found.differences == ("page 1: the picture differs, the text is the same",)


def test_another_figure_is_named_with_its_page() -> None:
    found = compare_pdf(ISSUED, pdf("Lost 34 of 72", "Assets 1,585\nShare 45.8"))
    assert found.level is Level.DIFFERENT
    assert found.differences == ("page 1: figures issued 33, made again 34",)


def test_figures_that_changed_places_are_different() -> None:
    found = compare_pdf(ISSUED, pdf("Lost 72 of 33", "Assets 1,585\nShare 45.8"))
    assert found.level is Level.DIFFERENT
    assert found.differences == ("page 1: its figures stand in another order",)


def test_pages_broken_otherwise_hold_the_same_numbers() -> None:
    def laid_out(*pages: str) -> bytes:
        feet = [f"{text}\n{number} / {len(pages) + 1}" for number, text in enumerate(pages, 2)]
        return pdf("Contents\nPlan 1,585\nPart 2", *feet)

    assert compare_pdf(laid_out("Lost 33", "of 72"), laid_out("Lost 33 of 72")).level is Level.NUMBERS
    assert compare_pdf(laid_out("Lost 33", "of 72"), laid_out("Lost 33 of 73")).level is Level.DIFFERENT


def test_a_digest_is_no_figure() -> None:
    digest = "4a1b" * 16
    one, other = (pdf(f"r01 {digest[:12]}\n{text[:16]} {text[16:32]}") for text in (digest, digest[::-1]))
    assert compare_pdf(one, other).level is Level.NUMBERS
    assert figures(f"{digest} 1,585 20110531 {digest[:16]} 33 {'9' * 16}") == ["1,585", "20110531", "33"]


def test_another_fact_attached_is_different_though_the_pages_are_the_same() -> None:
    found = compare_pdf(ISSUED, pdf("Lost 33 of 72", "Assets 1,585\nShare 45.8", csv=CSV.replace("1585", "1586")))
    assert found.level is Level.DIFFERENT
    assert found.differences == ("facts.csv attached: 2 lines differ, the first 'bank,aum,1585'",)


@pytest.mark.parametrize(("pages", "level"), [
    (("Lost 33 of 72\nAssets 1,585\nShare 45.8",), Level.NUMBERS), (("Lost 33 of 72",), Level.DIFFERENT),
])
def test_another_number_of_pages(pages: tuple[str, ...], level: Level) -> None:
    found = compare_pdf(ISSUED, pdf(*pages))
    assert found.level is level
    assert found.differences[0].startswith("2 pages issued, 1 made again: ")


def book(write: Callable[[Any], object], name: str = "表1", author: str = "") -> bytes:
    out = io.BytesIO()
    made = xlsxwriter.Workbook(out, {"in_memory": True})
    made.set_properties({"author": author})
    sheet = made.add_worksheet(name)
    sheet.write_string(0, 0, "流失率")
    sheet.write_number(0, 1, 0.125)
    write(sheet)
    made.add_worksheet("空")
    made.close()
    return out.getvalue()


def nothing(_: Any) -> None:
    pass


def test_cells_are_read_by_sheet_and_place() -> None:
    assert cells(book(lambda sheet: sheet.write_number(2, 27, 1585))) == {"表1!A1": "流失率", "表1!B1": "0.125", "表1!AB3": "1585"}


@pytest.mark.parametrize(("made", "level", "said"), [
    (book(nothing, author="甲"), Level.PAGES, "no cell shows"),
    (book(lambda sheet: sheet.write_string(0, 0, "离开率")), Level.NUMBERS, "表1!A1: '流失率' issued, '离开率' made again"),
    (book(lambda sheet: sheet.write_number(0, 1, 0.126)), Level.DIFFERENT, "表1!B1: '0.125' issued, '0.126' made again"),
    (book(lambda sheet: sheet.write_number(1, 0, 7)), Level.DIFFERENT, "表1!A2: nothing issued, '7' made again"),
    (book(nothing, name="表2"), Level.DIFFERENT, "表2!B1: nothing issued"),
])
def test_workbooks_are_compared_cell_by_cell(made: bytes, level: Level, said: str) -> None:
    found = compare_workbook(book(nothing), made)
    assert found.level is level
    assert said in "; ".join(found.differences)


def test_equal_workbooks_are_equal() -> None:
    same = book(nothing)
    assert compare_workbook(same, bytes(bytearray(same))).level is Level.BYTES


def test_many_differences_are_counted() -> None:
    def much(sheet: Any) -> None:
        for row in range(40):
            sheet.write_number(row, 5, row)

    found = compare_workbook(book(nothing), book(much))
    assert re.fullmatch(r"and 28 more", found.differences[-1])
    assert len(found.differences) == 13
