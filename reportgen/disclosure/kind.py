"""Which metrics tell each other: equal counts, counts that add up, and what is known to move together.

A figure is withheld with all others of its kind at the same place, for each of them would give it away. That two
metrics are of a kind is read from the run's own figures, on a sample of its places: a relation that always holds shows
in any sample. One that holds there by chance only withholds more.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from reportgen.disclosure.place import Place
from reportgen.facts.fact import Fact

BASE = "customers_total"
AMOUNT = "aum_point"
MOVEMENT = frozenset({
    "customers_lost", "customers_retained", "customers_gross_new", "customers_net_new", "customers_bridge",
    "customers_growth", "gross_new_share", "churn_rate", "churn_annualised", "retention_rate", "retention_monthly",
    "retention_annualised", "customers_transferred_in", "customers_transferred_out", "growth_decomp",
    "aum_bridge", "aum_net_new", "aum_growth", "aum_gross_new", "aum_existing_change", "aum_lost_open",
    "aum_retained_open", "aum_retained_close", "aum_churn_rate", "aum_retention_rate", "aum_transferred_in",
    "aum_transferred_out", "aum_per_customer_retained", "aum_per_customer_lost", "aum_per_customer_gross_new",
    "aum_per_customer_change", "aum_per_customer_growth",
})
"""Tied by the bridge, opening − lost + new + moved = closing, and its rates: four terms are not looked for."""
_EACH = 40
"""Places looked at for each dimension and level of scopes."""
_OFTEN = 3
"""Places where a sum must hold to be one: at fewer it holds by chance, and what is left of a base is told anyway."""
_PRIME = (1 << 61) - 1
NOW, THEN = "now", "then"
Column = npt.NDArray[np.float64]


class Reading(NamedTuple):
    """One number that facts of a metric tell: their value or numerator (`num`), or their base (`n`)."""

    metric: str
    tag: str
    part: str
    at: str
    """NOW, or THEN for the opening."""


@dataclass(frozen=True, slots=True)
class Ties:
    """Which metrics tell each other, and how."""

    kinds: Mapping[str, str]
    """Metric to the name of its kind: its alphabetically first member, or BASE."""
    same: Mapping[Reading, Reading]
    """What a fact tells to the one of those that are always equal which stands for them."""
    sums: tuple[tuple[Reading, Reading, Reading], ...]
    """Readings of which the first two always add up to the third."""
    shared: frozenset[Reading]
    """Those that facts only have as their base: metrics of one base do not tell each other, but all tell the base."""


def ties_of(located: Iterable[tuple[Fact, Place, str]], period: str, since: str) -> Ties:
    """What holds between the metrics of a run.

    `located` are facts with their places and tags (`place_of`); those of `period` are looked at, and how many customers
    there were at `since`, with how much. What only tells that is of the kind BASE, and ties nothing to it.
    """
    whole = (BASE, AMOUNT)
    seen = [one for one in located if one[0].period == period or (one[0].metric in whole and one[0].period == since)]
    places = {place: row for row, place in enumerate(_sample({place for _, place, _ in seen}))}
    columns = _columns(seen, places, period)
    names = [Reading(metric, "", "num", at) for metric in whole for at in (NOW, THEN)]
    unlike: dict[Reading, Column] = {name: columns.pop(name) for name in names if name in columns}
    bases, kinds = frozenset(unlike), _Kinds({fact.metric for fact, _, _ in seen})
    kinds.tie(sorted(MOVEMENT & kinds.leader.keys()))
    same = {name: name for name in unlike}
    for name, column in columns.items():
        if np.nansum(np.abs(column)):
            same[name] = next((other for other, known in unlike.items() if _same(column, known)), name)
            unlike.setdefault(same[name], column)
    valued, sums = {like for name, like in same.items() if name.part == "num"}, _sums(unlike)
    # A base that is the whole and those who left tells how many left: it is no mere base.
    valued |= {name for one in sums if len({*one} & valued - bases) == 1 for name in one}
    shared = frozenset(like for like in same.values() if like not in valued and like not in bases)
    for name, like in same.items():
        if like not in bases | shared:
            kinds.tie((name.metric, like.metric))
    for one in sums:
        kinds.tie([name.metric for name in one if name not in bases | shared])
    telling = {name.metric for name, like in same.items() if like not in bases} | MOVEMENT
    of = {metric: kinds.of(metric) if metric in telling else BASE for metric in kinds.leader}
    return Ties(of, same, sums, shared)


class _Kinds:
    """Sets of metrics that are joined."""

    def __init__(self, metrics: Iterable[str]) -> None:
        self.leader = {metric: metric for metric in sorted(metrics)}

    def of(self, metric: str) -> str:
        while self.leader[metric] != metric:
            metric = self.leader[metric]
        return metric

    def tie(self, metrics: Sequence[str]) -> None:
        first, *others = sorted(self.of(metric) for metric in metrics) or [""]
        for other in others:
            self.leader[other] = first


def _sample(places: Iterable[Place]) -> list[Place]:
    """Some places of each dimension (or pair) and level of scopes, spread over all of them."""
    grouped: dict[tuple[str, ...], list[Place]] = defaultdict(list)
    for place in places:
        grouped[place.scope.partition(":")[0], *(name for name, _ in place.cuts)].append(place)
    chosen: list[Place] = []
    for found in grouped.values():
        found.sort()
        chosen += found[:: max(1, len(found) // _EACH)][:_EACH]
    return sorted(chosen)


def _columns(
    seen: Iterable[tuple[Fact, Place, str]], places: Mapping[Place, int], period: str
) -> dict[Reading, Column]:
    """The value of each reading at each sampled place; not-a-number where there is no fact."""
    columns: dict[Reading, Column] = {}
    for fact, place, tag in seen:
        row = places.get(place)
        if row is None:
            continue
        parts = {"num": fact.num, "n": fact.n}
        if fact.unit in ("coefficient", "index"):
            parts = {"n": fact.n}
        for part, value in parts.items():
            name = Reading(fact.metric, tag, part, NOW if fact.period == period else THEN)
            if name not in columns:
                columns[name] = np.full(len(places), np.nan)
            columns[name][row] = abs(value % _PRIME if abs(value) >= _PRIME else value)
    return columns


def _same(one: Column, other: Column) -> bool:
    """Whether two columns are equal wherever both are told, and tell something somewhere."""
    both = ~np.isnan(one) & ~np.isnan(other)
    return bool(np.array_equal(one[both], other[both]) and one[both].any())


def _sums(unlike: Mapping[Reading, Column]) -> tuple[tuple[Reading, Reading, Reading], ...]:
    """Readings where the first and the second add up to the third wherever all three are told."""
    found = []
    names = list(unlike)
    matrix = np.array(list(unlike.values())) if unlike else np.zeros((0, 0))
    known = ~np.isnan(matrix)
    for one, other in combinations(range(len(matrix)), 2):
        both = known[one] & known[other] & (matrix[one] > 0) & (matrix[other] > 0)
        if both.sum() < _OFTEN:
            continue
        total = matrix[one] + matrix[other]
        shared = known & known[one] & known[other]
        off = np.where(shared, np.abs(matrix - total), 0.0).max(axis=1)
        found += [(names[one], names[other], names[whole])
                  for whole in np.flatnonzero((off == 0) & ((shared & both).sum(axis=1) >= _OFTEN))
                  if whole not in (one, other)]
    return tuple(found)
