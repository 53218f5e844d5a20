"""incidents: short outages now and then, and the long one of December 2025."""

from __future__ import annotations

import numpy as np

from reportgen.sources.demo import months
from reportgen.sources.demo.bankwide import Bank
from reportgen.sources.demo.cells import Cells, codes, numbered, times, whole
from reportgen.sources.demo.chance import draw

CHANNELS = ("app", "web", "atm")
_OUTAGE = int(np.datetime64("2025-12-10T09:40", "m").astype(np.int64))
_OUTAGE_MINUTES = 95


def incidents(bank: Bank) -> dict[str, Cells]:
    rng = bank.chance.of("incidents")
    index = np.arange(1, months.COUNT - 1)
    index = index[rng.random(len(index)) < 0.8]
    start = (months.STARTS[index] + rng.integers(2, 26, len(index))) * 1440 + rng.integers(0, 1440, len(index))
    length = rng.integers(5, 31, len(index))
    start = np.append(start, _OUTAGE)
    length = np.append(length, _OUTAGE_MINUTES)
    channel = np.append(draw(rng, len(index), (0.5, 0.2, 0.3)), 0)
    hit = np.append(rng.integers(20, 200, len(index)), int(bank.balances.alive[:, -1].sum() * 0.117))
    return {
        "incident_id": numbered("I", len(start), 3),
        "channel": codes(channel, CHANNELS),
        "start_at": times(start),
        "end_at": times(start + length),
        "affected_customers": whole(hit),
    }
