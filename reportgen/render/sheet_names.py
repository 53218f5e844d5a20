"""Names of worksheets: at most 31 characters, none of `[]:*?/\\`, no two alike."""

from __future__ import annotations

import re
from collections.abc import Iterable

LONGEST = 31
_FORBIDDEN = re.compile(r"[\[\]:*?/\\\x00-\x1f]")
_RESERVED = frozenset({"history"})
"""A name that spreadsheets keep for themselves."""


def sheet_names(wanted: Iterable[str]) -> list[str]:
    """A valid name for each wanted one, in order; what is too long ends in `…`, what is taken takes a number."""
    taken: set[str] = set(_RESERVED)
    names = []
    for text in wanted:
        plain = " ".join(_FORBIDDEN.sub(" ", text).split()).strip("'") or "-"
        name, count = _cut(plain, LONGEST), 1
        while name.casefold() in taken:
            count += 1
            tail = f" ({count})"
            name = _cut(plain, LONGEST - len(tail)) + tail
        taken.add(name.casefold())
        names.append(name)
    return names


def _cut(text: str, longest: int) -> str:
    """The text in at most `longest` UTF-16 units, as spreadsheets count."""
    if _units(text) <= longest:
        return text
    while _units(text) > longest - 1:
        text = text[:-1]
    return text.rstrip(" '") + "…"


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2
