"""Profiles and interests counted by hand; the small bank is in conftest."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from reportgen.facts.explain import explain

HEAD = ("customer_id", "birth_date", "occupation", "annual_income", "income_band", "children", "contactable", "hobbies")
ROWS = [
    ("C1", "1990-01-01", "employee", "", "high", "0", "no", "golf; tea"),
    ("C2", "", "unknown", "", "", "", "", ""),
    ("C3", "1980-01-01", "retired", "100", "", "2", "yes", "tea；golf；"),
    ("C4", "1980-01-01", "", "", "", "1", "yes", ";"),
    ("C5", "1980-01-01", "", "0", "", "1", "yes", "tea"),
    ("C6", "1980-01-01", "retired", "1", "low", "1", "yes", "golf"),
]


@pytest.fixture
def facts(small_bank):
    return small_bank({"customers": (HEAD, ROWS)})


def test_completeness_is_of_the_fields_the_bank_has(facts):
    # six fields: age, gender (of the list), occupation, income, children, contactable; no risk level, no marriage
    fields = {one.segment: one.num for one in facts.segments("profile_field", "profile_field")}
    assert fields == {"age": 4, "gender": 5, "occupation": 2, "income": 3, "children": 4, "contactable": 4}
    whole = facts.find("profile_completeness")
    assert (whole.num, whole.den, whole.n) == (22, 36, 6), "C6 is gone; C7 is on the list without a profile"
    assert facts.find("profile_completeness", scope="branch:B2").value == Fraction(6 + 3, 12)
    assert facts.find("profile_completeness", dimension="branch", segment="B3").value == Fraction(5, 6)
    assert facts.find("profile_completeness", at="previous") is None, "what is known today is not what was known then"


def test_interests_are_tags_apart(facts):
    share = facts.find("hobby_share", dimension="hobby", segment="golf")
    assert (share.num, share.den) == (2, 3), "C1 and C3 of C1, C3 and C5"
    assert facts.find("hobby_share", dimension="hobby", segment="tea").value == 1
    private = {"dimension": "tier", "segment": "private"}
    assert facts.find("hobby_share", **private, against="hobby=golf").value == 1
    assert facts.find("hobby_share", scope="branch:B2", **private, against="hobby=golf") is None
    assert facts.find("over_index", **private, against="hobby=tea").value == 100
    assert facts.find("over_index", **private, against="hobby=golf") is None, "nobody else plays"


def test_customers_without_a_tier(small_bank, project):
    small_bank({"customers": (("customer_id", "occupation"), [])})
    path = project.root / "snapshots.csv"
    text = path.read_text(encoding="utf-8").replace("C5,2025-12-31,B3,R2,mass", "C5,2025-12-31,B3,R2,")
    path.write_text(text, encoding="utf-8")
    found = project.facts("2025-12")
    assert found.find("tier_missing").value == Fraction(1, 6)
    assert found.find("tier_missing", at="previous").value == 0
    assert found.find("tier_missing", dimension="branch", segment="B3").value == 1
    assert found.find("hobby_share", dimension="hobby", segment="golf") is None
    assert {one.subject: one.needs for one in found.omissions}["hobby_share"] == ("customers.hobbies",)


def test_branches_add_up(facts, additive):
    kept = tuple(one for one in facts.facts if not one.against)
    additive(replace(facts, facts=kept), ("profile_completeness", "profile_field", "tier_missing", "hobby_share"))


def test_every_fact_has_its_query(facts):
    for name in ("profile_completeness", "hobby_share[tier=private|hobby=golf]", "tier_missing"):
        assert explain(facts, f"bank/{name}@2025-12").sql, name
