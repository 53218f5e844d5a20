"""notices: changes that private and affluent customers are told of; two of them were told late."""

from __future__ import annotations

import numpy as np

from reportgen.sources.demo import months
from reportgen.sources.demo.bank import AFFLUENT, PRIVATE, STORIES, TIERS
from reportgen.sources.demo.bankwide import Bank
from reportgen.sources.demo.cells import Cells, codes, dates
from reportgen.sources.demo.chance import Ints

NOTICES = (
    ("N2403", "2024-03-01", "2024-03-25", PRIVATE), ("N2406", "2024-06-03", "2024-06-28", AFFLUENT),
    ("N2409", "2024-09-02", "2024-09-27", PRIVATE), ("N2412", "2024-12-02", "2024-12-27", AFFLUENT),
    ("N2505", "2025-05-06", "2025-05-28", PRIVATE), ("N2508", "2025-08-01", "2025-08-27", AFFLUENT),
    ("N2511", "2025-11-03", "2025-11-26", PRIVATE), ("N2512", "2025-12-01", "2025-12-26", PRIVATE),
)
"""Number, published, in effect, for whom."""
_LATE, _UNTOLD = 0.24, 0.05


def notices(bank: Bank) -> dict[str, Cells]:
    rng = bank.chance.of("notices")
    people, balances = bank.people, bank.balances
    rows: list[Ints] = []
    for number, (_, published, effective, tier) in enumerate(NOTICES):
        first, last = months.day(published), months.day(effective)
        index = int(months.month_of(np.array([first]))[0]) - 1
        who = np.flatnonzero(balances.alive[:, index] & (balances.tier[:, index] == tier) & (people.left > last))
        size = len(who)
        sent = first + rng.integers(0, last - first - 4, size)
        if published[:7] in STORIES.late_notices:
            chance = rng.random(size)
            sent = np.where(chance < _LATE, last + rng.integers(-2, 6, size), sent)
            sent = np.where(chance > 1 - _UNTOLD, months.NEVER, sent)
        rows.append(np.stack([np.full(size, number), who, sent, np.full(size, first), np.full(size, last)]))
    number, customer, sent, published_at, effective_at = np.concatenate(rows, axis=1)
    return {
        "notice_id": codes(number, [name for name, *_ in NOTICES]),
        "published_at": dates(published_at),
        "effective_at": dates(effective_at),
        "tier": codes(np.array([tier for *_, tier in NOTICES])[number], TIERS),
        "customer_id": bank.ids(customer),
        "sent_at": dates(sent),
    }
