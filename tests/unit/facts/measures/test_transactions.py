"""Money flows, falls of assets, dormancy and steadiness of income, counted by hand; the small bank is in conftest."""

from __future__ import annotations

from fractions import Fraction

import pytest

from reportgen.facts.explain import explain
from reportgen.facts.plan import Request

HEAD = ("customer_id", "txn_date", "direction", "amount", "counterparty", "customer_initiated")
ROWS = [
    ("C1", "2025-12-01", "out", "60", "merchant", "yes"), ("C1", "2025-12-31", "in", "10", "merchant", "yes"),
    ("C2", "2025-12-15", "in", "5", "third_party", "no"), ("C3", "2025-12-15", "out", "", "merchant", "yes"),
    ("C6", "2025-12-10", "out", "600", "own_account", "yes"), ("C5", "2025-11-30", "out", "7", "merchant", "yes"),
    ("C1", "2026-01-01", "out", "999", "merchant", "yes"), ("C9", "2025-12-01", "out", "1", "merchant", "yes"),
    ("C4", "2025-06-05", "out", "1", "merchant", "yes"), ("C7", "2025-12-05", "out", "200", "merchant", "yes"),
    ("C5", "2025-06-05", "out", "1", "merchant", "yes"),
]  # fmt: skip
LIMITS = Request(parameters={
    "r_large_outflow": {"min_amount": Fraction(55_00), "min_share": Fraction(1, 2)},
    "r_aum_outflow": {"min_fall": Fraction(3, 10), "min_fall_high": Fraction(1, 5), "min_amount": Fraction(100_00)},
})  # fmt: skip


@pytest.fixture
def facts(small_bank):
    return small_bank({"transactions": (HEAD, ROWS)}, request=LIMITS)


def test_net_outflow_counts_who_left_and_nothing_after_the_end(facts):
    out = facts.find("outflow_amount")
    assert (out.num, out.n) == ((60 - 10 - 5 + 600 + 200) * 100, 7), "C6 left in December and took it along"
    assert facts.find("outflow_amount", at="previous").num == 7_00
    assert facts.find("outflow_amount", at="2025-10").num == 0
    assert facts.find("outflow_amount", dimension="tier", segment="mass").num == 195_00


def test_the_rate_is_over_the_opening_assets(facts):
    rate = facts.find("outflow_rate")
    assert rate.den == sum(number * 110 * 100 for number in range(1, 7)), "six customers at the end of November"
    assert rate.num == 845_00
    assert facts.find("outflow_rate", at="2025-10") is None, "no earlier date is held"
    assert facts.find("outflow_rate", scope="branch:B3").value == Fraction(600, 110 * 11)


def test_large_payments_are_large_for_the_customer_too(facts):
    # C1's 60 are over half of 110; C6's 600 of 660; C7 is new: 200 of the 847 it holds at the close are not
    assert facts.find("large_outflow_count").num == 2
    assert facts.find("large_outflow_count", scope="branch:B2").num == 0
    assert facts.find("large_outflow_count", at="previous").num == 0


def test_a_shipped_limit_is_two_hundred_thousand(small_bank):
    assert small_bank({"transactions": (HEAD, ROWS)}).find("large_outflow_count").num == 0


def test_what_was_never_paid_is_no_flow(small_bank):
    found = small_bank({"transactions": (HEAD[:4], [])})
    assert found.find("outflow_amount").num == 0
    assert found.find("large_outflow_count").num == 0
    assert found.find("dormant_rate") is None
    lacking = {one.subject: one.needs for one in found.omissions}
    assert lacking["dormant_rate"] == ("transactions.customer_initiated",)
    assert lacking["income_stability"] == ("transactions.counterparty",)


FALLS = """
job: falls
report: characteristics
currency: CNY
period: {every: month, since: previous}
sources: {list: {type: csv, path: list.csv}}
frames:
  snapshots: {from: list, columns: {customer_id: id, snapshot_date: day, branch_id: branch, tier: tier, aum: assets}}
tiers: [{tier: private, floor: 1000元, valid_from: "2000-01-01"}]
dimensions: {tier: {column: tier}}
"""
DAYS = ("2025-11-30", "2025-12-31")
WEALTHY = [
    ("A", "B1", "private", 1000, 800), ("B", "B1", "private", 1000, 801), ("C", "B1", "mass", 900, 630),
    ("D", "B2", "mass", 900, 631), ("E", "B2", "mass", 200, 101), ("F", "B2", "mass", 200, 100),
    ("G", "B2", "private", 2000, None), ("H", "B2", "mass", None, 5),
]  # fmt: skip


def test_falls_are_deep_and_dear_and_of_those_still_there(project):
    project.job(FALLS)
    rows = [(who, day, branch, tier, amounts[place])
            for who, branch, tier, *amounts in WEALTHY for place, day in enumerate(DAYS) if amounts[place] is not None]
    project.write("list.csv", rows, ("id", "day", "branch", "tier", "assets"))
    found = project.facts("2025-12", LIMITS)
    fell = found.find("outflow_customers")
    # A by a fifth in a tier with a floor, C by three tenths, F by a half and just a hundred; G is lost, not fallen
    assert (fell.num, fell.n) == (3, 6)
    assert found.find("outflow_customers_aum").num == (200 + 270 + 100) * 100
    assert found.find("outflow_customers", dimension="tier", segment="private").num == 1
    assert found.find("outflow_customers", scope="branch:B2").num == 1
    assert found.find("outflow_customers", at="previous") is None


FLOORED = "tiers: [{tier: private, floor: 500元, valid_from: '2000-01-01'}]\n"


def dormant(project, small_bank, rows, opened=()):
    """The small bank with a floor of 500 yuan."""
    tables = {"transactions": (HEAD, rows)}
    if opened:
        tables["customers"] = (("customer_id", "open_date"), opened)
    small_bank(tables)
    path = project.root / "job.yaml"
    path.write_text(path.read_text(encoding="utf-8") + FLOORED, encoding="utf-8")
    return project.facts("2025-12")


def test_dormant_are_small_and_still(project, small_bank):
    found = dormant(project, small_bank, [*ROWS, ("C3", "2025-07-05", "out", "1", "merchant", "yes")])
    # under 500: C1 121, C2 242, C3 363, C4 484; C1 moved money, C3 did 179 days before, C4 209, C2's was not its own
    assert facts_of(found) == (2, 6)
    assert found.find("dormant_customers", scope="branch:B1").num == 1
    assert found.find("dormant_rate", at="previous") is None, "the table begins on 5 June, 179 days before"


def facts_of(found):
    rate = found.find("dormant_rate")
    assert found.find("dormant_customers").num == rate.num
    return rate.num, rate.den


def test_a_new_customer_is_not_dormant(project, small_bank):
    found = dormant(project, small_bank, [*ROWS, ("C3", "2025-07-05", "out", "1", "merchant", "yes")],
                    [("C2", "2025-07-05"), ("C4", "2025-07-04")])  # fmt: skip
    assert facts_of(found) == (1, 6), "C2 opened 179 days before the end, C4 180"


def test_income_is_steady_or_not(small_bank):
    def paid(who, months, amounts):
        return [(who, f"2025-{month:02}-05", "in", amount, "salary", "no") for month, amount in zip(months, amounts, strict=True)]

    rows = [
        *paid("C1", range(1, 13), [1000] * 12),  # always the same
        *paid("C2", range(7, 13), [1000, 3000] * 3),  # half as much again and half
        *paid("C3", range(8, 13), [1000] * 5),  # five months are too few
        *paid("C4", (1, 2, 3, 4, 5, 6), [600] * 6),  # ended in June: six months of nothing
        *paid("C5", range(1, 7), [1] + [0] * 5),  # credits of nothing are none
        ("C7", "2024-12-31", "in", "9", "salary", "no"), ("C1", "2026-01-01", "in", "9999", "salary", "no"),
        ("C6", "2025-12-01", "in", "5", "merchant", "no"),
    ]  # fmt: skip
    found = small_bank({"transactions": (HEAD, rows)})
    whole = found.find("income_stability")
    assert whole.n == 3
    assert abs(float(whole.value) - (1 + 0.5 + 0) / 3) < 1e-6
    assert found.find("income_stability", scope="branch:B1").value == Fraction(3, 4)
    assert found.find("income_stability", dimension="gender", segment="missing").value == 0


def test_branches_add_up(facts, additive):
    additive(facts, ("outflow_amount", "outflow_rate", "large_outflow_count", "outflow_customers"))


def test_every_fact_has_its_query(facts):
    for name in ("outflow_amount", "outflow_rate[tier=mass]", "large_outflow_count", "outflow_customers"):
        assert explain(facts, f"bank/{name}@2025-12").sql, name
