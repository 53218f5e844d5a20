"""The statistics against statsmodels and scipy, on random tables."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from math import isclose, log
from statistics import median

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.stats import barnard_exact, binomtest, chi2_contingency, fisher_exact, median_abs_deviation, poisson
from statsmodels.stats.contingency_tables import Table
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint, proportions_ztest
from statsmodels.stats.rates import confint_poisson
from statsmodels.tsa.seasonal import STL

from reportgen.findings.statistics import (
    difference_interval,
    excess_p,
    independence,
    last_step,
    mix_and_rate,
    poisson_interval,
    q_values,
    ratio_interval,
    two_proportions,
    wilson,
)
from reportgen.findings.statistics.chi_square import PERMUTATIONS


@st.composite
def _share(draw: st.DrawFn, most: int = 3000) -> tuple[int, int]:
    n = draw(st.integers(1, most))
    return draw(st.integers(0, n)), n


def _near(ours: tuple[float, float], theirs: tuple[float, float]) -> bool:
    return all(isclose(a, b, rel_tol=1e-9, abs_tol=1e-9) for a, b in zip(ours, theirs, strict=True))


@given(_share())
def test_wilson_agrees_with_statsmodels(share: tuple[int, int]) -> None:
    assert _near(wilson(*share), proportion_confint(*share, method="wilson"))


def test_wilson_gives_the_published_retention_interval() -> None:
    low, high = wilson(39, 72)
    assert (f"{low:.1%}", f"{high:.1%}") == ("42.7%", "65.2%")


@pytest.mark.parametrize(("hits", "n"), [(3, 2), (-1, 2), (0, 0)])
def test_wilson_refuses_what_is_no_share(hits: int, n: int) -> None:
    with pytest.raises(ValueError, match=f"{hits} of {n}"):
        wilson(hits, n)


@given(st.integers(0, 5000))
def test_poisson_agrees_with_statsmodels(count: int) -> None:
    low, high = confint_poisson(count, 1, method="exact-c")
    # For no case at all the two-sided lower bound is 0 by definition; statsmodels returns nan or 0.
    assert _near(poisson_interval(count), (0.0 if count == 0 else low, high))


def test_poisson_refuses_a_negative_count() -> None:
    with pytest.raises(ValueError, match="-1"):
        poisson_interval(-1)


@given(_share(), _share())
def test_difference_agrees_with_newcombe_of_statsmodels(part: tuple[int, int], rest: tuple[int, int]) -> None:
    theirs = confint_proportions_2indep(*part, *rest, compare="diff", method="newcomb")
    assert _near(difference_interval(*part, *rest), theirs)


@given(_share(), _share())
def test_ratio_agrees_with_the_log_interval_of_statsmodels(part: tuple[int, int], rest: tuple[int, int]) -> None:
    assume(part[0] and rest[0] and (part[0] < part[1] or rest[0] < rest[1]))
    theirs = confint_proportions_2indep(*part, *rest, compare="ratio", method="log")
    assert _near(ratio_interval(*part, *rest), theirs)


@given(_share(), _share())
def test_ratio_of_nobody_is_finite_and_ordered(part: tuple[int, int], rest: tuple[int, int]) -> None:
    low, high = ratio_interval(0, part[1], *rest)
    assert 0 < low < high < float("inf")


@given(_share(), _share())
def test_two_proportions_is_the_score_test_or_fisher(part: tuple[int, int], rest: tuple[int, int]) -> None:
    hits, n = part[0] + rest[0], part[1] + rest[1]
    assume(0 < hits < n)
    table = np.array([[part[0], part[1] - part[0]], [rest[0], rest[1] - rest[0]]])
    expected = np.outer(table.sum(axis=1), table.sum(axis=0)) / n
    theirs = (
        fisher_exact(table).pvalue if expected.min() < 5
        else proportions_ztest([part[0], rest[0]], [part[1], rest[1]])[1]
    )
    assert isclose(two_proportions(*part, *rest), theirs, rel_tol=1e-9, abs_tol=1e-300)


def test_two_proportions_of_a_tiny_table_is_not_bolder_than_an_exact_test() -> None:
    """Fisher's is the conservative one of the exact tests; a report must not be bolder than either."""
    assert two_proportions(7, 9, 1, 8) >= barnard_exact([[7, 1], [2, 7]]).pvalue


def test_two_proportions_finds_nothing_where_nobody_has_it() -> None:
    assert two_proportions(0, 40, 0, 60) == 1.0
    assert two_proportions(40, 40, 60, 60) == 1.0


@given(st.lists(st.floats(0, 1), max_size=60))
def test_q_values_agree_with_statsmodels(p_values: list[float]) -> None:
    named = {f"t{place}": p for place, p in enumerate(p_values)}
    theirs = multipletests(p_values, method="fdr_bh")[1] if p_values else []
    ours = q_values(named)
    assert all(isclose(ours[name], q, rel_tol=1e-9, abs_tol=1e-15) for name, q in zip(named, theirs, strict=True))


_tables = st.integers(2, 5).flatmap(
    lambda columns: st.lists(st.lists(st.integers(0, 400), min_size=columns, max_size=columns), min_size=2, max_size=6)
)


@settings(max_examples=40, deadline=None)
@given(_tables)
def test_independence_agrees_with_scipy_and_statsmodels(rows: list[list[int]]) -> None:
    table = np.array(rows)
    assume((table.sum(axis=0) > 0).all() and (table.sum(axis=1) > 0).all())
    ours = independence(rows)
    assert ours is not None
    theirs = chi2_contingency(table, correction=False)
    assert isclose(ours.chi2, theirs.statistic, rel_tol=1e-9, abs_tol=1e-9)
    assert ours.dof == theirs.dof
    assert np.allclose(ours.expected, theirs.expected_freq)
    if theirs.expected_freq.min() >= 5:
        assert ours.method == "chi2"
        assert isclose(ours.p, theirs.pvalue, rel_tol=1e-6, abs_tol=1e-300)
        residuals = Table(table, shift_zeros=False).standardized_resids
        assert np.allclose(ours.residuals, residuals)
    else:
        assert ours.method == "permutation"


def test_permutation_agrees_with_fisher_on_a_small_table() -> None:
    """For 2 × 2 the margins fix everything but one cell, so the permutation p-value is Fisher's up to drawing error."""
    table = [[8, 1], [2, 5]]
    small = independence(table)
    assert small is not None
    assert small.method == "permutation"
    exact = fisher_exact(table).pvalue
    error = 4 * (exact * (1 - exact) / PERMUTATIONS) ** 0.5
    assert abs(small.p - exact) < error


def test_permutation_repeats_itself() -> None:
    table = [[4, 0, 2], [1, 3, 1]]
    assert independence(table) == independence(table)


def test_independence_ignores_an_empty_column_and_refuses_a_single_row() -> None:
    full, padded = independence([[30, 10], [10, 30]]), independence([[30, 10, 0], [10, 30, 0]])
    assert full is not None
    assert padded is not None
    assert (full.p, full.dof, full.v) == (padded.p, padded.dof, padded.v)
    assert padded.residuals[0][2] == 0
    assert independence([[30, 10], [0, 0]]) is None


@given(st.integers(0, 60), st.integers(0, 600), st.integers(1, 24))
def test_excess_agrees_with_the_binomial_test(count: int, earlier: int, periods: int) -> None:
    theirs = 1.0 if not count else binomtest(count, count + earlier, 1 / (periods + 1), alternative="greater").pvalue
    assert isclose(excess_p(count, earlier, periods), theirs, rel_tol=1e-9)


def test_excess_nears_the_poisson_tail_as_history_grows() -> None:
    """Nine where three a period are known exactly: P(X >= 9) = 0.0038; twelve periods leave more doubt."""
    known = float(poisson.sf(8, 3))
    assert excess_p(9, 3 * 100_000, 100_000) == pytest.approx(known, rel=1e-3)
    assert known < excess_p(9, 36, 12) < 3 * known


@pytest.mark.parametrize(("count", "earlier", "periods"), [(-1, 0, 1), (0, -1, 1), (1, 1, 0)])
def test_excess_refuses_what_is_no_count(count: int, earlier: int, periods: int) -> None:
    with pytest.raises(ValueError, match="no counts"):
        excess_p(count, earlier, periods)


_GROUPS = st.dictionaries(st.sampled_from("abcde"), _share(500), min_size=1)


@given(_GROUPS, _GROUPS)
def test_mix_and_rate_make_the_whole_change_exactly(
    before: dict[str, tuple[int, int]], after: dict[str, tuple[int, int]]
) -> None:
    found = mix_and_rate(before, after)
    shares = [Fraction(sum(hits for hits, _ in side.values()), sum(n for _, n in side.values()))
              for side in (before, after)]
    assert found.mix + found.rate == found.total == shares[1] - shares[0]
    turned = mix_and_rate(after, before)
    assert (turned.mix, turned.rate) == (-found.mix, -found.rate)


def test_mix_and_rate_by_hand() -> None:
    """Half young at 10 % and half old at 30 %, then a quarter and three quarters, the old at 32 %.

    Mix: −1/4 · 10 % + 1/4 · 31 % = 5.25 points. Rate: 2 points · 5/8 = 1.25 points.
    """
    found = mix_and_rate({"young": (10, 100), "old": (30, 100)}, {"young": (10, 100), "old": (96, 300)})
    assert (found.mix, found.rate) == (Fraction(525, 10_000), Fraction(125, 10_000))


def test_equal_weights_are_no_mix_and_equal_shares_no_rate() -> None:
    assert mix_and_rate({"a": (1, 10), "b": (5, 10)}, {"a": (2, 10), "b": (5, 10)}).mix == 0
    assert mix_and_rate({"a": (1, 10), "b": (5, 10)}, {"a": (2, 20), "b": (5, 10)}).rate == 0
    with pytest.raises(ValueError, match="both sides"):
        mix_and_rate({"a": (0, 0)}, {"a": (1, 2)})


def _year_after_year(seed: int, months: int = 36) -> list[float]:
    """A trend, the same dip each January, and a little noise."""
    draw = np.random.default_rng(seed)
    season = [0.92 if month % 12 == 0 else 1.015 for month in range(months)]
    return list(1e9 * np.cumprod(np.array(season) * np.exp(draw.normal(0, 0.003, months))))


@pytest.mark.parametrize("seed", range(6))
def test_last_step_by_its_definition(seed: int) -> None:
    values = _year_after_year(seed)
    step = last_step(values)
    assert step is not None
    growth = [log(b / a) for a, b in pairwise(values)]
    excess = [growth[at] - growth[at - 12] for at in range(12, len(growth))]
    scale = median_abs_deviation(excess[:-1], scale="normal")
    assert step.excess == pytest.approx(excess[-1])
    assert step.z == pytest.approx((excess[-1] - median(excess[:-1])) / scale, rel=1e-3)
    assert step.steps == 22


@pytest.mark.parametrize("seed", range(6))
def test_a_break_stands_out_where_stl_sees_it_and_a_january_does_not(seed: int) -> None:
    """STL's remainder as oracle: far from its own spread at a planted break, within it at the usual dip."""
    usual = _year_after_year(seed, 37)  # ends with the fourth January
    broken = [*usual[:-1], usual[-1] * 0.9]
    for values, alarm in ((usual, False), (broken, True)):
        step = last_step(values)
        assert step is not None
        assert (step.z < -3.5) == alarm
        earlier = STL(np.log(usual), period=12, robust=True).fit().resid
        last = np.log(values[-1]) - np.log(usual[-1]) + earlier[-1]
        assert (last < -0.05) == alarm


@pytest.mark.parametrize("values", [[1.0] * 23, [0.0, *[1.0] * 30], [1.01**month for month in range(30)]])
def test_last_step_has_nothing_to_say(values: list[float]) -> None:
    """Under two seasons, an empty bank, and steps that never differ."""
    assert last_step(values) is None
