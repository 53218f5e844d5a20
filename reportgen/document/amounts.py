"""Customers without an amount: where nobody has one, a page says nothing of assets."""

from __future__ import annotations

from dataclasses import replace

from reportgen.facts.fact import Fact
from reportgen.facts.table import FactSet

_TOLD = "aum_missing"
"""How many have no amount is what the page then says."""


def with_amounts(facts: FactSet, scope: str) -> FactSet:
    """The facts without those of assets at a date where no customer of the scope has an amount.

    Sums over nobody are zero, which a page would print as if it were known. Flows of assets need both dates.
    """
    dates = {"since": facts.since, "period": facts.period}
    empty = {label for at, label in dates.items() if label and _nobody(facts, scope, at)}
    if not empty:
        return facts
    banded = {name for name, view in facts.dimensions.items() if view.column == "aum"}

    def told(fact: Fact) -> bool:
        if fact.metric == _TOLD or not (fact.since or fact.period in empty):
            return True
        metric = facts.metrics[fact.metric]
        crossed = {fact.dimension, fact.against.partition("=")[0]}
        return not (fact.unit in ("money", "money_per_customer") or crossed & banded or fact.metric.startswith("aum_")
                    or {"snapshots.aum", "job.tiers"} & set(metric.needs))

    return replace(facts, facts=tuple(fact for fact in facts.facts if told(fact)))


def _nobody(facts: FactSet, scope: str, at: str) -> bool:
    total, missing = (facts.find(metric, scope=scope, at=at) for metric in ("customers_total", "aum_missing"))
    return total is not None and missing is not None and 0 < total.num <= missing.num
