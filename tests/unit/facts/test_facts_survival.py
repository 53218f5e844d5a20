"""The product-limit estimate against statsmodels, by hand, and where it has nothing to say."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.duration.survfunc import SurvfuncRight

from reportgen.facts.survival import kaplan_meier


def curve(*rows):
    entry, exit_, lost = (np.array(column) for column in zip(*rows, strict=True))
    return kaplan_meier(entry.astype(np.int64), exit_.astype(np.int64), lost.astype(bool))


def test_by_hand():
    found = curve((0, 2, True), (0, 3, False), (0, 4, True), (1, 4, True), (2, 5, False))
    assert list(found.at_risk) == [3, 4, 4, 3, 1]
    assert found.after(2) == (0.75, 4)
    assert found.after(4) == (pytest.approx(0.25), 3)
    assert found.after(6) is None
    assert found.after(0) is None


def test_after_a_time_nobody_was_watched_nothing_is_said():
    found = curve((0, 1, True), (0, 1, False), (3, 5, True))
    assert found.after(1) == (0.5, 2)
    assert found.after(2) is None
    assert found.after(5) is None


def test_nobody_at_all():
    assert kaplan_meier(*(np.array([], dtype=np.int64),) * 2, np.array([], dtype=bool)).after(1) is None


def test_a_weight_is_so_many_customers():
    rows = [(0, 3, True), (1, 4, False), (0, 2, True)]
    many = curve(*(row for row, count in zip(rows, (5, 2, 3), strict=True) for _ in range(count)))
    entry, exit_, lost = (np.array(column) for column in zip(*rows, strict=True))
    weighed = kaplan_meier(entry, exit_, lost.astype(bool), np.array([5, 2, 3]))
    assert np.array_equal(many.surviving, weighed.surviving)
    assert np.array_equal(many.at_risk, weighed.at_risk)


customer = st.tuples(st.integers(0, 12), st.integers(1, 12), st.booleans()).map(lambda one: (one[0], one[0] + one[1], one[2]))


@settings(max_examples=60, deadline=None)
@given(st.lists(customer, min_size=1, max_size=40))
def test_statsmodels_agrees(rows):
    rows = [(0, 24, False), *rows]
    found = curve(*rows)
    entry, exit_, lost = (np.array(column) for column in zip(*rows, strict=True))
    oracle = SurvfuncRight(exit_, lost.astype(int), entry=entry)
    for time in range(1, 25):
        place = np.searchsorted(oracle.surv_times, time, side="right") - 1
        expected = oracle.surv_prob[place] if place >= 0 else 1.0
        assert found.surviving[time - 1] == pytest.approx(expected, abs=1e-12)
