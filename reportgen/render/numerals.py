"""Numerals in running text: what counts as one, and which ones a document may print.

A numeral is a run of digits with its separators, without unit or per cent sign. A sign belongs to it where it can
be nothing else: `−` (U+2212) and `+` before the first digit, and not after another digit. A hyphen never counts as
a sign: it stands in dates, ranges and identifiers.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from reportgen.document.model import Document, Figure, Seal
from reportgen.render.digest import digest_groups
from reportgen.render.spans import spans

_NUMERAL = re.compile(r"(?:(?<![\d.,%])[+\u2212])?\d+(?:,\d{3})*(?:\.\d+)?")
_AS_ASCII = str.maketrans("０１２３４５６７８９．，＋－％", "0123456789.,+\u2212%")
_LINE_END = re.compile(r"\s*\n\s*")
_AROUND = 18


@dataclass(frozen=True, slots=True)
class Numeral:
    """One numeral found on a page: its text, and the text around it for an error message."""

    text: str
    around: str
    broken: tuple[str, ...] = ()
    """What it may be a part of where a line ended beside it."""


def plain(text: str) -> str:
    """Full-width digits and signs as ASCII, so that one number has one spelling."""
    return text.translate(_AS_ASCII)


def numerals_of(text: str) -> Iterator[str]:
    """The numerals of a printed text."""
    return (match.group() for match in _NUMERAL.finditer(plain(text)))


def allowed(document: Document) -> frozenset[str]:
    """All numerals a document may print: those of its facts, of its charts' facts and scales, and its own list."""
    texts: list[str] = [*document.numerals]
    texts += [span.text for span in spans(document) if span.fact]
    for section in document.sections:
        for block in section.blocks:
            if isinstance(block, Figure):
                texts += _of_figure(block)
            elif isinstance(block, Seal):
                # A reader of the text layer takes the gap between two groups of a digest for a space.
                texts += [group for _, value in block.rows for group in digest_groups(value)]
    return frozenset(numeral for text in texts for numeral in numerals_of(text))


def _of_figure(figure: Figure) -> Iterator[str]:
    if figure.drawing is not None:
        yield from figure.drawing.scale_texts
    for series in figure.data.series:
        for mark in series.marks:
            if mark.fact:
                yield from (mark.text, mark.note, mark.n)
    if figure.data.bracket is not None and any(mark.fact for series in figure.data.series for mark in series.marks):
        yield figure.data.bracket[2]


def found(text: str) -> Iterator[Numeral]:
    """The numerals of a page's text layer; one that a line end may have cut also says what it may belong to."""
    whole = plain(text)
    for match in _NUMERAL.finditer(whole):
        start, end = match.span()
        around = " ".join(whole[max(0, start - _AROUND):end + _AROUND].split())
        yield Numeral(match.group(), around, tuple(_joined(whole, start, end)))


def _joined(text: str, start: int, end: int) -> Iterator[str]:
    """The numerals that `text[start:end]` makes with the line before and the line after it."""
    before, after = text[:start], text[end:]
    head = re.search(r"[\d.,+\u2212]+\s*\n\s*$", before)
    tail = re.match(r"\s*\n\s*[\d.,]+", after)
    for first in (head.group() if head else "", ""):
        for last in (tail.group() if tail else "", ""):
            if first or last:
                yield from numerals_of(_LINE_END.sub("", first + text[start:end] + last))


def unknown(text: str, known: Iterable[str]) -> list[Numeral]:
    """The numerals of a page's text that are none of the known ones."""
    kept = known if isinstance(known, frozenset) else frozenset(known)
    return [one for one in found(text) if one.text not in kept and not any(part in kept for part in one.broken)]
