"""leads: where new business comes from, and how far it got. A lead that is won names its customer."""

from __future__ import annotations

import numpy as np

from reportgen.sources.demo import months
from reportgen.sources.demo.bankwide import Bank
from reportgen.sources.demo.cells import Cells, codes, dates, money, numbered
from reportgen.sources.demo.chance import Ints, days_between, draw

SOURCES = ("referral", "walk_in", "online", "corporate", "campaign")
STAGES = ("created", "contacted", "qualified", "proposal", "won", "lost")
_WON = STAGES.index("won")
_NEW_FROM_LEADS = 0.62
_OTHERS_A_WON = 3.2


def leads(bank: Bank) -> dict[str, Cells]:
    rng = bank.chance.of("leads")
    people = bank.people
    new = np.flatnonzero((people.opened > months.OPENING) & (rng.random(people.size) < _NEW_FROM_LEADS))
    others = round(len(new) * _OTHERS_A_WON)
    size = len(new) + others
    customer = np.concatenate([new, np.full(others, -1)])
    won = customer >= 0
    begun = days_between(rng, np.full(others, months.STARTS[1]), np.full(others, months.LAST))
    last_day = np.concatenate([people.opened[new], np.minimum(begun + rng.integers(0, 60, others), months.LAST)])
    created = np.concatenate([np.maximum(people.opened[new] - rng.integers(1, 50, len(new)), months.STARTS[1]), begun])
    created = np.minimum(created, last_day)
    stage = np.where(won, _WON, np.array([0, 1, 2, 3, 5])[draw(rng, size, (0.10, 0.16, 0.10, 0.06, 0.58))])
    source = np.where(won, draw(rng, size, (0.14, 0.40, 0.22, 0.14, 0.10)),
                      draw(rng, size, (0.06, 0.24, 0.40, 0.10, 0.20)))
    old = np.flatnonzero(people.opened <= months.OPENING)
    referrer = np.where(source == 0, rng.choice(old, size), -1)
    referrer = np.where(people.left[referrer] > created, referrer, -1)
    amount = np.rint(rng.lognormal(np.log(120_000), 1.0, size) / 1000).astype(np.int64) * 100_000
    order = np.lexsort((customer, stage, created))
    return {
        "lead_id": numbered("D", size, 5),
        "source": codes(source[order], SOURCES),
        "created_at": dates(created[order]),
        "customer_id": _ids_or_none(bank, customer[order]),
        "referrer_id": _ids_or_none(bank, referrer[order]),
        "stage": codes(stage[order], STAGES),
        "stage_date": dates(last_day[order]),
        "amount": money(amount[order]),
    }


def _ids_or_none(bank: Bank, customer: Ints) -> Cells:
    import pyarrow as pa

    return bank.customer_ids.take(pa.array(np.maximum(customer, 0), mask=customer < 0))
