"""complaints: a steady trickle, a cluster about the app, repeats in one region, a few past their limit."""

from __future__ import annotations

import numpy as np

from reportgen.sources.demo import months
from reportgen.sources.demo.bank import REGION_OF, STORIES
from reportgen.sources.demo.bankwide import Bank
from reportgen.sources.demo.cells import Cells, codes, dates, flags, numbered, texts
from reportgen.sources.demo.chance import Flags, Ints, days_between, draw

CATEGORIES = ("fees", "waiting", "attitude", "product_info", "app", "card")
CHANNELS = ("phone", "branch", "app", "regulator")
COMPLEXITY = ("plain", "complex", "special")
LIMITS = (15, 30, 60)
"""Days to close, by complexity."""
_A_MONTH = 0.0026
_CLUSTER = 0.014
"""Complaints a customer of the branch in its month, beside the usual ones."""
_REPEAT_EVERY = (24, 7)
"""One complaint in so many is a repeat, elsewhere and in the region of the story."""
_OPEN_OVERDUE = (6, 3, 1)
"""Complaints still open at the end past 15, 30 and 60 days."""


def complaints(bank: Bank) -> dict[str, Cells]:
    rng = bank.chance.of("complaints")
    customer, day, category = _received(rng, bank)
    size = len(day)
    complexity = draw(rng, size, (0.80, 0.17, 0.03))
    limit = np.array(LIMITS)[complexity]
    needed = np.minimum((rng.gamma(2.2, 0.15, size) * limit).astype(np.int64) + 1, limit - 1)
    late = rng.random(size) < 0.025
    needed = np.where(late, limit + rng.integers(1, 15, size), needed)
    closed = day + needed
    closed = np.where(closed > months.LAST, months.NEVER, closed)
    _leave_open(day, limit, complexity, closed)
    open_ = closed == months.NEVER
    repeats = _repeats(bank, customer, day)
    ids = numbered("P", size, 5)
    return {
        "complaint_id": ids,
        "customer_id": bank.ids(customer),
        "received_at": dates(day),
        "closed_at": dates(closed),
        "category": codes(category, CATEGORIES),
        "channel": codes(draw(rng, size, (0.55, 0.22, 0.20, 0.03)), CHANNELS),
        "complexity": codes(complexity, COMPLEXITY),
        "satisfied": flags(rng.random(size) < 0.78, open_),
        "repeat_of": texts([f"P{one + 1:05d}" if one >= 0 else None for one in repeats]),
    }


def _received(rng: np.random.Generator, bank: Bank) -> tuple[Ints, Ints, Ints]:
    """Customer, day and category in the order of the days."""
    alive = bank.balances.alive
    customer, index = np.nonzero(alive & (rng.random(alive.shape) < _A_MONTH) & (np.arange(months.COUNT) > 0))
    category = draw(rng, len(customer), (0.20, 0.24, 0.14, 0.18, 0.12, 0.12))
    here = alive[:, STORIES.app_month] & (bank.people.branch == STORIES.app_branch)
    # The number is set, not drawn: the story must be there at any seed.
    angry = rng.permutation(np.flatnonzero(here))[: max(8, round(here.sum() * _CLUSTER))]
    customer = np.concatenate([customer, angry])
    index = np.concatenate([index, np.full(len(angry), STORIES.app_month)])
    category = np.concatenate([category, np.full(len(angry), CATEGORIES.index("app"))])
    first = np.maximum(bank.people.opened[customer], months.STARTS[index])
    outage = np.maximum(first, months.day("2025-12-10"))
    first = np.where(np.arange(len(index)) >= len(index) - len(angry), outage, first)
    day = days_between(rng, first, months.ENDS[index])
    order = np.lexsort((customer, day))
    return customer[order], day[order], category[order]


def _leave_open(day: Ints, limit: Ints, complexity: Ints, closed: Ints) -> None:
    """Take back the closing of the latest few that would be past their limit at the end."""
    for kind, count in enumerate(_OPEN_OVERDUE):
        past: Flags = (complexity == kind) & (months.LAST - day > limit)
        closed[np.flatnonzero(past)[-count:]] = months.NEVER


def _repeats(bank: Bank, customer: Ints, day: Ints) -> Ints:
    """The index of the complaint each one repeats, -1 for none; the customer becomes the earlier one's."""
    region = np.array(REGION_OF)[bank.people.branch[customer]]
    repeats = np.full(len(day), -1)
    taken: set[int] = set()
    for number in range(3):
        there = np.flatnonzero(region == number)
        every = _REPEAT_EVERY[number == STORIES.repeats_region]
        for place in range(every - 1, len(there), every):
            own = int(there[place])
            earlier = there[:place][day[there[:place]] <= day[own] - 10]
            free = [int(one) for one in earlier[-30:][::-1]
                    if int(one) not in taken and bank.people.left[customer[one]] > day[own]]
            if free:
                repeats[own] = free[0]
                customer[own] = customer[free[0]]
                taken |= {own, free[0]}
    return repeats

