"""Wilson's score interval of a share (E. B. Wilson, 1927)."""

from __future__ import annotations

from math import sqrt
from statistics import NormalDist

Z95 = NormalDist().inv_cdf(0.975)
"""Standard normal quantile of a two-sided 95 % interval."""


def wilson(hits: int, n: int) -> tuple[float, float]:
    """95 % interval of `hits / n` as fractions; ValueError unless 0 <= hits <= n and n > 0."""
    if not 0 <= hits <= n or n == 0:
        raise ValueError(f"{hits} of {n} is no share of customers")
    z2 = Z95 * Z95
    centre = (hits + z2 / 2) / (n + z2)
    half = Z95 / (n + z2) * sqrt(hits * (n - hits) / n + z2 / 4)
    # At the ends one bound is exact; the formula leaves a rounding error there.
    low = 0.0 if hits == 0 else max(0.0, centre - half)
    high = 1.0 if hits == n else min(1.0, centre + half)
    return low, high
