"""Holdings, purchases and maturities counted by hand; the small bank is in conftest."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from reportgen.facts.explain import explain
from reportgen.facts.plan import Request

HEAD = ("customer_id", "product_type", "amount", "start_date", "maturity_date", "end_date", "risk_level")
ROWS = [
    # C1: a wealth product since long, due in January; a fund bought in December
    ("C1", "wealth", "100", "2025-01-01", "2026-01-10", "", "R2"),
    ("C1", "fund", "40", "2025-12-05", "", "", "R4"),
    # C2: wealth that ended on the period's last day is held no more on it; a card
    ("C2", "wealth", "70", "2025-06-01", "2025-12-31", "2025-12-31", "R2"),
    ("C2", "credit_card", "", "2020-01-01", "", "", "R5"),
    # C3: wealth due in 45 days, insurance due in 400; its level is not told
    ("C3", "wealth", "300", "2025-11-15", "2026-02-14", "", "R3"),
    ("C3", "insurance", "50", "2025-11-20", "2027-02-04", "", ""),
    # C4: nothing but what begins after the period's end
    ("C4", "wealth", "999", "2026-01-01", "2026-01-05", "", "R1"),
    # C5: matured at the end of November, put into a new one and more within fifteen days
    ("C5", "deposit_time", "200", "2024-11-28", "2025-11-28", "2025-11-28", "R1"),
    ("C5", "deposit_time", "150", "2025-12-01", "2026-12-01", "", "R1"),
    ("C5", "wealth", "90", "2025-12-13", "2026-03-31", "", "R1"),
    # C6 left in December: redeemed before maturity on the way
    ("C6", "wealth", "80", "2025-10-01", "2026-10-01", "2025-12-10", "R2"),
    # nobody the lists know, and rows without product or amount
    ("C9", "fund", "10", "2025-01-01", "", "", "R1"),
    ("C7", "", "10", "2025-12-01", "", "", ""),
    ("C7", "gold", "", "2025-12-02", "", "", "R3"),
]
LEVELS = ("customer_id", "risk_level"), [
    ("C1", "R3"), ("C2", "R1"), ("C3", "R2"), ("C5", "R1"), ("C7", ""), ("C6", "R5"),
]  # fmt: skip


@pytest.fixture
def facts(small_bank):
    return small_bank({"holdings": (HEAD, ROWS), "customers": LEVELS})


def of_product(facts, code, **place):
    return facts.find("product_penetration", dimension="product_type", segment=code, **place)


def test_a_holding_counts_from_its_start_until_the_day_it_ended(facts):
    assert of_product(facts, "wealth").value == Fraction(3, 6), "C1, C3, C5"
    assert of_product(facts, "wealth", at="previous").value == Fraction(4, 6), "C1, C2, C3, C6"
    assert of_product(facts, "wealth", at="2025-10").value == Fraction(3, 6), "C1, C2, C6"
    assert of_product(facts, "deposit_time", at="previous").value == 0, "ended on the 28th"
    assert facts.find("products_per_customer").value == Fraction(2 + 1 + 2 + 2 + 1, 6)
    assert facts.find("cross_sell_rate").value == Fraction(3, 6)
    assert facts.find("one_product_share").value == Fraction(2, 6)
    assert facts.find("no_plan_share").value == Fraction(3, 6), "C2 has a card, C7 gold, C4 nothing"


def test_segments_stand_beside_the_opening_and_against_the_rest(facts):
    place = {"dimension": "tier", "segment": "private", "against": "product_type=wealth"}
    assert facts.find("product_penetration", **place).value == 1
    assert facts.find("product_penetration", at="since", **place).value == 1
    assert facts.find("over_index", **place).value == Fraction(2, 2) / Fraction(1, 4) * 100
    assert facts.find("over_index", at="since", **place) is None


def test_a_branch_sees_no_other_branch(facts):
    assert of_product(facts, "wealth", scope="branch:B3").value == 1
    seen = {one.segment for one in facts.facts if one.dimension == "branch" and one.scope == "branch:B3"}
    assert seen == set()
    assert facts.find("maturing_share", scope="branch:B3").value == 0


def test_maturities_lie_after_the_end_and_within_the_window(facts):
    amount = facts.find("maturing_amount")
    assert (amount.num, amount.n) == (100_00, 1)
    assert facts.find("maturing_share").n == 3, "who holds wealth products"
    windows = {one.segment: one.num for one in facts.segments("maturing_amount", "maturity_window")}
    assert windows == {"30": 100_00, "60": 400_00, "90": 490_00}
    assert facts.find("maturing_share").value == Fraction(100, 490)
    assert facts.find("maturing_share", at="previous").value == 0, "C2's is due 31 days after"
    assert facts.find("maturing_amount", dimension="product_type", segment="wealth").num == 100_00
    assert facts.find("maturing_share", dimension="product_type", segment="deposit_time").value == 0
    assert facts.find("maturing_share", dimension="product_type", segment="fund") is None, "funds do not mature"


def test_the_window_is_the_rule_s(small_bank):
    request = Request(parameters={"r_maturity_cliff": {"days": Fraction(31)}})
    found = small_bank({"holdings": (HEAD, ROWS)}, request=request)
    assert found.find("maturing_amount", at="previous").num == 70_00
    assert [one.segment for one in found.segments("maturing_amount", "maturity_window")] == ["30", "60", "90"]


def test_suitability_counts_holdings_with_both_levels_known(facts):
    match = facts.find("risk_match")
    # C1: wealth fits, fund not; C3: wealth not; C5: both fit; a card bears no risk
    assert (match.num, match.den) == (3, 5)
    assert facts.find("risk_mismatched").num == 2
    assert facts.find("risk_mismatched", scope="branch:B3").num == 0


def test_takeup_is_judged_when_its_days_are_over(facts):
    # C5's fifteen days end on 13 December, a purchase on that day included; C2's matured on the 31st and waits.
    found = facts.find("maturity_takeup")
    assert (found.num, found.den, found.n) == (200_00, 200_00, 1)
    assert facts.find("maturity_takeup", at="previous") is None
    assert facts.find("maturity_takeup", scope="branch:B1") is None


def test_takeup_never_exceeds_and_counts_a_purchase_once(small_bank):
    rows = [
        ("C5", "wealth", "100", "2025-06-01", "2025-12-01", "2025-12-01", ""),
        ("C5", "wealth", "100", "2025-06-01", "2025-12-03", "2025-12-03", ""),
        ("C5", "wealth", "50", "2025-12-04", "2026-06-01", "", ""),
        ("C1", "wealth", "100", "2025-06-01", "2025-12-01", "", ""),  # kept past maturity
        ("C2", "wealth", "100", "2025-06-01", "2025-12-01", "2025-12-01", ""),
        ("C2", "loan", "100", "2025-12-02", "2026-12-01", "", ""),  # a debt takes nothing up
        ("C3", "wealth", "100", "2025-06-01", "2025-12-05", "2025-12-04", ""),  # redeemed, not matured
        ("C4", "wealth", "100", "2025-06-01", "2025-12-01", "2025-12-01", ""),
        ("C4", "wealth", "100", "2025-12-17", "2026-06-01", "", ""),  # a day late
    ]
    found = small_bank({"holdings": (HEAD, rows)}).find("maturity_takeup")
    assert (found.num, found.den, found.n) == (50_00 + 100_00, 500_00, 4)


def test_redemption_is_of_what_was_held_at_the_opening(facts):
    found = facts.find("redemption_rate")
    # held on 1 December with a maturity: C1 100, C2 70, C3 300 and 50, C6 80
    assert (found.num, found.den, found.n) == (80_00, 600_00, 4)
    assert facts.find("redemption_rate", dimension="product_type", segment="insurance").value == 0
    assert facts.find("redemption_rate", scope="branch:B3").value == 1


def test_second_purchases_of_first_buyers_whose_days_are_over(small_bank):
    rows = [
        ("C1", "wealth", "1", "2025-01-01", "", "2025-02-01", ""), ("C1", "fund", "1", "2025-06-30", "", "", ""),
        ("C2", "wealth", "1", "2025-01-01", "", "", ""), ("C2", "wealth", "1", "2025-01-01", "", "", ""),
        ("C3", "wealth", "1", "2025-01-01", "", "", ""), ("C3", "wealth", "1", "2025-07-01", "", "", ""),
        ("C4", "wealth", "1", "2025-07-04", "", "", ""), ("C4", "loan", "1", "2025-07-05", "", "", ""),
        ("C5", "wealth", "1", "2025-07-05", "", "", ""), ("C5", "wealth", "1", "2025-07-06", "", "", ""),
        ("C6", "wealth", "1", "2025-01-01", "", "", ""), ("C7", "wealth", "1", "2023-01-01", "", "2024-06-04", ""),
    ]
    facts = small_bank({"holdings": (HEAD, rows)})
    found = facts.find("second_purchase")
    # 180 days: C1 yes on the last day; C2 the same day; C3 a day late; C4 a loan; C5 not over; C6 gone; C7 long ago
    assert (found.num, found.den) == (1, 4)
    assert facts.find("second_purchase", at="previous").den == 4, "C6 was there; C4 had days left"
    # 180 days before December 2024 the table knew what had ended, 180 before November it did not
    assert facts.find("second_purchase", at="2025-10") is None


def test_branches_add_up(facts, additive):
    # Over time, and earlier segments, products are followed by the bank and its regions alone.
    kept = tuple(one for one in facts.facts if not one.against and one.period != "2025-10")
    additive(replace(facts, facts=kept), (
        "product_penetration", "products_per_customer", "cross_sell_rate", "no_plan_share", "maturing_amount",
        "maturing_share", "risk_match", "risk_mismatched", "maturity_takeup", "redemption_rate",
    ))  # fmt: skip


def test_a_table_without_dates_tells_the_period_s_end_alone(small_bank):
    rows = [("C1", "fund"), ("C1", "fund"), ("C6", "fund")]
    found = small_bank({"holdings": (("customer_id", "product_type"), rows)})
    assert of_product(found, "fund").value == Fraction(1, 6)
    assert of_product(found, "fund", at="previous") is None
    lacking = {one.subject: one.needs for one in found.omissions}
    assert lacking["maturing_amount"] == ("holdings.maturity_date", "holdings.amount")
    assert lacking["second_purchase"] == ("holdings.start_date", "holdings.end_date")
    assert lacking["redemption_rate"][-1] == "holdings.amount"
    assert lacking["risk_match"] == ("holdings.risk_level", "snapshots.risk_level")


def test_rows_of_nobody_are_told(facts):
    found = next(one for one in facts.quality if (one.gate, one.source) == ("unknown_customer", "holdings"))
    assert found.count == 1


def test_every_fact_has_its_query(facts):
    for metric, segment in (("maturity_takeup", ""), ("product_penetration", "[tier=private|product_type=wealth]"),
                            ("maturing_amount", "[product_type=wealth]"), ("redemption_rate", "")):
        found = explain(facts, f"bank/{metric}{segment}@2025-12")
        assert found.sql, metric
