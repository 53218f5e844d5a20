"""Where things stand in a chart's SVG, measured without the code that placed them (fontTools' own tables)."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from functools import cache
from itertools import combinations, pairwise
from pathlib import Path

from fontTools.ttLib import TTFont

from reportgen.charts.style import contrast

FONTS = Path(__file__).resolve().parents[3] / "templates" / "assets" / "fonts" / "noto-sans-sc"
SVG = "{http://www.w3.org/2000/svg}"
Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Text:
    text: str
    box: Box
    """The ink, in points."""
    color: str
    order: int


@dataclass(frozen=True)
class Filled:
    box: Box
    color: str
    order: int


@dataclass(frozen=True)
class Sheet:
    width: float
    height: float
    texts: tuple[Text, ...]
    rects: tuple[Filled, ...]
    dots: tuple[Filled, ...]
    segments: tuple[Box, ...]
    """x0, y0, x1, y1 of every straight stroke."""
    ids: tuple[str, ...]

    @property
    def said(self) -> str:
        """All text in drawing order, without white space."""
        return squeeze("".join(text.text for text in self.texts))


def squeeze(text: str) -> str:
    return re.sub(r"\s+", "", text)


@cache
def _face(bold: bool) -> tuple[TTFont, dict[int, str]]:
    font = TTFont(FONTS / f"NotoSansSC-{'Bold' if bold else 'Regular'}.ttf", lazy=True)
    return font, font.getBestCmap()


@cache
def _glyph(character: str, bold: bool) -> tuple[int, int, int]:
    """Advance, lowest and highest ink of a character, in font units."""
    font, cmap = _face(bold)
    name = cmap.get(ord(character), ".notdef")
    glyph = font["glyf"][name]
    return font["hmtx"][name][0], getattr(glyph, "yMin", 0), getattr(glyph, "yMax", 0)


def _ink(text: str, x: float, y: float, size: float, bold: bool, anchor: str) -> Box:
    units = _face(bold)[0]["head"].unitsPerEm
    glyphs = [_glyph(character, bold) for character in text]
    extent = sum(glyph[0] for glyph in glyphs) * size / units
    x -= {"start": 0.0, "middle": extent / 2, "end": extent}[anchor]
    low, high = min(glyph[1] for glyph in glyphs), max(glyph[2] for glyph in glyphs)
    return x, y - high * size / units, x + extent, y - low * size / units


def _style(element: ET.Element) -> dict[str, str]:
    return dict(part.strip().split(": ", 1) for part in element.get("style", "").split(";") if ": " in part)


def read(svg: bytes) -> Sheet:
    """Texts, filled rectangles, dots and strokes of a drawing."""
    root = ET.fromstring(svg)
    _, _, width, height = (float(part) for part in root.get("viewBox", "").split())
    texts, rects, dots, segments = [], [], [], []
    for order, element in enumerate(root.iter()):
        style = _style(element)
        if element.tag == f"{SVG}text":
            size, bold = float(style["font-size"].removesuffix("px")), style.get("font-weight") == "700"
            ink = _ink(
                element.text or "",
                float(element.get("x", 0)),
                float(element.get("y", 0)),
                size,
                bold,
                style.get("text-anchor", "start"),
            )
            texts.append(Text(element.text or "", ink, style.get("fill", "#000000"), order))
        elif element.tag == f"{SVG}path":
            path = element.get("d", "")
            points = [(float(x), float(y)) for x, y in re.findall(r"[ML] (\S+) (\S+)", path)]
            filled = style.get("fill", "#000000") != "none"
            numbers = [float(n) for n in re.findall(r"-?\d+\.?\d*(?:e-?\d+)?", path)]
            box = (min(numbers[::2]), min(numbers[1::2]), max(numbers[::2]), max(numbers[1::2]))
            if "C" in path:
                dots.append(Filled(box, style.get("fill", "#000000"), order))
            elif filled and len(points) == 4:
                rects.append(Filled(box, style.get("fill", "#000000"), order))
            else:
                segments += [(*start, *end) for start, end in pairwise(points)]
    ids = tuple(element.get("id", "") for element in root.iter() if element.get("id"))
    return Sheet(width, height, tuple(texts), tuple(rects), tuple(dots), tuple(segments), ids)


def overlap(one: Box, other: Box) -> float:
    """How far two boxes reach into each other: the smaller of the two depths, 0 or less where they stand apart."""
    return min(min(one[2], other[2]) - max(one[0], other[0]), min(one[3], other[3]) - max(one[1], other[1]))


def crosses(segment: Box, box: Box, slack: float) -> bool:
    """Whether a stroke runs through a box (shrunk by the slack), by clipping it (Liang and Barsky)."""
    x0, y0, x1, y1 = segment
    left, top, right, bottom = box[0] + slack, box[1] + slack, box[2] - slack, box[3] - slack
    if left >= right or top >= bottom:
        return False
    enter, leave = 0.0, 1.0
    for step, room in ((x0 - x1, x0 - left), (x1 - x0, right - x0), (y0 - y1, y0 - top), (y1 - y0, bottom - y0)):
        if step == 0:
            if room < 0:
                return False
        elif step < 0:
            enter = max(enter, room / step)
        else:
            leave = min(leave, room / step)
    return enter < leave


def faults(sheet: Sheet, slack: float) -> list[str]:
    """What is wrong with where things stand; `slack` in points may touch without being seen."""
    found = [f"id {each} occurs twice" for each in set(sheet.ids) if sheet.ids.count(each) > 1]
    for text in sheet.texts:
        x0, y0, x1, y1 = text.box
        if x0 < -slack or y0 < -slack or x1 > sheet.width + slack or y1 > sheet.height + slack:
            found.append(f"outside the sheet: {text.text!r} at {text.box}")
        found += [
            f"a line through {text.text!r}: {segment}"
            for segment in sheet.segments
            if crosses(segment, text.box, slack)
        ]
        found += _on_marks(sheet, text, slack)
    found += [
        f"texts overlap: {one.text!r} and {other.text!r}"
        for one, other in combinations(sheet.texts, 2)
        if overlap(one.box, other.box) > slack
    ]
    return found


def _on_marks(sheet: Sheet, text: Text, slack: float) -> list[str]:
    """A text stands wholly on a mark that it can be read on, or beside it."""
    found, ground = [], "#ffffff"
    x0, y0, x1, y1 = text.box
    for mark in (*sheet.rects, *sheet.dots):
        left, top, right, bottom = mark.box
        if left - slack <= x0 and x1 <= right + slack and top - slack <= y0 and y1 <= bottom + slack:
            ground = mark.color
            if mark.order > text.order:
                found.append(f"painted over: {text.text!r}")
        elif overlap(text.box, mark.box) > slack:
            found.append(f"half on a mark: {text.text!r} {text.box} on {mark.box}")
    if contrast(text.color, ground) < 4.5:
        found.append(f"hard to read: {text.text!r} in {text.color} on {ground}")
    return found
