"""The sheet a chart is drawn on: points from the left edge, y downwards, any y (the sheet is cropped at the end).

Kinds lay out in points with real text widths and put down shapes and words; matplotlib writes the SVG. Nothing is
clipped, no axes object is made, and text stays text in the page's own family, so the bytes depend on the data alone.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from typing import Any, Literal

from reportgen.charts.measure import clean, width
from reportgen.charts.style import AXIS, FAMILY, INK, LABEL, LEADING

Anchor = Literal["start", "middle", "end"]
Point = tuple[float, float]

ABOVE, BELOW = 0.87, 0.19
"""How far type reaches above and below its baseline, as a share of its size."""
CENTRE = 0.36
"""From the middle of a line of figures or Han characters down to its baseline."""

_ALIGN = {"start": "left", "middle": "center", "end": "right"}
_HEAD = re.compile(rb"<\?xml[^>]*\?>\s*|<!DOCTYPE[^>]*>\s*|<!--.*?-->\s*|<metadata>.*?</metadata>\s*", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Words:
    """One line of text; x is that of its anchor, y its baseline."""

    x: float
    y: float
    text: str
    size: float
    bold: bool
    color: str
    anchor: Anchor


@dataclass(frozen=True, slots=True)
class Shape:
    """A filled polygon, an open line (no fill), or a dot (one point and a radius)."""

    points: tuple[Point, ...]
    fill: str = ""
    edge: str = ""
    thickness: float = 0.0
    dashed: bool = False
    radius: float = 0.0


class Canvas:
    """Collects shapes and words; `svg` writes them."""

    def __init__(self, width_points: float) -> None:
        self.width = width_points
        self.items: list[Shape | Words] = []
        self.scale_texts: list[str] = []

    def rect(self, x0: float, y0: float, x1: float, y1: float, fill: str, edge: str = "", thickness: float = 0) -> None:
        self.polygon(((x0, y0), (x1, y0), (x1, y1), (x0, y1)), fill, edge, thickness)

    def polygon(self, points: Sequence[Point], fill: str, edge: str = "", thickness: float = 0) -> None:
        self.items.append(Shape(tuple(points), fill, edge, thickness))

    def line(self, points: Sequence[Point], color: str = INK, thickness: float = AXIS, dashed: bool = False) -> None:
        self.items.append(Shape(tuple(points), "", color, thickness, dashed))

    def dot(self, x: float, y: float, radius: float, fill: str, edge: str = "", thickness: float = 0) -> None:
        self.items.append(Shape(((x, y),), fill, edge, thickness, radius=radius))

    def words(
        self,
        x: float,
        y: float,
        text: str,
        *,
        size: float = LABEL,
        bold: bool = False,
        color: str = INK,
        anchor: Anchor = "start",
        keep_in: bool = True,
    ) -> None:
        """One line with its baseline at y; `keep_in` moves it sideways where it would leave the sheet."""
        text = clean(text)
        if not text:
            return
        if keep_in:
            x = self.inside(x, width(text, size, bold), anchor)
        self.items.append(Words(x, y, text, size, bold, color, anchor))

    def inside(self, x: float, extent: float, anchor: Anchor = "middle") -> float:
        """The x nearest to the wanted one at which a text of this width stays on the sheet."""
        before = {"start": 0.0, "middle": extent / 2, "end": extent}[anchor]
        return max(before, min(x, self.width - extent + before))

    def block(
        self,
        x: float,
        middle: float,
        lines: Sequence[str],
        *,
        size: float = LABEL,
        bold: bool = False,
        color: str = INK,
        anchor: Anchor = "start",
    ) -> None:
        """Lines centred on the height `middle`."""
        first = middle + CENTRE * size - (len(lines) - 1) * size * LEADING / 2
        for index, line in enumerate(lines):
            self.words(x, first + index * size * LEADING, line, size=size, bold=bold, color=color, anchor=anchor)

    def scale(self, text: str) -> str:
        """Remembers a tick label for the re-reading check."""
        self.scale_texts.append(text)
        return text

    def extent(self) -> tuple[float, float]:
        """The highest and lowest y drawn."""
        tops, bottoms = [0.0] * (not self.items), [0.0] * (not self.items)
        for item in self.items:
            if isinstance(item, Words):
                tops.append(item.y - ABOVE * item.size)
                bottoms.append(item.y + BELOW * item.size)
            else:
                reach = item.radius + item.thickness / 2
                tops += [y - reach for _, y in item.points]
                bottoms += [y + reach for _, y in item.points]
        return min(tops), max(bottoms)

    def svg(self, least_height: float = 0.0) -> tuple[bytes, float]:
        """The drawing as SVG and its height in points, never less than `least_height` (the room is shared)."""
        top, bottom = self.extent()
        height = max(bottom - top + 1, least_height, 1.0)
        top -= (height - (bottom - top)) / 2
        return _write(self.items, self.width, height, top), height


@lru_cache(maxsize=1)
def _settings() -> Any:
    """matplotlib's own defaults, whatever the user's matplotlibrc says, and what makes the bytes repeat."""
    import matplotlib

    rooms = ("path.", "svg.", "text.", "lines.", "patch.", "font.", "hatch.", "figure.", "savefig.")
    settings = {name: value for name, value in matplotlib.rcParamsDefault.items() if name.startswith(rooms)}
    return settings | {"svg.fonttype": "none", "svg.hashsalt": "reportgen"}


@lru_cache(maxsize=1)
def _words_artist() -> type:
    from matplotlib.text import Text

    class WordsArtist(Text):
        """Text whose place is known already: matplotlib need not find, open or measure a font."""

        def draw(self, renderer: Any) -> None:
            context = renderer.new_gc()
            context.set_foreground(self.get_color())
            x, y = self.get_transform().transform(self.get_unitless_position())
            renderer.draw_text(
                context, x, renderer.height - y, self.get_text(), self.get_fontproperties(), 0, False, self
            )
            context.restore()

    return WordsArtist


def _write(items: Sequence[Shape | Words], width_points: float, height: float, top: float) -> bytes:
    import matplotlib
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure
    from matplotlib.transforms import Affine2D

    with matplotlib.rc_context(_settings()):
        figure = Figure(figsize=(width_points / 72, height / 72), dpi=72, frameon=False)
        place = Affine2D().scale(1, -1).translate(0, height + top)
        for order, item in enumerate(items):
            artist = _artist(item, place)
            artist.set_zorder(order)
            figure.add_artist(artist)
        sheet = BytesIO()
        unsaid = dict.fromkeys(("Date", "Creator", "Format", "Type"))
        FigureCanvasSVG(figure).print_svg(sheet, metadata=unsaid)  # type: ignore[no-untyped-call]
    return _HEAD.sub(b"", sheet.getvalue())


def _artist(item: Shape | Words, place: Any) -> Any:
    from matplotlib.font_manager import FontProperties
    from matplotlib.lines import Line2D
    from matplotlib.patches import Circle, Polygon

    if isinstance(item, Words):
        font = FontProperties(family=FAMILY, size=item.size, weight=700 if item.bold else 400)
        return _words_artist()(
            item.x,
            item.y,
            item.text,
            fontproperties=font,
            color=item.color,
            ha=_ALIGN[item.anchor],
            va="baseline",
            parse_math=False,
            transform=place,
        )
    if item.radius:
        return Circle(
            item.points[0],
            item.radius,
            facecolor=item.fill,
            edgecolor=item.edge or "none",
            linewidth=item.thickness,
            transform=place,
        )
    if item.fill:
        return Polygon(
            item.points,
            closed=True,
            facecolor=item.fill,
            edgecolor=item.edge or "none",
            linewidth=item.thickness,
            transform=place,
            snap=False,
        )
    xs, ys = zip(*item.points, strict=True)
    return Line2D(
        xs,
        ys,
        color=item.edge,
        linewidth=item.thickness,
        dashes=(3, 2) if item.dashed else (None, None),
        solid_capstyle="butt",
        transform=place,
        snap=False,
    )
