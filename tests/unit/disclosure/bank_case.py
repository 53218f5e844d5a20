"""Banks at random: regions or none, branches, two dimensions and their pairs, groups of one, and customers lost."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from reportgen.config.dimension import Groups
from reportgen.facts.fact import Fact, Unit
from reportgen.facts.metric import Additivity, Metric
from reportgen.facts.segment import DimensionView, Segment
from reportgen.facts.table import FactSet
from tests.unit.disclosure.attacker import Key

NOW, THEN = "2026-10", "2026-09"


@dataclass(frozen=True)
class Bank:
    facts: FactSet
    groups: Mapping[str, Groups]
    regions: Mapping[str, str]
    counts: Mapping[str, Mapping[Key, int]]
    """Metric to how many customers it counts where."""


def bank(seed: int) -> Bank:
    """The bank of a seed."""
    draw = random.Random(seed)
    regions = {f"branch:B{number}": f"region:R{draw.randrange(2)}" for number in range(draw.choice([0, 2, 3, 6]))}
    tiers = [f"t{number}" for number in range(draw.choice([2, 3, 4]))]
    ages = [f"a{number}" for number in range(draw.choice([2, 3, 5]))]
    groups = {"age_group": Groups(of="age", groups={"young": tuple(ages[:2]), "old": tuple(ages[2:])})}
    counts: dict[str, Counter[Key]] = {"customers_total": Counter(), "customers_lost": Counter()}
    for _ in range(draw.choice([30, 80, 200, 600])):
        branch = draw.choice(list(regions) or ["bank"])
        tier = draw.choices(tiers, [10, 5, 2, 1][: len(tiers)])[0]
        age = draw.choices(ages, [9, 4, 3, 2, 1][: len(ages)])[0]
        lost = draw.random() < 0.1
        label = next(name for name, members in groups["age_group"].groups.items() if age in members)
        for scope in {branch, regions.get(branch, "bank"), "bank"}:
            own = [(scope, "", "", ""), (scope, "tier", tier, ""), (scope, "age", age, ""),
                   (scope, "age_group", label, "")]
            for key in [*own, (scope, "age", age, f"tier={tier}")]:
                counts["customers_total"][key] += 1
            for key in own:
                counts["customers_lost"][key] += lost
    return Bank(_facts(counts, tiers, ages, groups, regions), groups, regions, counts)


def _facts(
    counts: Mapping[str, Mapping[Key, int]], tiers: list[str], ages: list[str], groups: Mapping[str, Groups],
    regions: Mapping[str, str],
) -> FactSet:
    found = []
    for key, many in counts["customers_total"].items():
        scope, *cut = key
        found.append(Fact(scope, "customers_total", NOW, many, 1, "customers", many, *cut))
        if key in counts["customers_lost"]:
            lost = counts["customers_lost"][key]
            found += [
                Fact(scope, "customers_lost", NOW, lost, 1, "customers", many, *cut, THEN),
                Fact(scope, "customers_retained", NOW, many - lost, 1, "customers", many, *cut, THEN),
                Fact(scope, "churn_rate", NOW, lost, many, "share", many, *cut, THEN),
            ]
    views = {
        "tier": _view("tier", tiers), "age": _view("age", ages),
        "age_group": DimensionView("age_group", "group", "age", {}, tuple(
            Segment(one, {}) for one in groups["age_group"].groups), of="age"),
    }
    metrics = {
        "customers_total": _metric("customers_total", "customers", "additive"),
        "customers_lost": _metric("customers_lost", "customers", "additive", flow=True),
        "customers_retained": _metric("customers_retained", "customers", "additive", flow=True),
        "churn_rate": _metric("churn_rate", "share", "ratio", flow=True),
    }
    return FactSet(NOW, THEN, "2026-10-31", "2026-09-30", "CNY", tuple(found), views, metrics, regions=regions)


def _view(name: str, segments: list[str]) -> DimensionView:
    return DimensionView(name, "category", name, {}, tuple(Segment(one, {}) for one in segments))


def _metric(name: str, unit: Unit, additivity: Additivity, *, flow: bool = False) -> Metric:
    return Metric(name, unit, additivity, {}, {}, (), flow)
