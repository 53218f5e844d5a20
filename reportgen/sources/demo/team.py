"""The bank's staff, and who looks after whom."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from reportgen.sources.demo import months
from reportgen.sources.demo.balances import Balances
from reportgen.sources.demo.bank import AFFLUENT, BRANCHES, PRIVATE, STORIES
from reportgen.sources.demo.chance import Chance, Flags, Ints
from reportgen.sources.demo.people import People

ROLES = ("private_rm", "affluent_rm", "branch_head", "lobby")
_LOADS = {PRIVATE: (43, 3), AFFLUENT: (124, 3)}
"""Customers a manager looks after, and the fewest managers of a branch."""
_LOBBY = 3
_UNASSIGNED = 0.022
_CONCENTRATED = 0.50
_OVERLOAD = 1.9


@dataclass(frozen=True, slots=True)
class Team:
    """One element a member of staff; `rm` one a customer: an index into the staff, -1 for nobody."""

    ids: tuple[str, ...]
    branch: Ints
    role: Ints
    left: Ints
    rm: Ints


def make_team(chance: Chance, people: People, balances: Balances) -> Team:
    rng = chance.of("team")
    last = _last_month(people)
    rows = np.arange(people.size)
    # Once a customer has reached a tier somebody is named for it; the highest of the last year decides.
    tier = np.max([balances.tier[rows, np.maximum(last - back, 0)] for back in range(6)], axis=0)
    money = balances.plain[rows, last]
    ids: list[str] = []
    branch: list[int] = []
    role: list[int] = []
    rm = np.full(people.size, -1)
    for number, code in enumerate(BRANCHES):
        here = people.branch == number
        for rank, kind in ((PRIVATE, 0), (AFFLUENT, 1)):
            who = np.flatnonzero(here & (tier == rank) & ~people.with_leaver)
            living = int((people.left[who] == months.NEVER).sum())
            load, fewest = _LOADS[rank]
            leaves = kind == 0 and number == STORIES.leaver_branch
            count = max(fewest, round(living / load)) + leaves
            names = [f"M{code[1:]}{20 * kind + one:02d}" for one in range(1, count + 1)]
            staff = [len(ids) + one for one, name in enumerate(names) if name != STORIES.leaver]
            rm[who] = _shared_out(rng, number, rank, who, money, people, np.array(staff))
            ids += names
            branch += [number] * count
            role += [kind] * count
        names = [f"H{code[1:]}01", *(f"L{code[1:]}{one:02d}" for one in range(1, _LOBBY + 1))]
        ids += names
        branch += [number] * len(names)
        role += [2] + [3] * _LOBBY
    rm[rng.random(people.size) < _UNASSIGNED] = -1
    rm[people.with_leaver] = ids.index(STORIES.leaver)
    left = np.full(len(ids), months.NEVER)
    left[ids.index(STORIES.leaver)] = STORIES.leaver_day
    return Team(tuple(ids), np.array(branch), np.array(role), left, rm)


def _last_month(people: People) -> Ints:
    """The month of each customer's last snapshot; for one who came and left between two, the month of coming."""
    seen = np.where(people.left == months.NEVER, months.COUNT - 1, np.searchsorted(months.ENDS, people.left) - 1)
    return np.maximum(seen, np.minimum(months.month_of(people.opened), months.COUNT - 1))


def _shared_out(rng: np.random.Generator, branch: int, rank: int, who: Ints, money: Ints, people: People,
                staff: Ints) -> Ints:
    """A manager for each of `who`: the money dealt evenly, but for the two stories."""
    there: Flags = people.left[who] == months.NEVER
    order = np.lexsort((-money[who], ~there))
    turn = np.arange(len(who))
    lap, seat = turn // len(staff), turn % len(staff)
    dealt = np.where(lap % 2 == 0, seat, len(staff) - 1 - seat)
    assigned = np.empty(len(who), dtype=np.int64)
    assigned[order] = staff[dealt]
    if rank == PRIVATE and branch == STORIES.concentrated_branch:
        total = np.where(there, money[who], 0)
        largest = order[np.cumsum(total[order]) <= _CONCENTRATED * total.sum()]
        rest = np.setdiff1d(order, largest, assume_unique=True)
        assigned[largest] = staff[0]
        assigned[rest] = staff[1 + np.arange(len(rest)) % (len(staff) - 1)]
    if rank == AFFLUENT and branch == STORIES.overloaded_branch:
        weights = np.ones(len(staff))
        weights[-1] = _OVERLOAD * len(staff) / (len(staff) - 0.9)
        assigned = rng.choice(staff, size=len(who), p=weights / weights.sum())
    return assigned

