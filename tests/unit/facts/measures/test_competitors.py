"""Rate gaps counted by hand."""

from __future__ import annotations

from fractions import Fraction

import pytest

HEAD = ("as_of", "competitor", "product_type", "rate", "our_rate")
ROWS = [
    ("2025-11-30", "bank_a", "deposit_time", "1.30", "1.35"), ("2025-12-31", "bank_a", "deposit_time", "1.45", "1.30"),
    ("2025-11-30", "bank_b", "deposit_time", "1.40", "1.35"), ("2025-12-20", "bank_a", "wealth", "2.40", "2.45"),
    ("2025-12-20", "bank_a", "loan", "3.10", "3.00"), ("2026-01-05", "bank_b", "wealth", "9.99", "2.40"),
    ("2025-12-20", "bank_b", "wealth", "", "2.45"),
]  # fmt: skip
POINT = Fraction(1, 10_000)


@pytest.fixture
def facts(small_bank):
    return small_bank({"competitors": (HEAD, ROWS)})


def test_the_latest_rate_of_each_competitor_known_at_the_end(facts):
    gaps = {one.segment: one.value for one in facts.segments("rate_gap", "competitor_product")}
    assert gaps == {"deposit_time": -15 * POINT, "wealth": 5 * POINT, "loan": 10 * POINT}
    assert facts.find("rate_gap").value == -15 * POINT


def test_november_and_before(facts):
    assert facts.find("rate_gap", at="previous").value == -5 * POINT
    assert facts.find("rate_gap", at="2025-10") is None
    assert facts.find("rate_gap", scope="branch:B1") is None
