"""Plans compared by hand: this period's, a year's to date, and those nobody can read."""

from __future__ import annotations

from fractions import Fraction

import pytest

from reportgen.facts.explain import explain

HEAD = ("metric_id", "period", "unit_id", "target")
ROWS = [
    ("customers_total", "2025-12", "bank", "8"), ("customers_total", "2025-12", "branch:B1", "2"),
    ("customers_total", "2025-11", "bank", "6"), ("customers_total", "2025", "bank", "100"),
    ("aum_point", "2025-12", "region:R1", "2057.00"), ("aum_point", "2025", "region:R2", "1000"),
    ("complaints_count", "2025-Q4", "bank", "10"), ("complaints_count", "2025", "branch:B1", "10"),
    ("customers_gross_new", "2025-12", "bank", "0"), ("customers_gross_new", "2025-Q4", "branch:B1", "4"),
    ("retention_rate", "2025-12", "bank", "0.95"), ("csat", "2025-Q4", "bank", "4.5"),
    ("customers_total", "2026-01", "bank", "1"), ("no_such_metric", "2025-12", "bank", "1"),
    ("customers_total", "2025-12", "branch:B9", "1"), ("customers_total", "last month", "bank", "1"),
    ("gini", "2025-12", "bank", ""),
]  # fmt: skip
COMPLAINTS = (
    ("complaint_id", "customer_id", "received_at"),
    [("1", "C1", "2025-10-05"), ("2", "C2", "2025-11-05"), ("3", "C1", "2025-12-05"), ("4", "C3", "2025-12-06")],
)
SURVEYS = (
    ("customer_id", "survey_date", "csat_1_5"),
    [("C1", "2025-10-01", "5"), ("C2", "2025-12-01", "4"), ("C3", "2025-12-02", "3")],
)


@pytest.fixture
def facts(small_bank):
    return small_bank({"targets": (HEAD, ROWS), "complaints": COMPLAINTS, "surveys": SURVEYS})


def attained(facts, metric, what="target_attainment", **more):
    found = facts.find(what, dimension="metric", segment=metric, **more)
    return found.value if found else None


def test_the_month_s_own_plan(facts):
    assert attained(facts, "customers_total") == Fraction(6, 8)
    assert attained(facts, "customers_total", scope="branch:B1") == Fraction(3, 2)
    assert attained(facts, "customers_total", at="previous") == Fraction(6, 6)
    assert attained(facts, "customers_total", "target_elapsed") == 1
    assert attained(facts, "customers_total", "target_value_customers") == 8
    assert attained(facts, "customers_total", "target_actual_customers") == 6


def test_money_is_planned_in_yuan_and_kept_in_fen(facts):
    # R1 at the close: customers 1, 2, 3, 4 and 7 with 121 元 each number.
    assert attained(facts, "aum_point", "target_value_money", scope="region:R1") == 205_700
    assert attained(facts, "aum_point", scope="region:R1") == 1


def test_a_longer_plan_is_compared_to_date(facts):
    assert attained(facts, "complaints_count") == Fraction(4, 10)
    assert attained(facts, "complaints_count", at="previous") == Fraction(2, 10)
    assert attained(facts, "complaints_count", "target_elapsed", at="previous") == Fraction(2, 3)
    assert attained(facts, "csat") == Fraction(5 + 4 + 3, 3) / Fraction(9, 2), "marks are pooled, not averaged by month"
    assert attained(facts, "aum_point", scope="region:R2") == Fraction(5 * 121, 1000), "a stock as it stands"
    assert attained(facts, "aum_point", "target_elapsed", scope="region:R2", at="previous") == Fraction(11, 12)


def test_what_cannot_be_summed_is_not_judged(facts):
    # No snapshot before October: the year to date is not held, nor October's own new customers.
    assert attained(facts, "complaints_count", scope="branch:B1") is None
    assert attained(facts, "complaints_count", "target_value_count", scope="branch:B1") == 10
    assert attained(facts, "customers_gross_new", scope="branch:B1") is None
    assert attained(facts, "customers_gross_new") is None, "nothing was planned"
    assert attained(facts, "customers_gross_new", "target_actual_customers") == 1
    assert attained(facts, "retention_rate") == Fraction(5, 6) / Fraction(95, 100)


def test_a_flow_that_opens_with_the_plan_is_taken_whole(small_bank):
    plan = (HEAD, [("customers_net_new", "2025-12", "bank", "2"), ("customers_gross_new", "2025-Q4", "bank", "4")])
    found = small_bank({"targets": plan}, period="2025-12")
    assert attained(found, "customers_net_new") == 0, "one came and one left"


def test_months_make_up_a_quarter(small_bank):
    rows = [("customers_total", f"2025-{month}", "bank", str(month)) for month in (10, 11, 12)]
    rows += [("complaints_count", f"2025-{month}", "bank", str(month)) for month in (10, 11, 12)]
    quarter = {"every: month, since: previous": "every: quarter"}
    found = small_bank({"targets": (HEAD, rows), "complaints": COMPLAINTS}, period="2025-Q4", replace=quarter)
    assert attained(found, "customers_total") == Fraction(6, 12), "a stock: the last month's plan"
    assert attained(found, "complaints_count") == Fraction(4, 33)


def test_unreadable_plans_are_told(facts):
    gates = {one.column: one.count for one in facts.quality if one.source == "targets" and one.gate == "unknown_value"}
    assert gates == {"metric_id": 1, "period": 1, "unit_id": 1}


def test_a_branch_sees_its_own_plan_only(facts):
    mine = [one for one in facts.of_scope("branch:B1") if one.metric == "target_attainment"]
    assert {(one.dimension, one.segment) for one in mine} == {("metric", "customers_total")}


def test_the_bank_sees_who_is_behind(facts):
    place = {"dimension": "branch", "segment": "B1", "against": "metric=customers_total"}
    assert facts.find("target_attainment", **place).value == Fraction(3, 2)
    assert facts.find("target_attainment", **place, scope="region:R1").value == Fraction(3, 2)
    assert facts.find("target_attainment", dimension="region", segment="R1", against="metric=aum_point").value == 1


def test_plans_have_words_and_can_be_explained(facts):
    view = facts.dimensions["metric"]
    assert view.segment("aum_point").label == facts.metrics["aum_point"].label
    assert view.label == {"zh-CN": "指标", "en": "Measure"}
    assert explain(facts, "bank/target_attainment[metric=csat]@2025-12").query == "targets"
    assert not facts.statistic(facts.find("target_attainment", dimension="metric", segment="retention_rate")).low


def test_a_branch_s_plan_is_told_above_it_with_its_time(facts):
    # Three customers where two were planned for the month, all of whose time is over.
    def above(what, against, **more):
        found = facts.find(what, dimension="branch", segment="B1", against=f"metric={against}", **more)
        return found.value if found else None

    assert above("target_attainment", "customers_total") == Fraction(3, 2)
    assert above("target_elapsed", "customers_total") == 1
    assert above("target_attainment", "complaints_count") is None
    assert above("target_elapsed", "complaints_count") is None, "no time beside an attainment nobody knows"
