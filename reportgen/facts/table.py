"""The fact store: everything a report may print of one run, and the only thing it reads.

`FactSet` is the waist of the program. It holds no customer rows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from reportgen.facts.fact import Fact, Statistic, fact_id
from reportgen.facts.metric import Metric
from reportgen.facts.segment import DimensionView
from reportgen.frames.quality import QualityResult
from reportgen.sources.origin import Origin


@dataclass(frozen=True, slots=True)
class Omission:
    """Something this bank's data cannot carry, said instead of left out in silence."""

    subject: str
    """What is left out: a metric, rule, block or section id."""
    needs: tuple[str, ...]
    """`role.column` (or `two dates`) that would open it."""


@dataclass(frozen=True, slots=True)
class Default:
    """A setting the job did not state and the run supplied, named in the appendix."""

    key: str
    value: str


@dataclass(frozen=True)
class FactSet:
    """Facts of one run with what is needed to read them."""

    period: str
    since: str
    """Label of the opening, empty where the job compares nothing."""
    as_of: str
    """ISO date of the closing snapshot."""
    since_as_of: str
    """ISO date of the opening snapshot, empty for none."""
    currency: str
    facts: tuple[Fact, ...]
    dimensions: Mapping[str, DimensionView]
    metrics: Mapping[str, Metric]
    statistics: Mapping[str, Statistic] = field(default_factory=dict)
    origins: tuple[Origin, ...] = ()
    quality: tuple[QualityResult, ...] = ()
    omissions: tuple[Omission, ...] = ()
    defaults: tuple[Default, ...] = ()
    queries: Mapping[str, str] = field(default_factory=dict)
    """Query name to the SQL that ran; `Fact`s of a metric name theirs through `query_of`."""
    query_of: Mapping[str, str] = field(default_factory=dict)
    """Metric id to the name of the query its facts came from."""

    def __post_init__(self) -> None:
        index: dict[str, Fact] = {}
        for fact in self.facts:
            if fact.id in index:
                raise ValueError(f"two facts have the id {fact.id}")
            index[fact.id] = fact
        object.__setattr__(self, "_index", index)

    _index: dict[str, Fact] = field(init=False, repr=False, compare=False, default_factory=dict)

    def get(self, fact_id_text: str) -> Fact | None:
        """The fact of that id, or None."""
        return self._index.get(fact_id_text)

    def find(
        self,
        metric: str,
        *,
        scope: str = "bank",
        at: str = "period",
        dimension: str = "",
        segment: str = "",
        against: str = "",
    ) -> Fact | None:
        """The fact of a metric at `at` (`period` or `since`); flows carry their opening by themselves."""
        definition = self.metrics.get(metric)
        if definition is None or (at == "since" and not self.since):
            return None
        flow = definition.flow
        period = self.since if at == "since" and not flow else self.period
        return self._index.get(fact_id(scope, metric, period, dimension, segment, against, self.since if flow else ""))

    def segments(
        self, metric: str, dimension: str, *, scope: str = "bank", at: str = "period", against: str = ""
    ) -> list[Fact]:
        """The facts of a metric across a dimension's segments, in the dimension's order; absent ones left out."""
        view = self.dimensions.get(dimension)
        found = (
            self.find(metric, scope=scope, at=at, dimension=dimension, segment=segment.id, against=against)
            for segment in (view.segments if view else ())
        )
        return [fact for fact in found if fact is not None]

    def statistic(self, fact: Fact) -> Statistic:
        return self.statistics.get(fact.id, Statistic())

    def scopes(self) -> list[str]:
        """`bank` first, then regions and branches in order."""
        return sorted({fact.scope for fact in self.facts}, key=lambda scope: (scope != "bank", scope))

    def of_scope(self, scope: str) -> Iterator[Fact]:
        return (fact for fact in self.facts if fact.scope == scope)

    def with_statistics(self, more: Mapping[str, Statistic]) -> FactSet:
        from dataclasses import replace

        return replace(self, statistics={**self.statistics, **more})
