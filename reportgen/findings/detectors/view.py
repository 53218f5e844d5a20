"""What a detector may look at: the facts of one scope, the thresholds that apply, the tests that were run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from reportgen.config.job import Job
from reportgen.facts.fact import Statistic
from reportgen.facts.table import FactSet
from reportgen.findings.associations import CrossTable
from reportgen.findings.contrast import Contrast
from reportgen.findings.family import Family
from reportgen.findings.rule import Attribute, Rule


@dataclass(frozen=True)
class View:
    facts: FactSet
    scope: str
    job: Job
    params: Mapping[str, Fraction]
    """The rule's thresholds by name, as they apply to the job."""
    family: Family
    statistics: Mapping[str, Statistic]
    contrasts: Mapping[Attribute, tuple[Contrast, ...]]
    """Tested contrasts of each attribute the facts hold."""
    tables: tuple[CrossTable, ...]

    def missing(self, rule: Rule, metrics: Iterable[str]) -> tuple[str, ...]:
        """What would let the rule be judged: what the facts said of the metrics, else the rule's own needs."""
        wanted = set(metrics)
        told = [need for one in self.facts.omissions if one.subject in wanted for need in one.needs]
        return tuple(dict.fromkeys(told)) or lacking(rule, self.job, self.facts)


def lacking(rule: Rule, job: Job, facts: FactSet) -> tuple[str, ...]:
    """The rule's needs the job does not meet; where it meets all, the metrics that are not computed yet."""
    needs = tuple(need for need in rule.needs if not _met(need, job, facts))
    return needs or tuple(metric for metric in rule.metrics if metric not in facts.metrics) or rule.needs


def _met(need: str, job: Job, facts: FactSet) -> bool:
    if need == "two dates":
        return bool(facts.since)
    role, _, column = need.partition(".")
    if role == "job":
        return bool(getattr(job, column, None))
    return any(column in frame.columns for name, frame in job.frames.items()
               if name == role or (role, name) == ("customers", "snapshots"))
