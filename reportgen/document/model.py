"""The document model: what a report says, before anyone decides how it looks.

This is the template's contract. A template may use these fields and nothing else; every number in them is
already formatted text, tied to its fact by `Span.fact`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from reportgen.charts.chart import ChartData, Drawing


@dataclass(frozen=True, slots=True)
class Span:
    """A run of text. With `fact` it is a printed number; with `href` a link inside the document."""

    text: str
    fact: str = ""
    href: str = ""
    strong: bool = False
    tone: Literal["", "good", "bad", "muted"] = ""


Text = tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Running text. `role` is body (indented), lead, headline or note (small, under an exhibit)."""

    text: Text
    role: Literal["body", "lead", "headline", "note", "term"] = "body"
    block: Literal["paragraph"] = "paragraph"


@dataclass(frozen=True, slots=True)
class Column:
    label: str
    align: Literal["left", "right", "center"] = "right"
    width: float = 1.0
    """Relative width."""
    group: str = ""
    """A spanning head above this and its neighbours of the same group."""


@dataclass(frozen=True, slots=True)
class Row:
    cells: tuple[Text, ...]
    role: Literal["", "total", "of_which", "section"] = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A three-line table. `number` is `表1` / `Table 1`, `anchor` its link target."""

    anchor: str
    number: str
    title: Text
    unit: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    notes: tuple[Text, ...] = ()
    more: tuple[Row, ...] = ()
    """Rows that the page has no room for: the workbook holds them after `rows`, before a total."""
    block: Literal["table"] = "table"


@dataclass(frozen=True, slots=True)
class Figure:
    """A chart with its number, title (the finding), unit, notes and text alternative."""

    anchor: str
    number: str
    title: Text
    unit: str
    data: ChartData
    notes: tuple[Text, ...] = ()
    half: bool = False
    """Two half-width figures in a row stand side by side."""
    drawing: Drawing | None = None
    """Filled by the charts stage; None until then."""
    block: Literal["figure"] = "figure"


@dataclass(frozen=True, slots=True)
class Spark:
    """A small course beside a figure, without words of its own."""

    data: ChartData
    drawing: Drawing | None = None
    """Filled by the charts stage; None until then."""


@dataclass(frozen=True, slots=True)
class Tile:
    """One KPI: label, value and its changes as short texts with a direction."""

    label: str
    value: Text
    unit: str
    changes: tuple[Text, ...] = ()
    spark: Spark | None = None
    plan: Text = ()
    """The plan and how much of it is reached; empty where there is none."""


@dataclass(frozen=True, slots=True)
class Tiles:
    tiles: tuple[Tile, ...]
    block: Literal["tiles"] = "tiles"


@dataclass(frozen=True, slots=True)
class Issue:
    """A finding as the page tells it."""

    anchor: str
    number: str
    severity: str
    severity_label: str
    title: Text
    text: Text
    evidence: Text
    """Value, threshold, n, interval, q in one line."""
    rule: str
    exhibits: Text
    """Links to the tables and figures that show it."""
    tag: str = ""
    """What became of it since the last edition: 新增, 延续第3期, 恶化, 好转; empty where there is none."""


@dataclass(frozen=True, slots=True)
class Issues:
    issues: tuple[Issue, ...]
    style: Literal["brief", "full"] = "full"
    """brief: on the summary page; full: in the issues section."""
    empty: str = ""
    """The sentence where no rule fired."""
    block: Literal["issues"] = "issues"


@dataclass(frozen=True, slots=True)
class Action:
    """A suggestion: what to do, for which issue, by whom, until when, and how it will be checked."""

    anchor: str
    number: str
    title: Text
    text: Text
    cites: Text
    owner: str
    due: str
    check: Text
    because: Text = ()
    """Why it is suggested where no issue is behind it: the evidence about the segment."""


@dataclass(frozen=True, slots=True)
class Actions:
    actions: tuple[Action, ...]
    style: Literal["brief", "full"] = "full"
    empty: str = ""
    block: Literal["actions"] = "actions"


@dataclass(frozen=True, slots=True)
class Remark:
    """A signed comment of the unit's head: words of a person, set apart from what the program says."""

    title: str
    text: tuple[Text, ...]
    """Paragraphs."""
    signed: str
    date: str
    block: Literal["comment"] = "comment"


@dataclass(frozen=True, slots=True)
class PageBreak:
    block: Literal["page-break"] = "page-break"


@dataclass(frozen=True, slots=True)
class Seal:
    """The verification page: edition id, digests, and a QR code as SVG."""

    rows: tuple[tuple[str, str], ...]
    qr_svg: str
    text: Text
    block: Literal["seal"] = "seal"


Block = Paragraph | Table | Figure | Tiles | Issues | Actions | Remark | PageBreak | Seal


@dataclass(frozen=True, slots=True)
class Section:
    """A numbered part of the report. `level` 1 or 2; `number` is `一、` or `（一）`, `1` or `1.1` in English."""

    id: str
    anchor: str
    number: str
    title: str
    blocks: tuple[Block, ...]
    level: Literal[1, 2] = 1
    subtitle: str = ""
    new_page: bool = False
    running_title: str = ""


@dataclass(frozen=True, slots=True)
class Cover:
    organisation: str
    department: str
    title: str
    title_lines: tuple[str, ...]
    """The title broken by sense."""
    period: str
    comparison: str
    classification: str
    facts: tuple[tuple[str, str], ...]
    """Label and value pairs at the cover's foot."""


@dataclass(frozen=True)
class Document:
    """A whole report in one language for one scope."""

    report: str
    job: str
    period: str
    scope: str
    edition: str
    """r01, r02 …"""
    locale: str
    theme: str
    cover: Cover
    sections: tuple[Section, ...]
    footer: tuple[str, str]
    """Left text and classification at the foot of each page."""
    contents_title: str
    continued: str
    """续表 / (continued)"""
    numerals: frozenset[str] = field(default_factory=frozenset)
    """Every numeral the model may print that is no fact: section and exhibit numbers, dates, segment labels,
    thresholds, digests. The re-reading check accepts these and the facts' own, nothing else."""
    cited: frozenset[str] = field(default_factory=frozenset)
    """Ids of all facts the text, tables and charts print."""
