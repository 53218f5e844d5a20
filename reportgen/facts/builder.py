"""Collects facts: one call a fact, nothing written for an empty denominator, no id twice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TypedDict, Unpack

from reportgen.errors import JobError
from reportgen.facts.fact import Fact
from reportgen.facts.metric import Metric


class Place(TypedDict, total=False):
    """Where a fact stands and which query brought it: the keyword arguments of `FactBuilder.add`."""

    at: str
    dimension: str
    segment: str
    against: str
    query: str


@dataclass
class FactBuilder:
    """Facts of one run in the making."""

    metrics: Mapping[str, Metric]
    period: str
    since: str
    facts: dict[str, Fact] = field(default_factory=dict)
    query_of: dict[str, str] = field(default_factory=dict)

    def add(
        self,
        metric: str,
        scope: str,
        num: int,
        den: int = 1,
        *,
        at: str = "period",
        dimension: str = "",
        segment: str = "",
        against: str = "",
        n: int | None = None,
        query: str = "",
    ) -> None:
        """Add `num / den`; a share over an empty base is no fact. `n` is the base, by default the denominator."""
        definition = self.metrics.get(metric)
        if definition is None:
            raise JobError(f"metric '{metric}' has no definition under config/metrics.")
        if den == 0:
            return
        if den < 0:
            num, den = -num, -den
        fact = Fact(
            scope,
            metric,
            self.since if at == "since" and not definition.flow else self.period,
            num,
            den,
            definition.unit,
            den if n is None else n,
            dimension,
            segment,
            against,
            self.since if definition.flow else "",
        )
        self.facts[fact.id] = fact
        if query:
            self.query_of.setdefault(metric, query)

    def add_fraction(self, metric: str, scope: str, value: Fraction, *, n: int, **place: Unpack[Place]) -> None:
        """Add an exact fraction (a measure that is computed whole)."""
        self.add(metric, scope, value.numerator, value.denominator, n=n, **place)
