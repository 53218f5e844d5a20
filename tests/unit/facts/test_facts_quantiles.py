"""Quantiles from counts against the same from a sorted list."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from reportgen.facts.quantiles import by_scope
from reportgen.facts.tally import Scopes
from reportgen.facts.whole import quantile

SCOPES = Scopes.build({"B1": "R1", "B2": "R1", "B3": "R2", "": ""})
SHARES = [Fraction(1, 2), Fraction(9, 10), Fraction(0), Fraction(1)]
ROWS = st.lists(
    st.tuples(
        st.sampled_from(["2025-11", "2025-12"]), st.sampled_from(["B1", "B2", "B3", ""]), st.sampled_from(["x", "y"]),
        st.integers(-5, 5),
    ),
    max_size=60,
)  # fmt: skip


@given(ROWS)
def test_counts_tell_the_same_as_a_sorted_list(rows):
    counted = [(*key, n) for key, n in Counter(rows).items()]
    frame = pd.DataFrame(counted, columns=["at", "branch", "segment", "value", "n"])
    found = {(scope, at, segment): (n, values) for scope, at, segment, n, values in by_scope(frame, SCOPES, SHARES)}
    expected: dict[tuple[str, str, str], list[int]] = {}
    for at, branch, segment, value in rows:
        for scope in SCOPES.of(branch):
            expected.setdefault((scope, at, segment), []).append(value)
    assert found == {
        key: (len(values), tuple(quantile(pd.Series(values), share) for share in SHARES))
        for key, values in expected.items()
    }
