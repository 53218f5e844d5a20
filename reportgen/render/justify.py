"""Chinese lines set flush on both sides.

WeasyPrint justifies by stretching spaces, and Chinese has none. Here the space left on a line goes between its
characters instead: after every Han character or full-width sign, never inside a number or a Latin word. A gap is
stretched by at most `LIMIT` of the font size; readers of the text layer take wider ones for a space between
words. What is left beyond that goes to the line's spaces and to its punctuation. A line that even this does not
fill is left as it is: a line both stretched and short would be wrong twice.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any
from unicodedata import east_asian_width

from reportgen.render import pins

LIMIT = 0.09
"""Widest stretch of one gap in em; pdftotext breaks words at 0.1."""
LOOSE_LIMIT = 0.4
"""Widest stretch of a space, or of the blank half of a full-width stop or comma, in em."""
_NOTHING = 0.001
_STOPS = "、。，；：！？）》」』”"
_SIGNS = _STOPS + "（《「『“"
"""Signs that take the blank half from a stop before them."""
_ALSO_WIDE = "“”‘’…—·"
"""Signs that are full-width in Chinese though Unicode calls their width ambiguous."""
_JOINED = frozenset({"——", "……"})
_PINNED_JUSTIFY = "f83b21ff8793ba6b"
_PINNED_FIRST_LINE = "bb65cbda0e27f135"
_PINNED_DRAW = "1bb8eae6d88e71b1"


def install() -> None:
    """Patch WeasyPrint's line justification; raises `DependencyMissing` where its code is not the known one."""
    from weasyprint.draw.text import draw_first_line
    from weasyprint.layout import inline
    from weasyprint.text.line_break import Layout

    if inline.justify_line is _justify_line:
        return
    pins.require(inline.justify_line, _PINNED_JUSTIFY)
    pins.require(Layout.get_first_line, _PINNED_FIRST_LINE)
    pins.require(draw_first_line, _PINNED_DRAW)
    _ORIGINAL["justify_line"] = inline.justify_line
    _ORIGINAL["get_first_line"] = Layout.get_first_line
    inline.justify_line = _justify_line
    Layout.get_first_line = _get_first_line


_ORIGINAL: dict[str, Any] = {}


def is_wide(char: str) -> bool:
    """Whether a character stands in a full square in Chinese text."""
    return char in _ALSO_WIDE or east_asian_width(char) in "WF"


def gaps(text: str) -> tuple[list[int], list[int]]:
    """Indexes of the characters of a line after which it may stretch: between characters, and at spaces."""
    between, spaces = [], []
    for index, (char, after) in enumerate(pairwise(text)):
        if char in " \u00a0":
            spaces.append(index)
        elif after not in " \u00a0" and (is_wide(char) or is_wide(after)) and char + after not in _JOINED:
            between.append(index)
    return between, spaces


def stretches(text: str, extra: float, size: float) -> dict[int, float]:
    """How far a line stretches after each of its characters so that the sum is `extra`; empty where limits forbid it.

    `extra` and `size` (the font's) in the same unit. Every gap gets the same, up to its limit; what is left goes to
    spaces and stops alone.
    """
    between, spaces = gaps(text)
    places = len(between) + len(spaces)
    if not places:
        return {}
    gap = min(extra / places, LIMIT * size)
    found = dict.fromkeys([*between, *spaces], gap)
    left = extra - gap * places
    if left <= _NOTHING * size:
        return found
    loose = [*spaces, *(index for index in between if text[index] in _STOPS and text[index + 1] not in _SIGNS)]
    if not loose or left / len(loose) > LOOSE_LIMIT * size - gap:
        return {}
    found.update(dict.fromkeys(loose, gap + left / len(loose)))
    return found


def _justify_line(context: Any, line: Any, extra: float) -> None:
    """Spread `extra` pixels over a line box, as WeasyPrint's own function does with spaces."""
    boxes = list(_text_boxes(line))
    text = "".join(box.pango_layout.text for box in boxes)
    # Quotation marks are wide in Chinese only: the language decides, not the signs.
    if not str(line.style["lang"] or "").startswith("zh") or not any(is_wide(char) for char in text):
        _ORIGINAL["justify_line"](context, line, extra)
        return
    stretch = stretches(text.rstrip(), extra, line.style["font_size"])
    if not stretch:
        return
    start = 0
    for box in boxes:
        length = len(box.pango_layout.text)
        box.pango_layout.stretch = _by_byte(box.pango_layout.text, start, stretch)
        start += length
    _shift(line, 0.0)


def _text_boxes(box: Any) -> Iterator[Any]:
    from weasyprint.formatting_structure import boxes

    if isinstance(box, boxes.TextBox):
        yield box
    elif isinstance(box, (boxes.LineBox, boxes.InlineBox)):
        for child in box.children:
            if child.is_in_normal_flow():
                yield from _text_boxes(child)


def _by_byte(text: str, start: int, stretch: dict[int, float]) -> dict[int, float]:
    """The stretch after each character of one box, keyed by the character's byte offset as Pango counts."""
    found: dict[int, float] = {}
    offset = 0
    for index, char in enumerate(text, start):
        if index in stretch:
            found[offset] = stretch[index]
        offset += len(char.encode())
    return found


def _shift(box: Any, advance: float) -> float:
    """Move a box and its children by what stretched before them; returns the advance after it."""
    from weasyprint.formatting_structure import boxes

    if isinstance(box, boxes.TextBox):
        box.position_x += advance
        extra = sum(box.pango_layout.stretch.values())
        box.width += extra
        return float(advance + extra)
    if isinstance(box, (boxes.LineBox, boxes.InlineBox)):
        box.position_x += advance
        before = advance
        for child in box.children:
            if child.is_in_normal_flow():
                advance = _shift(child, advance)
        box.width += advance - before
        return advance
    box.translate(advance, 0)
    return advance


def _get_first_line(layout: Any) -> tuple[Any, int | None]:
    """WeasyPrint's `Layout.get_first_line`, with the glyphs of a stretched line widened once."""
    from weasyprint.text.ffi import TO_UNITS, ffi

    first_line, index = _ORIGINAL["get_first_line"](layout)
    stretch = getattr(layout, "stretch", None)
    if not stretch or getattr(layout, "stretched", None) is layout.layout:
        return first_line, index
    layout.stretched = layout.layout
    run = first_line.runs[0]
    while run != ffi.NULL:
        item, glyphs = run.data.item, run.data.glyphs
        for place in range(glyphs.num_glyphs):
            extra = stretch.get(item.offset + glyphs.log_clusters[place])
            if extra:
                glyphs.glyphs[place].geometry.width += int(extra * TO_UNITS)
        run = run.next
    return first_line, index
