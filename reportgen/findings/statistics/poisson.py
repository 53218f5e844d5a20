"""The exact interval of a rare count (F. Garwood, 1936)."""

from __future__ import annotations


def poisson_interval(count: int) -> tuple[float, float]:
    """95 % interval of the expected number of cases where `count` were seen; ValueError for a negative count."""
    if count < 0:
        raise ValueError(f"{count} is no count")
    from scipy.stats import chi2

    low = float(chi2.ppf(0.025, 2 * count)) / 2 if count else 0.0
    return low, float(chi2.ppf(0.975, 2 * count + 2)) / 2


def excess_p(count: int, earlier: int, periods: int) -> float:
    """One-sided p-value of `count` cases in one period after `earlier` cases in `periods` equal ones.

    Exact: given the total, the last period's cases are binomial if the rate is unchanged (J. Przyborowski and
    H. Wilenski, 1940), so that a short or quiet history is no certainty. ValueError for what are no counts.
    """
    if min(count, earlier) < 0 or periods < 1:
        raise ValueError(f"{count} after {earlier} in {periods} periods are no counts")
    if not count:
        return 1.0
    from scipy.stats import binom

    return float(binom.sf(count - 1, count + earlier, 1 / (periods + 1)))
