"""Life events, activities and notices by hand."""

from __future__ import annotations

from fractions import Fraction

import pytest

from reportgen.facts.explain import explain
from reportgen.facts.plan import Request

TIERS = {"dimensions:\n": 'tiers: [{tier: private, floor: 1万元, valid_from: "2000-01-01"}]\ndimensions:\n'}
EVENTS = (
    ("customer_id", "event_date", "event_type", "reported_at", "acknowledged_at"),
    [
        ("C1", "2025-12-10", "marriage", "2025-12-10", "2025-12-13"),
        ("C2", "2025-12-30", "birthday", "", ""),
        ("C3", "2025-11-29", "birthday", "2025-11-29", "2025-12-03"),
        ("C6", "2025-12-05", "birthday", "", "2025-12-04"),
        ("C4", "2025-12-20", "retirement", "2026-01-05", "2025-12-21"),
        ("C9", "2025-12-20", "birthday", "", ""),
        ("C5", "2025-12-28", "child_birth", "2025-12-28", ""),
    ],
)
ACTIVITIES = (
    ("activity_id", "activity_date", "activity_type", "tier", "branch_id", "invited", "attended", "feedback_items",
     "adopted_items"),
    [
        ("A1", "2025-12-05", "forum", "private", "B1", "10", "6", "4", "1"),
        ("A2", "2025-12-20", "salon", "mass", "", "20", "10", "2", "2"),
        ("A3", "2025-03-01", "forum", "mass", "B2", "30", "20", "5", "0"),
        ("A4", "2024-12-31", "forum", "private", "B3", "9", "9", "9", "9"),
        ("A5", "2026-01-02", "forum", "private", "B3", "9", "9", "9", "9"),
        ("A6", "2025-12-09", "class", "mass", "B1", "8", "", "0", "0"),
    ],
)  # fmt: skip
NOTICES = (
    ("notice_id", "customer_id", "effective_at", "sent_at"),
    [
        ("N1", "C1", "2025-12-26", "2025-12-23"),
        ("N1", "C3", "2025-12-26", "2025-12-24"),
        ("N1", "C6", "2025-12-26", ""),
        ("N1", "C2", "2025-12-26", "2025-12-25"),
        ("N2", "C1", "2026-01-01", ""),
        ("N3", "C3", "2025-11-30", "2025-11-27"),
    ],
)


@pytest.fixture
def facts(small_bank):
    tables = {"life_events": EVENTS, "activities": ACTIVITIES, "notices": NOTICES}
    return small_bank(tables, replace=TIERS)


def test_an_event_is_judged_once_its_days_are_over(facts):
    assert [one.num for one in facts.series("events_count")] == [0, 1, 4]
    # Over in December: C1 in time, C3 a day late, C6 beforehand, C5 not at all; C2's run into January.
    assert facts.find("event_ack_rate").value == Fraction(2, 4)
    assert facts.find("event_ack_rate", at="2025-11") is None
    assert facts.find("event_ack_rate", dimension="event_type", segment="birthday").value == Fraction(1, 2)
    assert facts.find("events_count", dimension="event_type", segment="birthday").num == 2
    assert facts.find("events_count", dimension="event_type", segment="retirement") is None, "reported in January only"
    assert facts.find("events_count", scope="branch:B3").num == 2


def test_the_days_of_grace_are_the_rule_s(small_bank):
    limits = {"r_event_missed": {"days": Fraction(4)}}
    found = small_bank({"life_events": EVENTS}, request=Request(parameters=limits))
    assert found.find("event_ack_rate").value == Fraction(3, 3), "C3 is in time; C5's days run out on 1 January"


def test_what_was_held_and_what_came_of_it(facts):
    assert facts.find("activities_count").num == 3
    assert facts.find("activities_count", scope="branch:B1").num == 2
    assert facts.find("activities_count", dimension="activity_type", segment="salon").num == 1
    assert facts.find("activities_count", scope="branch:B1", dimension="activity_type", segment="salon").num == 0
    assert facts.find("forum_attendance").value == Fraction(16, 30), "A6 did not count its guests"
    assert facts.find("forum_attendance", scope="region:R1", dimension="branch", segment="B1").value == Fraction(6, 10)
    assert facts.find("feedback_adoption").value == Fraction(3, 6)
    assert facts.find("feedback_adoption_year").value == Fraction(3, 11)


def test_a_job_about_one_tier_counts_the_activities_for_it(small_bank):
    """A1, A4 are for private customers; A8 says no tier and is for all; the rest is for others."""
    rows = [*ACTIVITIES[1], ("A8", "2025-12-11", "salon", "", "B1", "4", "3", "2", "1")]
    only = {"dimensions:\n": TIERS["dimensions:\n"].replace("dimensions:", "population: {tier: private}\ndimensions:")}
    found = small_bank({"activities": (ACTIVITIES[0], rows)}, replace=only)
    assert found.find("activities_count").num == 2
    assert found.find("forum_attendance").value == Fraction(6 + 3, 10 + 4)
    assert found.find("feedback_adoption_year").value == Fraction(1 + 1, 4 + 2)
    assert (found.find("forum_held").num, found.find("forum_held", at="2025-11").num) == (1, 1)


def test_a_forum_that_was_not_held_is_a_zero(facts):
    assert facts.find("forum_held").num == 2
    assert facts.find("forum_held", at="2025-11").num == 2, "A3, and A4 within its twelve months"
    assert facts.find("forum_held", dimension="activity_tier", segment="private").num == 1
    missing = facts.find("forum_held", scope="region:R2", dimension="activity_tier", segment="private")
    assert missing.num == 0
    assert facts.find("forum_held", dimension="branch", segment="B3").num == 0


def test_an_activity_of_the_head_office_is_in_no_branch(facts):
    parts = sum(facts.find("activities_count", scope=f"branch:{one}").num for one in ("B1", "B2", "B3"))
    assert (facts.find("activities_count").num, parts) == (3, 2)
    regions = {one: facts.find("activities_count", scope=f"region:{one}").num for one in ("R1", "R2")}
    assert regions == {"R1": 2, "R2": 0}


def test_notices_in_time_to_those_who_must_be_told(facts):
    assert facts.find("notice_coverage").value == Fraction(1, 3)
    assert facts.find("notice_coverage", at="2025-11").value == 1
    assert (facts.find("notice_late").num, facts.find("notice_late").n) == (2, 3)
    assert facts.find("notice_coverage", dimension="branch", segment="B1").value == 1
    assert facts.find("notice_coverage", dimension="tier", segment="mass") is None


def test_branches_add_up_and_facts_lead_to_their_queries(facts, additive):
    additive(facts, ("events_count", "event_ack_rate", "notice_coverage", "notice_late"))
    assert explain(facts, "bank/event_ack_rate[event_type=birthday]@2025-12").query == "life events event_type"
    assert explain(facts, "bank/notice_late[gender=F]@2025-12").query == "notices gender"
    assert explain(facts, "bank/forum_held[activity_tier=private]@2025-12").query == "activities activity_tier"


def test_tables_of_another_year_say_nothing_was_held(small_bank):
    found = small_bank({"activities": (ACTIVITIES[0], [("A9", "2020-01-01", "forum", "", "", "1", "1", "1", "1")])})
    assert found.find("forum_held").num == 0
    assert found.find("forum_attendance") is None
    assert found.find("event_ack_rate") is None
    assert ("event_ack_rate", ("life_events.acknowledged_at",)) in [(one.subject, one.needs) for one in found.omissions]
