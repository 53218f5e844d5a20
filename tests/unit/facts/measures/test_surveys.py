"""Surveys counted by hand."""

from __future__ import annotations

from fractions import Fraction

import pytest

from reportgen.facts.explain import explain

HEAD = ("customer_id", "survey_date", "csat_1_5", "nps_0_10")
ROWS = [
    ("C1", "2025-12-01", "5", "10"), ("C2", "2025-12-10", "2", "6"), ("C3", "2025-12-15", "1", "0"),
    ("C4", "2025-12-15", "4", "8"), ("C5", "2025-12-20", "", ""), ("C6", "2025-12-20", "3", ""),
    # Low, its three days end in January; of November, its days end in December; after the end.
    ("C7", "2025-12-30", "1", "9"), ("C5", "2025-11-28", "2", "7"), ("C1", "2026-01-02", "1", "0"),
]  # fmt: skip
CONTACTS = (
    ("contact_id", "customer_id", "contact_date", "outcome"),
    [
        ("1", "C2", "2025-12-13", "reached"), ("2", "C3", "2025-12-19", "reached"), ("3", "C3", "2025-12-16", ""),
        ("4", "C3", "2025-12-17", "not_reached"), ("5", "C7", "2025-12-31", "reached"),
        ("6", "C5", "2025-11-27", "reached"), ("7", "C2", "2025-12-11", "sale"),
    ],
)  # fmt: skip
METRICS = ("csat", "csat_satisfied_share", "nps", "survey_response")


@pytest.fixture
def facts(small_bank):
    return small_bank({"surveys": (HEAD, ROWS), "contacts": CONTACTS})


def test_marks_of_the_period(facts):
    assert facts.find("csat").value == Fraction(5 + 2 + 1 + 4 + 3 + 1, 6)
    assert facts.find("csat_satisfied_share").value == Fraction(2, 6)
    assert facts.find("nps").value == Fraction(100 * (2 - 2), 5)
    assert facts.find("survey_response").value == Fraction(6, 7)
    assert facts.find("csat", at="previous").value == 2
    assert facts.find("csat", at="2025-10") is None


def test_net_promoters_may_be_negative(facts):
    assert facts.find("nps", scope="region:R1").value == Fraction(100 * (2 - 2), 5)
    assert facts.find("nps", scope="branch:B2").value == -50
    assert facts.find("nps", dimension="tier", segment="private").value == 0
    assert facts.find("nps", scope="branch:B3") is None, "nobody there answered the question"


def test_low_marks_left_alone(facts):
    # Ending in December: C2 (heard), C3 (an empty outcome, not reached, too late) and C5 (contacted the day before).
    found = facts.find("surveys_low_unfollowed")
    assert (found.num, found.n) == (2, 3)
    assert facts.find("surveys_low_unfollowed", at="previous").num == 0
    assert facts.find("surveys_low_unfollowed", scope="branch:B1").num == 0


def test_branches_add_up(facts, additive):
    additive(facts, (*METRICS, "surveys_low_unfollowed"))


def test_a_branch_sees_itself_only(facts):
    assert facts.find("csat", dimension="branch", segment="B2", scope="region:R1").value == Fraction(5, 2)
    assert not [one for one in facts.of_scope("branch:B2") if one.dimension in ("branch", "region")]


def test_explained_and_omitted(small_bank, facts):
    found = explain(facts, "bank/nps[tier=mass]@2025-12")
    assert found.query == "surveys tier"
    assert {"surveys sent", "present", "typed_surveys"} <= {name for name, _ in found.prepared}
    only = small_bank({"surveys": (HEAD[:3], [row[:3] for row in ROWS])})
    assert only.find("survey_response").value == Fraction(6, 7)
    lacking = {one.subject: one.needs for one in only.omissions}
    assert lacking["nps"] == ("surveys.nps_0_10",)
    assert lacking["surveys_low_unfollowed"] == ("contacts.contact_date",)
    assert "csat" not in lacking


def test_nobody_answered(small_bank):
    found = small_bank({"surveys": (HEAD, [("C1", "2025-12-01", "", "")])})
    assert found.find("survey_response").value == 0
    assert found.find("csat") is None
