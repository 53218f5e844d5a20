"""Measuring and breaking text with the font that the page is set in."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path
from typing import Any

from reportgen.charts.style import LEADING
from reportgen.context import installed_home
from reportgen.errors import DependencyMissing

_SPACES = re.compile(r"[ \t\r\n\f\v]+")
_UNSEEN = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\ufffe\uffff]|[\ud800-\udfff]")
_NEVER_FIRST = frozenset("、。，．；：！？）》」』】〕〉”’％%‰,.;:!?)]}～·…")
_NEVER_LAST = frozenset("（《「『【〔〈“‘([{#￥¥€$")
_UNITS = frozenset("万亿千百元户岁年月日天个笔件人只项分页％%")
_AFTER = frozenset("-–—/_|")


def font_file(bold: bool) -> Path:
    """The face charts are measured with. `DependencyMissing` where the installation has none."""
    folder = installed_home() / "templates" / "assets" / "fonts" / "noto-sans-sc"
    face = folder / f"NotoSansSC-{'Bold' if bold else 'Regular'}.ttf"
    if not face.is_file():
        raise DependencyMissing(
            f"{face}: no such font, so text in charts cannot be measured.",
            state="No chart was drawn.",
            hint="Install reportgen again, or run `make fonts` in its checkout.",
        )
    return face


@lru_cache(maxsize=2)
def _font(bold: bool) -> Any:
    import uharfbuzz

    return uharfbuzz.Font(uharfbuzz.Face(uharfbuzz.Blob.from_file_path(str(font_file(bold)))))


def clean(text: str) -> str:
    """The text as one line that XML can hold: white space becomes one space, control characters go."""
    return _UNSEEN.sub("", _SPACES.sub(" ", text)).strip()


@lru_cache(maxsize=16384)
def width(text: str, size: float, bold: bool = False) -> float:
    """The advance width of one line in points, shaped as the page shapes it."""
    import uharfbuzz

    if not text:
        return 0.0
    font = _font(bold)
    buffer = uharfbuzz.Buffer()
    buffer.add_str(text)
    buffer.guess_segment_properties()
    uharfbuzz.shape(font, buffer)
    advance: int = sum(position.x_advance for position in buffer.glyph_positions)
    return advance * size / int(font.face.upem)


def widest(lines: tuple[str, ...], size: float, bold: bool = False) -> float:
    return max((width(line, size, bold) for line in lines), default=0.0)


def height(lines: tuple[str, ...] | int, size: float) -> float:
    """The height of so many lines in points."""
    return (lines if isinstance(lines, int) else len(lines)) * size * LEADING


def _wide(character: str) -> bool:
    return ord(character) >= 0x2E80


def _may_break(before: str, after: str) -> bool:
    if after in _NEVER_FIRST or before in _NEVER_LAST or after == " ":
        return False
    if before == " ":
        return True
    if before.isdigit() and after in _UNITS:
        return False
    return _wide(before) or _wide(after) or before in _AFTER


def _atoms(text: str) -> list[str]:
    atoms, start = [], 0
    for index in range(1, len(text)):
        if _may_break(text[index - 1], text[index]):
            atoms.append(text[start:index])
            start = index
    return [*atoms, text[start:]]


def _fill(text: str, size: float, bold: bool, limit: float) -> tuple[str, ...]:
    lines: list[str] = []
    line = ""
    for atom in _atoms(text):
        if width((line + atom).rstrip(), size, bold) <= limit:
            line += atom
            continue
        if line:
            lines.append(line.rstrip())
        line = ""
        for character in atom:
            # An atom wider than the line is cut where the line ends: nothing is ever left out.
            if line and width(line + character, size, bold) > limit:
                lines.append(line.rstrip())
                line = ""
            line += character
    if line.strip():
        lines.append(line.rstrip())
    return tuple(lines)


@lru_cache(maxsize=4096)
def wrap(text: str, size: float, limit: float, bold: bool = False) -> tuple[str, ...]:
    """Lines no wider than `limit` points, of about equal length; a newline in the text is a line's end.

    Lines break at spaces, after hyphens and between Han characters, never before closing punctuation, nor inside
    a number or between it and its unit while the line holds it. An empty text has no lines.
    """
    if "\n" in text:
        return tuple(line for part in text.split("\n") for line in wrap(part, size, limit, bold))
    text = clean(text)
    if width(text, size, bold) <= limit:
        return (text,) if text else ()
    lines = _fill(text, size, bold, limit)
    low, high = limit / 3, limit
    for _ in range(8):
        middle = (low + high) / 2
        tried = _fill(text, size, bold, middle)
        if len(tried) <= len(lines) and breaks_nothing(text, tried):
            lines, high = tried, middle
        else:
            low = middle
    return lines


def breaks_nothing(text: str, lines: tuple[str, ...]) -> bool:
    """Whether the lines of a text break only where a reader expects it."""
    text = clean(text)
    starts, position = set(), 0
    for atom in _atoms(text):
        starts.add(position)
        position += len(atom)
    position = 0
    for line in lines:
        position = text.index(line, position)
        if position not in starts:
            return False
        position += len(line)
    return True
