"""The terms an edition was made on: definitions, thresholds, tiers, population; and what changed since the last one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from reportgen.config.job import Job
from reportgen.facts.table import FactSet
from reportgen.findings.rulebook import Rulebook

ChangeKind = Literal["definition", "threshold", "tier", "population", "dimension"]


@dataclass(frozen=True, slots=True)
class Terms:
    """Texts by id, so that two editions can be compared without knowing how they were computed."""

    definitions: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Metric to its definition by locale."""
    thresholds: Mapping[str, str] = field(default_factory=dict)
    """`rule.param` to its exact value, a fraction in the param's own unit."""
    tiers: Mapping[str, str] = field(default_factory=dict)
    """Tier to its floor as the job writes it (500万元)."""
    population: Mapping[str, str] = field(default_factory=dict)
    """Column to the values that count."""
    dimensions: Mapping[str, str] = field(default_factory=dict)
    """Dimension to its edges, order or groups as the job writes them."""


@dataclass(frozen=True, slots=True)
class Change:
    """One term that is another than in the earlier edition. An empty text: it was not there, or is not any more."""

    kind: ChangeKind
    subject: str
    """Metric, `rule.param`, tier, column or dimension."""
    before: Mapping[str, str]
    """Locale to the earlier text."""
    after: Mapping[str, str]
    metrics: tuple[str, ...] = ()
    """Metrics whose figures it touches; empty for all."""


def terms_of(facts: FactSet, rulebook: Rulebook, job: Job, asked: tuple[str, ...]) -> Terms:
    """The terms of this edition: metrics that have facts, rules the report asks for."""
    made = {one.metric for one in facts.facts}
    thresholds = {
        f"{rule}.{name}": str(value)
        for rule in asked if rule in rulebook.rules
        for name, value in rulebook.parameters(rule, job).items()
    }
    tiers = {one.tier: one.floor for one in job.tiers if _holds(one.valid_from, one.valid_to, facts.as_of)}
    return Terms(
        {name: dict(metric.definition) for name, metric in facts.metrics.items() if name in made},
        thresholds,
        tiers,
        {column: value if isinstance(value, str) else ", ".join(value) for column, value in job.population.items()},
        {name: ", ".join(one.id for one in view.segments) for name, view in facts.dimensions.items()
         if view.kind in ("band", "group")},
    )


def _holds(start: object, end: object, day: str) -> bool:
    return str(start) <= day and (end is None or day <= str(end))


def changed(before: Terms, after: Terms, rulebook: Rulebook) -> tuple[Change, ...]:
    """What differs, in the order of kinds; a metric or rule one of the editions did not use is no change."""
    found = [
        Change("definition", name, before.definitions[name], after.definitions[name], (name,))
        for name in before.definitions.keys() & after.definitions.keys()
        if dict(before.definitions[name]) != dict(after.definitions[name])
    ]
    for name in before.thresholds.keys() & after.thresholds.keys():
        if before.thresholds[name] != after.thresholds[name]:
            metrics = rulebook.rules[name.partition(".")[0]].metrics
            found.append(Change("threshold", name, _same(before.thresholds[name]), _same(after.thresholds[name]),
                                tuple(metrics)))
    kinds: tuple[tuple[ChangeKind, Mapping[str, str], Mapping[str, str]], ...] = (
        ("tier", before.tiers, after.tiers),
        ("population", before.population, after.population),
        ("dimension", before.dimensions, after.dimensions),
    )
    for kind, old, new in kinds:
        names = old.keys() & new.keys() if kind == "dimension" else old.keys() | new.keys()
        found += [
            Change(kind, name, _same(old.get(name, "")), _same(new.get(name, "")))
            for name in names if old.get(name, "") != new.get(name, "")
        ]
    order = ("definition", "threshold", "tier", "population", "dimension")
    return tuple(sorted(found, key=lambda one: (order.index(one.kind), one.subject)))


def _same(text: str) -> dict[str, str]:
    return {"zh-CN": text, "en": text}
