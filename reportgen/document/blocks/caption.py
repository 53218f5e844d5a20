"""What stands around every exhibit: its title, its notes, its source line."""

from __future__ import annotations

from collections.abc import Iterable

from reportgen.document.draft import Draft
from reportgen.document.exhibits import Exhibit
from reportgen.document.model import Figure, Span, Table, Text
from reportgen.document.paragraph import paragraph, sentences
from reportgen.document.printed import facts_of


def title(draft: Draft, name: str, fallback: str) -> Text:
    """The finding as a title (`<id>.title`), else a plain caption."""
    told = paragraph(draft, f"{name}.title")
    return told or (Span(draft.known(fallback)),)


def notes(draft: Draft, name: str, dates: Iterable[str]) -> tuple[Text, ...]:
    """Notes under an exhibit: where the numbers come from, then the exhibit's own (`<id>.note`)."""
    asked = set(dates)
    both = "since" in asked and "period" in asked
    source = paragraph(draft, "source.both" if both else "source.since" if "since" in asked else "source.period")
    own = sentences(draft, f"{name}.note")
    return (*((source,) if source else ()), *own)


def plain_title(draft: Draft, metric: str, dimension: str = "") -> str:
    """`客户数按年龄段`, `Customers by age`: the caption where no finding is told."""
    label = draft.metric_label(metric)
    if not dimension:
        return label
    name = draft.dimension_label(dimension)
    return f"{label}：按{name}" if draft.locale == "zh-CN" else f"{label} by {name[:1].lower()}{name[1:]}"


def keep(draft: Draft, exhibit: Table | Figure) -> Table | Figure:
    """Make an exhibit known to the sentences and issues that refer to it."""
    draft.known(exhibit.number)
    draft.exhibits.keep(Exhibit(exhibit.anchor, exhibit.number, facts_of(exhibit)))
    return exhibit
