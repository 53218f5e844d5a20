"""Collects facts: one call a fact, nothing written for an empty denominator, no id twice."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
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
    openings: Mapping[str, str] = field(default_factory=dict)
    """Label of an earlier period to the label of its own opening, for flows of the past."""
    facts: dict[str, Fact] = field(default_factory=dict)
    query_of: dict[str, str] = field(default_factory=dict)

    _declared: frozenset[str] | None = None
    _asked: frozenset[str] | None = None

    @contextmanager
    def only(self, declared: Iterable[str], asked: frozenset[str] | None) -> Iterator[None]:
        """While a measure runs: it may add the metrics it declares, of which those asked for are kept."""
        self._declared, self._asked = frozenset(declared), asked
        try:
            yield
        finally:
            self._declared = self._asked = None

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
        """Add `num / den`; a share over an empty base is no fact. `n` is the base, by default the denominator.

        `at` is `period`, `since` or the label of an earlier period.
        """
        if self._declared is not None and metric not in self._declared:
            raise ValueError(f"a measure publishes {metric}, which its entry in MEASURES does not name")
        if self._asked is not None and metric not in self._asked:
            return
        definition = self.metrics.get(metric)
        if definition is None:
            raise JobError(f"metric '{metric}' has no definition under config/metrics.")
        if den == 0:
            return
        if den < 0:
            num, den = -num, -den
        label = {"period": self.period, "since": self.period if definition.flow else self.since}.get(at, at)
        since = self.since if label == self.period else self.openings.get(label, "")
        fact = Fact(
            scope,
            metric,
            label,
            num,
            den,
            definition.unit,
            den if n is None else n,
            dimension,
            segment,
            against,
            since if definition.flow else "",
        )
        self.facts[fact.id] = fact
        if query:
            usual = self.query_of.setdefault(metric, query)
            if query != usual and label != self.period and (definition.flow or label != self.since):
                self.query_of[f"{metric}@{label}"] = query

    def add_fraction(self, metric: str, scope: str, value: Fraction, *, n: int, **place: Unpack[Place]) -> None:
        """Add an exact fraction (a measure that is computed whole)."""
        self.add(metric, scope, value.numerator, value.denominator, n=n, **place)
