"""A reader who knows every sum and reckons: what can the withheld figures be, given all that are told?

Linear programs over the figures of one thing counted: every withheld figure is an unknown from nobody upwards, every
told one a number, and every sum that holds in the data an equation. It shares no code with what withholds.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass

import numpy as np
from scipy.optimize import linprog

from reportgen.config.dimension import Groups

Key = tuple[str, str, str, str]
"""Scope, dimension, segment, against."""


@dataclass(frozen=True)
class Range:
    """What a withheld figure can be, and what it is."""

    key: Key
    value: int
    low: float
    high: float

    @property
    def is_found(self) -> bool:
        return self.high - self.low < 1


def equations(
    values: Mapping[Key, int], regions: Mapping[str, str], groups: Mapping[str, Groups]
) -> list[tuple[Key, list[Key]]]:
    """Every whole with its parts that adds up exactly in the data."""
    found: dict[tuple[Key, str], list[Key]] = defaultdict(list)
    for key in values:
        scope, dimension, segment, against = key
        if scope != "bank":
            found[(regions.get(scope, "bank"), dimension, segment, against), "scopes"].append(key)
        if dimension and not against:
            found[(scope, "", "", ""), dimension].append(key)
        if against:
            other, _, name = against.partition("=")
            found[(scope, dimension, segment, ""), other].append(key)
            found[(scope, other, name, ""), dimension].append(key)
        for made, group in groups.items():
            for label, parts in group.groups.items() if dimension == group.of else ():
                if segment in parts:
                    found[(scope, made, label, against), "group"].append(key)
    return [(whole, parts) for (whole, _), parts in found.items()
            if whole in values and values[whole] == sum(values[part] for part in parts)]


def ranges(
    values: Mapping[Key, int], withheld: Set[Key], sums: Iterable[tuple[Key, list[Key]]], targets: Iterable[Key]
) -> list[Range]:
    """The least and the most that each target can be."""
    unknown = {key: number for number, key in enumerate(sorted(withheld))}
    rows, right = [], []
    for whole, parts in sums:
        row, rest = np.zeros(len(unknown)), 0
        for key, sign in ((whole, 1), *((part, -1) for part in parts)):
            if key in unknown:
                row[unknown[key]] += sign
            else:
                rest -= sign * values[key]
        if row.any():
            rows.append(row)
            right.append(rest)
    return [Range(key, values[key], *(_end(unknown[key], sign, len(unknown), rows, right) for sign in (1, -1)))
            for key in targets]


def _end(place: int, sign: int, size: int, rows: list[np.ndarray], right: list[int]) -> float:
    """The least (1) or the most (-1) that an unknown can be."""
    cost = np.zeros(size)
    cost[place] = sign
    told = linprog(cost, A_eq=np.array(rows) if rows else None, b_eq=right or None, bounds=(0, None), method="highs")
    assert told.status in (0, 3), told.message
    return float("inf") if told.status == 3 else sign * told.fun
