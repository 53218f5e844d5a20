"""surveys: one a quarter; a row without answers was sent and never came back."""

from __future__ import annotations

import numpy as np

from reportgen.sources.demo import months
from reportgen.sources.demo.bank import STORIES
from reportgen.sources.demo.bankwide import Bank
from reportgen.sources.demo.cells import Cells, dates, whole
from reportgen.sources.demo.chance import days_between, draw_by

_SENT, _ANSWERED, _FEW = 0.33, 0.185, 0.04
_CSAT = ((0.02, 0.04, 0.12, 0.46, 0.36), (0.05, 0.09, 0.18, 0.42, 0.26))
"""Weights of 1 to 5: as usual, and in the last quarter."""
_LAST_QUARTER = months.day("2025-10-01")


def surveys(bank: Bank) -> dict[str, Cells]:
    rng = bank.chance.of("surveys")
    people = bank.people
    customers, days = [], []
    for first in range(1, months.COUNT, 3):
        there = (people.opened < months.STARTS[first]) & (people.left > months.ENDS[first + 2])
        who = np.flatnonzero(there & bank.attributes.contactable & (rng.random(people.size) < _SENT))
        customers.append(who)
        size = len(who)
        days.append(days_between(rng, np.full(size, months.STARTS[first + 1]), np.full(size, months.ENDS[first + 2])))
    customer, day = np.concatenate(customers), np.concatenate(days)
    order = np.lexsort((customer, day))
    customer, day = customer[order], day[order]
    few = people.branch[customer] == STORIES.few_answers
    silent = rng.random(len(day)) >= np.where(few, _FEW, _ANSWERED)
    csat = 1 + draw_by(rng, (day >= _LAST_QUARTER).astype(np.int64), _CSAT)
    nps = np.clip(np.rint(csat * 2 - 0.6 + rng.normal(0, 1.2, len(day))), 0, 10).astype(np.int64)
    return {
        "customer_id": bank.ids(customer),
        "survey_date": dates(day),
        "csat_1_5": whole(csat, silent),
        "nps_0_10": whole(nps, silent),
    }
