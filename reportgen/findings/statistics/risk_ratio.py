"""The interval of a ratio of two shares on the log scale (D. Katz et al., 1978): the over-index's interval."""

from __future__ import annotations

from math import exp, log, sqrt

from reportgen.findings.statistics.wilson import Z95


def ratio_interval(hits: int, n: int, rest_hits: int, rest_n: int) -> tuple[float, float]:
    """95 % interval of `(hits/n) / (rest_hits/rest_n)`; 1 means as often as the rest.

    Where one of the counts is 0 or the whole group, half a customer is added to hits and to bases (S. D. Walter,
    1975): the plain formula has no answer for nobody, and claims certainty for everybody.
    """
    a, b, c, d = float(hits), float(n), float(rest_hits), float(rest_n)
    if 0 in (hits, rest_hits) or (hits == n and rest_hits == rest_n):
        a, b, c, d = a + 0.5, b + 0.5, c + 0.5, d + 0.5
    centre = log((a / b) / (c / d))
    half = Z95 * sqrt(1 / a - 1 / b + 1 / c - 1 / d)
    return exp(centre - half), exp(centre + half)
