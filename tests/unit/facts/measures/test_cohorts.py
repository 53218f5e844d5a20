"""Cohorts and survival of a small bank, by hand."""

from __future__ import annotations

from fractions import Fraction

import pytest

from reportgen.facts.explain import explain
from reportgen.period import Period

HEAD = ("customer_id", "snapshot_date", "branch_id", "region_id", "tier", "aum", "open_date")


def stay(who, first, last, branch="B1", opened=None, gaps=()):
    """Month-end rows from one month of 2024 or 2025 to another; `gaps`: months missing."""
    period, rows = Period.parse(first), []
    while True:
        if period.label not in gaps:
            rows.append((who, period.last_day.isoformat(), branch, {"B1": "R1", "B2": "R2"}[branch], "mass", 1,
                         opened or f"{first}-10"))  # fmt: skip
        if period.label == last:
            return rows
        period = period.shift(1)


ROWS = [
    *stay("old", "2024-06", "2025-12"),
    *stay("old and gone", "2024-06", "2024-09"),
    *stay("a", "2024-07", "2025-12"),
    *stay("b", "2024-07", "2024-12"),
    *stay("c", "2025-03", "2025-12", branch="B2"),
    *stay("d", "2025-03", "2025-03", branch="B2"),
    *stay("e", "2025-06", "2025-12", gaps=("2025-07", "2025-09")),
    *stay("f", "2025-09", "2025-12"),
]


def kept(facts, cohort, months, scope="bank"):
    fact = facts.find("retention_cohort", scope=scope, dimension="cohort", segment=cohort, against=f"age_months={months}")
    return (fact.num, fact.den) if fact else None


def test_a_cohort_is_followed_by_its_age(month_ends):
    facts = month_ends(HEAD, ROWS)
    assert kept(facts, "2024-06", 1) is None, "those of the first list came nobody knows when"
    assert [kept(facts, "2024-07", months) for months in (1, 3, 6, 12)] == [(2, 2), (2, 2), (1, 2), (1, 2)]
    assert [kept(facts, "2025-03", months) for months in (1, 3, 6, 12)] == [(1, 2), (1, 2), (1, 2), None]
    assert [kept(facts, "2025-06", months) for months in (1, 3, 6)] == [(0, 1), (0, 1), (1, 1)], "back again counts"
    assert kept(facts, "2025-09", 3) == (1, 1)
    assert kept(facts, "2025-03", 1, "branch:B2") == (1, 2)
    assert kept(facts, "2025-03", 1, "branch:B1") is None


def test_new_and_older_cohorts_after_half_a_year(month_ends):
    facts = month_ends(HEAD, ROWS)
    new, old = facts.find("retention_6m_new"), facts.find("retention_6m_old")
    assert (new.num, new.den) == (2, 3), "the cohorts of March and June 2025"
    assert (old.num, old.den) == (1, 2)
    assert facts.find("retention_6m_new", dimension="branch", segment="B2").value == Fraction(1, 2)
    assert facts.find("retention_6m_old", scope="branch:B2") is None


def test_what_came_after_the_period_is_not_seen(month_ends):
    facts = month_ends(HEAD, ROWS, period="2025-04")
    assert kept(facts, "2025-03", 1) == (1, 2)
    assert kept(facts, "2025-03", 3) is None
    assert kept(facts, "2025-06", 1) is None


def test_a_cohort_after_a_month_nobody_holds_is_none(month_ends):
    rows = [row for row in ROWS if not row[1].startswith("2025-02")]
    facts = month_ends(HEAD, rows)
    assert kept(facts, "2025-03", 1) is None
    assert kept(facts, "2025-06", 6) == (1, 1)


def survival(facts, month, scope="bank"):
    fact = facts.find("survival", scope=scope, dimension="survival_month", segment=str(month))
    return (fact.value, fact.n) if fact else None


def test_survival_counts_from_the_opening_with_late_entry(month_ends):
    rows = [
        *stay("from the start", "2025-06", "2025-12", opened="2025-06-02"),
        *stay("left after two", "2025-06", "2025-08", opened="2025-06-20"),
        *stay("known late", "2025-06", "2025-12", opened="2025-03-31"),
        *stay("known late and left", "2025-06", "2025-07", opened="2025-03-01"),
        *stay("new", "2025-11", "2025-12", opened="2025-11-30"),
        *stay("no date", "2025-06", "2025-07", opened=" "),
    ]
    facts = month_ends(HEAD, rows)
    # Ages at risk: start (0, 6], left (0, 3] lost, late (3, 9], late and left (3, 5] lost, new (0, 1].
    assert survival(facts, 3) == (Fraction(1, 2), 2), "of the two watched in the third month one left"
    assert survival(facts, 6) == (Fraction("0.333333333333"), 2), "one of three left in the fifth"
    assert survival(facts, 12) is None
    assert survival(facts, 3, "branch:B2") is None


@pytest.mark.parametrize("metric", ["retention_cohort", "survival"])
def test_its_query_is_found(month_ends, metric):
    facts = month_ends(HEAD, ROWS)
    one = next(fact for fact in facts.facts if fact.metric == metric)
    assert "GROUP BY" in explain(facts, one.id).sql


def test_what_is_lacking_is_told(month_ends):
    facts = month_ends(HEAD[:-1], [row[:-1] for row in ROWS if row[1] >= "2025-12"], replace={"previous": "null"})
    told = {one.subject: one.needs for one in facts.omissions}
    assert told["survival"] == ("snapshots.open_date", "monthly dates")
    assert told["retention_cohort"] == ("monthly dates",)
