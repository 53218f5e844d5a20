"""The fact store: everything a report may print of one run, and the only thing it reads.

`FactSet` is the waist of the program. It holds no customer rows.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace

from reportgen.facts.fact import Fact, Statistic, fact_id, parse_fact_id
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
    history: tuple[str, ...] = ()
    """Labels of the periods of which there are facts, oldest first, this one last; gaps where none was held."""
    previous: str = ""
    """Label of the period before (环比), empty where it is not held."""
    year_ago: str = ""
    """Label of the same period a year before (同比), empty where it is not held."""
    openings: Mapping[str, str] = field(default_factory=dict)
    """Label of an earlier period to the opening its flows count from."""
    units: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Scope to its name by locale."""
    regions: Mapping[str, str] = field(default_factory=dict)
    """Branch scope to the scope of its region."""
    queries: Mapping[str, str] = field(default_factory=dict)
    """Query name to the SQL that ran; `Fact`s of a metric name theirs through `query_of`."""
    query_of: Mapping[str, str] = field(default_factory=dict)
    """Metric id to the name of the query its facts came from; `metric@label` where an earlier period's is another."""
    suppressed: tuple[str, ...] = ()
    """Ids of the figures withheld because few customers stand behind them or would show: sorted, without a value."""

    def __post_init__(self) -> None:
        index: dict[str, Fact] = {}
        for fact in self.facts:
            if fact.id in index:
                raise ValueError(f"two facts have the id {fact.id}")
            index[fact.id] = fact
        object.__setattr__(self, "_index", index)
        object.__setattr__(self, "_withheld", {name: _parts(name) for name in self.suppressed})
        if known := self._withheld.keys() & index.keys():
            raise ValueError(f"withheld and yet told: {min(known)}")

    _index: dict[str, Fact] = field(init=False, repr=False, compare=False, default_factory=dict)
    _withheld: dict[str, dict[str, str]] = field(init=False, repr=False, compare=False, default_factory=dict)

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
        """The fact of a metric at `at`: `period`, `since`, `previous`, `year_ago` or a label of `history`.

        Flows carry their opening by themselves; their `since` is the whole way from there to the period.
        """
        name = self._name(metric, scope, at, dimension, segment, against)
        return self._index.get(name) if name else None

    def withheld(
        self,
        metric: str,
        *,
        scope: str = "bank",
        at: str = "period",
        dimension: str = "",
        segment: str = "",
        against: str = "",
    ) -> bool:
        """Whether the fact that `find` would find is there and withheld."""
        return bool(self.suppressed) and self._name(metric, scope, at, dimension, segment, against) in self._withheld

    def is_withheld(self, name: str) -> bool:
        """Whether a fact of that id is withheld, by itself or as a cell of a table that is withheld whole."""
        parts = parse_fact_id(name) if self.suppressed else None
        if parts is None or name in self._withheld:
            return name in self._withheld
        whole = fact_id(parts["scope"], parts["metric"], parts["period"], since=parts["since"])
        return bool(parts["against"]) and whole in self._withheld

    def _name(self, metric: str, scope: str, at: str, dimension: str, segment: str, against: str) -> str:
        """The id a fact would have; empty where this run has no such date or metric."""
        definition = self.metrics.get(metric)
        label = self.label(at)
        if definition is None or not label:
            return ""
        if not definition.flow:
            return fact_id(scope, metric, label, dimension, segment, against)
        if at == "since":
            label = self.period
        since = self.since if label == self.period else self.openings.get(label, "")
        return fact_id(scope, metric, label, dimension, segment, against, since) if since else ""

    def label(self, at: str) -> str:
        """The period label that `at` means; empty where this run has none."""
        known = {"period": self.period, "since": self.since, "previous": self.previous, "year_ago": self.year_ago}
        return known.get(at, at)

    def series(
        self, metric: str, *, scope: str = "bank", dimension: str = "", segment: str = "", against: str = ""
    ) -> list[Fact]:
        """The facts of a metric over `history`, oldest first; periods without one left out."""
        found = (
            self.find(metric, scope=scope, at=label, dimension=dimension, segment=segment, against=against)
            for label in self.history
        )
        return [fact for fact in found if fact is not None]

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

    def seen_from(self, scope: str, compared: Collection[str] = ()) -> FactSet:
        """What a scope's report may know: its own facts and, of the metrics `compared`, averages above it.

        Averages are ratios and measures computed whole of its region and the bank, never cut by branch, region or
        manager; sums of others are none. No other unit's facts, names or segments are left in it.
        """
        if scope == "bank":
            return self
        above = {"bank", self.regions.get(scope, "bank")}
        whose = {name for name, one in self.dimensions.items() if one.spatial or one.column == "rm_id"}
        facts = tuple(
            one for one in self.facts
            if one.scope == scope
            or (one.scope in above and one.metric in compared and one.dimension not in whose
                and self.metrics[one.metric].additivity != "additive")
        )
        withheld = tuple(
            name for name, one in ((name, self.place_of(name)) for name in self.suppressed)
            if one["scope"] == scope
            or (one["scope"] in above and one["metric"] in compared and one["dimension"] not in whose
                and self.metrics[one["metric"]].additivity != "additive")
        )
        mine = {(one.dimension, one.segment) for one in facts if one.scope == scope}
        mine |= {(one["dimension"], one["segment"]) for one in map(self.place_of, withheld) if one["scope"] == scope}
        dimensions = {
            name: replace(one, segments=tuple(part for part in one.segments if (name, part.id) in mine))
            if name in whose else one
            for name, one in self.dimensions.items()
        }
        names = {one: words for one, words in self.units.items() if one in {scope, *above}}
        regions = {one: region for one, region in self.regions.items() if scope in (one, region)}
        return replace(self, facts=facts, dimensions=dimensions, units=names, regions=regions, suppressed=withheld)

    def place_of(self, name: str) -> dict[str, str]:
        """The parts of a withheld figure's id: scope, metric, dimension, segment, against, since, period."""
        return self._withheld[name]

    def told_in(self, scope: str) -> tuple[str, ...]:
        """The scopes whose facts an edition of `scope` carries: the bank's its own, a unit's all that it sees."""
        return ("bank",) if scope == "bank" else tuple(self.scopes())

    def of_scope(self, scope: str) -> Iterator[Fact]:
        return (fact for fact in self.facts if fact.scope == scope)

    def with_statistics(self, more: Mapping[str, Statistic]) -> FactSet:
        return replace(self, statistics={**self.statistics, **more})


def _parts(name: str) -> dict[str, str]:
    parts = parse_fact_id(name)
    if parts is None:
        raise ValueError(f"{name} is no id of a fact")
    return parts
