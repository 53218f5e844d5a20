"""A figure over the periods held: one line a metric, or a segment, with the year before in grey."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction

from reportgen.charts.chart import ChartData, Mark, Series
from reportgen.document.blocks.asked import threshold
from reportgen.document.blocks.caption import course_title
from reportgen.document.blocks.figure import figure
from reportgen.document.blocks.selector import find, is_flow
from reportgen.document.draft import Draft
from reportgen.document.model import Figure
from reportgen.document.movement import span
from reportgen.document.numbers import Measure
from reportgen.document.report import ChartBlock
from reportgen.document.scene import UNKNOWN
from reportgen.document.sentence import Slot, slot
from reportgen.facts.fact import Fact
from reportgen.period import Period

LEAST = 3
"""A course of fewer periods is a table."""
MOST_LINES = 6

Course = dict[str, Fact]
"""Period label to the fact."""


def trend_figure(draft: Draft, block: ChartBlock) -> Figure | None:
    lines = _lines(draft, block)
    unit = next((fact.unit for _, course in lines for fact in course.values()), None)
    lines = [(name, course) for name, course in lines if all(fact.unit == unit for fact in course.values())]
    labels = periods(draft, block, (course for _, course in lines))
    lines = [(name, course) for name, course in lines if len(course.keys() & set(labels)) >= LEAST][:MOST_LINES]
    if not lines:
        return None
    behind = year_before(labels, lines[0][1]) if block.ghost and len(lines) == 1 else {}
    behind = behind if len(behind) >= LEAST else {}
    shown = [course[label] for _, course in lines for label in labels if label in course]
    measure = draft.printer.column(draft.printer.unit(shown[0]), [fact.value for fact in (*shown, *behind.values())])
    series = [Series(name if len(lines) > 1 or behind else "", marks(draft, course, labels, measure))
              for name, course in lines]
    if behind:
        series.append(Series(draft.word("at.year_ago"), marks(draft, behind, labels, measure), "ghost"))
    edge, words = threshold(draft, block)
    data = ChartData(
        "trend", tuple(series), draft.locale, row_labels=labels,
        rule=float(edge / measure.divisor) if edge is not None else None, rule_text=words,
    )
    asked = slot(block.metrics[0])
    caption = course_title(draft, asked.name, labels[0], labels[-1], block.by or "")
    return figure(draft, block.id, data, caption=caption, unit=measure.head, dates=("period",), half=block.half,
                  course=(labels[0], labels[-1]))


def _lines(draft: Draft, block: ChartBlock) -> list[tuple[str, Course]]:
    """Each line's name and its facts by period."""
    if block.by is None:
        return [(draft.metric_label(one.name), course_of(draft, one)) for one in map(slot, block.metrics)]
    view, asked = draft.dimension(block.by), slot(block.metrics[0])
    segments = [one.id for one in view.segments if one.id not in (*block.skip, *UNKNOWN)] if view else []
    return [(draft.label(block.by, one), course_of(draft, asked, block.by, one)) for one in segments]


def course_of(draft: Draft, asked: Slot, dimension: str = "", segment: str = "") -> Course:
    """The facts of a selector over the history; flows of another length than this period's are left out."""
    found = (find(draft, asked, at=label, dimension=dimension, segment=segment) for label in draft.facts.history)
    facts = [fact for fact in found if fact is not None]
    if is_flow(draft, asked.name) and facts:
        facts = [fact for fact in facts if span(fact) == span(facts[-1])]
    return {fact.period: fact for fact in facts}


def periods(draft: Draft, block: ChartBlock, courses: Iterable[Course]) -> tuple[str, ...]:
    """All periods from the first that any course has to the last, held or not, or the block's latest of them.

    With a ghost only the latest year is drawn where the year before it is held.
    """
    known = {label for course in courses for label in course}
    if not known:
        return ()
    last = draft.context.period
    first = min((Period.parse(label) for label in known), key=lambda one: one.start)
    labels = [last.label]
    while last.start > first.start:
        last = last.previous()
        labels.insert(0, last.label)
    if block.last:
        return tuple(labels[-block.last:])
    if block.ghost == "year_ago":
        year = _per_year(draft)
        if len(labels) > year + 1:
            return tuple(labels[-(year + 1):])
    return tuple(labels)


def _per_year(draft: Draft) -> int:
    return {"month": 12, "quarter": 4, "year": 1, "day": 365}[draft.context.period.kind]


def year_before(labels: Sequence[str], course: Course) -> Course:
    """The facts of a year before, by the label of the period they are laid over."""
    before = {label: Period.parse(label).year_ago().label for label in labels}
    return {label: course[old] for label, old in before.items() if old in course}


def marks(
    draft: Draft, course: Course, labels: Sequence[str], measure: Measure, *, stressed: bool = False
) -> tuple[Mark, ...]:
    """The course's marks in the order of the periods; the last one is stressed where the line is."""
    held = [label for label in labels if label in course]
    return tuple(
        Mark(label, float(Fraction(course[label].value) / measure.divisor),
             measure.text(course[label].value, draft.printer.rounding), draft.cite(course[label]),
             emphasis=stressed and label == held[-1])
        for label in held
    )
