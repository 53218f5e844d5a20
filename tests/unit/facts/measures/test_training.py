"""Training and certificates counted by hand."""

from __future__ import annotations

from fractions import Fraction

import pytest

STAFF = (
    ("rm_id", "branch_id", "role", "start_date", "leave_date", "certificates", "backup_rm_id"),
    [
        ("M1", "B1", "rm", "2020-01-01", "", "AFP;CFP", ""), ("M2", "B1", "rm", "2020-01-01", "", "", ""),
        ("M3", "B2", "lobby", "2025-12-15", "", "fund", ""), ("M4", "B3", "rm", "2020-01-01", "2025-12-31", "AFP", ""),
        ("M5", "B3", "rm", "2026-01-01", "", "AFP", ""),
    ],
)  # fmt: skip
TRAINING = (
    ("staff_id", "training_date", "topic", "hours", "score"),
    [
        ("M1", "2025-01-01", "law", "7.5", ""), ("M1", "2024-12-31", "law", "99", ""),
        ("M1", "2025-12-31", "law", "0.25", ""), ("M1", "2026-01-01", "law", "50", ""),
        ("M2", "2025-06-01", "law", "20", ""), ("M4", "2025-06-01", "law", "30", ""), ("M9", "2025-06-01", "law", "8", ""),
    ],
)  # fmt: skip


@pytest.fixture
def facts(small_bank):
    return small_bank({"staff": STAFF, "training": TRAINING})


def test_hours_of_twelve_months_of_those_still_there(facts):
    found = facts.find("training_hours")
    assert (found.value, found.n) == (Fraction(31, 4) / 3 + Fraction(20, 3), 3)
    assert facts.find("training_hours", scope="branch:B2").value == 0
    assert facts.find("training_hours", dimension="branch", segment="B2").value == 0
    assert facts.find("training_hours", scope="branch:B3") is None, "its one member left on the last day"


def test_each_month_has_its_own_staff_and_year(facts):
    assert facts.find("training_hours", at="previous").value == (Fraction(213, 2) + 20 + 30) / 3
    assert facts.find("certified_share", at="previous").value == Fraction(2, 3)


def test_certificates(facts):
    assert facts.find("certified_share").value == Fraction(2, 3)
    assert facts.find("certified_share", scope="branch:B1").value == Fraction(1, 2)
    assert facts.find("certified_share", dimension="staff_role", segment="lobby").value == 1


def test_branches_add_up(facts, additive):
    additive(facts, ("training_hours", "certified_share"))


def test_without_staff_nothing_is_a_head(small_bank):
    lacking = {one.subject: one.needs for one in small_bank({"training": TRAINING}).omissions}
    assert lacking["training_hours"] == ("staff.rm_id",)
    assert lacking["certified_share"] == ("staff.certificates",)
