"""The exact interval of a rare count (F. Garwood, 1936)."""

from __future__ import annotations


def poisson_interval(count: int) -> tuple[float, float]:
    """95 % interval of the expected number of cases where `count` were seen; ValueError for a negative count."""
    if count < 0:
        raise ValueError(f"{count} is no count")
    from scipy.stats import chi2

    low = float(chi2.ppf(0.025, 2 * count)) / 2 if count else 0.0
    return low, float(chi2.ppf(0.975, 2 * count + 2)) / 2
