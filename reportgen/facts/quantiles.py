"""Exact quantiles of integers for every scope at once, from how often each value occurs at branch grain."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from reportgen.facts.tally import Scopes

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

Found = tuple[str, str, str, int, tuple[Fraction, ...]]
"""Scope, `at`, segment, how many values, and the quantiles in the order asked for."""


def by_scope(frame: pd.DataFrame, scopes: Scopes, shares: Sequence[Fraction]) -> Iterator[Found]:
    """Quantiles of `value` by scope, `at` and segment; `n` is how often a branch has the value.

    `frame` has the columns at, branch, segment, value and n.
    """
    import pandas as pd

    if frame.empty:
        return
    cells = frame[["at", "segment"]].drop_duplicates().sort_values(["at", "segment"]).reset_index(drop=True)
    code = frame[["at", "segment"]].merge(cells.reset_index(), how="left")["index"].to_numpy(dtype=np.int64)
    order = np.lexsort((frame["value"].to_numpy(dtype=np.int64), code))
    code, value, count = (
        column[order] for column in (code, frame["value"].to_numpy(dtype=np.int64), frame["n"].to_numpy(dtype=np.int64))
    )
    numbers, branches = pd.factorize(frame["branch"].astype(str), sort=True)
    branch = numbers[order]
    members: dict[str, list[int]] = {}
    for number, one in enumerate(branches):
        for scope in scopes.of(one):
            members.setdefault(scope, []).append(number)
    for scope, wanted in members.items():
        belongs = np.zeros(len(branches), dtype=bool)
        belongs[wanted] = True
        mine = belongs[branch]
        yield from (
            (scope, str(cells["at"][cell]), str(cells["segment"][cell]), size, found)
            for cell, size, found in _cells(code[mine], value[mine], count[mine], shares)
        )


def _cells(
    code: NDArray[np.int64], value: NDArray[np.int64], count: NDArray[np.int64], shares: Sequence[Fraction]
) -> Iterator[tuple[int, int, tuple[Fraction, ...]]]:
    """Number, size and quantiles of each run of equal codes; values ascend within a run."""
    starts = np.flatnonzero(np.r_[True, code[1:] != code[:-1]])
    for start, end in zip(starts, [*starts[1:], len(code)], strict=True):
        reach = np.cumsum(count[start:end])
        part = value[start:end]
        yield int(code[start]), int(reach[-1]), tuple(_quantile(part, reach, share) for share in shares)


def _quantile(value: NDArray[np.int64], reach: NDArray[np.int64], share: Fraction) -> Fraction:
    """Between two neighbours by linear interpolation (Hyndman and Fan's type 7), as `whole.quantile`."""
    size = int(reach[-1])
    place = (size - 1) * share
    low = place.numerator // place.denominator
    below, above = (
        Fraction(int(value[np.searchsorted(reach, min(one, size - 1), side="right")])) for one in (low, low + 1)
    )
    return below + (above - below) * (place - low)
