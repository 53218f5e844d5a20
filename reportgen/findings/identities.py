"""Sums that must come out exactly: the bridge closes, bands add up, branches make the bank."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from reportgen.facts.fact import Fact
from reportgen.facts.table import FactSet

BRIDGES = ("customers_bridge", "aum_bridge")
PARTED = ("customers_total", "aum_point")
"""Stocks that every partition of the customers must add up to."""
SPATIAL = ("branch", "region")
LEAVES_OUT = frozenset({"rm"})
"""Dimensions that may leave customers out: not everybody has a manager."""


@dataclass(frozen=True, slots=True)
class Identity:
    """One sum: `whole` as the facts have it, and what its parts add up to."""

    whole: Fact
    parts: int

    @property
    def holds(self) -> bool:
        return self.whole.den == 1 and self.whole.num == self.parts


def identities(facts: FactSet, scope: str) -> tuple[Identity, ...]:
    """Every identity the facts of a scope allow to check."""
    return (*_bridges(facts, scope), *_partitions(facts, scope), *_branches(facts, scope))


def _bridges(facts: FactSet, scope: str) -> Iterator[Identity]:
    """Opening and all signed steps make the closing step."""
    for metric in BRIDGES:
        steps = {fact.segment: fact for fact in facts.of_scope(scope)
                 if fact.metric == metric and fact.dimension == "step" and not fact.against}
        closing = steps.pop("closing", None)
        if closing and steps:
            yield Identity(closing, sum(fact.num for fact in steps.values()))


def _partitions(facts: FactSet, scope: str) -> Iterator[Identity]:
    """Segments of a dimension in which each customer stands once make the whole, at either date."""
    for metric in PARTED:
        for at in ("since", "period") if facts.since else ("period",):
            whole = facts.find(metric, scope=scope, at=at)
            for name, view in facts.dimensions.items():
                parts = facts.segments(metric, name, scope=scope, at=at)
                if whole and parts and view.partition and name not in LEAVES_OUT:
                    yield Identity(whole, sum(fact.num for fact in parts))


def _branches(facts: FactSet, scope: str) -> Iterator[Identity]:
    """Stocks of all branches make the bank's; flows do not, since a customer may change branch."""
    if scope != "bank":
        return
    sums: dict[tuple[str, ...], int] = defaultdict(int)
    for fact in facts.facts:
        if fact.scope.startswith("branch:") and _adds_up(fact, facts):
            sums[_cell(fact)] += fact.num
    if not sums:
        return
    for fact in facts.of_scope("bank"):
        if _adds_up(fact, facts):
            yield Identity(fact, sums.get(_cell(fact), 0))


def _adds_up(fact: Fact, facts: FactSet) -> bool:
    """Whether branches must make the bank: stocks of customers and money, cut by what a branch can be cut by.

    Counts of cases may stand with the bank alone: an outage, a forum of the head office.
    """
    metric, view = facts.metrics.get(fact.metric), facts.dimensions.get(fact.dimension)
    if metric is None or metric.additivity != "additive" or metric.flow or metric.unit not in ("customers", "money"):
        return False
    return view is None or not (view.spatial or fact.dimension in SPATIAL)


def _cell(fact: Fact) -> tuple[str, ...]:
    return fact.metric, fact.period, fact.dimension, fact.segment, fact.against
