"""Digital use counted by hand."""

from __future__ import annotations

from fractions import Fraction

import pytest

HEAD = ("customer_id", "month", "app_logins", "self_service_txns", "counter_txns")
ROWS = [
    ("C1", "2025-12-01", "3", "8", "2"), ("C2", "2025-12-01", "0", "0", "5"), ("C3", "2025-12-01", "1", "", "1"),
    ("C4", "2025-12-01", "", "4", ""), ("C6", "2025-12-01", "9", "1", "0"), ("C7", "2025-12-01", "2", "0", "0"),
    ("C1", "2025-11-01", "1", "1", "1"), ("C1", "2026-01-01", "9", "9", "9"), ("C9", "2025-12-01", "1", "1", "1"),
]  # fmt: skip


@pytest.fixture
def facts(small_bank):
    return small_bank({"digital": (HEAD, ROWS)})


def test_active_are_closing_customers_who_logged_in(facts):
    assert facts.find("mau").num == 3, "C1, C3, C7; C6 is gone, C9 unknown"
    assert facts.find("mau_share").value == Fraction(3, 6)
    assert [one.num for one in facts.series("mau")] == [0, 1, 3]
    assert facts.find("mau_share", scope="branch:B3").value == 0


def test_the_rate_counts_transactions_of_those_who_left_too(facts):
    assert facts.find("digital_rate").value == Fraction(8 + 4 + 1, 8 + 2 + 5 + 1 + 4 + 1)
    assert facts.find("digital_rate", scope="branch:B3").value == 1
    assert facts.find("digital_rate", dimension="gender", segment="missing").value == 1
    assert facts.find("digital_rate", at="2025-10") is None


def test_branches_add_up(facts, additive):
    additive(facts, ("mau", "mau_share", "digital_rate"))


def test_a_quarter_counts_its_last_month_s_users(small_bank):
    quarter = {"every: month, since: previous": "every: quarter"}
    found = small_bank({"digital": (HEAD, ROWS)}, period="2025-Q4", replace=quarter)
    assert found.find("mau").num == 3
    assert found.find("digital_rate").value == Fraction(8 + 4 + 1, 22), "C6 is in no list of a quarter held"
