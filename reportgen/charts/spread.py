"""Placing texts along a line, each as near to its mark as the others allow."""

from __future__ import annotations

import itertools
from collections.abc import Sequence


def spread(
    wanted: Sequence[float], extents: Sequence[float], low: float, high: float, gap: float
) -> tuple[float, ...] | None:
    """Centres for texts of these extents between `low` and `high`, in order, at least `gap` apart.

    The sum of squared distances from the wanted centres is least (pool adjacent violators). None where they do
    not fit.
    """
    if not wanted:
        return ()
    if sum(extents) + gap * (len(extents) - 1) > high - low:
        return None
    offsets = [0.0]
    for before, after in itertools.pairwise(extents):
        offsets.append(offsets[-1] + (before + after) / 2 + gap)
    pools: list[tuple[float, int]] = []
    for centre, offset in zip(wanted, offsets, strict=True):
        mean, size = centre - offset, 1
        while pools and pools[-1][0] > mean:
            before_mean, before_size = pools.pop()
            mean = (mean * size + before_mean * before_size) / (size + before_size)
            size += before_size
        pools.append((mean, size))
    shifts = [mean for mean, size in pools for _ in range(size)]
    first, last = low + extents[0] / 2, high - extents[-1] / 2 - offsets[-1]
    return tuple(max(first, min(last, shift)) + offset for shift, offset in zip(shifts, offsets, strict=True))
