"""How charts look: sizes in points, three hues and a grey, and the arithmetic of contrast.

The hues differ in lightness by design (navy, brick, teal, grey from dark to light), so they stay apart in grey
print and for readers who do not tell red from green; a test holds them to that. Colours on the page, where text
is set in them, have a darker sister for text on white.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import ceil, floor, log10

FAMILY = "Noto Sans SC"
POINTS_PER_MM = 72 / 25.4

LABEL = 8.0
"""Labels and values, in points."""
SMALL = 7.5
"""Axis ticks, notes, bases."""
LEADING = 1.28
"""Line pitch as a multiple of the type size."""
HAIR = 0.5
AXIS = 0.6
GAP = 4.0
"""Between a mark and its text, in points."""

INK = "#1f2430"
MUTED = "#5f6773"
RULE = "#8a919c"
GRID = "#e3e6ea"
PAPER = "#ffffff"
BLACK = "#000000"

NAVY = "#12355b"
BRICK = "#b33a24"
TEAL = "#3a9c8c"
GREY = "#b3b9c2"

TEAL_TEXT = "#1a6f63"
"""Teal dark enough for small text on white."""

FILLS = {"total": NAVY, "gain": TEAL, "loss": BRICK, "neutral": GREY}
TEXTS = {"total": NAVY, "gain": TEAL_TEXT, "loss": BRICK, "neutral": INK}


def _channels(color: str) -> tuple[int, int, int]:
    return int(color[1:3], 16), int(color[3:5], 16), int(color[5:7], 16)


def luminance(color: str) -> float:
    """Relative luminance of `#rrggbb`, 0 black to 1 white (WCAG 2.2)."""
    linear = [c / 255 / 12.92 if c / 255 <= 0.04045 else ((c / 255 + 0.055) / 1.055) ** 2.4 for c in _channels(color)]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours, 1 to 21 (WCAG 2.2); text needs 4.5."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def text_on(fill: str) -> str:
    """The text colour that reads on the fill: white or ink, black on the middle tones where neither reaches 4.5."""
    best = max((PAPER, INK), key=lambda color: contrast(color, fill))
    return best if contrast(best, fill) >= 4.5 else BLACK


def mix(color: str, share: float, ground: str = PAPER) -> str:
    """`share` of the colour on the ground: 1 is the colour, 0 the ground."""
    share = min(max(share, 0.0), 1.0)
    parts = (round(c * share + g * (1 - share)) for c, g in zip(_channels(color), _channels(ground), strict=True))
    return "#" + "".join(f"{part:02x}" for part in parts)


def ramp(count: int, color: str = NAVY) -> tuple[str, ...]:
    """`count` steps of one hue, dark to light, for ordered parts."""
    if count <= 1:
        return (color,) * count
    return tuple(mix(color, 1 - 0.84 * step / (count - 1)) for step in range(count))


def fill_of(emphasis: bool, any_emphasis: bool) -> str:
    """The fill of a plain mark: where nothing is emphasised every mark has the main hue."""
    return NAVY if emphasis or not any_emphasis else GREY


def scale_ticks(low: float, high: float, most: int) -> tuple[float, ...]:
    """Round, evenly spaced ticks from at or below `low` to at or above `high`; about `most` of them, at least two."""
    if high <= low:
        low, high = low - abs(low) * 0.5 - 0.5, high + abs(high) * 0.5 + 0.5
    exponent = floor(log10((high - low) / max(most, 2)))
    for power in range(exponent, exponent + 3):
        for mantissa in (1, 2, 5):
            step = mantissa * 10.0**power
            first, last = floor(low / step), ceil(high / step)
            if last - first + 1 <= max(most, 2):
                # Rounded to the step's own decimals, or three times 0.1 would print as 0.30000000000000004.
                return tuple(round(index * step, max(0, -power)) for index in range(first, last + 1))
    return (low, high)


def tick_texts(ticks: Sequence[float], percent: bool) -> tuple[str, ...]:
    """Tick labels with equal decimals, U+2212 for minus, and `%` where the values are fractions."""
    values = [tick * 100 for tick in ticks] if percent else list(ticks)
    decimals = next(
        (places for places in range(7) if all(abs(v - round(v, places)) < 1e-9 * max(1.0, abs(v)) for v in values)), 7
    )
    suffix = "%" if percent else ""
    return tuple(f"{value:,.{decimals}f}{suffix}".replace("-", "\N{MINUS SIGN}") for value in values)


def fit_scale(
    items: Sequence[tuple[float, float, float]], left: float, right: float
) -> tuple[float, Callable[[float], float]]:
    """The largest linear scale on which every item and its text stays between `left` and `right` (points).

    An item is a value and the room it needs to its left and right. Returns points a unit and the map from value
    to x. Where all values are equal the scale is 0 and the marks stand in the middle of what is free.
    """
    if not items:
        return 0.0, lambda value: left  # noqa: ARG005 - no item, no position
    span = max(value for value, _, _ in items) - min(value for value, _, _ in items)

    def taken(scale: float) -> float:
        return max(before - value * scale for value, before, _ in items) + max(
            after + value * scale for value, _, after in items
        )

    scale = 0.0
    if span > 0:
        low, high = 0.0, (right - left) / span
        for _ in range(60):
            middle = (low + high) / 2
            low, high = (middle, high) if taken(middle) <= right - left else (low, middle)
        scale = low
    first = left + max(before - value * scale for value, before, _ in items)
    last = right - max(after + value * scale for value, _, after in items)
    origin = first if span > 0 or last <= first else (first + last) / 2
    return scale, lambda value: origin + value * scale
