"""One worksheet: an exhibit's title, unit, head, rows and notes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from reportgen.charts.chart import Mark
from reportgen.config.model import Locale
from reportgen.document.model import Column, Figure, Row, Table, Text
from reportgen.facts.table import FactSet
from reportgen.render.columns import advance
from reportgen.render.quantity import Quantity, fact_quantity, printed_quantity, quantity_within, value_within
from reportgen.render.workbook_words import WORDS

_NARROWEST, _WIDEST = 9.0, 60.0
"""Widths of columns, in characters of the default face."""
_FULL = Quantity(0.0, "#,##0.0##")
"""How a bound of an interval is shown that no text prints."""


@dataclass(frozen=True, slots=True)
class Styles:
    """The cell formats of one workbook, made once each."""

    book: Any
    face: str
    made: dict[tuple[tuple[str, object], ...], Any]

    def of(self, **properties: object) -> Any:
        key = tuple(sorted(properties.items()))
        if key not in self.made:
            usual = {"font_name": self.face, "font_size": 10, "valign": "top"}
            self.made[key] = self.book.add_format({**usual, **properties})
        return self.made[key]


def plain(text: Text) -> str:
    """A text's words without its marks."""
    return "".join(span.text for span in text)


def write_table(sheet: Any, table: Table, facts: FactSet, locale: Locale, styles: Styles) -> None:
    """A table: numbers exact, shown as printed; everything else text."""
    at = _opening(sheet, f"{table.number} {plain(table.title)}", table.unit, locale, styles)
    at = _heads(sheet, at, table.columns, styles)
    sheet.freeze_panes(at, 1)
    sheet.repeat_rows(at - (2 if any(column.group for column in table.columns) else 1), at - 1)
    rows = all_rows(table)
    for row in rows:
        _row(sheet, at, row, table.columns, facts, locale, styles)
        at += 1
    _notes(sheet, at, table.notes, styles)
    texts = [[column.label for column in table.columns], *(
        [plain(cell) for cell in row.cells] for row in rows if len(row.cells) == len(table.columns))]
    _columns(sheet, texts, len(table.columns))


def all_rows(table: Table) -> list[Row]:
    """The rows of the page and those it had no room for, which come before the totals at its end."""
    shown = list(table.rows)
    totals: list[Row] = []
    while table.more and shown and shown[-1].role == "total":
        totals.insert(0, shown.pop())
    return [*shown, *table.more, *totals]


def write_figure(sheet: Any, figure: Figure, facts: FactSet, locale: Locale, styles: Styles) -> None:
    """The data of a figure: one row a mark, its exact value beside what the drawing prints."""
    words = WORDS[locale]
    at = _opening(sheet, f"{figure.number} {plain(figure.title)}", figure.unit, locale, styles)
    heads = [words[key] for key in ("series", "item", "value", "printed", "low", "high", "base", "note")]
    at = _heads(sheet, at, [Column(head, "left" if place < 2 else "right") for place, head in enumerate(heads)], styles)
    sheet.freeze_panes(at, 2)
    sheet.repeat_rows(at - 1)
    texts = [heads]
    names = figure.data.row_labels
    for place, series in enumerate(figure.data.series):
        name = series.name or (names[place] if place < len(names) else "")
        for mark in series.marks:
            texts.append([name, mark.label, mark.text, mark.text, "", "", mark.n, mark.note])
            _text(sheet, at, 0, name, styles.of())
            _text(sheet, at, 1, mark.label, styles.of(bold=mark.emphasis))
            _number(sheet, at, 2, _value(mark, facts, locale, percent=figure.data.percent), styles)
            _text(sheet, at, 3, mark.text, styles.of(align="right"))
            for column, bound in ((4, mark.low), (5, mark.high)):
                if bound is not None:
                    shown = "0.0%" if figure.data.percent else _FULL.format
                    _number(sheet, at, column, Quantity(bound, shown), styles)
            _text(sheet, at, 6, mark.n, styles.of(align="right"))
            _text(sheet, at, 7, mark.note, styles.of(align="right"))
            at += 1
    if figure.data.bracket is not None:
        _text(sheet, at, 1, figure.data.bracket[2], styles.of(italic=True))
        at += 1
    more = [figure.data.rule_text, *(text for key, text in figure.data.options.items() if any(map(str.isdigit, text)))]
    for text in filter(None, more):
        _text(sheet, at, 1, text, styles.of(italic=True))
        at += 1
    _notes(sheet, at, figure.notes, styles)
    _columns(sheet, texts, len(heads))


def _value(mark: Mark, facts: FactSet, locale: Locale, *, percent: bool) -> Quantity:
    """A mark's value: its fact's, in the scale its text prints, or the drawn one where no text prints it."""
    fact = facts.get(mark.fact) if mark.fact else None
    found = None
    if fact is not None:
        found = quantity_within(mark.text, fact, locale, facts.currency)
    found = found or value_within(mark.text, mark.value)
    return found or Quantity(mark.value, "0.0%" if percent else _FULL.format)


def _opening(sheet: Any, title: str, unit: str, locale: Locale, styles: Styles) -> int:
    _text(sheet, 0, 0, title, styles.of(bold=True, font_size=12))
    if not unit:
        return 2
    _text(sheet, 1, 0, WORDS[locale]["unit"] + unit, styles.of(font_color="#5f6773"))
    return 3


def _heads(sheet: Any, at: int, columns: Sequence[Column], styles: Styles) -> int:
    """One row of heads, or two where columns stand in groups; returns the row below."""
    if any(column.group for column in columns):
        place = 0
        for group, members in groupby(columns, key=lambda column: column.group):
            width = len(list(members))
            style = styles.of(bold=True, align="center", top=2)
            if group and width > 1:
                sheet.merge_range(at, place, at, place + width - 1, "", style)
            for inside in range(place, place + width):
                _text(sheet, at, inside, group if inside == place else "", style)
            place += width
        at += 1
        top = 0
    else:
        top = 2
    for place, column in enumerate(columns):
        style = styles.of(bold=True, align=column.align, text_wrap=True, top=top, bottom=1)
        _text(sheet, at, place, column.label, style)
    return at + 1


def _row(
    sheet: Any, at: int, row: Row, columns: Sequence[Column], facts: FactSet, locale: Locale, styles: Styles
) -> None:
    look: dict[str, object] = {"bold": True} if row.role in ("total", "section") else {}
    if row.role == "total":
        look["top"] = 1
    for place, cell in enumerate(row.cells):
        align = columns[place].align
        number = quantity_of(cell, align, facts, locale)
        if number is not None:
            _number(sheet, at, place, number, styles, **look, align=align)
            continue
        indent = {"indent": 1} if row.role == "of_which" and not place else {}
        wrap = {"text_wrap": True} if align == "left" and len(row.cells) == len(columns) else {}
        _text(sheet, at, place, plain(cell), styles.of(**look, align=align, **indent, **wrap))


def quantity_of(cell: Text, align: str, facts: FactSet, locale: Locale) -> Quantity | None:
    """The number in a cell, or None where it holds words, an interval or a mark (—, *)."""
    spans = [span for span in cell if span.text]
    if len(spans) != 1:
        return None
    fact = facts.get(spans[0].fact) if spans[0].fact else None
    found = fact_quantity(spans[0].text, fact, locale, facts.currency) if fact is not None else None
    # The 100.0 of a total row cites the count that it is all of: such a number is held as printed.
    return found or (None if align == "left" else printed_quantity(spans[0].text))


def _text(sheet: Any, row: int, column: int, text: str, style: Any) -> None:
    """Text, whatever it looks like: never a formula, a number or a link."""
    if text:
        sheet.write_string(row, column, text, style)
    else:
        sheet.write_blank(row, column, None, style)


def _number(sheet: Any, row: int, column: int, number: Quantity, styles: Styles, **look: object) -> None:
    sheet.write_number(row, column, number.value, styles.of(num_format=number.format, **{"align": "right", **look}))


def _notes(sheet: Any, at: int, notes: Sequence[Text], styles: Styles) -> None:
    for place, note in enumerate(notes, at + 1):
        _text(sheet, place, 0, plain(note), styles.of(font_color="#5f6773", font_size=9))


def _columns(sheet: Any, texts: Sequence[Sequence[str]], count: int) -> None:
    """Each column as wide as its longest text, within bounds."""
    for place in range(count):
        longest = max((2 * advance(row[place]) for row in texts if place < len(row)), default=0.0)
        sheet.set_column(place, place, min(max(longest + 2, _NARROWEST), _WIDEST))
