"""Columns of a table: how wide each is, and how its head is set."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from unicodedata import east_asian_width

from markupsafe import Markup, escape

from reportgen.document.model import Column, Row, Table


@dataclass(frozen=True, slots=True)
class Setting:
    """How a theme sets tables: widths and type sizes in points, as its style sheet has them."""

    area: float
    """Width of a table."""
    size: float
    padding: float
    """Left and right of a cell's text together, with a little air."""
    wide_area: float
    """The same three for a wide table: smaller type, or a page on its side."""
    wide_size: float
    wide_padding: float
    wide_from: int
    """Columns from which on a table is wide whatever it holds."""
    turns: bool = False
    """A wide table stands on a page on its side: only one that cannot be set upright even where its labels break."""


REPORT = Setting(465.0, 8.8, 9.0, 465.0, 7.8, 5.0, 8)
GONGWEN = Setting(442.0, 10.5, 9.0, 637.0, 10.5, 9.0, 99, turns=True)
SETTINGS = {"report": REPORT, "gongwen": GONGWEN}
TYPE_AREA = REPORT.area
_APART = 12.0
"""More room before a left-aligned column that follows a right-aligned one, in points."""
_LEFT_SHARE = 0.32
"""Words of a left-aligned column break only where the column would take more of the width than this."""


@dataclass(frozen=True, slots=True)
class Head:
    """A cell of a table's upper head: a spanning group, or a column that has none."""

    label: str
    span: int
    column: str
    align: str


def head_groups(columns: Sequence[Column]) -> list[Head]:
    """The upper row of a two-row head; empty where no column belongs to a group."""
    if not any(column.group for column in columns):
        return []
    heads: list[Head] = []
    for group, members in groupby(columns, key=lambda column: column.group):
        inside = list(members)
        if group:
            heads.append(Head(group, len(inside), "", ""))
        else:
            heads += [Head("", 1, column.label, column.align) for column in inside]
    return heads


def with_unit(label: str) -> Markup:
    """A column's head whose unit in brackets never breaks inside."""
    words, unit = _parted(label)
    return escape(words) + (Markup('<span class="whole">{}</span>').format(unit) if unit else "")


def _parted(label: str) -> tuple[str, str]:
    words, bracket, unit = label.rpartition("（" if "（" in label else "(")
    return (words, bracket + unit) if words else (label, "")


def after_right(columns: Sequence[Column], place: int) -> str:
    """A class for a left-aligned cell beside a right-aligned one, whose texts would else meet."""
    return " after-right" if place and columns[place].align == "left" and columns[place - 1].align == "right" else ""


def widths(table: Table, setting: Setting = REPORT) -> list[str]:
    """Each column's share of the width in percent: as the table asks, but no narrower than what it holds."""
    wide = is_wide(table, setting)
    area, size, padding = (
        (setting.wide_area, setting.wide_size, setting.wide_padding) if wide
        else (setting.area, setting.size, setting.padding)
    )
    asked = sum(column.width for column in table.columns)
    wanted = [column.width / asked * area for column in table.columns]
    needed = _needs(table, size, padding, area, words=False)
    if sum(needed) > area:
        needed = _needs(table, size, padding, area, words=True)
    return [f"{100 * each / area:.3f}" for each in _given(wanted, needed, area)]


def is_wide(table: Table, setting: Setting = REPORT) -> bool:
    """Whether a table needs smaller type or a wider page, so that neither heads nor labels break inside."""
    needed = _needs(table, setting.size, setting.padding, setting.area, words=setting.turns)
    return len(table.columns) >= setting.wide_from or sum(needed) > setting.area


def _needs(table: Table, size: float, padding: float, area: float, *, words: bool) -> list[float]:
    return [_least(table, place, size, padding, area, words=words) for place in range(len(table.columns))]


def _given(wanted: list[float], needed: list[float], area: float) -> list[float]:
    """The wanted widths, each raised to its need, the others giving way in proportion to what they can spare."""
    if sum(needed) >= area:
        return [each * area / sum(needed) for each in needed]
    lacking = sum(max(need - want, 0.0) for want, need in zip(wanted, needed, strict=True))
    spare = sum(max(want - need, 0.0) for want, need in zip(wanted, needed, strict=True))
    kept = 1 - lacking / spare if spare else 1.0
    return [need + max(want - need, 0.0) * kept for want, need in zip(wanted, needed, strict=True)]


def _least(table: Table, place: int, size: float, padding: float, area: float, *, words: bool) -> float:
    """What a column needs, in points: its longest unbreakable piece, and its figures (or, not `words`, its labels)."""
    column = table.columns[place]
    label, unit = _parted(column.label)
    need = max((advance(piece) for piece in (*_pieces(label), unit)), default=0.0) * 1.06
    for row in table.rows:
        if place < len(row.cells) and len(row.cells) == len(table.columns):
            need = max(need, _cell(row, place, column, area / size, words=words))
    return need * size + padding + (_APART if after_right(table.columns, place) else 0.0)


def _cell(row: Row, place: int, column: Column, ems: float, *, words: bool) -> float:
    """What one cell needs, in em; `ems` is the width of the table."""
    text = "".join(span.text for span in row.cells[place])
    bold = 1.05 if row.role == "total" else 1.0
    full = advance(text) * bold + (1.2 if row.role == "of_which" and not place else 0.0)
    if column.align != "left":
        return full
    pieces = max((advance(piece) for piece in _pieces(text)), default=0.0) * bold
    return pieces if words else max(pieces, min(full, _LEFT_SHARE * ems))


def _pieces(text: str) -> list[str]:
    """What a line cannot break: words, and of Chinese at least four characters together."""
    return [piece for word in text.split() for piece in re.findall(r"[^\u2e80-\uffff]+|[\u2e80-\uffff]{1,4}", word)]


def advance(text: str) -> float:
    """The width of a text in em of the sans face, to within a few per cent, rather too wide than too narrow."""
    return sum(_advance(char) for char in text)


def _advance(char: str) -> float:
    if east_asian_width(char) in "WF":
        return 1.0
    if char in " .,:;'|()ijl":
        return 0.31
    if char in "mwMW%@—…":
        return 0.9
    return 0.64 if char.isupper() else 0.57
