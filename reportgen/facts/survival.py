"""How long customers stay: the product-limit estimate of Kaplan and Meier, with late entry and censoring.

A customer is at risk at a time after `entry` up to and with `exit` (months since the account was opened), so those
first seen with an old account do not count for the months nobody watched. Who is still there at the end is censored.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Survival:
    """Times from 1 to the last at which somebody was at risk; arrays of one length."""

    times: Ints
    at_risk: Ints
    lost: Ints
    surviving: NDArray[np.float64]
    """Estimated share still there after each time; not a number after a time at which nobody was at risk."""

    def after(self, time: int) -> tuple[float, int] | None:
        """Share surviving a time and the number at risk at it, or None where the data do not reach."""
        if not 1 <= time <= len(self.times) or np.isnan(self.surviving[time - 1]):
            return None
        return float(self.surviving[time - 1]), int(self.at_risk[time - 1])


def kaplan_meier(entry: Ints, exit: Ints, lost: Flags, weight: Ints | None = None) -> Survival:  # noqa: A002
    """Of customers at risk over (entry, exit] with `lost` where they left at `exit`; `weight`: customers a row.

    Rows with `exit` not after `entry` were never at risk and count for nothing.
    """
    weight = np.ones(len(entry), dtype=np.int64) if weight is None else weight
    seen = exit > entry
    entry, exit, lost, weight = entry[seen], exit[seen], lost[seen], weight[seen]  # noqa: A001
    last = int(exit.max(initial=0))
    came, gone, died = (np.zeros(last + 2, dtype=np.int64) for _ in range(3))
    np.add.at(came, np.maximum(entry, 0) + 1, weight)
    np.add.at(gone, exit + 1, weight)
    np.add.at(died, exit[lost], weight[lost])
    at_risk = np.cumsum(came - gone)[1 : last + 1]
    died = died[1 : last + 1]
    kept = np.where(at_risk > 0, 1 - died / np.maximum(at_risk, 1), np.nan).astype(np.float64)
    surviving: NDArray[np.float64] = np.multiply.accumulate(kept)
    return Survival(np.arange(1, last + 1, dtype=np.int64), at_risk, died, surviving)
