"""Plan beside actual: the target of a metric and how much of it is reached, where the bank supplies targets."""

from __future__ import annotations

from reportgen.document.draft import Draft
from reportgen.document.model import Span, Text
from reportgen.facts.fact import Fact

DIMENSION = "metric"
"""Plans stand under the id of the metric they are for."""
AIM, ATTAINED, ELAPSED = "target_value_", "target_attainment", "target_elapsed"


def plan_of(draft: Draft, metric: str) -> tuple[Fact | None, Fact | None]:
    """The plan for a metric and its attainment, as far as the facts hold them."""
    aims = (draft.find(name, dimension=DIMENSION, segment=metric) for name in draft.facts.metrics
            if name.startswith(AIM))
    aim = next((one for one in aims if one is not None), None)
    return aim, draft.find(ATTAINED, dimension=DIMENSION, segment=metric)


def plan_line(draft: Draft, metric: str) -> Text:
    """`计划5.2亿元，完成98.3%`, `plan CNY 520.00 million, 98.3% attained`; how much of a longer plan's time is over.

    Empty where there is no plan.
    """
    aim, reached = plan_of(draft, metric)
    if aim is None:
        return ()
    line: list[Span] = [Span(draft.word("kpi.plan")), draft.value(aim)]
    if reached is not None:
        line += [Span(draft.word("kpi.attained")), draft.value(reached), Span(draft.word("kpi.attained_end"))]
    elapsed = draft.find(ELAPSED, dimension=DIMENSION, segment=metric)
    if elapsed is not None and elapsed.value != 1:
        line += [Span(draft.word("kpi.elapsed")), draft.value(elapsed), Span(draft.word("kpi.elapsed_end"))]
    return tuple(line)
