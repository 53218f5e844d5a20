"""Contacts counted by hand: what was effective, how long ago, by whose limit, and who is no longer there."""

from __future__ import annotations

from fractions import Fraction

import pytest

from reportgen.facts.explain import explain
from reportgen.facts.plan import Request

TIERS = {"dimensions:\n": 'tiers: [{tier: private, floor: 1万元, valid_from: "2000-01-01"}]\ndimensions:\n'}
MANAGERS = (
    ("customer_id", "rm_id"),
    [("C1", "M1"), ("C2", ""), ("C3", "M2"), ("C4", ""), ("C5", "M3"), ("C6", "M3"), ("C7", "")],
)
HEAD = ("contact_id", "customer_id", "contact_date", "channel", "purpose", "note_chars", "outcome", "next_date")
ROWS = [
    ("T1", "C1", "2025-12-01", "visit", "personal", "50", "reached", ""),
    ("T2", "C1", "2025-12-20", "phone", "policy", "5", "", ""),
    ("T3", "C2", "2025-12-05", "phone", "policy", "20", "not_reached", ""),
    ("T4", "C3", "2025-12-31", "visit", "policy", "3", "not_reached", "2026-01-05"),
    ("T5", "C6", "2025-12-10", "phone", "personal", "0", "reached", ""),
    ("T6", "C5", "2025-12-15", "sms", "", "", "sale", ""),
    ("T7", "C7", "2026-01-02", "phone", "personal", "30", "reached", ""),
    ("T8", "C3", "2025-11-10", "visit", "personal", "10", "reached", ""),
    ("T9", "C4", "2025-10-05", "phone", "policy", "40", "reached", ""),
    ("T10", "C9", "2025-12-03", "phone", "policy", "12", "reached", ""),
    ("T11", "C2", "2026-01-01", "phone", "personal", "30", "reached", ""),
]
SUMS = ("contacts_count", "contact_freq", "contact_rate", "contact_overdue", "contact_overdue_share",
        "contact_unrecorded", "visit_rate", "policy_contact_share", "personal_contact_share", "policy_to_personal",
        "empty_contact_share")  # fmt: skip


@pytest.fixture
def facts(small_bank):
    return small_bank({"customers": MANAGERS, "contacts": (HEAD, ROWS)}, replace=TIERS)


def test_contacts_of_the_period_s_customers_by_way_and_purpose(facts):
    assert [one.num for one in facts.series("contacts_count")] == [1, 1, 6]
    assert facts.find("contacts_count", scope="branch:B3").num == 2, "the contact with one who left still counts"
    assert {one.segment: one.num for one in facts.segments("contacts_count", "contact_purpose")} == {
        "policy": 3, "personal": 2, "missing": 1,
    }  # fmt: skip
    assert {one.segment: one.num for one in facts.segments("contacts_count", "contact_via")} == {
        "visit": 2, "phone": 3, "sms": 1,
    }  # fmt: skip
    assert facts.find("contact_freq").value == Fraction(5, 3)
    assert facts.find("visit_rate").value == Fraction(1, 2), "a visit that met nobody is none"


def test_quality_of_what_is_recorded(facts):
    assert facts.find("policy_contact_share").value == Fraction(3, 6)
    assert facts.find("personal_contact_share").value == Fraction(2, 6)
    assert facts.find("policy_to_personal").value == Fraction(3, 2)
    assert facts.find("empty_contact_share").value == Fraction(1, 6)
    assert facts.find("policy_to_personal", scope="branch:B2") is None, "no personal contact, no multiple"
    assert facts.find("policy_contact_share", scope="branch:B2", at="2025-11").value == 0


def test_days_since_the_last_effective_contact(facts):
    # C5 16 days, C1 30, C3 51, C4 87; nobody reached C2 and C7 by the end of December.
    assert facts.find("days_since_contact").value == Fraction(30 + 51, 2)
    assert facts.find("days_since_contact").n == 4
    assert facts.find("days_since_contact_p90").value == 51 + 36 * Fraction(7, 10)
    assert facts.find("days_since_contact", at="2025-11").value == Fraction(20 + 56, 2)
    assert facts.find("days_since_contact", dimension="tier", segment="mass").value == Fraction(16 + 87, 2)
    assert facts.find("days_since_contact", dimension="branch", segment="B2").value == Fraction(51 + 87, 2)
    assert facts.find("days_since_contact", scope="branch:B2", dimension="branch", segment="B2") is None
    assert facts.find("contact_unrecorded").num == 2


def test_each_tier_has_its_limit(small_bank, facts):
    # Private: 30 days at most (C1 30, C3 51); others 180, and never is overdue (C2, C7).
    assert facts.find("contact_overdue").num == 3
    assert facts.find("contact_overdue_share", dimension="tier", segment="private").value == Fraction(1, 2)
    limits = {"r_contact_gap": {"days": Fraction(60), "days_second": Fraction(60), "days_other": Fraction(86)}}
    tables = {"customers": MANAGERS, "contacts": (HEAD, ROWS)}
    found = small_bank(tables, request=Request(parameters=limits), replace=TIERS)
    assert found.find("contact_overdue").num == 3, "C4 with 87 days, C2 and C7"
    assert found.find("contact_overdue", dimension="tier", segment="private").num == 0
    flat = small_bank(tables, request=Request(parameters=limits))
    assert flat.find("contact_overdue").num == 3, "without tiers one limit holds for all: C4, C2 and C7"


def test_the_rate_counts_from_the_opening(facts):
    assert facts.find("contact_rate").value == Fraction(2, 6)
    assert (facts.find("contact_rate").since, facts.find("contact_rate").period) == ("2025-11", "2025-12")
    assert facts.find("contact_rate", at="2025-11").value == Fraction(1, 6)
    assert facts.find("contact_rate", at="2025-10") is None
    assert facts.find("contact_rate", dimension="branch", segment="B3").value == 1


def test_effort_beside_assets(facts):
    shares = {one.segment: one.value for one in facts.segments("cost_to_serve_mix", "tier")}
    assert shares == {"private": Fraction(4, 6), "mass": Fraction(2, 6)}
    gap = facts.find("aum_share_gap", dimension="tier", segment="private")
    assert gap.value == Fraction(4, 22) - Fraction(4, 6)
    assert gap.n == 6


def test_branches_add_up(facts, additive):
    additive(facts, SUMS)


def test_the_table_of_contacts_outweighs_a_date_beside_the_snapshot(small_bank):
    columns = "[customer_id, snapshot_date, branch_id, region_id, tier, gender, aum]"
    names = columns.strip("[]").split(", ")
    mapped = "{" + ", ".join(f"{one}: {one}" for one in names) + ", last_contact: snapshot_date}"
    beside = small_bank({}, replace={columns: mapped})
    assert beside.find("days_since_contact").value == 0
    found = small_bank({"contacts": (HEAD[:3], [row[:3] for row in ROWS])}, replace={columns: mapped})
    # C3 0 days, C1 11, C5 16, C2 26, C4 87: without outcomes every contact counts.
    assert found.find("days_since_contact").value == 16
    assert found.find("contact_unrecorded").num == 1
    assert found.find("empty_contact_share") is None
    lacking = {one.subject: one.needs for one in found.omissions}
    assert lacking["empty_contact_share"] == ("contacts.note_chars", "contacts.outcome", "contacts.next_date")
    assert lacking["visit_rate"] == ("contacts.channel",)


def test_facts_lead_to_their_queries(facts):
    assert explain(facts, "bank/policy_contact_share[gender=F]@2025-12").query == "contacts gender"
    assert explain(facts, "bank/contacts_count[contact_via=visit]@2025-12").query == "contacts contact_via"
    assert explain(facts, "bank/days_since_contact[tier=mass]@2025-12").query == "contact days tier"
    gate = next(one for one in facts.quality if one.gate == "unknown_customer")
    assert (gate.source, gate.count) == ("contacts", 1)


def test_no_row_in_the_period_is_no_contact(small_bank):
    found = small_bank({"contacts": (HEAD, [ROWS[8]])})
    assert found.find("contacts_count").num == 0
    assert found.find("policy_contact_share") is None
    assert found.find("contact_overdue").num == 6, "C4 with 87 days over 30, and five nobody reached"


def test_without_an_opening_there_is_no_rate_since_then(small_bank):
    replace = {**TIERS, "period: {every: month, since: previous}": "period: {every: month}"}
    found = small_bank({"customers": MANAGERS, "contacts": (HEAD, ROWS)}, replace=replace)
    assert found.find("contacts_count").num == 6
    assert not [one for one in found.facts if one.metric == "contact_rate"]
    assert "two dates" in {one.subject: one.needs for one in found.omissions}["contact_rate"]
