"""What a detector may look at: the facts of one scope, the thresholds that apply, the cross tables that were tested."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from reportgen.config.job import Job
from reportgen.facts.fact import Fact, Statistic
from reportgen.facts.table import FactSet
from reportgen.findings.associations import CrossTable
from reportgen.findings.contrast import Contrast, contrasts
from reportgen.findings.rule import Attribute, Rule


@dataclass(frozen=True)
class View:
    facts: FactSet
    scope: str
    job: Job
    params: Mapping[str, Fraction]
    """The rule's thresholds by name, as they apply to the job, in the units of facts."""
    statistics: Mapping[str, Statistic]
    """Intervals of the scope's shares."""
    tables: tuple[CrossTable, ...]
    periods: Mapping[str, Mapping[str, frozenset[str]]]
    """Metric to the dimensions it is held by in this scope (`""`: the whole), each with its periods."""
    seen: dict[Attribute, tuple[Contrast, ...]] = field(default_factory=dict)
    """Contrasts already made, shared by the rules of a report."""

    def contrasts(self, attribute: Attribute) -> tuple[Contrast, ...]:
        """Contrasts of an attribute; empty where the facts do not hold it."""
        if attribute not in self.seen:
            self.seen[attribute] = contrasts(self.facts, self.scope, attribute)
        return self.seen[attribute]

    def find(
        self, metric: str, cell: tuple[str, str] = ("", ""), *, at: str = "period", against: str = ""
    ) -> Fact | None:
        """A fact of the scope; `cell` is dimension and segment, empty for the whole."""
        return self.facts.find(metric, scope=self.scope, at=at, dimension=cell[0], segment=cell[1], against=against)

    def withheld(
        self, metric: str, cell: tuple[str, str] = ("", ""), *, at: str = "period", against: str = ""
    ) -> bool:
        """Whether that fact is there and withheld: it is neither nobody nor to be replaced by the whole's."""
        return self.facts.withheld(metric, scope=self.scope, at=at, dimension=cell[0], segment=cell[1], against=against)

    def holds(self, metric: str) -> bool:
        """Whether the scope has any fact of the metric."""
        return metric in self.periods

    def missing(self, rule: Rule, metrics: Iterable[str]) -> tuple[str, ...]:
        """What would let the rule be judged: what the facts said of the metrics, else the rule's own needs."""
        wanted = set(metrics)
        told = [need for one in self.facts.omissions if one.subject in wanted for need in one.needs]
        return tuple(dict.fromkeys(told)) or lacking(rule, self.job, self.facts)


def periods_held(facts: FactSet, scope: str) -> dict[str, dict[str, frozenset[str]]]:
    """Metric to dimension to the periods of which the scope has facts."""
    found: dict[str, dict[str, set[str]]] = {}
    for fact in facts.of_scope(scope):
        found.setdefault(fact.metric, {}).setdefault(fact.dimension, set()).add(fact.period)
    return {metric: {name: frozenset(one) for name, one in held.items()} for metric, held in found.items()}


def lacking(rule: Rule, job: Job, facts: FactSet) -> tuple[str, ...]:
    """The rule's needs the job does not meet; where it meets all, the metrics that have no fact here."""
    needs = tuple(need for need in rule.needs if not _met(need, job, facts))
    if needs:
        return needs
    held = {fact.metric for fact in facts.facts}
    return tuple(metric for metric in rule.metrics if metric not in held) or rule.needs


def _met(need: str, job: Job, facts: FactSet) -> bool:
    states = {"two dates": bool(facts.since), "monthly dates": len(facts.history) > 1}
    if need in states:
        return states[need]
    role, _, column = need.partition(".")
    if role == "job":
        return bool(getattr(job, column, None))
    return any(column in frame.every for name, frame in job.frames.items()
               if name == role or (role, name) == ("customers", "snapshots"))
