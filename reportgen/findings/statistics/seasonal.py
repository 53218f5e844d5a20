"""Is a month's step unusual? Its growth against the same step a year before, on a robust scale (F. R. Hampel, 1974)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import log
from statistics import median

SEASON = 12
FEWEST = 2 * SEASON
"""Months needed: two full seasons."""
MAD_TO_SIGMA = 1.4826
"""The median absolute deviation times this estimates a normal standard deviation."""
MEAN_TO_SIGMA = 1.2533
"""The same of the mean absolute deviation, used where more than half the steps are alike (B. Iglewicz, 1993)."""


@dataclass(frozen=True, slots=True)
class Step:
    """The last month's logarithmic growth less the same month's a year before, and how unusual that is."""

    excess: float
    z: float
    """Robust score: distance from the median of the earlier steps in their robust standard deviations."""
    steps: int
    """Earlier steps it was held against."""


def last_step(values: Sequence[float]) -> Step | None:
    """The last step of a monthly series, oldest first.

    None under two full seasons, for a value that is not positive, or where all earlier steps are equal.
    """
    if len(values) < FEWEST or min(values) <= 0:
        return None
    growth = [log(after) - log(before) for before, after in pairwise(values)]
    excess = [growth[index] - growth[index - SEASON] for index in range(SEASON, len(growth))]
    last, earlier = excess[-1], excess[:-1]
    centre = median(earlier)
    distances = [abs(one - centre) for one in earlier]
    scale = MAD_TO_SIGMA * median(distances) or MEAN_TO_SIGMA * sum(distances) / len(distances)
    if scale < 1e-12:
        return None
    return Step(last, (last - centre) / scale, len(earlier))
