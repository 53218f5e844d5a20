"""Complaints counted by hand: what a period's end knows, limits, repeats, customers who left or are unknown."""

from __future__ import annotations

from fractions import Fraction

import pytest

from reportgen.facts.explain import explain
from reportgen.facts.plan import Request

HEAD = ("complaint_id", "customer_id", "received_at", "closed_at", "category", "channel", "complexity", "satisfied",
        "repeat_of")  # fmt: skip
ROWS = [
    # Open at December's start: closed in it after 21 days (too late), and never (50 days: overdue even if complex).
    ("K1", "C1", "2025-11-20", "2025-12-11", "app", "phone", "plain", "no", ""),
    ("K2", "C3", "2025-11-11", "", "fees", "phone", "complex", "", ""),
    # Received in December: in time; in time at 30 days; closed in January only; after the end; of one who left.
    ("K3", "C1", "2025-12-01", "2025-12-16", "app", "web", "plain", "yes", "K1"),
    ("K4", "C2", "2025-12-01", "2025-12-31", "app", "web", "complex", "yes", ""),
    ("K5", "C4", "2025-12-10", "2026-01-05", "fees", "phone", "", "", ""),
    ("K6", "C5", "2026-01-02", "", "app", "phone", "plain", "", ""),
    ("K7", "C6", "2025-12-02", "2025-12-04", "attitude", "phone", "special", "", "K0"),
    # Of a customer no list knows, and of October.
    ("K8", "C9", "2025-12-05", "", "app", "phone", "plain", "", ""),
    ("K9", "C5", "2025-10-31", "2025-10-31", "card", "phone", "plain", "yes", ""),
]
METRICS = ("complaints_count", "complaint_rate", "complaint_repeat", "complaint_close_rate", "complaint_on_time",
           "complaints_overdue", "complaint_days", "complaints_satisfied")  # fmt: skip


@pytest.fixture
def facts(small_bank):
    return small_bank({"complaints": (HEAD, ROWS)})


def test_received_in_the_period_only(facts):
    assert facts.find("complaints_count").num == 4
    assert [one.num for one in facts.series("complaints_count")] == [1, 2, 4]
    assert facts.find("complaint_rate").value == Fraction(4 * 10_000, 6)
    assert facts.find("complaints_count", scope="branch:B1").num == 2
    assert facts.find("complaints_count", scope="branch:B3").num == 1, "the complaint of one who left still counts"
    assert facts.find("complaint_repeat").value == Fraction(2, 4)


def test_a_month_without_complaints_is_zero(facts):
    assert [one.num for one in facts.series("complaints_count", scope="branch:B1")] == [0, 1, 2]
    assert facts.find("complaint_rate", scope="branch:B2", at="2025-10").value == 0
    assert facts.find("complaint_repeat", scope="branch:B2", at="2025-10") is None, "no base, no share"


def test_closed_overdue_and_in_time(facts):
    # Due: K1, K2, K3, K4, K5, K7; closed by the end: K1, K3, K4, K7; in time: K3, K4, K7; overdue: K2, K5 (21 days).
    assert facts.find("complaint_close_rate").value == Fraction(4, 6)
    assert facts.find("complaints_overdue").num == 2
    assert facts.find("complaint_on_time").value == Fraction(3, 6)
    assert facts.find("complaint_days").value == Fraction(21 + 15 + 30 + 2, 4)
    assert facts.find("complaint_days_median").value == Fraction(15 + 21, 2)
    assert facts.find("complaint_days_p90").value == 21 + (30 - 21) * Fraction(7, 10)
    assert facts.find("complaints_satisfied").value == Fraction(2, 3)


def test_november_does_not_know_december(facts):
    assert facts.find("complaint_close_rate", at="previous").value == 0
    assert facts.find("complaint_close_rate", at="previous").den == 2
    assert facts.find("complaints_overdue", at="previous").num == 0, "10 and 19 days: within 15 and complex 30"
    assert facts.find("complaint_days", at="previous") is None


def test_the_rule_sets_the_limits(small_bank):
    limits = {"r_complaint_overdue": {"plain_days": Fraction(9), "complex_days": Fraction(60)}}
    found = small_bank({"complaints": (HEAD, ROWS)}, request=Request(parameters=limits))
    assert found.find("complaint_on_time").value == Fraction(2, 5), "K4, K7 in time; K1, K3 late; K5 overdue; K2 not due"


def test_categories_segments_and_scopes(facts):
    app = facts.series("complaints_count", dimension="complaint_category", segment="app")
    assert [(one.period, one.num) for one in app] == [("2025-10", 0), ("2025-11", 1), ("2025-12", 2)]
    assert facts.find("complaints_count", dimension="complaint_channel", segment="web", scope="branch:B1").num == 2
    assert facts.find("complaints_count", dimension="complaint_channel", segment="web", scope="branch:B3").num == 0
    by_gender = {one.segment: (one.num, one.den) for one in facts.segments("complaint_rate", "gender")}
    assert by_gender == {"F": (20_000, 3), "M": (10_000, 2), "missing": (10_000, 1)}
    assert facts.find("complaints_count", dimension="branch", segment="B1", scope="region:R1").num == 2
    assert facts.find("complaints_count", dimension="branch", segment="B1", scope="branch:B1") is None


def test_where_a_category_gathers(facts):
    place = {"dimension": "branch", "segment": "B1", "against": "complaint_category=app"}
    assert facts.find("complaints_count", **place).num == 2
    assert facts.find("complaints_count", **place, scope="region:R1").num == 2
    assert facts.find("complaints_count", **place, scope="branch:B1") is None
    assert facts.find("complaint_days_median", dimension="region", segment="R1").value == 21


def test_branches_add_up(facts, additive):
    additive(facts, METRICS)


def test_unknown_customers_are_told_and_facts_explained(facts):
    gate = next(one for one in facts.quality if one.gate == "unknown_customer")
    assert (gate.source, gate.count) == ("complaints", 1)
    found = explain(facts, "bank/complaint_on_time[tier=mass]@2025-12")
    assert found.query == "complaints due tier"
    assert "on_time" in found.sql
    behind = [name for name, _ in found.prepared]
    assert {"typed_complaints", "complaints", "present", "cut"} <= set(behind)
    assert "typed_snapshots" in behind, "what the population was made from"


def test_no_row_is_no_complaint(small_bank):
    found = small_bank({"complaints": (HEAD, [ROWS[-1]])})
    assert found.find("complaints_count").num == 0
    assert found.find("complaint_close_rate") is None


def test_what_the_table_lacks_is_named(small_bank):
    found = small_bank({"complaints": (HEAD[:3], [row[:3] for row in ROWS])})
    assert found.find("complaints_count").num == 4
    lacking = {one.subject: one.needs for one in found.omissions}
    assert lacking["complaint_on_time"] == ("complaints.closed_at",)
    assert lacking["complaint_repeat"] == ("complaints.repeat_of",)
    assert "complaint_rate" not in lacking
