"""Tiers: rises and falls, edges to the 分, watches over several months; all figures by hand."""

from __future__ import annotations

from fractions import Fraction

import pytest

from reportgen.facts.explain import explain
from reportgen.facts.plan import Request

HEAD = ("customer_id", "snapshot_date", "branch_id", "region_id", "tier", "aum")
OCT, NOV, DEC = "2025-10-31", "2025-11-30", "2025-12-31"


def two_ends(*people):
    """Rows of (customer, branch then, tier then, branch now, tier now); an empty branch: not on that list."""
    rows = []
    for who, branch_0, tier_0, branch_1, tier_1 in people:
        rows += [(who, NOV, branch_0, _region(branch_0), tier_0, 5)] if branch_0 else []
        rows += [(who, DEC, branch_1, _region(branch_1), tier_1, 5)] if branch_1 else []
    return rows


def _region(branch):
    return {"B1": "R1", "B2": "R1", "B3": "R2"}[branch]


PEOPLE = (
    ("A", "B1", "mass", "B1", "affluent"),
    ("B", "B1", "affluent", "B1", "mass"),
    ("C", "B2", "private", "B2", "affluent"),
    ("D", "B2", "mass", "B1", "private"),
    ("E", "B3", "private", "", ""),
    ("F", "", "", "B3", "private"),
    ("G", "B3", "", "B3", "affluent"),
    ("H", "B3", "mass", "B3", "mass"),
)


def test_rises_and_falls_count_at_the_opening_branch_and_tier(month_ends):
    facts = month_ends(HEAD, two_ends(*PEOPLE))
    assert (facts.find("tier_upgraded").num, facts.find("tier_downgraded").num) == (2, 2)
    assert facts.find("tier_upgraded", scope="branch:B2").num == 1, "D moved to B1 and rose: B2 had it at the opening"
    assert facts.find("tier_upgraded", scope="branch:B1").num == 1
    rate = facts.find("upgrade_rate")
    assert (rate.num, rate.den, rate.since) == (2, 7, "2025-11"), "E, gone, and G, without a tier, were there"
    assert facts.find("upgrade_rate", dimension="tier", segment="mass").value == Fraction(2, 3)
    assert facts.find("downgrade_rate", dimension="tier", segment="private").value == Fraction(1, 2)
    assert facts.find("downgrade_rate", dimension="branch", segment="B2").value == Fraction(1, 2)
    assert facts.find("tier_upgraded", scope="branch:B3").num == 0, "new and without a tier before are no rises"


def test_a_branch_sees_no_other_branch(month_ends):
    facts = month_ends(HEAD, two_ends(*PEOPLE))
    seen = {(one.scope, one.dimension) for one in facts.facts if one.dimension in ("branch", "region")}
    assert seen == {("bank", "branch"), ("bank", "region"), ("region:R1", "branch"), ("region:R2", "branch")}
    assert facts.find("tier_upgraded", scope="region:R1", dimension="branch", segment="B3") is None


def test_tiers_without_a_floor_are_equally_low(month_ends):
    facts = month_ends(HEAD, two_ends(("A", "B1", "mass", "B1", "retail"), ("B", "B1", "retail", "B1", "affluent")))
    assert (facts.find("tier_upgraded").num, facts.find("tier_downgraded").num) == (1, 0)


def test_who_comes_up_into_the_population_counts_but_is_no_part_of_the_rate(month_ends):
    people = (("A", "B1", "affluent", "B1", "private"), ("B", "B1", "private", "B1", "affluent"),
              ("C", "B1", "private", "B1", "private"), ("D", "B1", "mass", "B1", "affluent"))  # fmt: skip
    facts = month_ends(HEAD, two_ends(*people), more="population: {tier: private}\n")
    assert (facts.find("tier_upgraded").num, facts.find("tier_downgraded").num) == (1, 1)
    assert facts.find("upgrade_rate").value == 0
    assert facts.find("downgrade_rate").value == Fraction(1, 2)


def test_an_emptied_account_outside_the_population_is_no_downgrade(month_ends):
    rows = two_ends(("A", "B1", "private", "", ""), ("B", "B1", "private", "B1", "mass"), ("C", "B1", "private", "B1", "private"))
    rows += [("A", DEC, "B1", "R1", "mass", 0)]
    facts = month_ends(HEAD, rows, more="population: {tier: private}\n")
    assert facts.find("downgrade_rate").value == Fraction(1, 3)
    assert facts.find("customers_lost").num == 2


def test_earlier_rises_stand_at_their_own_label(month_ends):
    rows = [("A", OCT, "B1", "R1", "mass", 5), *two_ends(("A", "B1", "affluent", "B1", "private"))]
    facts = month_ends(HEAD, rows)
    assert [(one.period, one.since, one.num) for one in facts.series("tier_upgraded")] == [
        ("2025-11", "2025-10", 1), ("2025-12", "2025-11", 1)]  # fmt: skip
    year = month_ends(HEAD, [("A", "2024-12-31", "B1", "R1", "mass", 5), *rows], since="year_open")
    assert [(one.period, one.since, one.num) for one in year.series("tier_upgraded")] == [
        ("2025-10", "2024-12", 0), ("2025-11", "2024-12", 1), ("2025-12", "2024-12", 1)]  # fmt: skip


EDGES = [
    ("A", DEC, "B1", "R1", "affluent", "950"), ("B", DEC, "B1", "R1", "affluent", "949.99"),
    ("C", DEC, "B1", "R1", "affluent", "999.99"), ("D", DEC, "B1", "R1", "private", "1000"),
    ("E", DEC, "B1", "R1", "private", "1049.99"), ("F", DEC, "B1", "R1", "private", "1050"),
    ("G", DEC, "B2", "R1", "private", "990"), ("H", DEC, "B2", "R1", "mass", "95"),
    ("I", DEC, "B2", "R1", "", "99"), ("J", DEC, "B2", "R1", "mass", "104"), ("K", DEC, "B3", "R2", "mass", "1"),
    ("L", DEC, "B2", "R1", "private", ""),
]  # fmt: skip


def test_edges_are_half_open_and_a_tier_s_own(month_ends):
    facts = month_ends(HEAD, EDGES, replace={"previous": "null"})
    by_tier = {metric: facts.segments(metric, "tier") for metric in
               ("near_threshold_up", "near_threshold_down", "customers_below_floor")}  # fmt: skip
    counts = {metric: {one.segment: one.num for one in found} for metric, found in by_tier.items()}
    assert counts["near_threshold_up"] == {"private": 2, "affluent": 2}, "950 and 999.99; 95 and 99 without a tier"
    assert counts["near_threshold_down"] == {"private": 2, "affluent": 0}, "104 is near an edge that is not its tier's"
    assert counts["customers_below_floor"] == {"private": 1, "affluent": 0}, "an unknown amount is under no floor"
    assert facts.find("near_threshold_up").num == 4
    assert facts.find("near_threshold_up", scope="branch:B3").num == 0
    assert facts.find("near_threshold_down", dimension="branch", segment="B1").num == 2
    assert facts.find("near_down_falling") is None


def test_the_margin_is_the_rule_s(month_ends):
    request = Request(parameters={"r_near_up": {"margin": Fraction(1, 10)}, "r_near_down": {"margin": Fraction(1, 100)}})
    facts = month_ends(HEAD, EDGES, request=request, replace={"previous": "null"})
    assert facts.find("near_threshold_up", dimension="tier", segment="private").num == 3
    assert facts.find("near_threshold_down", dimension="tier", segment="private").num == 1


def test_one_tier_alone_gives_what_several_give_for_it(month_ends):
    alone = month_ends(HEAD, EDGES, replace={"previous": "null"}, more="population: {tier: private}\n")
    assert (alone.find("near_threshold_up").num, alone.find("near_threshold_down").num) == (2, 2)
    assert alone.find("customers_below_floor").num == 1
    pair = month_ends(HEAD, EDGES, replace={"previous": "null"}, more="population: {tier: [private, affluent]}\n")
    assert pair.find("near_threshold_up").num == 4


def test_a_floor_holds_from_its_day(month_ends):
    rows = [("A", NOV, "B1", "R1", "private", "1000"), ("A", DEC, "B1", "R1", "private", "1000")]
    old = '{tier: private, floor: 1000元, valid_from: "2020-01-01"}'
    new = '{tier: private, floor: 500元, valid_from: "2020-01-01", valid_to: "2025-12-30"}\n- {tier: private, floor: 1000元, valid_from: "2025-12-31"}'
    facts = month_ends(HEAD, rows, replace={old: new})
    assert [(one.period, one.num) for one in facts.series("near_threshold_down")] == [("2025-11", 0), ("2025-12", 1)]


AVERAGE = (*HEAD, "month_avg_aum")


def months(who, tier, *pairs, last=12):
    """Rows of one customer of B1 for the months up to December: (assets, average) each; None: not on that list."""
    first = last - len(pairs) + 1
    ends = {8: "08-31", 9: "09-30", 10: "10-31", 11: "11-30", 12: "12-31"}
    return [
        (who, f"2025-{ends[first + place]}", "B1", "R1", tier, pair[0], pair[1])
        for place, pair in enumerate(pairs) if pair is not None
    ]  # fmt: skip


def test_falling_is_near_and_lower_than_last_month_and_than_three_months_ago(month_ends):
    rows = [
        *months("falls", "affluent", (120, 120), (110, 110), (108, 108), (103, 103)),
        *months("rose", "affluent", (101, 101), (110, 110), (108, 108), (103, 103)),
        *months("up again", "affluent", (120, 120), (99, 99), (99, 99), (103, 103)),
        *months("under its average", "affluent", (120, 120), (99, 99), (99, 99), (103, 104)),
        *months("far above", "affluent", (900, 900), (800, 800), (700, 700), (600, 600)),
        *months("new", "affluent", (103, 104)),
        *months("mass", "mass", (120, 120), (110, 110), (108, 108), (103, 103)),
    ]
    facts = month_ends(AVERAGE, rows)
    found = facts.find("near_down_falling")
    assert (found.num, found.n) == (2, 5)
    assert facts.find("near_down_falling", at="previous") is None, "three months before November none was held"


def test_a_watch_is_three_month_ends_in_a_row(month_ends):
    rows = [
        *months("watched", "affluent", (120, 99), (120, 99), (120, 99)),
        *months("long", "affluent", (120, 99), (120, 99), (120, 99), (120, 99)),
        *months("one month over", "affluent", (120, 99), (120, 100), (120, 99)),
        *months("gap", "affluent", (120, 99), None, (120, 99), (120, 99)),
        *months("unknown", "affluent", (120, 99), (120, ""), (120, 99)),
        *months("recovered", "affluent", (120, 99), (120, 99), (120, 100)),
        *months("mass", "mass", (20, 20), (20, 20), (20, 20)),
    ]
    facts = month_ends(AVERAGE, rows)
    assert (facts.find("below_tier_watch").num, facts.find("below_tier_watch_share").value) == (2, Fraction(1, 3))
    assert [(one.period, one.num) for one in facts.series("below_tier_watch")] == [("2025-11", 1), ("2025-12", 2)]
    assert facts.find("below_tier_watch", dimension="tier", segment="mass") is None


def test_what_comes_after_the_period_is_not_seen(month_ends):
    rows = [*months("A", "affluent", (120, 99), (120, 99), (120, 99)), *months("B", "private", (1, 1), last=12)]
    later = month_ends(AVERAGE, rows, period="2025-11")
    alone = month_ends(AVERAGE, [row for row in rows if row[1] < DEC], period="2025-11")
    assert later.facts == alone.facts
    assert later.find("customers_below_floor").num == 0


def test_a_purchase_lifts_over_the_tier_s_own_floor(month_ends):
    head = (*HEAD, "qualifying_amount")
    rows = [("A", DEC, "B1", "R1", "private", "1200", "300"), ("B", DEC, "B1", "R1", "private", "1500", "300"),
            ("C", DEC, "B1", "R1", "affluent", "150", "60"), ("D", DEC, "B1", "R1", "mass", "90", "60")]  # fmt: skip
    facts = month_ends(head, rows, replace={"previous": "null"})
    assert facts.find("wealth_qualified").num == 2
    assert facts.find("wealth_qualified_amount").num == 360_00
    assert facts.find("wealth_qualified_share", dimension="tier", segment="private").value == Fraction(1, 2)
    assert facts.find("aum_less_purchases", dimension="tier", segment="private").num == 2400_00
    assert facts.find("customers_not_qualified", dimension="tier", segment="affluent").num == 0


def test_nothing_is_said_without_tiers_or_months(month_ends):
    text = '- {tier: private, floor: 1000元, valid_from: "2020-01-01"}\n- {tier: affluent, floor: 100元, valid_from: "2020-01-01"}\n'
    facts = month_ends(HEAD, two_ends(*PEOPLE), replace={f"tiers:\n{text}": ""})
    told = {one.subject: one.needs for one in facts.omissions}
    assert told["upgrade_rate"] == ("job.tiers",)
    assert told["near_threshold_up"] == ("job.tiers",)
    assert set(told["below_tier_watch"]) == {"snapshots.month_avg_aum", "job.tiers", "monthly dates"}
    single = month_ends(HEAD, two_ends(*PEOPLE), replace={"previous": "null"})
    assert {one.subject: one.needs for one in single.omissions}["tier_upgraded"] == ("two dates",)


@pytest.mark.parametrize("metric", ["upgrade_rate", "near_threshold_down"])
def test_its_query_is_found(month_ends, metric):
    facts = month_ends(HEAD, two_ends(*PEOPLE))
    for fact in facts.facts:
        if fact.metric == metric:
            assert "SELECT" in explain(facts, fact.id).sql
