"""What stands around every exhibit: its title, its notes, its source line."""

from __future__ import annotations

from collections.abc import Iterable

from reportgen.document.dates import period_words
from reportgen.document.draft import Draft
from reportgen.document.exhibits import Exhibit
from reportgen.document.model import Figure, Span, Table, Text
from reportgen.document.paragraph import paragraph, sentences
from reportgen.document.printed import facts_of
from reportgen.facts.fact import parse_fact_id
from reportgen.period import Period


def title(draft: Draft, name: str, fallback: str) -> Text:
    """The finding as a title (`<id>.title`), else a plain caption."""
    told = paragraph(draft, f"{name}.title")
    return told or (Span(draft.known(fallback)),)


def notes(
    draft: Draft, name: str, dates: Iterable[str], facts: Iterable[str] = (), course: tuple[str, str] | None = None
) -> tuple[Text, ...]:
    """Notes under an exhibit: where the numbers come from, then the exhibit's own (`<id>.note`).

    `facts` are the ids of what it prints: they tell which tables of the bank stand behind it. `course` is the first
    and the last period label of one that draws all between them.
    """
    source = _source(draft, set(dates), _roles(draft, facts), course)
    own = sentences(draft, f"{name}.note")
    return (*((source,) if source else ()), *own)


def _roles(draft: Draft, facts: Iterable[str]) -> list[str]:
    """Roles of the tables that the facts' metrics are made of, in the order in which the texts name them."""
    named = {parts["metric"] for parts in map(parse_fact_id, facts) if parts}
    known = (draft.facts.metrics.get(metric) for metric in named)
    needs = {need.partition(".")[0] for metric in known if metric is not None for need in metric.needs if "." in need}
    roles = (key.removeprefix("role.") for key in draft.texts.words if key.startswith("role."))
    return [role for role in roles if role in needs and role != "job"]


def _source(draft: Draft, dates: set[str], roles: list[str], course: tuple[str, str] | None) -> Text | None:
    """Snapshots are of days, events of periods; where only snapshots stand behind it, in the words of base."""
    gap = "、" if draft.locale == "zh-CN" else ", "
    what = gap.join(draft.word(f"role.{role}") for role in roles or ["snapshots"])
    if course is not None:
        first, last = (period_words(Period.parse(label), draft.locale) for label in course)
        return (Span(draft.phrase("source.course", what=what, first=first, last=last)),)
    if set(roles) <= {"snapshots"} and dates <= {"since", "period"}:
        both = "since" in dates and "period" in dates
        return paragraph(draft, "source.both" if both else "source.since" if "since" in dates else "source.period")
    order = [at for at in ("year_ago", "since", "previous", "period") if at in dates and draft.day(at) is not None]
    told = (draft.day_words(at) if "snapshots" in roles or not roles else draft.label_words(at) for at in order)
    when = gap.join(dict.fromkeys(one for one in told if one))
    return (Span(draft.phrase("source.roles", what=what, when=when)),)


def plain_title(draft: Draft, metric: str, dimension: str = "") -> str:
    """`客户数按年龄段`, `Customers by age`: the caption where no finding is told."""
    label = draft.metric_label(metric)
    if not dimension:
        return label
    name = draft.dimension_label(dimension)
    return f"{label}：按{name}" if draft.locale == "zh-CN" else f"{label} by {draft.inside(name)}"


def course_title(draft: Draft, metric: str, first: str, last: str, dimension: str = "") -> str:
    """`投诉件数按机构，2024年1月至2025年12月`: of a figure over periods, by their labels."""
    begin, end = (period_words(Period.parse(label), draft.locale) for label in (first, last))
    return draft.phrase("title.course", what=plain_title(draft, metric, dimension), first=begin, last=end)


def keep(draft: Draft, exhibit: Table | Figure) -> Table | Figure:
    """Make an exhibit known to the sentences and issues that refer to it."""
    draft.known(exhibit.number)
    draft.exhibits.keep(Exhibit(exhibit.anchor, exhibit.number, facts_of(exhibit)))
    return exhibit
