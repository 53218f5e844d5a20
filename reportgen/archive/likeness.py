"""How alike two files of an edition are: to the byte, to the page, to the number, or not; and where they differ."""

from __future__ import annotations

import io
import operator
import re
import zipfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any
from xml.etree import ElementTree

from reportgen.render.numerals import numerals_of
from reportgen.render.reading import page_foot, texts

DPI = 60
_SHOWN = 12
"""Differences named one by one; how many more there are is said."""
_DIGEST = re.compile(r"\b(?:(?=\d*[a-f])[0-9a-f]{12,64}|\d{16}|\d{64})\b")
"""An edition's id, a digest, or a group of one: no figure is so long without a separator."""
_NS = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


class Level(IntEnum):
    """From unlike to alike."""

    DIFFERENT = 0
    NUMBERS = 1
    """The same figures, differently set."""
    PAGES = 2
    """Every page looks and reads the same (of a workbook: every cell holds the same); other bytes."""
    BYTES = 3


@dataclass(frozen=True, slots=True)
class Likeness:
    """`differences` name pages, sheets and figures; empty for identical bytes."""

    level: Level
    differences: tuple[str, ...] = ()


def compare_pdf(issued: bytes, made: bytes) -> Likeness:
    """An issued PDF beside the one made again. Pages are compared as pictures of 60 dpi and by their text layer.

    The numbers are the same where the figures of all pages follow each other alike and the attached facts are equal;
    digests, which name the edition's templates and program too, are no figures.
    """
    if issued == made:
        return Likeness(Level.BYTES)
    before, after = texts(issued), texts(made)
    attached = list(_attachments(issued, made))
    numbers = _paged(before), _paged(after)
    told = list(_pages(issued, made)) if len(before) == len(after) else [
        f"{len(before)} pages issued, {len(after)} made again: {_told(*numbers)}"
    ]
    if not told and not attached:
        return Likeness(Level.PAGES, ("the files differ in bytes that no page shows",))
    same = operator.eq(*numbers) and not any(one.startswith("facts.csv") for one in attached)
    return Likeness(Level.NUMBERS if same else Level.DIFFERENT, _short([*attached, *told]))


def _pages(issued: bytes, made: bytes) -> Iterator[str]:
    """What differs on which page of as many."""
    looks = zip(rasters(issued), rasters(made), strict=True)
    for number, (pictures, *both) in enumerate(zip(looks, texts(issued), texts(made), strict=True), 1):
        if both[0] != both[1]:
            yield f"page {number}: {_told(figures(both[0]), figures(both[1]))}"
        elif pictures[0] != pictures[1]:
            yield f"page {number}: the picture differs, the text is the same"


def figures(text: str) -> list[str]:
    """The numerals of a text in order; digests and edition ids are none."""
    return list(numerals_of(_DIGEST.sub(" ", text)))


def _paged(pages: Sequence[str]) -> list[str]:
    """The figures of all pages in order, without those that only say which page it is."""
    found: list[str] = []
    for number, page in enumerate(pages, 1):
        text = page
        for theme in ("report", "gongwen"):
            head, _, tail = text.rpartition(page_foot(theme, number, len(pages)))
            text = head + tail
        # The cover lists the contents with their pages.
        listed = {str(one) for one in range(1, len(pages) + 1)} if number == 1 else set()
        found += [one for one in figures(text) if one not in listed]
    return found


def _told(before: Sequence[str], after: Sequence[str]) -> str:
    if before == after:
        return "the text differs, its figures are the same"
    lost, come = Counter(before) - Counter(after), Counter(after) - Counter(before)
    if not lost and not come:
        return "its figures stand in another order"
    return f"figures issued {_listed(lost)}, made again {_listed(come)}"


def _listed(found: Counter[str]) -> str:
    """The figures that differ, each once, those that differ most often first."""
    return ", ".join(_short([figure for figure, _ in found.most_common()], 6)) or "none"


def _attachments(issued: bytes, made: bytes) -> Iterator[str]:
    import pikepdf

    found: list[dict[str, bytes]] = []
    for pdf in (issued, made):
        with pikepdf.open(io.BytesIO(pdf)) as opened:
            found.append({name: one.get_file().read_bytes() for name, one in opened.attachments.items()})
    before, after = found
    for name in sorted(before.keys() | after.keys()):
        if before.get(name) != after.get(name):
            lines = list(_changed_lines(before.get(name, b""), after.get(name, b"")))
            yield f"{name} attached: {len(lines)} lines differ, the first {lines[0]!r}" if lines else f"{name} attached"


def _changed_lines(before: bytes, after: bytes) -> Iterator[str]:
    old, new = (Counter(one.decode("utf-8", "replace").splitlines()) for one in (before, after))
    yield from ((old - new) | (new - old)).keys()


def rasters(pdf: bytes) -> Iterator[bytes]:
    """Each page as the bytes of its picture."""
    import pypdfium2  # type: ignore[import-untyped]

    opened: Any = pypdfium2.PdfDocument(pdf)
    try:
        for page in opened:
            picture = page.render(scale=DPI / 72)
            yield f"{picture.width}x{picture.height}:".encode() + bytes(picture.buffer)
            picture.close()
            page.close()
    finally:
        opened.close()


def compare_workbook(issued: bytes, made: bytes) -> Likeness:
    """An issued workbook beside the one made again, cell by cell."""
    if issued == made:
        return Likeness(Level.BYTES)
    before, after = cells(issued), cells(made)
    differ = [place for place in sorted(before.keys() | after.keys()) if before.get(place) != after.get(place)]
    if not differ:
        return Likeness(Level.PAGES, ("the files differ in bytes that no cell shows",))
    told = [f"{place}: {_said(before, place)} issued, {_said(after, place)} made again" for place in differ]
    numbers = operator.eq(*([figures(book.get(place, "")) for place in differ] for book in (before, after)))
    return Likeness(Level.NUMBERS if numbers else Level.DIFFERENT, _short(told))


def _said(book: Mapping[str, str], place: str) -> str:
    return repr(book[place]) if place in book else "nothing"


def cells(workbook: bytes) -> dict[str, str]:
    """`sheet name!A1` to what the cell holds, as the file writes it. Only files of this program's own are read."""
    with zipfile.ZipFile(io.BytesIO(workbook)) as opened:
        # The files were written by this program and their hashes checked: no XML of strangers.
        names = [one.get("name", "") for one in _xml(opened, "xl/workbook.xml").iter(f"{_NS}sheet")]
        held = set(opened.namelist())
        shared = [
            "".join(part.text or "" for part in one.iter(f"{_NS}t"))
            for one in (_xml(opened, "xl/sharedStrings.xml") if "xl/sharedStrings.xml" in held else ())
        ]
        found: dict[str, str] = {}
        for number, name in enumerate(names, 1):
            for cell in _xml(opened, f"xl/worksheets/sheet{number}.xml").iter(f"{_NS}c"):
                parts = cell.iter(f"{_NS}t") if cell.get("t") == "inlineStr" else cell.iter(f"{_NS}v")
                text = "".join(one.text or "" for one in parts)
                if text:
                    found[f"{name}!{cell.get('r')}"] = shared[int(text)] if cell.get("t") == "s" else text
        return found


def _xml(opened: zipfile.ZipFile, name: str) -> ElementTree.Element:
    return ElementTree.fromstring(opened.read(name))  # noqa: S314 - see `cells`


def _short(told: Sequence[str], most: int = _SHOWN) -> tuple[str, ...]:
    return (*told[:most], f"and {len(told) - most} more") if len(told) > most else tuple(told)
