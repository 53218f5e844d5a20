"""Every string a document prints, with the place where it stands."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any

from reportgen.document.model import Document, Figure, Seal, Section, Table

Placed = tuple[str, str]
"""Place (`三、问题, 表2`) and text."""
_SILENT = frozenset({"anchor", "href", "fact", "block", "qr_svg", "svg", "kind", "role", "align", "tone", "locale",
                     "id", "drawing", "style", "severity", "group_id", "options"})
"""Fields that are no printed text."""


def strings(document: Document) -> Iterator[Placed]:
    """All printed strings of a document in reading order, charts included."""
    yield from _of(document.cover, "cover")
    for text in (*document.footer, document.contents_title, document.continued):
        yield "page foot", text
    for section in document.sections:
        yield from _of_section(section)


def _of_section(section: Section) -> Iterator[Placed]:
    place = f"{section.number}{section.title}" or section.id
    for text in (section.number, section.title, section.subtitle, section.running_title):
        yield place, text
    for block in section.blocks:
        if isinstance(block, (Table, Figure)):
            yield from _of(block, f"{place}, {block.number}")
            if isinstance(block, Figure) and block.drawing is not None:
                for text in block.drawing.scale_texts:
                    yield f"{place}, {block.number}", text
        elif isinstance(block, Seal):
            yield from _of(block, f"{place}, seal")
        else:
            yield from _of(block, place)


def _of(value: Any, place: str) -> Iterator[Placed]:
    if isinstance(value, str):
        if value:
            yield place, value
    elif isinstance(value, (tuple, list)):
        for one in value:
            yield from _of(one, place)
    elif is_dataclass(value):
        for field in fields(value):
            if field.name not in _SILENT:
                yield from _of(getattr(value, field.name), place)
