"""The demonstration bank's time: 25 month ends, from the opening 2023-12-31 to 2025-12-31.

Days are whole numbers since 1970-01-01, as in Parquet; a month's index is that of its end in `ENDS`.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Days = npt.NDArray[np.int64]
"""Days since 1970-01-01."""

COUNT = 25
_MONTHS = np.datetime64("2023-12", "M") + np.arange(COUNT)
STARTS: Days = _MONTHS.astype("datetime64[D]").astype(np.int64)
"""First day of each month."""
ENDS: Days = (_MONTHS + 1).astype("datetime64[D]").astype(np.int64) - 1
"""Last day of each month: the dates of the snapshots."""
LABELS: tuple[str, ...] = tuple(str(month) for month in _MONTHS)
OPENING = int(ENDS[0])
LAST = int(ENDS[-1])
NEVER = np.iinfo(np.int64).max
"""A day that does not come: not left, not ended, no maturity."""


def day(text: str) -> int:
    """`2025-12-31` as a day number."""
    return int(np.datetime64(text, "D").astype(np.int64))


def month(text: str) -> int:
    """`2025-06` as an index into `ENDS`."""
    return LABELS.index(text)


def month_of(days: Days) -> Days:
    """The index of the month each day lies in; days before the opening month give 0."""
    return np.clip(np.searchsorted(ENDS, days), 0, COUNT - 1).astype(np.int64)


def quarter_end(index: int) -> bool:
    """Whether the month closes a quarter."""
    return int(LABELS[index][-2:]) % 3 == 0
