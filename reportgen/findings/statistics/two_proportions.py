"""Do two shares differ? Fisher's exact test where counts are small, the pooled score test otherwise."""

from __future__ import annotations

from math import sqrt

SMALL = 5
"""Expected counts under this make the normal approximation unsafe (W. G. Cochran, 1954)."""


def two_proportions(hits: int, n: int, rest_hits: int, rest_n: int) -> float:
    """Two-sided p-value of `hits/n` against `rest_hits/rest_n`; 1.0 where nobody or everybody has the attribute.

    ValueError where a count does not fit its base.
    """
    if not (0 <= hits <= n and 0 <= rest_hits <= rest_n and n and rest_n):
        raise ValueError(f"{hits} of {n} and {rest_hits} of {rest_n} are no two shares")
    total, having = n + rest_n, hits + rest_hits
    if having in (0, total):
        return 1.0
    if min(n, rest_n) * min(having, total - having) < SMALL * total:
        import numpy as np
        from scipy.stats import fisher_exact

        return float(fisher_exact(np.array([[hits, n - hits], [rest_hits, rest_n - rest_hits]])).pvalue)
    from scipy.stats import norm

    pooled = having / total
    z = (hits / n - rest_hits / rest_n) / sqrt(pooled * (1 - pooled) * (1 / n + 1 / rest_n))
    return min(1.0, 2 * float(norm.sf(abs(z))))
