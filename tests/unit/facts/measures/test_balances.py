"""Balances by hand: averages, contribution, debt, idle money, volatility."""

from __future__ import annotations

import statistics
from fractions import Fraction
from itertools import pairwise
from math import log

import pytest

HEAD = ("customer_id", "snapshot_date", "branch_id", "region_id", "tier", "aum", "month_avg_aum", "contribution",
        "deposit_current", "loan", "annual_income")  # fmt: skip
DEC = "2025-12-31"
ROWS = [
    ("A", DEC, "B1", "R1", "private", "2000", "1000", "30", "1500", "0", "500"),
    ("B", DEC, "B1", "R1", "mass", "50.01", "49.99", "-10", "25", "0", "100"),
    ("C", DEC, "B2", "R1", "mass", "100", "", "", "60", "51", "100"),
    ("D", DEC, "B2", "R1", "mass", "", "10", "5", "", "50", "100"),
    ("E", DEC, "B3", "R2", "mass", "0", "0", "0", "0", "", "0"),
    ("F", DEC, "B3", "R2", "mass", "10", "20", "", "9", "", ""),
]


@pytest.fixture
def facts(month_ends):
    return month_ends(HEAD, ROWS, replace={"previous": "null"})


def test_averages_are_of_those_who_have_one(facts):
    average = facts.find("aum_avg")
    assert (average.num, average.n) == (1079_99, 5)
    gap = facts.find("deposit_deviation")
    assert (gap.num, gap.den, gap.n) == (2060_01 - 1069_99, 1069_99, 4), "only A, B, E and F have both"
    assert facts.find("deposit_deviation", scope="branch:B2") is None, "nobody there has both"
    assert facts.find("deposit_deviation", dimension="branch", segment="B3").value == Fraction(-1, 2)


def test_contribution(facts):
    each = facts.find("contribution_per_customer")
    assert (each.num, each.den) == (25_00, 4)
    assert facts.find("contribution_share", dimension="tier", segment="private").value == Fraction(30, 25)
    assert facts.find("contribution_share", scope="branch:B3", dimension="tier", segment="mass") is None
    assert facts.find("contribution_share") is None


def test_debt_and_savings_need_an_income(facts):
    debt = facts.find("debt_ratio")
    assert (debt.num, debt.den, debt.n) == (101_00, 800_00, 4)
    assert facts.find("debt_stressed").value == Fraction(1, 4), "half of the income is not more than half"
    assert facts.find("savings_ratio").value == Fraction(2150_01, 700_00)
    assert facts.find("savings_ratio", scope="branch:B3") is None


def test_idle_money_has_no_loan_beside_it(facts):
    idle = facts.find("idle_share")
    assert (idle.num, idle.den) == (1, 3), "A; B has half, C a loan; others have no assets or no record"
    assert facts.find("idle_share", dimension="tier", segment="private").value == 1


def test_what_a_column_less_would_bring_is_told(month_ends):
    keep = [place for place, name in enumerate(HEAD) if name not in ("month_avg_aum", "loan")]
    rows = [tuple(row[place] for place in keep) for row in ROWS]
    facts = month_ends(tuple(HEAD[place] for place in keep), rows, replace={"previous": "null"})
    told = {one.subject: one.needs for one in facts.omissions}
    assert told["aum_avg"] == ("snapshots.month_avg_aum",)
    assert told["debt_ratio"] == told["idle_share"] == ("snapshots.loan",)
    assert told["volatility"] == ("monthly dates",)
    assert facts.find("savings_ratio") is not None


def test_volatility_is_the_deviation_of_monthly_log_changes(month_ends):
    amounts = {"2025-08-31": 100, "2025-09-30": 110, "2025-10-31": 99, "2025-11-30": 120, DEC: 90}
    head = HEAD[:6]
    rows = [("A", day, "B1", "R1", "private", amount) for day, amount in amounts.items()]
    rows += [("B", day, "B2", "R1", "mass", amount) for day, amount in list(amounts.items())[2:]]
    facts = month_ends(head, rows)
    found = list(amounts.values())
    changes = [log(after / before) for before, after in pairwise(found)]
    fact = facts.find("volatility", scope="branch:B1")
    assert (float(fact.value), fact.n) == (pytest.approx(statistics.stdev(changes), abs=1e-11), 4)
    assert facts.find("volatility", dimension="tier", segment="private").value == fact.value
    assert facts.find("volatility", scope="branch:B2") is None, "two changes say nothing"
    earlier = facts.find("volatility", scope="branch:B1", at="previous")
    assert float(earlier.value) == pytest.approx(statistics.stdev(changes[:3]), abs=1e-11)


def test_a_month_without_assets_breaks_the_chain(month_ends):
    days = ("2025-08-31", "2025-09-30", "2025-10-31", "2025-11-30", DEC)
    rows = [("A", day, "B1", "R1", "mass", amount) for day, amount in zip(days, (100, 110, 0, 120, 90), strict=True)]
    assert month_ends(HEAD[:6], rows).find("volatility") is None
