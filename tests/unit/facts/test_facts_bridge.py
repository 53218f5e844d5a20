"""Bridges close whatever the retained customers did: more money, another branch, no amount."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

OPEN, CLOSE = "2010-12-31", "2011-05-31"


def steps(facts, metric, scope="bank"):
    return {one.segment: one.num for one in facts.of_scope(scope) if one.metric == metric}


def closes(facts, scope):
    for metric in ("customers_bridge", "aum_bridge"):
        found = steps(facts, metric, scope)
        assert sum(value for step, value in found.items() if step != "closing") == found["closing"], (metric, scope)


def test_assets_of_the_retained_move(project):
    project.write(
        "opening.csv", [("A", OPEN, "private", "B1", 30, 6_000_000), ("B", OPEN, "private", "B1", 50, 7_000_000)]
    )
    project.write(
        "closing.csv", [("A", CLOSE, "private", "B1", 30, 9_000_000), ("C", CLOSE, "private", "B1", 50, 5_000_000)]
    )
    facts = project.facts()
    assert steps(facts, "aum_bridge") == {
        "opening": 13_000_000_00,
        "lost": -7_000_000_00,
        "existing": 3_000_000_00,
        "new": 5_000_000_00,
        "closing": 14_000_000_00,
    }
    assert facts.find("aum_retained_close").num == 9_000_000_00
    assert facts.find("aum_retained_open").num == 6_000_000_00


def test_a_customer_who_changes_branch_is_neither_lost_nor_new(project):
    project.write(
        "opening.csv", [("A", OPEN, "private", "B1", 30, 6_000_000), ("B", OPEN, "private", "B2", 50, 7_000_000)]
    )
    project.write(
        "closing.csv", [("A", CLOSE, "private", "B2", 30, 8_000_000), ("B", CLOSE, "private", "B2", 50, 7_000_000)]
    )
    facts = project.facts()
    assert facts.scopes() == ["bank", "branch:B1", "branch:B2"]
    for scope in facts.scopes():
        closes(facts, scope)
        assert facts.find("customers_lost", scope=scope).num == 0
        assert facts.find("customers_gross_new", scope=scope).num == 0
    assert steps(facts, "customers_bridge", "branch:B1")["transfer_out"] == -1
    assert steps(facts, "customers_bridge", "branch:B2")["transfer_in"] == 1
    # The move goes at its opening value; what it gained since belongs to the branch that has it now.
    assert steps(facts, "aum_bridge", "branch:B2")["transfer_in"] == 6_000_000_00
    assert steps(facts, "aum_bridge", "branch:B2")["existing"] == 2_000_000_00
    assert "transfer_in" not in steps(facts, "customers_bridge")


def test_a_missing_amount_is_not_a_loss(project):
    project.write("opening.csv", [("A", OPEN, "private", "B1", 30, 6_000_000)])
    project.write("closing.csv", [("A", CLOSE, "private", "B1", 30, "")])
    facts = project.facts()
    closes(facts, "bank")
    assert facts.find("customers_retained").num == 1
    assert facts.find("customers_lost").num == 0
    assert facts.find("aum_missing").num == 1
    assert [one.verdict for one in facts.quality if one.gate == "missing_amount" and one.count] == ["warn"]


def test_tracking_tells_those_who_left_from_those_who_fell(project):
    project.write("opening.csv", [(name, OPEN, "private", "B1", 30, 6_000_000) for name in "ABC"])
    project.write(
        "closing.csv",
        [
            ("A", CLOSE, "private", "B1", 30, 6_000_000),
            ("B", CLOSE, "other", "B1", 30, 900),
            ("D", CLOSE, "other", "B1", 30, 0),
        ],
    )
    facts = project.facts()
    assert facts.find("customers_lost").num == 2
    assert {
        kind: facts.find("customers_lost", dimension="loss", segment=kind).num for kind in ("left", "below_floor")
    } == {"left": 1, "below_floor": 1}


customer = st.tuples(
    st.booleans(),
    st.booleans(),
    st.sampled_from(["B1", "B2", "B3"]),
    st.sampled_from(["B1", "B2", "B3"]),
    st.one_of(st.none(), st.integers(0, 10**9)),
    st.one_of(st.none(), st.integers(0, 10**9)),
    st.integers(18, 99),
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(customers=st.lists(customer, min_size=1, max_size=30))
def test_any_population_closes_and_adds_up(project, customers):
    """Every branch's bridge closes; branches add up to the bank; segments add up to their total."""
    customers = [(True, True, "B1", "B1", 1, 1, 30), *customers]
    rows = {"opening.csv": [], "closing.csv": []}
    for number, (was, stays, first, second, before, after, age) in enumerate(customers):
        if was:
            rows["opening.csv"].append((f"C{number}", OPEN, "private", first, age, "" if before is None else before))
        if stays:
            rows["closing.csv"].append((f"C{number}", CLOSE, "private", second, age, "" if after is None else after))
    for name, lines in rows.items():
        project.write(name, lines)
    facts = project.facts()
    for scope in facts.scopes():
        closes(facts, scope)
    assert facts.find("customers_lost").num == sum(was and not stays for was, stays, *_ in customers)
    assert facts.find("aum_point").num == 100 * sum(c[5] or 0 for c in customers if c[1])
    branches = [scope for scope in facts.scopes() if scope.startswith("branch:")]
    for metric in (
        "customers_total",
        "aum_point",
        "customers_lost",
        "customers_gross_new",
        "aum_existing_change",
        "customers_retained",
    ):
        bank = facts.find(metric).num
        assert bank == sum(one.num for scope in branches if (one := facts.find(metric, scope=scope))), metric
    for scope in facts.scopes():
        for at in ("since", "period"):
            total = facts.find("customers_total", scope=scope, at=at)
            parts = facts.segments("customers_total", "age_band", scope=scope, at=at)
            assert total is None or sum(one.num for one in parts) == total.num


def test_growth_is_volume_value_and_both(project):
    project.write(
        "opening.csv", [("A", OPEN, "private", "B1", 30, 6_000_000), ("B", OPEN, "private", "B1", 50, 7_000_001)]
    )
    project.write("closing.csv", [(name, CLOSE, "private", "B1", 30, 5_000_003) for name in "ABC"])
    facts = project.facts()
    parts = [facts.find("growth_decomp", dimension="part", segment=part).value for part in ("volume", "value", "joint")]
    assert sum(parts) == facts.find("aum_net_new").value
    assert parts[0] == Fraction(13_000_001_00, 2)


def test_two_facts_of_one_id_are_refused(project):
    project.write("opening.csv", [("A", OPEN, "private", "B1", 30, 6_000_000)])
    project.write("closing.csv", [("A", CLOSE, "private", "B1", 30, 6_000_000)])
    facts = project.facts()
    assert max(Counter(one.id for one in facts.facts).values()) == 1
    with pytest.raises(ValueError, match="two facts have the id"):
        replace(facts, facts=(facts.facts[0],) * 2)
