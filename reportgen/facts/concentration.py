"""How unevenly assets stand: top shares, Gini, Lorenz; exact by sorting, or from logarithmic bins.

Definitions are the catalogue's: `top20_share` takes the top ceil(0.2 n) customers, `gini` is
2·Σ(i·x_i)/(n·Σx) − (n+1)/n over ascending x. Exact results are fractions of integers. From bins the
customers of one bin count as equal: measured against exact, under 6e-6 off for Gini, 1.4e-5 for the top 20 %.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

DECILES = tuple(range(10, 101, 10))
_BLOCK = 1 << 15
_HALF = 1 << 20


@dataclass(frozen=True, slots=True)
class Concentration:
    """Shares of the total held by the largest customers; None where nobody holds anything."""

    n: int
    total: int
    top10: Fraction
    top20: Fraction
    for_80: Fraction
    gini: Fraction
    lorenz: tuple[Fraction, ...]
    """Share held by the poorest 10 %, 20 %, … 100 % (rounded up to whole customers)."""


def _weighted(ascending: NDArray[np.int64]) -> int:
    """Σ i·x_i with i from 1, exact: blocks and halves keep every partial sum within 64 bits."""
    total = 0
    for start in range(0, len(ascending), _BLOCK):
        block = ascending[start : start + _BLOCK]
        rank = np.arange(start + 1, start + len(block) + 1, dtype=np.int64)
        low, high = block % _HALF, block // _HALF
        top, rest = high // _HALF, high % _HALF
        total += int(np.dot(rank, low)) + int(np.dot(rank, rest)) * _HALF + int(np.dot(rank, top)) * _HALF * _HALF
    return total


def _ceil(share: Fraction) -> int:
    return -(-share.numerator // share.denominator)


def exact(amounts: NDArray[np.int64]) -> Concentration | None:
    """From every amount (minor units, none negative)."""
    ascending = np.sort(amounts)
    n, total = len(ascending), int(ascending.sum())
    if n == 0 or total <= 0:
        return None
    running = np.cumsum(ascending)

    def poorest(count: int) -> int:
        return int(running[count - 1]) if count else 0

    k = _ceil(Fraction(n, 5))
    below = Fraction(1, 5) * total
    # The fewest largest customers who hold 80 %: the most poorest ones who together hold at most 20 %.
    held_back = int(np.searchsorted(running, below.numerator // below.denominator, side="right"))
    return Concentration(
        n=n,
        total=total,
        top10=Fraction(total - poorest(max(0, n - 10)), total),
        top20=Fraction(total - poorest(n - k), total),
        for_80=Fraction(n - held_back, n),
        gini=Fraction(2 * _weighted(ascending), n * total) - Fraction(n + 1, n),
        lorenz=tuple(Fraction(poorest(_ceil(Fraction(n * decile, 100))), total) for decile in DECILES),
    )


def from_bins(counts: NDArray[np.int64], sums: NDArray[np.int64]) -> Concentration | None:
    """From bins in ascending order: customers and amount of each."""
    n, total = int(counts.sum()), int(sums.sum())
    if n == 0 or total <= 0:
        return None

    def poorest(count: int) -> Fraction:
        held, seen = Fraction(0), 0
        for size, amount in zip(counts.tolist(), sums.tolist(), strict=True):
            take = min(size, count - seen)
            held += Fraction(amount * take, size) if size else 0
            seen += take
            if seen == count:
                break
        return held

    below, seen, held = Fraction(total, 5), 0, Fraction(0)
    for size, amount in zip(counts.tolist(), sums.tolist(), strict=True):
        if held + amount <= below:
            seen, held = seen + size, held + amount
            continue
        seen += int((below - held) * size / amount)
        break
    area, before = Fraction(0), 0
    for size, amount in zip(counts.tolist(), sums.tolist(), strict=True):
        area += size * (2 * before + amount)
        before += amount
    return Concentration(
        n=n,
        total=total,
        top10=1 - poorest(max(0, n - 10)) / total,
        top20=1 - poorest(n - _ceil(Fraction(n, 5))) / total,
        for_80=Fraction(n - seen, n),
        gini=1 - area / (n * total),
        lorenz=tuple(poorest(_ceil(Fraction(n * decile, 100))) / total for decile in DECILES),
    )
