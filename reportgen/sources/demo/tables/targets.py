"""targets: what was planned for the bank, its regions and branches, in customers (户), money (元) and hours.

The plan follows what came to be, a little above or below; two branches are left clearly behind it.
"""

from __future__ import annotations

import numpy as np

from reportgen.sources.demo import months
from reportgen.sources.demo.bank import BRANCHES, REGION_OF, REGIONS, STORIES
from reportgen.sources.demo.bankwide import Bank
from reportgen.sources.demo.cells import Cells, money, texts
from reportgen.sources.demo.chance import Flags, Floats, Ints

UNITS = ("bank", *(f"region:{code}" for code in REGIONS), *(f"branch:{code}" for code in BRANCHES))
HOURS = 24
"""Training planned a member of staff and year."""
_BEHIND = 0.82
"""Attainment of the two branches that are behind."""


def targets(bank: Bank, branch: Ints, *, behind: bool = True) -> dict[str, Cells]:
    """`branch` is each customer's, as the customers table has it; `behind=False` keeps everybody on plan."""
    rng = bank.chance.of("targets")
    reached = rng.uniform(0.99, 1.03, len(BRANCHES))
    if behind:
        reached[list(STORIES.behind)] = _BEHIND
    rows: list[tuple[str, str, str, int]] = []
    for index in range(1, months.COUNT):
        there = bank.balances.alive[:, index]
        rows += _planned("customers_total", months.LABELS[index], _count(branch[there]), reached, 100)
        rows += _planned("aum_point", months.LABELS[index], _total(branch, bank.balances.aum[:, index], there),
                         reached, 1_000_000)
    for year, opening, closing in (("2024", 0, 12), ("2025", 12, 24)):
        new = bank.balances.alive[:, closing] & ~bank.balances.alive[:, opening]
        rows += _planned("customers_gross_new", year, _count(branch[new]), reached, 100)
        rows += _planned("aum_gross_new", year, _total(branch, bank.balances.aum[:, closing], new), reached, 1_000_000)
        rows += [("training_hours", year, unit, HOURS * 100) for unit in UNITS]
    return {
        "metric_id": texts([row[0] for row in rows]),
        "period": texts([row[1] for row in rows]),
        "unit_id": texts([row[2] for row in rows]),
        "target": money(np.array([row[3] for row in rows])),
    }


def _count(branch: Ints) -> Ints:
    """Hundredths of customers by branch, so that counts and money are planned alike."""
    return np.bincount(branch, minlength=len(BRANCHES)) * 100


def _total(branch: Ints, amount: Ints, who: Flags) -> Ints:
    total = np.zeros(len(BRANCHES), dtype=np.int64)
    np.add.at(total, branch[who], amount[who])
    return total


def _planned(metric: str, period: str, actual: Ints, reached: Floats,
             step: int) -> list[tuple[str, str, str, int]]:
    """The plan of each branch in steps of `step` hundredths; a region's and the bank's are sums of it."""
    plan = np.maximum(np.rint(actual / reached / step).astype(np.int64), 1) * step
    regions = [int(plan[np.array(REGION_OF) == number].sum()) for number in range(len(REGIONS))]
    values = [int(plan.sum()), *regions, *(int(one) for one in plan)]
    return [(metric, period, unit, value) for unit, value in zip(UNITS, values, strict=True)]
