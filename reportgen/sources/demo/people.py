"""Who the customers are: when they came and left, where they bank, and the wealth class they were born into.

The class decides how much money there is; the tier of a snapshot follows from the money itself.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from reportgen.sources.demo import months
from reportgen.sources.demo.bank import AFFLUENT, BRANCHES, MASS, OCCUPATIONS, REGION_OF, STORIES, WEIGHTS, occupation
from reportgen.sources.demo.chance import Chance, Flags, Floats, Ints, days_between, draw, draw_by

YEAR = 365.25
_OPENING_SHARE = 0.935
_SURVIVORS = 0.884
"""Of the opening customers those who are left after two years of 6 % churn."""
_HAZARD = np.array([0.0056, 0.0040, 0.0034])
"""Chance to leave in a month, by class."""
_LOSING, _LEAVING_WITH_RM = 0.063, 0.075
_LEAVER_PRIVATE, _LEAVER_AFFLUENT = 0.33, 0.06
"""Shares of the branch's customers whom the leaving manager looks after."""
_OCCUPATION = (
    (0.42, 0.09, 0.08, 0.10, 0.04, 0.00, 0.00, 0.00, 0.00, 0.01, 0.19, 0.07),
    (0.28, 0.12, 0.03, 0.14, 0.09, 0.03, 0.03, 0.04, 0.04, 0.07, 0.13, 0.00),
    (0.05, 0.04, 0.00, 0.15, 0.16, 0.14, 0.08, 0.10, 0.14, 0.09, 0.05, 0.00),
)
_AGE = {
    "employee": (38, 10, 22, 60), "civil_servant": (42, 10, 23, 60), "freelance": (36, 9, 20, 60),
    "self_employed": (44, 9, 24, 68), "micro_business_owner": (45, 8, 27, 68), "mid_company_owner": (50, 7, 33, 70),
    "corporate_finance_head": (44, 7, 30, 60), "owner_relative": (45, 11, 24, 72), "owner": (50, 8, 32, 74),
    "executive": (46, 7, 32, 62), "retired": (67, 6, 55, 88), "student": (21, 2, 18, 26),
}
"""Mean, spread, youngest and oldest age at the end of 2025."""


@dataclass(frozen=True, slots=True)
class People:
    """One element a customer in each array; days as in `months`."""

    branch: Ints
    rank: Ints
    """Wealth class: 0 mass, 1 affluent, 2 private."""
    occupation: Ints
    birth: Ints
    opened: Ints
    left: Ints
    """`months.NEVER` for those who are still there."""
    with_leaver: Flags
    """Looked after by the manager who leaves."""

    @property
    def size(self) -> int:
        return len(self.branch)

    @property
    def region(self) -> Ints:
        return np.asarray(REGION_OF, dtype=np.int64)[self.branch]

    def age(self, on: int) -> Ints:
        """Completed years, to the day in all but a few leap years."""
        return ((on - self.birth) / YEAR).astype(np.int64)

    def alive(self) -> Flags:
        """Customers by month ends: who is on the list of each snapshot."""
        there: Flags = (self.opened[:, None] <= months.ENDS) & (self.left[:, None] > months.ENDS)
        return there

    def keep(self, kept: Flags) -> People:
        return replace(self, **{name: getattr(self, name)[kept] for name in self.__slots__})


def make_people(chance: Chance, customers: int) -> People:
    """About `customers` at the end of 2025, and those who left before."""
    rng = chance.of("people")
    opening = round(customers * _OPENING_SHARE)
    arriving = round((customers - _SURVIVORS * opening) * 1.03)
    extra = round(customers * WEIGHTS[STORIES.losing_branch] * 0.23)
    size = opening + arriving + extra
    kind = np.repeat(np.arange(3), (opening, arriving, extra))
    rank = draw_by(rng, kind, ((0.555, 0.363, 0.082), (0.69, 0.265, 0.045), (1.0, 0.0, 0.0)))
    branch = draw(rng, size, WEIGHTS)
    branch[kind == 2] = STORIES.losing_branch
    job = draw_by(rng, rank, _OCCUPATION)
    job[(job == occupation("student")) & (branch == STORIES.no_students)] = occupation("employee")
    birth = _births(rng, job)
    opened = _openings(rng, kind, birth)
    people = People(branch, rank, job, birth, opened, np.full(size, months.NEVER), np.zeros(size, dtype=bool))
    people = replace(people, with_leaver=_with_leaver(rng, people))
    people = replace(people, left=_departures(rng, people))
    return _tied(people)


def _births(rng: np.random.Generator, job: Ints) -> Ints:
    mean, spread, low, high = (np.array([_AGE[name][part] for name in OCCUPATIONS])[job] for part in range(4))
    age = np.clip(rng.normal(mean, spread), low, high) + rng.random(len(job))
    return np.asarray(months.LAST - age * YEAR, dtype=np.int64)


def _openings(rng: np.random.Generator, kind: Ints, birth: Ints) -> Ints:
    size = len(kind)
    before = months.OPENING - (np.minimum(rng.exponential(7.0, size) + 0.1, 24) * YEAR).astype(np.int64)
    before = np.minimum(np.maximum(before, birth + int(16 * YEAR)), months.OPENING)
    usual = days_between(rng, np.full(size, months.STARTS[1]), np.full(size, months.LAST))
    late = days_between(rng, np.full(size, months.STARTS[STORIES.losing_from]), np.full(size, months.LAST))
    return np.choose(kind, (before, usual, late)).astype(np.int64)


def _with_leaver(rng: np.random.Generator, people: People) -> Flags:
    share = np.array([0.0, _LEAVER_AFFLUENT, _LEAVER_PRIVATE])[people.rank]
    here = (people.branch == STORIES.leaver_branch) & (people.opened <= STORIES.leaver_day - 180)
    chosen: Flags = here & (rng.random(people.size) < share)
    return chosen


def _departures(rng: np.random.Generator, people: People) -> Ints:
    left = np.full(people.size, months.NEVER)
    leaver_month = int(months.month_of(np.array([STORIES.leaver_day]))[0])
    losing = (people.branch == STORIES.losing_branch) & (people.rank == AFFLUENT)
    group = people.branch * 3 + people.rank
    for index in range(1, months.COUNT):
        chance = _HAZARD[people.rank]
        if index >= STORIES.losing_from:
            chance = np.where(losing, _LOSING, chance)
        if people.with_leaver.any():
            staying = 0.0 if index <= leaver_month else _LEAVING_WITH_RM if index <= leaver_month + 6 else 0.0034
            chance = np.where(people.with_leaver, staying, chance)
        start = np.maximum(people.opened + 20, months.STARTS[index])
        could = (left == months.NEVER) & (start <= months.ENDS[index])
        goes = _evenly(rng, np.where(could, chance, 0.0), group)
        days = days_between(rng, start, np.full(people.size, months.ENDS[index]))
        left = np.where(goes, days, left)
    return left


def _evenly(rng: np.random.Generator, chance: Floats, group: Ints) -> Flags:
    """Who is drawn by `chance`, in each group as many as expected: elsewhere than in its stories the bank is dull."""
    order = np.lexsort((rng.random(len(chance)), group))
    steps = np.floor(np.cumsum(chance[order]) + rng.random())
    chosen = np.zeros(len(chance), dtype=bool)
    chosen[order] = np.diff(steps, prepend=0.0) > 0
    return chosen


def _tied(people: People) -> People:
    """Two branches of exactly the same size at the end: the larger one gives up customers it has only just won."""
    there = people.left == months.NEVER
    counts = np.bincount(people.branch[there], minlength=len(BRANCHES))
    one, other = STORIES.tied_branches
    larger, surplus = (one, counts[one] - counts[other]) if counts[one] > counts[other] else (
        other, counts[other] - counts[one])
    spare = np.flatnonzero(there & (people.branch == larger) & (people.rank == MASS))
    newest = spare[np.argsort(-people.opened[spare], kind="stable")][:surplus]
    kept = np.ones(people.size, dtype=bool)
    kept[newest] = False
    return people.keep(kept)

