"""life_events: birthdays and great days of the private and affluent customers, and whether the bank took notice."""

from __future__ import annotations

import numpy as np

from reportgen.sources.demo import months
from reportgen.sources.demo.bank import MASS
from reportgen.sources.demo.bankwide import Bank
from reportgen.sources.demo.cells import Cells, codes, dates
from reportgen.sources.demo.chance import Flags, days_between, draw

EVENTS = ("birthday", "marriage", "child_birth", "moving_house", "retirement")
_IN_TIME, _NEVER = 0.93, 0.03


def life_events(bank: Bank) -> dict[str, Cells]:
    rng = bank.chance.of("life_events")
    people, balances = bank.people, bank.balances
    served: Flags = balances.alive & (balances.tier > MASS)
    born = people.birth.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64) % 12
    this = np.array([int(label[-2:]) - 1 for label in months.LABELS])
    birthday = served & (born[:, None] == this)
    other = served & (rng.random(served.shape) < 0.006)
    birthday[:, 0] = other[:, 0] = False
    customer, index = np.concatenate([np.nonzero(birthday), np.nonzero(other)], axis=1)
    kind = np.where(np.arange(len(customer)) < birthday.sum(), 0, 1 + draw(rng, len(customer), (0.2, 0.25, 0.4, 0.15)))
    in_month = people.birth[customer] - people.birth[customer].astype("datetime64[D]").astype(
        "datetime64[M]").astype("datetime64[D]").astype(np.int64)
    day = np.where(kind == 0, np.minimum(months.STARTS[index] + in_month, months.ENDS[index]),
                   days_between(rng, months.STARTS[index], months.ENDS[index]))
    kept = (day >= people.opened[customer]) & (day < months.LAST - 8)
    customer, kind, day = customer[kept], kind[kept], day[kept]
    order = np.lexsort((kind, customer, day))
    customer, kind, day = customer[order], kind[order], day[order]
    size = len(day)
    reported = np.where(kind == 0, day, day + rng.integers(0, 4, size))
    chance = rng.random(size)
    taken = np.where(chance < _IN_TIME, day + rng.integers(0, 4, size), day + rng.integers(4, 9, size))
    taken = np.where(chance > 1 - _NEVER, months.NEVER, np.maximum(taken, np.where(kind == 0, day, reported)))
    return {
        "customer_id": bank.ids(customer),
        "event_date": dates(day),
        "event_type": codes(kind, EVENTS),
        "reported_at": dates(reported),
        "acknowledged_at": dates(taken),
    }
