"""Which facts a part of the document prints."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any

from reportgen.charts.chart import Mark
from reportgen.document.model import Span


def facts_of(value: Any) -> frozenset[str]:
    """Ids of all facts cited in the spans and marks of any part of the model."""
    return frozenset(_walk(value))


def _walk(value: Any) -> Iterator[str]:
    if isinstance(value, (Span, Mark)):
        if value.fact:
            yield value.fact
    elif isinstance(value, tuple):
        for one in value:
            yield from _walk(one)
    elif is_dataclass(value) and not isinstance(value, type):
        for one in fields(value):
            yield from _walk(getattr(value, one.name))
