"""competitors: three of them, month by month; at the end one pays more for deposits."""

from __future__ import annotations

import numpy as np

from reportgen.sources.demo import months
from reportgen.sources.demo.bankwide import Bank
from reportgen.sources.demo.cells import Cells, codes, dates, hundredths

COMPETITORS = ("bank_a", "bank_b", "bank_c")
TYPES = ("deposit_time", "wealth")
_OURS = {"deposit_time": (185, 130), "wealth": (305, 240)}
"""Hundredths of a percent in January 2024 and in December 2025."""
_GAP = 15


def competitors(bank: Bank) -> dict[str, Cells]:
    rng = bank.chance.of("competitors")
    rows: list[tuple[int, int, int, int, int]] = []
    for index in range(1, months.COUNT):
        for kind, name in enumerate(TYPES):
            first, last = _OURS[name]
            ours = first + (last - first) * (index - 1) // (months.COUNT - 2) // 5 * 5
            for who in range(len(COMPETITORS)):
                theirs = ours + int(rng.integers(-12, 6))
                if index == months.COUNT - 1 and kind == 0:
                    theirs = ours + (_GAP if who == 1 else -5)
                rows.append((index, who, kind, theirs, ours))
    index_, who_, kind_, theirs_, ours_ = np.array(rows).T
    return {
        "as_of": dates(months.ENDS[index_]),
        "competitor": codes(who_, COMPETITORS),
        "product_type": codes(kind_, TYPES),
        "rate": hundredths(theirs_),
        "our_rate": hundredths(ours_),
    }
