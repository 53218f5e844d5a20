"""campaigns: who was targeted and what came of it, each with a control group."""

from __future__ import annotations

import numpy as np

from reportgen.sources.demo import months
from reportgen.sources.demo.bankwide import Bank
from reportgen.sources.demo.cells import Cells, codes, flags
from reportgen.sources.demo.chance import Flags, Ints

CAMPAIGNS = (
    ("CP2501", "insurance", 0.062, 0.030), ("CP2503", "fund", 0.050, 0.034), ("CP2505", "wealth", 0.085, 0.052),
    ("CP2507", "gold", 0.028, 0.027), ("CP2509", "credit_card", 0.090, 0.041), ("CP2511", "wealth", 0.080, 0.055),
)
"""Name, product, conversion of the targeted and of the control group."""
_SHARE = 0.11
_CONTROL = 0.2


def campaigns(bank: Bank) -> dict[str, Cells]:
    rng = bank.chance.of("campaigns")
    columns: list[tuple[Ints, int, Flags, Flags, Flags, Flags]] = []
    there = np.flatnonzero(bank.balances.alive[:, months.month("2024-12")] & (bank.people.left > months.LAST))
    for place, (_, _, wanted, anyway) in enumerate(CAMPAIGNS):
        who = np.sort(rng.choice(there, round(len(there) * _SHARE), replace=False))
        control = rng.random(len(who)) < _CONTROL
        reached = ~control & (rng.random(len(who)) < 0.7)
        converted = np.zeros(len(who), dtype=bool)
        for group, share in ((~control, wanted), (control, anyway)):
            chosen = rng.permutation(np.flatnonzero(group) if share == anyway else np.flatnonzero(reached))
            converted[chosen[: round(group.sum() * share)]] = True
        responded = reached & (converted | (rng.random(len(who)) < 0.15))
        columns.append((who, place, control, reached, responded, converted))
    number = np.concatenate([np.full(len(who), which) for who, which, *_ in columns])
    customer, control, reached, responded, converted = (
        np.concatenate([column[part] for column in columns]) for part in (0, 2, 3, 4, 5)
    )
    return {
        "campaign_id": codes(number, [name for name, *_ in CAMPAIGNS]),
        "product": codes(number, [product for _, product, *_ in CAMPAIGNS]),
        "customer_id": bank.ids(customer),
        "targeted": flags(~control),
        "reached": flags(reached),
        "responded": flags(responded),
        "converted": flags(converted),
        "control": flags(control),
    }
