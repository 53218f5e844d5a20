"""The summary page of an archived document as a mail tells it: the same words and figures, nothing computed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reportgen.delivery.message.addressee import one_line
from reportgen.delivery.message.issued import MailedEdition
from reportgen.delivery.message.subject import amount, full_name, plain, tiles_of
from reportgen.delivery.message.words import Words
from reportgen.document.model import Action, Actions, Issue, Issues, Paragraph, Remark, Section, Table, Text, Tile

MOST_ROWS = 6
"""Corrected figures that stand in a mail; the page lists the others."""
_LISTS = ("summary", "key_findings", "key_actions")


@dataclass(frozen=True, slots=True)
class Correction:
    """What a corrected edition changed."""

    title: str
    lead: tuple[str, ...]
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    more: str
    """Where the other rows stand; empty where there are none."""


@dataclass(frozen=True, slots=True)
class Summary:
    """What the body says about the report. Empty parts are not printed."""

    title: str
    organisation: str
    unit: str
    """Empty for the bank's own report."""
    department: str
    period: str
    comparison: str
    classification: str
    edition: str
    """第1版, Edition 1"""
    correction: Correction | None
    headline: Text
    tiles: tuple[tuple[Tile, ...], ...]
    """Two in a row."""
    measured: tuple[tuple[str, ...], ...]
    """The same in plain words: label, value with its unit, then what changed."""
    notes: tuple[Text, ...]
    remarks: tuple[Remark, ...]
    findings_title: str
    issues: tuple[Issue, ...]
    no_issues: str
    actions_title: str
    actions: tuple[Action, ...]


def summarised(edition: MailedEdition, words: Words, *, figures: bool) -> Summary:
    """The body's content; without `figures` only what the report is, and that it was corrected."""
    document, cover = edition.document, edition.document.cover
    organisation, unit = full_name(edition)
    named = {section.id: section for section in document.sections}
    parts = [block for name in _LISTS if name in named for block in named[name].blocks] if figures else []
    paragraphs = [block for block in parts if isinstance(block, Paragraph)]
    issues = [block for block in parts if isinstance(block, Issues)]
    tiles = tiles_of(edition) if figures else ()
    return Summary(
        one_line(cover.title), one_line(organisation), one_line(unit), one_line(cover.department),
        cover.period, _opened(cover.comparison.strip("（）()")), cover.classification,
        document.footer[0].rpartition(" · ")[2], _correction(named.get("restatement"), words, tiles, figures=figures),
        next((one.text for one in paragraphs if one.role in ("headline", "lead")), ()),
        tuple(tiles[at:at + 2] for at in range(0, len(tiles), 2)),
        tuple((one.label, amount(one, edition), *map(plain, one.changes), *filter(None, [plain(one.plan)]))
              for one in tiles),
        tuple(one.text for one in paragraphs if one.role == "note"),
        tuple(block for block in parts if isinstance(block, Remark)),
        _title(named, "key_findings"), tuple(one for block in issues for one in block.issues),
        next((block.empty for block in issues if block.empty), ""),
        _title(named, "key_actions"),
        tuple(one for block in parts if isinstance(block, Actions) for one in block.actions),
    )


def _opened(text: str) -> str:
    """With a capital letter, as a line of its own begins."""
    return text[:1].upper() + text[1:]


def _title(named: dict[str, Section], section: str) -> str:
    return named[section].title if section in named else ""


def _correction(
    section: Section | None, words: Words, tiles: Sequence[Tile], *, figures: bool
) -> Correction | None:
    """The first paragraph says which edition, why and by whom; the second counts what the page lists.

    Of the rows those of the tiles' own figures are told, else the first; without tiles none. Without `figures` not even
    the reason stands there: people write figures into it.
    """
    if section is None:
        return None
    if not figures:
        return Correction(section.title, (words["corrected_sealed"],), (), (), "")
    told = [plain(block.text) for block in section.blocks if isinstance(block, Paragraph)]
    table = next((block for block in section.blocks if isinstance(block, Table)), None)
    if table is None or not tiles:
        return Correction(section.title, tuple(told if tiles else told[:1]), (), (), "")
    labels = {tile.label for tile in tiles}
    # Others differ behind the last digit printed, or in their base alone.
    moved = [row for row in table.rows if plain(row.cells[1]) != plain(row.cells[2])] or list(table.rows)
    leading = [row for row in moved if row.cells[0][0].text in labels] or moved
    shown = tuple(tuple(plain(cell) for cell in row.cells) for row in leading[:MOST_ROWS])
    rest = len(table.rows) > len(shown)
    more = words.fill("correction_more", shown=str(len(shown)), section=section.title) if rest else ""
    return Correction(section.title, tuple(told[:1]), tuple(one.label for one in table.columns), shown, more)
