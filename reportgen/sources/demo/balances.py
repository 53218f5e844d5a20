"""How much money each customer has at each month end, and the tier that follows from it.

Amounts are whole 分. December brings bonuses, January takes them away, every year; one branch fills its deposits
on the last day of each quarter.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from reportgen.sources.demo import months
from reportgen.sources.demo.bank import EDGES, MASS, STORIES, occupation
from reportgen.sources.demo.chance import Chance, Flags, Floats, Ints
from reportgen.sources.demo.people import People

_GROWTH = 0.0025
_SEASON = {12: 0.025, 1: -0.028}
_MONTHS_TO_FALL = 6
"""A tier is lost after so many month averages in a row under its edge."""
_DORMANT = 0.15
"""Of the mass customers; they have little money and let it lie."""
_FREELANCE_TOP = 5_400_000.0


@dataclass(frozen=True, slots=True)
class Balances:
    """Customers by months, in 分; what a customer has while not with the bank is without meaning."""

    alive: Flags
    plain: Ints
    """AUM without the quarter-end filling."""
    aum: Ints
    average: Ints
    tier: Ints
    chaser: Flags
    """Customers who move their money after the best rate."""
    dormant: Flags
    """Mass customers who do nothing themselves."""


def make_balances(chance: Chance, people: People) -> Balances:
    rng = chance.of("balances")
    alive = people.alive()
    dormant = (people.rank == MASS) & (rng.random(people.size) < _DORMANT)
    level = _levels(rng, people, dormant)
    chaser = (people.rank > MASS) & (rng.random(people.size) < 0.03)
    path = _paths(rng, people, level, chaser)
    plain = np.rint(path * 100).astype(np.int64)
    filling = np.zeros_like(plain)
    here = people.branch == STORIES.dressing_branch
    for index in range(months.COUNT):
        if months.quarter_end(index):
            share = np.clip(rng.normal(0.115, 0.02, people.size), 0.05, 0.2)
            filling[here, index] = np.rint(plain[here, index] * share[here]).astype(np.int64)
    average = _averages(rng, plain, filling, alive)
    tier = _tiers(average, alive)
    return Balances(alive, plain, plain + filling, average, tier, chaser, dormant)


def _levels(rng: np.random.Generator, people: People, dormant: Flags) -> Floats:
    """The money a customer has in the middle of it all, in 元."""
    size = people.size
    age = people.age(months.LAST)
    older = np.where(age <= 35, 0.75, np.where(age <= 50, 1.0, 1.2))
    mass = rng.lognormal(np.log(165_000), 0.85, size) * older
    # Those who would be affluent are spread below the edge: a lump under it would rise all at once.
    mass = np.where(mass < 440_000, np.maximum(mass, 8_000), rng.uniform(90_000, 440_000, size))
    affluent = np.clip(rng.lognormal(np.log(1_300_000), 0.6, size) * older, 540_000, 5_200_000)
    private = np.clip(6_300_000 + rng.lognormal(np.log(850_000), 1.2, size), 6_350_000, 90_000_000)
    level = np.choose(people.rank, (mass, affluent, private))
    level = np.where(dormant, np.clip(rng.lognormal(np.log(2_500), 0.9, size), 60, 7_500), level)
    freelance = people.occupation == occupation("freelance")
    return np.where(freelance, np.minimum(level, 3_000_000), level)


def _paths(rng: np.random.Generator, people: People, level: Floats, chaser: Flags) -> Floats:
    size = people.size
    spread = np.where(chaser, 0.22, np.array([0.05, 0.03, 0.022])[people.rank])
    trend = rng.normal(0, np.array([0.05, 0.04, 0.035])[people.rank], size) / 12
    noise = rng.normal(0, 1, size) * spread * 2
    path = np.empty((size, months.COUNT))
    for index in range(months.COUNT):
        noise = 0.9 * noise + rng.normal(0, 1, size) * spread
        season = _SEASON.get(int(months.LABELS[index][-2:]), 0.0)
        path[:, index] = np.exp(np.log(level) + (index - 12) * (_GROWTH + trend) + noise) * (1 + season)
    path = np.maximum(path, 10.0)
    freelance = people.occupation == occupation("freelance")
    path[freelance] = np.minimum(path[freelance], _FREELANCE_TOP)
    return path


def _averages(rng: np.random.Generator, plain: Ints, filling: Ints, alive: Flags) -> Ints:
    """A month's average: most of the way to its end; the filling counts for one day in thirty."""
    before = np.empty_like(plain)
    before[:, 0] = plain[:, 0]
    before[:, 1:] = np.where(alive[:, :-1], plain[:, :-1], plain[:, 1:])
    wobble = rng.normal(1.0, 0.003, plain.shape)
    mean = (0.12 * before + 0.88 * plain) * wobble + filling / 30
    return np.rint(mean).astype(np.int64)


def _tiers(average: Ints, alive: Flags) -> Ints:
    """Up at once, down after six months in a row under the edge."""
    edges = np.array(EDGES)
    deserved = np.searchsorted(edges, average, side="right") - 1
    tier = np.empty_like(average)
    tier[:, 0] = deserved[:, 0]
    under = np.zeros(len(average), dtype=np.int64)
    for index in range(1, months.COUNT):
        before = np.where(alive[:, index - 1], tier[:, index - 1], deserved[:, index])
        under = np.where(deserved[:, index] < before, under + 1, 0)
        fallen = under >= _MONTHS_TO_FALL
        tier[:, index] = np.where(fallen, deserved[:, index], np.maximum(before, deserved[:, index]))
        under = np.where(fallen, 0, under)
    return tier

