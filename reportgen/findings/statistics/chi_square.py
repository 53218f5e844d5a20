"""Are the rows and columns of a cross table independent? Chi-square, Cramér's V, adjusted residuals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Any, Literal

from reportgen.findings.statistics.two_proportions import SMALL

PERMUTATIONS = 9_999
"""Tables drawn where the chi-square is unsafe: the smallest p-value they can give is 1/10,000."""
SEED = 20_110_531
_BATCH = 999


@dataclass(frozen=True, slots=True)
class Independence:
    """Result of the test; `expected` and `residuals` have the table's shape, 0 where a whole row or column is empty."""

    n: int
    chi2: float
    dof: int
    p: float
    v: float
    expected: tuple[tuple[float, ...], ...]
    residuals: tuple[tuple[float, ...], ...]
    method: Literal["chi2", "permutation"]


def independence(table: Sequence[Sequence[int]]) -> Independence | None:
    """Test a table of counts; None where fewer than two rows or two columns hold anybody.

    Where an expected count is under 5 the p-value comes from tables drawn at random with the same margins
    (`PERMUTATIONS` of them, seeded, so it repeats); otherwise from the chi-square distribution.
    Residuals are Haberman's adjusted ones (1973): about standard normal under independence.
    """
    import numpy as np

    counts = np.asarray(table, dtype=np.int64)
    if counts.ndim != 2 or (counts < 0).any():
        raise ValueError("a cross table holds counts in rows and columns")
    rows, columns = counts.sum(axis=1), counts.sum(axis=0)
    n = int(counts.sum())
    filled_rows, filled_columns = int((rows > 0).sum()), int((columns > 0).sum())
    if min(filled_rows, filled_columns) < 2:
        return None
    expected = np.outer(rows, columns) / n
    spread = expected * np.outer(1 - rows / n, 1 - columns / n)
    residuals = np.divide(counts - expected, np.sqrt(spread), out=np.zeros_like(expected), where=spread > 0)
    chi2 = _statistic(counts, expected)
    dof = (filled_rows - 1) * (filled_columns - 1)
    small = bool((expected[expected > 0] < SMALL).any())
    p = _permuted(counts, expected, chi2) if small else _asymptotic(chi2, dof)
    v = sqrt(chi2 / (n * (min(filled_rows, filled_columns) - 1)))
    return Independence(
        n, chi2, dof, p, v, _rows(expected), _rows(residuals), "permutation" if small else "chi2"
    )


def _statistic(counts: Any, expected: Any) -> float:
    """Pearson's statistic; cells of an empty row or column count nothing."""
    import numpy as np

    terms = np.divide((counts - expected) ** 2, expected, out=np.zeros_like(expected), where=expected > 0)
    return float(terms.sum())


def _asymptotic(chi2: float, dof: int) -> float:
    from scipy.stats import chi2 as distribution

    return float(distribution.sf(chi2, dof))


def _permuted(counts: Any, expected: Any, chi2: float) -> float:
    """Share of random tables of the same margins at least as far from independence, the observed one included."""
    import numpy as np
    from scipy.stats import random_table

    kept = np.ix_(counts.sum(axis=1) > 0, counts.sum(axis=0) > 0)
    counts, expected = counts[kept], expected[kept]
    draw = random_table(counts.sum(axis=1), counts.sum(axis=0))
    generator = np.random.default_rng(SEED)
    as_far = 0
    for start in range(0, PERMUTATIONS, _BATCH):
        drawn = draw.rvs(size=min(_BATCH, PERMUTATIONS - start), random_state=generator)
        distances = ((drawn - expected) ** 2 / expected).sum(axis=(1, 2))
        as_far += int((distances >= chi2 * (1 - 1e-9)).sum())
    return (1 + as_far) / (1 + PERMUTATIONS)


def _rows(values: Any) -> tuple[tuple[float, ...], ...]:
    return tuple(tuple(float(value) for value in row) for row in values)
