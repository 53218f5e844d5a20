"""The interval of a difference of two shares (R. G. Newcombe, 1998, method 10)."""

from __future__ import annotations

from math import sqrt

from reportgen.findings.statistics.wilson import wilson


def difference_interval(hits: int, n: int, rest_hits: int, rest_n: int) -> tuple[float, float]:
    """95 % interval of `hits/n - rest_hits/rest_n` as a fraction, from the two Wilson intervals."""
    rate, rest = hits / n, rest_hits / rest_n
    low, high = wilson(hits, n)
    rest_low, rest_high = wilson(rest_hits, rest_n)
    gap = rate - rest
    return (
        gap - sqrt((rate - low) ** 2 + (rest_high - rest) ** 2),
        gap + sqrt((high - rate) ** 2 + (rest - rest_low) ** 2),
    )
