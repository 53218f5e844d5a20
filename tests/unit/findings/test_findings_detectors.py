"""The detectors that compare dates and groups: what they alarm at, what is season, chance or too little history."""

from __future__ import annotations

from fractions import Fraction
from math import exp, sin
from typing import Any

import numpy as np
import pytest

from reportgen.findings.statistics import excess_p, mix_and_rate, q_values, two_proportions
from reportgen.period import Period

SmallFacts = Any
Bench = Any
QUARTERS = {"now": ("2011-03", "2011-04", "2011-05"), "before": ("2010-12", "2011-01", "2011-02"),
            "year_ago": ("2010-03", "2010-04", "2010-05"), "year_before": ("2009-12", "2010-01", "2010-02")}


def _months(count: int) -> list[str]:
    period, found = Period.parse("2011-05"), []
    for _ in range(count):
        found.append(period.label)
        period = period.previous()
    return found[::-1]


def _surveys(bench: Bench, satisfied: dict[str, int], n: int = 100) -> SmallFacts:
    """Satisfied of `n` answers in each month of the quarters named."""
    small = bench.facts(history=24)
    for name, hits in satisfied.items():
        for label in QUARTERS[name]:
            small.add("csat_satisfied_share", hits, n, at=label)
    return small


def test_satisfaction_falls_against_the_same_quarter_of_last_year(bench: Bench) -> None:
    found = bench.judge(_surveys(bench, {"now": 70, "before": 70, "year_ago": 80}), "r_csat_drop").findings[0]
    assert (found.derived["rate"], found.derived["rest_rate"]) == (Fraction(7, 10), Fraction(8, 10))
    assert found.p == pytest.approx(two_proportions(210, 300, 240, 300))
    assert (found.n, found.words) == (300, "year_ago")
    assert "bank/csat_satisfied_share@2010-03" in found.evidence


@pytest.mark.parametrize(("satisfied", "n", "state"), [
    ({"now": 78, "before": 80}, 100, "silent"),       # two points on 300 answers are chance
    ({"now": 70, "before": 80}, 100, "fired"),        # no last year: the quarter before
    ({"now": 7, "before": 8}, 9, "silent"),           # 27 answers: too few for a verdict
    ({"now": 85, "before": 70}, 100, "silent"),       # a rise is no fall
    ({"now": 70}, 100, "not_judged"),                 # nothing to compare with
])
def test_a_fall_must_be_beyond_chance(bench: Bench, satisfied: dict[str, int], n: int, state: str) -> None:
    assert bench.state(_surveys(bench, satisfied, n), "r_csat_drop") == state


def _dormant(bench: Bench, now: list[int], year_ago: list[int]) -> SmallFacts:
    """Dormant of 10,000 customers in the last months and in the same months a year before, oldest first."""
    small = bench.facts(history=24)
    for labels, counts in ((_months(3), now), ([Period.parse(one).year_ago().label for one in _months(3)], year_ago)):
        for label, count in zip(labels[-len(counts):] if counts else (), counts, strict=True):
            small.add("dormant_rate", count, 10_000, at=label)
    return small


@pytest.mark.parametrize(("now", "year_ago", "state"), [
    ([1000, 1100, 1250], [1000, 1000, 1000], "fired"),
    ([1000, 1100, 1250], [], "fired"),                     # no last year to say that it is the season
    ([1000, 1100, 1250], [900, 1000, 1150], "silent"),     # the season: last year rose alike
    ([1000, 1300, 1250], [1000, 1000, 1000], "silent"),    # up and down again
    ([1000, 1020, 1050], [1000, 1000, 1000], "silent"),    # half a point is too small to act on
])
def test_a_rise_counts_when_it_lasts_and_is_no_season(
    bench: Bench, now: list[int], year_ago: list[int], state: str
) -> None:
    assert bench.state(_dormant(bench, now, year_ago), "r_dormant") == state


def test_complaints_shift_towards_a_category(bench: Bench) -> None:
    """30 of 60 where 120 of 600 were expected from the year before."""
    small = bench.facts(history=13)
    for label in _months(13):
        app, rest = (30, 30) if label == "2011-05" else (10, 40)
        small.put(("complaints_count", app, 1, {"dimension": "complaint_category", "segment": "app", "at": label}),
                  ("complaints_count", rest, 1, {"dimension": "complaint_category", "segment": "fees", "at": label}),
                  ("complaints_count", app + rest, 1, {"at": label}))
    found = bench.judge(small, "r_detail_neglect").findings
    assert [(one.segment, one.derived["rate"], one.derived["rest_rate"]) for one in found] == [
        ("app", Fraction(1, 2), Fraction(1, 5))]
    assert found[0].p == pytest.approx(two_proportions(30, 60, 120, 600))


def _complaints(bench: Bench, counts: dict[str, tuple[int, int]], months: int = 13) -> SmallFacts:
    """Complaints of each branch in every month before, and in this one."""
    small = bench.facts(history=months)
    for label in _months(months):
        for branch, (before, now) in counts.items():
            count = now if label == "2011-05" else before
            if count:
                small.put(("complaints_count", count, 1, {"dimension": "branch", "segment": branch, "at": label}))
    return small


def test_a_cluster_of_complaints_stands_out_of_its_own_history(bench: Bench) -> None:
    found = bench.judge(_complaints(bench, {"B1": (5, 30), "B2": (5, 8), "B3": (20, 21)}), "r_complaint_cluster")
    assert [(one.segment, one.derived["expected"], one.derived["multiple"]) for one in found.findings] == [("B1", 5, 6)]
    tests = {one: excess_p(now, 12 * before, 12) for one, before, now in (("1", 5, 30), ("2", 5, 8), ("3", 20, 21))}
    assert found.tests == 3
    assert found.findings[0].q == pytest.approx(q_values(tests)["1"])


@pytest.mark.parametrize(("counts", "months", "state"), [
    ({"B1": (0, 4), "B2": (9, 9)}, 13, "silent"),     # four cases are no cluster, however few came before
    ({"B1": (0, 9), "B2": (9, 9)}, 13, "fired"),      # nobody complained before: no fact is no case
    ({"B1": (5, 30), "B2": (5, 5)}, 12, "not_judged"),  # eleven months before are too few
])
def test_a_cluster_needs_cases_and_history(
    bench: Bench, counts: dict[str, tuple[int, int]], months: int, state: str
) -> None:
    assert bench.state(_complaints(bench, counts, months), "r_complaint_cluster") == state


def _assets(bench: Bench, months: int, last: float, january: float = 0.92) -> SmallFacts:
    """Assets growing 1 % a month with a little noise and a dip at the same month of each year; `last` the final step."""
    small, value = bench.facts(since="", history=months), 1e12
    labels = _months(months)
    for index, label in enumerate(labels):
        step = 1.01 + 0.004 * sin(7 * index)
        step = january if label.endswith("-05") and index < months - 1 else step
        value *= last if index == months - 1 else step
        small.add("aum_point", round(value), n=1000, at=label)
    return small


@pytest.mark.parametrize(("months", "last", "state"), [
    (25, 0.925, "silent"),      # the dip of every year, which a naive alarm would report
    (25, 0.80, "fired"),        # twice as deep
    (37, 0.80, "fired"),
    (23, 0.80, "not_judged"),   # under two full seasons: no alarm
])
def test_a_series_alarms_at_what_is_no_season(bench: Bench, months: int, last: float, state: str) -> None:
    assert bench.state(_assets(bench, months, last), "r_aum_outflow") == state


def test_a_series_tells_this_step_and_last_years(bench: Bench) -> None:
    found = bench.judge(_assets(bench, 25, 0.80), "r_aum_outflow").findings[0]
    assert float(found.derived["growth"]) == pytest.approx(-0.20)
    assert float(found.derived["season_growth"]) == pytest.approx(-0.08)
    assert float(found.derived["relative"]) == pytest.approx(0.80 / 0.92 - 1)
    assert found.words == "series"
    assert abs(found.derived["z"]) > 3.5


def test_a_gap_in_the_months_ends_the_series(bench: Bench) -> None:
    small = _assets(bench, 30, 0.80)
    small.facts = [one for one in small.facts if one.period != "2010-01"]
    assert bench.state(small, "r_aum_outflow") == "not_judged"


def test_a_change_is_split_into_mix_and_rate_where_the_groups_make_the_whole(bench: Bench, rulebook: Any) -> None:
    rule = rulebook.rules["r_dormant"]
    also = rule.also[0].model_copy(update={"decompose": "tier", "runs": 1})
    book = type(rulebook)({**rulebook.rules, "r_dormant": rule.model_copy(update={"also": (also,)})},
                          rulebook.suggestions)
    small = bench.facts(history=2)
    sides = {"2011-04": {"private": (10, 500), "mass": (100, 500)}, "2011-05": {"private": (12, 400), "mass": (190, 800)}}
    for label, parts in sides.items():
        small.segments("dormant_rate", "tier", parts, at=label)
    found = type(bench)(book).judge(small, "r_dormant").findings[0]
    split = mix_and_rate(sides["2011-04"], sides["2011-05"])
    assert (found.derived["mix"], found.derived["within"]) == (split.mix, split.rate)
    assert split.total == Fraction(202, 1200) - Fraction(110, 1000) == found.derived["gap"]


def test_a_group_is_held_against_the_rest_and_not_against_the_total(bench: Bench) -> None:
    small = bench.facts()
    small.segments("churn_rate", "branch", {"B1": (40, 400), "B2": (8, 400), "B3": (8, 400)}, column="branch_id")
    found = bench.judge(small, "r_churn_high").findings[0]
    assert (found.segment, found.derived["rate"], found.derived["rest_rate"]) == ("B1", Fraction(1, 10), Fraction(1, 50))
    assert found.p == pytest.approx(two_proportions(40, 400, 16, 800))
    assert found.derived["rest_n"] == 800
    # The loss of the others is a sixth of the whole's, but their own rest holds B1: they are tested, and not over.
    assert bench.judge(small, "r_churn_high").tests == 3


def _null_bank(bench: Bench, seed: int, segments: int = 8) -> SmallFacts:
    """10,000 customers whose labels mean nothing: churn, satisfaction now and before, complaints by branch."""
    draw = np.random.default_rng(seed)
    branch = draw.integers(0, segments, 10_000)
    lost, satisfied = draw.random(10_000) < 0.05, draw.random(10_000) < 0.75
    small = bench.facts(history=13)
    names = [f"B{one}" for one in range(segments)]
    rate = {name: (int(lost[branch == one].sum()), int((branch == one).sum())) for one, name in enumerate(names)}
    small.segments("churn_rate", "branch", rate, column="branch_id")
    for label in _months(13):
        for name in names:
            small.put(("complaints_count", int(draw.poisson(6)), 1,
                       {"dimension": "branch", "segment": name, "at": label}))
    for label, part in (("2011-05", satisfied[:1000]), ("2011-02", satisfied[1000:2000])):
        small.add("csat_satisfied_share", int(part.sum()), 1000, at=label)
    return small


def _alone(small: SmallFacts) -> int:
    """Branches whose loss differs from the rest's at 5 % by itself."""
    churn = [one for one in small.facts if one.metric == "churn_rate"]
    whole, parts = next(one for one in churn if not one.dimension), [one for one in churn if one.dimension]
    return sum(two_proportions(one.num, one.den, whole.num - one.num, whole.den - one.den) < 0.05 for one in parts)


def test_200_banks_of_chance_keep_the_promise_of_the_correction(bench: Bench) -> None:
    """Groups, dates and clusters together: at most 5 % of reports may hold a false finding; chance had its try."""
    rules = ("r_churn_high", "r_complaint_cluster", "r_csat_drop")
    banks = [_null_bank(bench, seed) for seed in range(200)]
    found = [bench.judge(one, *rules) for one in banks]
    assert {one.tests for one in found} == {8 + 8 + 1}
    assert sum(bool(one.findings) for one in found) <= 2
    assert sum(_alone(one) for one in banks) >= 40


def test_200_random_segmentations_of_one_bank_give_no_finding(bench: Bench, rulebook: Any) -> None:
    """10,000 customers cut by labels that mean nothing, all in one family of 1,600 tests."""
    draw = np.random.default_rng(2011)
    lost = draw.random(10_000) < 0.05
    small, names = bench.facts(), tuple(f"random_{number}" for number in range(200))
    for name in names:
        label = draw.integers(0, 8, 10_000)
        small.segments("churn_rate", name, {
            f"s{one}": (int(lost[label == one].sum()), int((label == one).sum())) for one in range(8)}, whole=False)
    small.add("churn_rate", int(lost.sum()), 10_000)
    rule = rulebook.rules["r_churn_high"]
    params = {**rule.params, **{name: rule.params[name].model_copy(update={"value": 0})
                                for name in ("min_gap", "min_ratio")}}  # no practical size: the test alone decides
    all_cut = rule.model_copy(update={"also": (rule.also[0].model_copy(update={"each": names}),), "params": params})
    book = type(rulebook)({**rulebook.rules, "r_churn_high": all_cut}, rulebook.suggestions)
    found = type(bench)(book).judge(small, "r_churn_high")
    assert (found.tests, found.findings) == (1600, ())
    assert _alone(small) >= 40


def test_a_true_group_is_found_among_the_chance(bench: Bench) -> None:
    small = _null_bank(bench, 7)
    small.facts = [one for one in small.facts if not (one.metric == "churn_rate" and one.segment in ("", "B3"))]
    hits, n = (sum(getattr(one, name) for one in small.facts if one.metric == "churn_rate") for name in ("num", "den"))
    small.add("churn_rate", 180, 1200, dimension="branch", segment="B3")
    small.add("churn_rate", hits + 180, n + 1200)
    assert [one.segment for one in bench.judge(small, "r_churn_high").findings] == ["B3"]


def test_growth_of_a_steady_series_is_exact(bench: Bench) -> None:
    """All steps alike leave no scale to judge by: silent, not an alarm by rounding."""
    small = bench.facts(since="", history=25)
    for index, label in enumerate(_months(25)):
        small.add("aum_point", round(1e12 * exp(0.01 * index)), n=1000, at=label)
    assert bench.state(small, "r_aum_outflow") == "silent"


def test_the_branch_furthest_behind_its_plan_is_named(bench: Bench) -> None:
    small = bench.facts(since="")
    for branch, share in (("B1", 98), ("B2", 82), ("B3", 85)):
        where = {"dimension": "branch", "segment": branch, "against": "metric=customers_total"}
        small.put(("target_attainment", share, 100, where), ("target_elapsed", 1, 1, where))
    found = bench.judge(small, "r_target_behind")
    assert [(one.segment, one.against, one.threshold) for one in found.findings] == [
        ("B2", "metric=customers_total", Fraction(9, 10))]
    assert found.outcomes[0].held == 2
