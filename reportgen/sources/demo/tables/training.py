"""training: courses by member of staff; one branch falls short of twenty hours a year."""

from __future__ import annotations

import numpy as np

from reportgen.sources.demo import months
from reportgen.sources.demo.bank import STORIES
from reportgen.sources.demo.bankwide import Bank
from reportgen.sources.demo.cells import Cells, codes, dates, hundredths, texts, whole
from reportgen.sources.demo.chance import Ints, days_between, draw

TOPICS = ("suitability", "asset_allocation", "service", "compliance", "digital")
_A_YEAR, _FEWER = 10, 4
_HOURS = (150, 200, 300, 400)
"""Hundredths of an hour."""


def training(bank: Bank) -> dict[str, Cells]:
    rng = bank.chance.of("training")
    team = bank.team
    members, days = [], []
    for year in (2024, 2025):
        count = np.where(team.branch == STORIES.untrained, _FEWER, _A_YEAR) + rng.integers(0, 3, len(team.ids))
        who = np.repeat(np.arange(len(team.ids)), count)
        first, last = months.day(f"{year}-01-05"), months.day(f"{year}-12-20")
        day = days_between(rng, np.full(len(who), first), np.full(len(who), last))
        members.append(who)
        days.append(day)
    member, day = np.concatenate(members), np.concatenate(days)
    kept = day <= team.left[member]
    member, day = member[kept], day[kept]
    order = np.lexsort((member, day))
    member, day = member[order], day[order]
    return {
        "staff_id": texts(team.ids).take(_whole(member)),
        "training_date": dates(day),
        "topic": codes(draw(rng, len(day), (0.22, 0.22, 0.2, 0.2, 0.16)), TOPICS),
        "hours": hundredths(np.array(_HOURS)[draw(rng, len(day), (0.15, 0.3, 0.35, 0.2))]),
        "score": whole(np.clip(rng.normal(84, 7, len(day)), 50, 100).astype(np.int64)),
    }


def _whole(values: Ints) -> Cells:
    import pyarrow as pa

    return pa.array(values)
