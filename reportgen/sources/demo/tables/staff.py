"""staff: relationship managers, branch heads and lobby managers."""

from __future__ import annotations

import numpy as np

from reportgen.sources.demo import months
from reportgen.sources.demo.bank import BRANCHES, STORIES
from reportgen.sources.demo.bankwide import Bank
from reportgen.sources.demo.cells import Cells, codes, dates, texts
from reportgen.sources.demo.team import ROLES

_CERTIFIED = 0.75
_BACKED_UP = 0.88
_SETS = ("AFP", "AFP;fund", "CFP;fund;insurance", "fund;insurance", "insurance", "AFP;CFP;fund")


def staff(bank: Bank) -> dict[str, Cells]:
    rng = bank.chance.of("staff")
    team = bank.team
    size = len(team.ids)
    start = months.OPENING - 30 - (rng.exponential(6.0, size) * 365).astype(np.int64)
    # A share that is planned: every fourth member is without a certificate, in an order drawn by chance.
    without = np.argsort(rng.random(size)) >= round(size * _CERTIFIED)
    return {
        "rm_id": texts(team.ids),
        "branch_id": codes(team.branch, BRANCHES),
        "role": codes(team.role, ROLES),
        "start_date": dates(np.maximum(start, months.OPENING - 30 * 365)),
        "leave_date": dates(team.left),
        "certificates": codes(rng.integers(0, len(_SETS), size), _SETS, without),
        "backup_rm_id": texts(_backups(rng, bank)),
    }


def _backups(rng: np.random.Generator, bank: Bank) -> list[str | None]:
    """The next manager of the same branch and role; none for the one who leaves and for some others."""
    team = bank.team
    named: list[str | None] = [None] * len(team.ids)
    chances = rng.random(len(team.ids))
    for branch in range(len(BRANCHES)):
        for role in (0, 1):
            peers = [int(one) for one in np.flatnonzero((team.branch == branch) & (team.role == role))]
            staying = [one for one in peers if team.ids[one] != STORIES.leaver]
            for place, one in enumerate(staying):
                if len(staying) > 1 and chances[one] < _BACKED_UP:
                    named[one] = team.ids[staying[(place + 1) % len(staying)]]
    return named
