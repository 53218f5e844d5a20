"""One small course for each segment, all on one scale: which branch goes its own way."""

from __future__ import annotations

from reportgen.charts.chart import ChartData, Series
from reportgen.document.blocks.asked import threshold
from reportgen.document.blocks.caption import course_title
from reportgen.document.blocks.figure import figure
from reportgen.document.blocks.trend import LEAST, course_of, marks, periods
from reportgen.document.draft import Draft
from reportgen.document.model import Figure
from reportgen.document.report import ChartBlock
from reportgen.document.scene import UNKNOWN
from reportgen.document.sentence import slot
from reportgen.facts.fact import parse_fact_id

MOST_PANELS = 30


def multiples_figure(draft: Draft, block: ChartBlock) -> Figure | None:
    """Panels in the dimension's order, or by the latest value; those that findings judge on the metric stand out."""
    asked, view = slot(block.metrics[0]), draft.dimension(block.by or "")
    if view is None:
        return None
    courses = {one.id: course_of(draft, asked, view.id, one.id) for one in view.segments
               if one.id not in (*block.skip, *UNKNOWN)}
    labels = periods(draft, block, courses.values())
    courses = {name: course for name, course in courses.items() if len(course.keys() & set(labels)) >= LEAST}
    if block.sort is not None:
        last = {name: next(course[label].value for label in reversed(labels) if label in course)
                for name, course in courses.items()}
        courses = dict(sorted(courses.items(), key=lambda one: last[one[0]] * (1 if block.sort == "asc" else -1)))
    courses = dict(list(courses.items())[: min(block.limit or MOST_PANELS, MOST_PANELS)])
    if len(courses) < 2:
        return None
    whole = course_of(draft, asked) if block.ghost == "whole" else {}
    values = [course[label] for course in (*courses.values(), whole) for label in labels if label in course]
    measure = draft.printer.column(draft.printer.unit(values[0]), [fact.value for fact in values])
    judged = _judged(draft, asked.name, view.id)
    series = [Series(draft.label(view.id, name), marks(draft, course, labels, measure, stressed=name in judged))
              for name, course in courses.items()]
    if whole:
        series.append(Series(draft.word("whole"), marks(draft, whole, labels, measure), "ghost"))
    edge, words = threshold(draft, block)
    data = ChartData(
        "small_multiples", tuple(series), draft.locale, row_labels=labels, options={"panel": block.panel},
        rule=float(edge / measure.divisor) if edge is not None else None, rule_text=words,
    )
    caption = course_title(draft, asked.name, labels[0], labels[-1], view.id)
    return figure(draft, block.id, data, caption=caption, unit=measure.head, dates=("period",), half=block.half,
                  course=(labels[0], labels[-1]))


def _judged(draft: Draft, metric: str, dimension: str) -> set[str]:
    """Segments about which a finding rests on the metric."""
    found = set()
    for one in draft.findings.findings:
        parts = parse_fact_id(one.fact) or {}
        if one.dimension == dimension and (parts.get("metric") == metric or one.against == f"attribute={metric}"):
            found.add(one.segment)
    return found
