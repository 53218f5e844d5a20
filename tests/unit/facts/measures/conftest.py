"""A small bank for measures: seven customers, three branches, two regions, three month ends; other tables as given.

    customer  branch  region  tier     gender  2025-10  2025-11  2025-12
    C1        B1      R1      private  F       x        x        x
    C2        B1      R1      mass     M       x        x        x
    C3        B2      R1      private  F       x        x        x
    C4        B2      R1      mass     (none)  x        x        x
    C5        B3      R2      mass     M       x        x        x
    C6        B3      R2      private  F       x        x                  left in December
    C7        B1      R1      mass     F                         x         came in December

Everybody holds 100 元 times the number of the customer in October, 10 % more each month's end after.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

import pytest

from reportgen.facts.table import FactSet

PEOPLE = {
    "C1": ("B1", "R1", "private", "F"), "C2": ("B1", "R1", "mass", "M"), "C3": ("B2", "R1", "private", "F"),
    "C4": ("B2", "R1", "mass", ""), "C5": ("B3", "R2", "mass", "M"), "C6": ("B3", "R2", "private", "F"),
    "C7": ("B1", "R1", "mass", "F"),
}  # fmt: skip
MONTHS = {"2025-10-31": 100, "2025-11-30": 110, "2025-12-31": 121}
JOB = """
job: small_bank
report: characteristics
currency: CNY
period: {every: month, since: previous}
sources:
  snapshots: {type: csv, path: snapshots.csv}
%s
frames:
  snapshots: {from: snapshots, columns: [customer_id, snapshot_date, branch_id, region_id, tier, gender, aum]}
%s
dimensions:
  tier: {column: tier, order: [private, mass]}
  branch: {column: branch_id, tested: false}
  region: {column: region_id, tested: false}
  gender: {column: gender}
"""
Table = tuple[Sequence[str], Iterable[Sequence[object]]]
_MADE: dict[str, FactSet] = {}
"""Facts gathered before in this session: most tests of a file look at the same ones, and nothing changes a FactSet."""


@pytest.fixture
def small_bank(project) -> Callable[..., FactSet]:
    """`small_bank({"complaints": (columns, rows)}, …)`: its facts; `replace` maps texts of the job to others."""

    def facts(tables: Mapping[str, Table], period: str = "2025-12", request=None, replace=None) -> FactSet:
        key = repr((tables, period, request, replace))
        if key not in _MADE:
            _MADE[key] = gathered(tables, period, request, replace)
        return _MADE[key]

    def gathered(tables: Mapping[str, Table], period: str, request, replace) -> FactSet:
        rows = [
            (who, day, branch, region, tier, gender, f"{int(who[1]) * percent}")
            for day, percent in MONTHS.items()
            for who, (branch, region, tier, gender) in PEOPLE.items()
            if not (who == "C6" and day == "2025-12-31") and not (who == "C7" and day != "2025-12-31")
        ]
        head = ("customer_id", "snapshot_date", "branch_id", "region_id", "tier", "gender", "aum")
        project.write("snapshots.csv", rows, head)
        for role, (columns, cells) in tables.items():
            project.write(f"{role}.csv", cells, columns)
        sources = "\n".join(f"  {role}: {{type: csv, path: {role}.csv}}" for role in tables)
        frames = "\n".join(
            f"  {role}: {{from: {role}, columns: [{', '.join(columns)}]}}" for role, (columns, _) in tables.items()
        )
        project.job(JOB % (sources, frames), replace)
        return project.facts(period, request)

    return facts


@pytest.fixture
def additive() -> Callable[[FactSet, Iterable[str]], None]:
    """`additive(facts, metrics)`: the bank and each region are the sums of their branches, parts and bases alike."""

    def check(facts: FactSet, metrics: Iterable[str]) -> None:
        regions = {"region:R1": ("branch:B1", "branch:B2"), "region:R2": ("branch:B3",)}
        wholes = {"bank": ("branch:B1", "branch:B2", "branch:B3"), **regions}
        wanted, seen = set(metrics), set()
        spatial = ("branch", "region")
        for fact in facts.facts:
            if fact.metric not in wanted or fact.scope not in wholes or fact.dimension in spatial:
                continue
            found = [facts.get(fact.id.replace(fact.scope, scope, 1)) for scope in wholes[fact.scope]]
            parts = [one for one in found if one is not None]
            seen.add(fact.metric)
            if facts.metrics[fact.metric].additivity == "ratio":
                assert fact.den == sum(part.den for part in parts), fact.id
            # A branch without a base has no share, yet what happened there stands in the whole's.
            if len(parts) == len(found):
                assert fact.num == sum(part.num for part in parts), fact.id
                assert fact.n == sum(part.n for part in parts), fact.id
        assert seen == wanted, f"no fact of {sorted(wanted - seen)}"

    return check


ENDS_JOB = """
job: month_ends
report: characteristics
currency: CNY
period: {every: month, since: %s}
sources:
  snapshots: {type: csv, path: snapshots.csv}
frames:
  snapshots: {from: snapshots, columns: [%s]}
tiers:
- {tier: private, floor: 1000元, valid_from: "2020-01-01"}
- {tier: affluent, floor: 100元, valid_from: "2020-01-01"}
dimensions:
  tier: {column: tier, order: [private, affluent, mass]}
  branch: {column: branch_id, tested: false}
  region: {column: region_id, tested: false}
"""


@pytest.fixture
def month_ends(project) -> Callable[..., FactSet]:
    """`month_ends(head, rows)`: facts of snapshots alone, of a bank whose private tier begins at 1,000 元, affluent at 100."""

    def facts(head, rows, period: str = "2025-12", since: str = "previous", request=None, replace=None, more="") -> FactSet:
        project.write("snapshots.csv", rows, head)
        project.job(ENDS_JOB % (since, ", ".join(head)) + more, replace)
        return project.facts(period, request)

    return facts
