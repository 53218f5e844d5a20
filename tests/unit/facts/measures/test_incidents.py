"""Outages counted by hand."""

from __future__ import annotations

from fractions import Fraction

import pytest

HEAD = ("incident_id", "channel", "start_at", "end_at", "affected_customers")
ROWS = [
    ("I1", "app", "2025-12-10 09:00", "2025-12-10 10:35", "120"),
    ("I2", "web", "2025-12-10 10:00", "2025-12-10 10:30:30", "7"),
    ("I3", "app", "2025-11-30 23:30", "2025-12-01 00:20", "5"),
    ("I4", "app", "2025-12-31 23:50", "2026-01-01 04:00", ""),
    ("I5", "app", "2026-01-02 09:00", "2026-01-02 10:00", "900"),
]


@pytest.fixture
def facts(small_bank):
    return small_bank({"incidents": (HEAD, ROWS)})


def test_minutes_are_those_within_the_period(facts):
    assert facts.find("incident_minutes").value == 95 + Fraction(61, 2) + 20 + 10
    assert facts.find("incident_minutes", at="previous").value == 30
    assert facts.find("incident_minutes", dimension="incident_channel", segment="web").value == Fraction(61, 2)
    assert facts.find("incident_minutes", dimension="incident_channel", segment="app").den == 1


def test_an_outage_counts_where_it_began(facts):
    assert [one.num for one in facts.series("incidents_count")] == [0, 1, 3]
    assert [one.num for one in facts.series("incident_customers")] == [0, 5, 127]


def test_a_quiet_period_is_zero_and_no_branch_has_outages(small_bank, facts):
    assert facts.find("incident_minutes", at="2025-10").value == 0
    assert {one.scope for one in facts.facts if one.metric == "incidents_count"} == {"bank"}
    quiet = small_bank({"incidents": (HEAD, ROWS[-1:])})
    assert quiet.find("incident_minutes").value == 0
    assert not quiet.dimensions.get("incident_channel")


def test_an_outage_without_an_end_lasts(small_bank):
    found = small_bank({"incidents": (HEAD, [("I1", "app", "2025-11-30 23:00", "", "1")])})
    assert found.find("incident_minutes", at="previous").value == 60
    assert found.find("incident_minutes").value == 31 * 24 * 60
