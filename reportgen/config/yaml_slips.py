"""The slip behind a YAML error, which the parser notices only later: a quote that runs on, a full-width sign, a colon
without its space. Looked for only once the text is known to be no YAML."""

from __future__ import annotations

import re
from collections.abc import Iterator

Fault = tuple[int, int, str]
"""Line, column, message."""

_LINES_BACK = 3
_WIDE_KEY = re.compile(r"\s*(?:- +)?[\w.\"'-]+\s*(：)")
_TIGHT_KEY = re.compile(r"\s*(?:- +)?[A-Za-z_][\w.-]*(:)(?=[^\s:/])[^:]*$")
_BEFORE_QUOTE = frozenset(":-[{,?")
_SIGN = re.compile("[#'\"]")
_CLOSE = {'"': re.compile(r'(?:[^"\\]|\\.)*"'), "'": re.compile(r"[^']*'")}
WIDE = {"：": "a full-width '：' stands here; YAML wants ':' and a space after it",
        "，": "a full-width '，' stands here; YAML separates with ','"}
TIGHT = "a space is missing after this ':'"


def cause(lines: list[str], line: int, column: int) -> Fault | None:
    """What probably led to an error at a line and column (from 1), or None."""
    return _quote(lines, line) or _wide_comma(lines, line, column) or _key(lines, line)


def _quote(lines: list[str], line: int) -> Fault | None:
    """The quote in which the error stands: opened on an earlier line, or never closed."""
    for opened, column, closed in _long_quotes(lines):
        if opened <= line and (closed is None or closed >= line):
            return opened, column, "the quote that opens here is not closed on its line"
        if closed is None or opened > line:
            break
    return None


def _long_quotes(lines: list[str]) -> Iterator[tuple[int, int, int | None]]:
    """Quoted texts that do not end on their line: where they open, and the line they end on (None: nowhere)."""
    quote, opened = "", (0, 0)
    for number, text in enumerate(lines, 1):
        at = 0
        while at < len(text):
            end = _closed(text, at, quote) if quote else _opened(text, at)
            if not end:
                break
            if quote and opened[0] != number:
                yield *opened, number
            quote, opened = ("", opened) if quote else (text[end - 1], (number, end))
            at = end
    if quote:
        yield *opened, None


def _opened(text: str, at: int) -> int:
    """Where the next quote that opens a text ends, 0 for none: it stands first, or after a sign of YAML's own."""
    for found in _SIGN.finditer(text, at):
        before = text[: found.start()]
        if found.group() == "#":
            if not before or before[-1].isspace():
                return 0
        elif not before.strip() or before.rstrip()[-1] in _BEFORE_QUOTE:
            return found.end()
    return 0


def _closed(text: str, at: int, quote: str) -> int:
    """Where the quote that closes a text ends, 0 for none on this line."""
    found = _CLOSE[quote].match(text, at)
    return found.end() if found else 0


def _wide_comma(lines: list[str], line: int, column: int) -> Fault | None:
    """A full-width comma between the parts of a `{…}` or `[…]` on the error's own line."""
    text = lines[line - 1][: column - 1] if line <= len(lines) else ""
    inside = max(text.rfind("{"), text.rfind("["))
    at = text.find("，", inside) if inside >= 0 else -1
    return (line, at + 1, WIDE["，"]) if at >= 0 else None


def _key(lines: list[str], line: int) -> Fault | None:
    """A key just above or on the error's line whose colon is full-width or has no space."""
    for number in range(min(line, len(lines)), max(0, line - 1 - _LINES_BACK), -1):
        text = lines[number - 1]
        wide, tight = _WIDE_KEY.match(text), _TIGHT_KEY.match(text)
        if wide:
            return number, wide.start(1) + 1, WIDE["："]
        if tight and number < line:
            return number, tight.start(1) + 1, TIGHT
    return None
