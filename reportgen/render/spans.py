"""Every run of text in a document, wherever the model keeps it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any

from reportgen.document.model import Document, Span


def spans(document: Document) -> Iterator[Span]:
    """All spans of a document in reading order."""
    return _of(document.sections)


def _of(value: Any) -> Iterator[Span]:
    if isinstance(value, Span):
        yield value
    elif isinstance(value, tuple):
        for one in value:
            yield from _of(one)
    elif is_dataclass(value):
        for field in fields(value):
            yield from _of(getattr(value, field.name))
