"""Support tickets counted by hand."""

from __future__ import annotations

from fractions import Fraction

import pytest

from reportgen.facts.explain import explain
from reportgen.facts.plan import Request

HEAD = ("ticket_id", "raised_by_unit", "dept", "type", "raised_at", "first_response_at", "closed_at", "rating")
ROWS = [
    # Raised in November: answered and closed in December after 30 hours; never answered, still open.
    ("T1", "B1", "operations", "system", "2025-11-30 20:00", "2025-12-02 02:00", "2025-12-05 10:00", "2"),
    ("T2", "B3", "technology", "system", "2025-11-15 09:00", "", "", ""),
    # Raised in December: 2 hours; 24 hours to the minute; answered and closed in January only; just before the end.
    ("T3", "B1", "technology", "system", "2025-12-03 09:00", "2025-12-03 11:00", "2025-12-03 12:00", "5"),
    ("T4", "B2", "operations", "process", "2025-12-10 09:00", "2025-12-11 09:00", "2025-12-12 09:00", ""),
    ("T5", "B2", "operations", "process", "2025-12-20 09:00", "2026-01-02 09:00", "2026-01-03 09:00", "1"),
    ("T6", "B1", "operations", "system", "2025-12-31 23:59", "", "", ""),
    # Of a unit that is no branch; after the end.
    ("T7", "HO", "product", "product", "2025-12-04 09:00", "2025-12-04 10:00", "", ""),
    ("T8", "B1", "product", "product", "2026-01-01 00:00", "", "", ""),
]
METRICS = ("tickets_count", "ticket_close_rate", "ticket_backlog", "ticket_response_over", "ticket_rating")


@pytest.fixture
def facts(small_bank):
    return small_bank({"tickets": (HEAD, ROWS)})


def test_counts_and_closure(facts):
    assert [one.num for one in facts.series("tickets_count")] == [0, 2, 5]
    # Due: T1 to T7; closed by the end: T1, T3, T4; open: T2, T5, T6, T7.
    assert facts.find("ticket_close_rate").value == Fraction(3, 7)
    assert facts.find("ticket_backlog").num == 4
    assert facts.find("ticket_backlog", at="previous").num == 2
    assert facts.find("ticket_rating").value == Fraction(2 + 5, 2), "a mark given in January is not known yet"


def test_response_of_what_was_answered_in_the_period(facts):
    # Hours: T1 30, T3 2, T4 24, T7 1.
    assert facts.find("ticket_response").value == 13
    assert facts.find("ticket_response_p90").value == 24 + (30 - 24) * Fraction(7, 10)
    assert facts.find("ticket_response", dimension="ticket_dept", segment="operations").value == 27
    assert facts.find("ticket_response", scope="branch:B3") is None
    assert facts.find("ticket_response", dimension="branch", segment="B2", scope="region:R1").value == 24
    assert facts.find("tickets_count", dimension="branch", segment="B3").num == 0
    assert facts.find("ticket_response", at="previous") is None


def test_waiting_past_the_limit_counts_as_slow(facts):
    # Slow: T1, T2 and T5 (still waiting); in time: T3, T4, T7; T6 has waited a minute and is not judged.
    assert facts.find("ticket_response_over").value == Fraction(3, 6)
    assert facts.find("ticket_response_over", at="previous").value == 1, "T2 has waited since the middle of November"


def test_the_rule_sets_the_limit(small_bank):
    request = Request(parameters={"r_ticket_slow": {"hours": Fraction(30)}})
    facts = small_bank({"tickets": (HEAD, ROWS)}, request=request)
    assert facts.find("ticket_response_over").value == Fraction(2, 6)


def test_departments_and_scopes(facts):
    dept = {one.segment: one.num for one in facts.segments("tickets_count", "ticket_dept")}
    assert dept == {"operations": 3, "technology": 1, "product": 1}
    assert facts.find("tickets_count", scope="branch:B3", dimension="ticket_dept", segment="product").num == 0
    assert facts.find("tickets_count", scope="region:R1").num == 4
    kinds = {one.segment: one.num for one in facts.segments("tickets_count", "ticket_type", scope="branch:B1")}
    assert kinds == {"system": 2, "process": 0, "product": 0}


def test_units_that_asked_several_departments(facts):
    assert facts.find("tickets_cross_unit").value == Fraction(1, 3), "B1 asked two, B2 and the head office one"
    assert facts.find("tickets_cross_unit", scope="region:R1").value == Fraction(1, 2)
    assert facts.find("tickets_cross_unit", scope="branch:B1") is None


def test_branches_and_the_head_office_add_up(small_bank, additive):
    own = [row for row in ROWS if row[1] != "HO"]
    additive(small_bank({"tickets": (HEAD, own)}), METRICS)


def test_explained_and_omitted(small_bank, facts):
    assert explain(facts, "bank/ticket_close_rate[ticket_dept=operations]@2025-12").query == "tickets ticket_dept"
    assert "minutes" in explain(facts, "bank/ticket_response@2025-12").sql
    bare = small_bank({"tickets": (("ticket_id", "raised_at"), [(row[0], row[4]) for row in ROWS])})
    assert bare.find("tickets_count").num == 5
    assert bare.find("ticket_backlog") is None
    lacking = {one.subject: one.needs for one in bare.omissions}
    assert lacking["ticket_response"] == ("tickets.first_response_at",)
    assert lacking["tickets_cross_unit"] == ("tickets.dept", "tickets.raised_by_unit")
