"""Branch rows added up into every scope: the bank, each region, each branch.

A `Tally` maps (scope, date, segment, against) of one query to its integer measures. Sums are Python integers,
so nothing overflows and nothing rounds.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

Key = tuple[str, str, str, str]
Tally = dict[Key, dict[str, int]]
_KEYS = frozenset({"at", "branch", "segment", "against", "product", "origin"})


@dataclass(frozen=True, slots=True)
class Scopes:
    """Which scopes a branch belongs to."""

    of_branch: Mapping[str, tuple[str, ...]]

    def of(self, branch: str) -> tuple[str, ...]:
        """The scopes a row of that branch counts in; a branch no snapshot names counts in the bank alone."""
        return self.of_branch.get(branch, ("bank",))

    @classmethod
    def build(cls, regions: Mapping[str, str]) -> Scopes:
        """`regions` maps each branch to its region; an empty branch belongs to the bank alone."""
        known = {}
        for branch, region in regions.items():
            scopes = ["bank"]
            if branch:
                scopes += [f"region:{region}"] if region else []
                scopes.append(f"branch:{branch}")
            known[branch] = tuple(scopes)
        return cls(known)

    def regions(self) -> dict[str, str]:
        """Branch scope to the scope of its region, where it has one."""
        return {scopes[-1]: scopes[1] for scopes in self.of_branch.values() if len(scopes) == 3}

    def all(self) -> list[str]:
        """Every scope, the bank first."""
        return sorted(
            {one for scopes in self.of_branch.values() for one in scopes} | {"bank"},
            key=lambda scope: (scope != "bank", scope),
        )


def add_up(frame: pd.DataFrame, scopes: Scopes) -> Tally:
    """The measures of a fetched query by scope; columns that are not keys are measures."""
    tally: Tally = defaultdict(lambda: defaultdict(int))
    measures = [column for column in frame.columns if column not in _KEYS]
    for row in frame.to_dict("records"):
        against = row.get("against", row.get("product", ""))
        for scope in scopes.of(str(row["branch"])):
            cell = tally[scope, str(row.get("at", "period")), str(row.get("segment", "")), str(against)]
            for measure in measures:
                cell[measure] += int(row[measure])
    return {key: dict(cell) for key, cell in tally.items()}


def regroup(tally: Tally, groups: Mapping[str, tuple[str, ...]]) -> Tally:
    """The same measures for groups of segments; a segment may stand in several groups or in none."""
    grouped: Tally = {}
    for (scope, at, segment, against), cell in tally.items():
        for group, members in groups.items():
            if segment in members:
                total = grouped.setdefault((scope, at, group, against), dict.fromkeys(cell, 0))
                for measure, value in cell.items():
                    total[measure] += value
    return grouped


def turned(tally: Tally) -> Tally:
    """The same with segment and against exchanged."""
    return {(scope, at, against, segment): cell for (scope, at, segment, against), cell in tally.items()}


def filled(
    tallies: Mapping[str, Tally], scopes: Iterable[str], labels: Iterable[str], measures: Iterable[str]
) -> dict[str, Tally]:
    """The tallies by dimension with zeros wherever a scope had nothing in a period, for every segment that occurs."""
    zero, periods, everywhere = dict.fromkeys(measures, 0), tuple(labels), tuple(scopes)
    found = {}
    for name, tally in tallies.items():
        codes = sorted({segment for _, _, segment, _ in tally}) if name else [""]
        places = [(scope, at, code, "") for scope in everywhere for at in periods for code in codes]
        found[name] = {**{place: dict(zero) for place in places}, **tally}
    return found


def lately(tallies: Mapping[str, Tally], labels: Iterable[str]) -> dict[str, Tally]:
    """The whole over all its periods, segments only at the labels that a page prints side by side."""
    kept = frozenset(labels)
    return {
        name: {key: cell for key, cell in tally.items() if key[1] in kept} if name else tally
        for name, tally in tallies.items()
    }
