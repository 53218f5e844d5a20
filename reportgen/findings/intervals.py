"""Intervals of the facts themselves: Wilson's for each share of customers, and what follows from it."""

from __future__ import annotations

from reportgen.facts.fact import Fact, Statistic
from reportgen.facts.table import FactSet
from reportgen.findings.statistics import wilson
from reportgen.period import Period

_GROWTH = frozenset({"customers_growth", "aum_growth", "aum_per_customer_growth"})
"""Ratios of a change to its opening: no part of a whole, so no share of customers."""


def share_intervals(facts: FactSet, scope: str) -> dict[str, Statistic]:
    """Fact id to the 95 % interval, for every share of customers of the scope.

    A share of customers has its base as denominator; shares of money and figures computed for the whole have no
    sampling interval. Monthly and annualised retention carry the retention rate's interval over.
    """
    found: dict[str, Statistic] = {}
    for fact in facts.of_scope(scope):
        if _of_customers(fact, facts):
            low, high = wilson(fact.num, fact.den)
            found[fact.id] = Statistic(low, high)
    return {**found, **_carried(facts, scope, found)}


def _of_customers(fact: Fact, facts: FactSet) -> bool:
    metric = facts.metrics.get(fact.metric)
    return (
        fact.unit == "share" and fact.den == fact.n and 0 <= fact.num <= fact.den
        and fact.metric not in _GROWTH and metric is not None and metric.additivity == "ratio"
    )


def _carried(facts: FactSet, scope: str, known: dict[str, Statistic]) -> dict[str, Statistic]:
    """Intervals of powers of the retention rate: a power keeps the order, so it maps the bounds."""
    retention = facts.find("retention_rate", scope=scope)
    interval = known.get(retention.id) if retention else None
    if interval is None or interval.low is None or interval.high is None:
        return {}
    months = Period.parse(facts.period).months_since(Period.parse(facts.since))
    if months <= 0:
        return {}
    monthly = interval.low ** (1 / months), interval.high ** (1 / months)
    yearly = interval.low ** (12 / months), interval.high ** (12 / months)
    carried = {
        "retention_monthly": monthly,
        "retention_annualised": yearly,
        "churn_annualised": (1 - yearly[1], 1 - yearly[0]),
    }
    pairs = ((facts.find(metric, scope=scope), bounds) for metric, bounds in carried.items())
    return {fact.id: Statistic(*bounds) for fact, bounds in pairs if fact is not None}
