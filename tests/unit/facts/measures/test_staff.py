"""Coverage, load, backups and leavers by hand: seven customers, managers who come and go."""

from __future__ import annotations

from fractions import Fraction

import pytest

from reportgen.facts.explain import explain

TIERS = {"dimensions:\n": 'tiers: [{tier: private, floor: 1万元, valid_from: "2000-01-01"}]\ndimensions:\n'}
MANAGERS = (
    ("customer_id", "rm_id"),
    [("C1", "M1"), ("C2", ""), ("C3", "M2"), ("C4", ""), ("C5", "M3"), ("C6", "M3"), ("C7", "M1")],
)
STAFF = (
    ("rm_id", "branch_id", "start_date", "leave_date", "backup_rm_id"),
    [
        ("M1", "B1", "2020-01-01", "", "M2"),
        ("M2", "B2", "2025-12-01", "", "M3"),
        ("M3", "B3", "2019-01-01", "2025-12-15", "M1"),
    ],
)


@pytest.fixture
def facts(small_bank):
    return small_bank({"customers": MANAGERS, "staff": STAFF}, replace=TIERS)


def test_only_managers_on_the_staff_cover(facts):
    # December: M1 has C1 and C7, M2 has C3; M3 has left. November: M1 C1, M3 C5 and C6; M2 had not come.
    assert facts.find("coverage_rate").value == Fraction(3, 6)
    assert facts.find("coverage_rate", at="2025-11").value == Fraction(3, 6)
    assert facts.find("coverage_rate", scope="branch:B3").value == 0
    assert facts.find("coverage_rate", dimension="tier", segment="private").value == 1
    unassigned = facts.find("customers_unassigned", at="2025-11")
    assert (unassigned.num, unassigned.n) == (1, 3)
    assert facts.find("customers_unassigned").num == 0


def test_without_staff_a_manager_s_number_covers(small_bank):
    found = small_bank({"customers": MANAGERS}, replace=TIERS)
    assert found.find("coverage_rate").value == Fraction(4, 6)
    assert found.find("coverage_rate", dimension="gender", segment="M").value == Fraction(1, 2)
    assert found.find("rm_backup_rate") is None
    lacking = {one.subject: one.needs for one in found.omissions}
    assert lacking["rm_backup_rate"] == ("staff.backup_rm_id",)
    assert lacking["rm_leaver_loss"] == ("staff.leave_date",)


def test_without_managers_nothing_is_said(small_bank):
    found = small_bank({"staff": STAFF})
    assert found.find("coverage_rate") is None
    assert {one.subject: one.needs for one in found.omissions}["rm_load_median"] == ("snapshots.rm_id",)


def test_a_backup_must_be_there(facts):
    assert facts.find("rm_backup_rate").value == Fraction(1, 2), "M2's backup has left"
    assert facts.find("rm_backup_rate", at="2025-11").value == Fraction(1, 2), "M1's had not come"


def test_load(facts):
    assert facts.find("rm_load_median").value == Fraction(3, 2)
    assert (facts.find("rm_load_max").num, facts.find("rm_load_max").n) == (2, 2)
    assert facts.find("rm_load_max", scope="branch:B3") is None
    assert facts.find("rm_load_max", scope="branch:B3", at="2025-11").num == 2


def test_the_weight_of_one_manager(small_bank):
    people = [("C1", "M1"), ("C2", ""), ("C3", "M2"), ("C4", ""), ("C5", "M3"), ("C6", "M3"), ("C7", "M4")]
    found = small_bank({"customers": (MANAGERS[0], people)})
    share = found.find("rm_top_share", dimension="branch", segment="B1")
    assert (share.value, share.n) == (Fraction(7, 10), 3)
    assert found.find("rm_top_share", scope="branch:B1").value == Fraction(7, 10)
    assert found.find("rm_top_share", scope="region:R1", dimension="branch", segment="B1").value == Fraction(7, 10)
    assert found.find("rm_top_share", scope="branch:B2") is None, "one manager alone is no concentration"
    assert found.find("rm_top_share") is None


def test_two_managers_of_a_branch_are_needed_on_the_day(small_bank):
    people = [("C1", "M1"), ("C2", "M1"), ("C7", "M4")]
    found = small_bank({"customers": (MANAGERS[0], people)})
    assert found.find("rm_top_share", scope="branch:B1").value == Fraction(7, 10)
    assert found.find("rm_top_share", scope="branch:B1", at="2025-11") is None, "M4's customer comes in December"


def test_what_leaves_with_a_leaver(facts):
    lost, others = facts.find("rm_leaver_loss"), facts.find("rm_others_loss")
    assert (lost.num, lost.den) == (1, 2), "C5 stayed, C6 left; both stood with M3 at the end of November"
    assert (others.num, others.den) == (0, 2), "of the others C1 and C3 had a manager"
    assert facts.find("rm_leaver_loss", dimension="rm", segment="M3").value == Fraction(1, 2)
    assert facts.find("rm_leaver_loss", scope="branch:B3").value == Fraction(1, 2)
    assert facts.find("rm_others_loss", scope="branch:B3") is None
    assert facts.find("rm_leaver_loss", scope="branch:B1") is None
    assert facts.find("rm_leaver_loss", at="2025-11") is None, "in November nobody had left"


def test_branches_add_up_and_facts_lead_to_their_queries(facts, additive):
    additive(facts, ("coverage_rate", "customers_unassigned", "rm_backup_rate"))
    assert explain(facts, "bank/coverage_rate[tier=private]@2025-12").query == "managed tier"
    assert explain(facts, "bank/rm_leaver_loss@2025-12").query == "after leavers 2025-11 2025-12"
