"""Drawings without colour: each hue becomes the grey of its own lightness.

The hues of the charts differ in lightness by design (charts/style.py), so their greys stay apart; what a mark means
never hangs on hue alone.
"""

from __future__ import annotations

import re

_HEX = re.compile(r"(?<!href=[\"'])(?<!url\()#([0-9a-fA-F]{6}|[0-9a-fA-F]{3})\b(?=[\s\"';,)}])")


def grey(svg: bytes | str) -> str:
    """An SVG whose colours, written `#rrggbb` or `#rgb`, are replaced by greys of equal luminance."""
    text = svg.decode() if isinstance(svg, bytes) else svg
    return _HEX.sub(lambda match: grey_of(match[0]), text)


def grey_of(color: str) -> str:
    """The grey of the same relative luminance (WCAG 2.2) as `#rrggbb` or `#rgb`."""
    digits = color[1:] if len(color) == 7 else "".join(2 * digit for digit in color[1:])
    red, green, blue = (_linear(int(digits[at:at + 2], 16) / 255) for at in (0, 2, 4))
    level = round(255 * _encoded(0.2126 * red + 0.7152 * green + 0.0722 * blue))
    return f"#{level:02x}{level:02x}{level:02x}"


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else float(((channel + 0.055) / 1.055) ** 2.4)


def _encoded(light: float) -> float:
    return light * 12.92 if light <= 0.0031308 else float(1.055 * light ** (1 / 2.4) - 0.055)
