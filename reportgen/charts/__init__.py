"""Charts: from formatted marks to an SVG whose text is text. matplotlib lives only here.

    drawing = draw(ChartData("bars", (Series("", marks),), "zh-CN", width_mm=79.0))

A kind is one file with one function and one line in KINDS; what it reads of `ChartData` stands in its docstring.
"""

from __future__ import annotations

from reportgen.charts.bars import draw_bars
from reportgen.charts.canvas import ABOVE, Canvas
from reportgen.charts.chart import ChartData, Drawing, Mark, Series
from reportgen.charts.check import check
from reportgen.charts.dumbbell import draw_dumbbell
from reportgen.charts.funnel import draw_funnel
from reportgen.charts.gap_strip import draw_gap_strip
from reportgen.charts.heatmap import draw_heatmap
from reportgen.charts.histogram import draw_histogram
from reportgen.charts.interval import draw_interval
from reportgen.charts.lorenz import draw_lorenz
from reportgen.charts.pyramid import draw_pyramid
from reportgen.charts.sankey import draw_sankey
from reportgen.charts.share_bars import draw_share_bars
from reportgen.charts.slope import draw_slope
from reportgen.charts.small_multiples import draw_small_multiples
from reportgen.charts.spark import draw_spark
from reportgen.charts.style import LABEL, MUTED, POINTS_PER_MM
from reportgen.charts.trend import draw_trend
from reportgen.charts.waterfall import draw_waterfall
from reportgen.errors import Problem, TemplateError, nearest
from reportgen.protocols import Chart

__all__ = ["KINDS", "ChartData", "Drawing", "Mark", "Series", "draw"]

KINDS: dict[str, Chart] = {
    "bars": draw_bars,
    "dumbbell": draw_dumbbell,
    "funnel": draw_funnel,
    "gap_strip": draw_gap_strip,
    "heatmap": draw_heatmap,
    "histogram": draw_histogram,
    "interval": draw_interval,
    "lorenz": draw_lorenz,
    "pyramid": draw_pyramid,
    "sankey": draw_sankey,
    "share_bars": draw_share_bars,
    "slope": draw_slope,
    "small_multiples": draw_small_multiples,
    "spark": draw_spark,
    "trend": draw_trend,
    "waterfall": draw_waterfall,
}


def draw(data: ChartData) -> Drawing:
    """Draws one chart; the same data give the same bytes in every process.

    Raises `TemplateError` for an unknown kind, and for data a kind cannot draw honestly. Without any mark the
    drawing is a dash.
    """
    kind = KINDS.get(data.kind)
    if kind is None:
        raise TemplateError(
            Problem("chart", f"there is no kind {data.kind!r}.{nearest(data.kind, sorted(KINDS))}"),
            state="No chart was drawn.",
            hint=f"Known kinds: {', '.join(sorted(KINDS))}.",
        )
    check(data)
    canvas = Canvas(data.width_mm * POINTS_PER_MM)
    if any(series.marks for series in data.series):
        kind(data, canvas)
    else:
        canvas.words(canvas.width / 2, ABOVE * LABEL, "—", color=MUTED, anchor="middle")
    svg, height = canvas.svg((data.height_mm or 0.0) * POINTS_PER_MM)
    return Drawing(svg, data.width_mm, height / POINTS_PER_MM, tuple(dict.fromkeys(canvas.scale_texts)))
