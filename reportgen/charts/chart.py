"""What a chart is given and what it gives back. Only `charts/` knows matplotlib."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True, slots=True)
class Mark:
    """One datum: a label, the value to draw, and the text printed beside it (already formatted)."""

    label: str
    value: float
    text: str
    fact: str = ""
    """Id of the fact drawn."""
    low: float | None = None
    high: float | None = None
    n: str = ""
    """Printed base, such as `n＝72`."""
    emphasis: bool = False
    role: Literal["", "total", "gain", "loss", "neutral"] = ""
    """Of a waterfall step; of a sankey's flow: loss leaves, gain and loss colour a move, total is the state's sum."""
    note: str = ""
    """A second line inside or under the mark."""


@dataclass(frozen=True, slots=True)
class Series:
    name: str
    marks: tuple[Mark, ...]
    role: Literal["", "ghost", "gain", "total"] = ""
    """ghost: a grey line to compare with (trend, small multiples); gain: a sankey's opening state of those newly
    come; total: the sums of a sankey's closing states."""


@dataclass(frozen=True, slots=True)
class ChartData:
    """A chart kind and its data, all words already in the report's language.

    Title, number, unit and source stand on the page, not in the drawing.
    """

    kind: str
    series: tuple[Series, ...]
    locale: str
    width_mm: float = 164.0
    height_mm: float | None = None
    """None lets the kind choose from the number of marks."""
    value_axis: str = ""
    """Unit word for the value axis, where one is drawn."""
    percent: bool = False
    """Values are fractions to be shown in %."""
    rule: float | None = None
    """A threshold or tier edge to mark."""
    rule_text: str = ""
    maximum: float | None = None
    """The largest value on a scale that several charts share; None lets the chart's own marks set it."""
    bracket: tuple[int, int, str] | None = None
    """Indexes of the first and last mark of a span to bracket, and its text."""
    row_labels: tuple[str, ...] = ()
    """Names of a heatmap's rows; all periods of a trend or of small multiples in order, so that a missing one is a
    gap; the order of a sankey's states."""
    alt: str = ""
    options: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Drawing:
    """A finished chart: an SVG whose text is text in the page's own fonts."""

    svg: bytes
    width_mm: float
    height_mm: float
    scale_texts: tuple[str, ...]
    """What the axes print (tick labels): known to the re-reading check, since they are no facts."""
