"""Flows of earlier periods against a count by hand and against sets of customers, month by month."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from reportgen.facts.explain import explain

HEAD = ("customer_id", "snapshot_date", "branch_id", "region_id", "tier", "aum", "month_avg_aum", "contribution",
        "deposit_current", "deposit_time", "wealth", "loan", "annual_income", "open_date")  # fmt: skip
ENDS = ("2025-08-31", "2025-09-30", "2025-10-31", "2025-11-30", "2025-12-31")
REGION = {"B1": "R1", "B2": "R1", "B3": "R2"}
TIERS = ("private", "affluent", "mass")


def random_bank(seed, size=50):
    """Lists of five month ends: customers come, leave, come back, change branch and tier; amounts in whole 分."""
    rng = np.random.default_rng(seed)
    rows = []
    for who in range(size):
        branch, here, income = rng.choice(list(REGION)), rng.random() < 0.7, int(rng.integers(0, 300))
        for end in ENDS:
            here = not here if rng.random() < 0.12 else here
            branch = rng.choice(list(REGION)) if rng.random() < 0.1 else branch
            if not here and not (who < 3 and branch):
                continue
            amount, part = int(rng.integers(0, 200_000)), int(rng.integers(0, 50_000))
            blank = rng.random() < 0.05
            rows.append((
                f"C{who}", end, branch, REGION[branch], rng.choice(TIERS), "" if blank else f"{amount / 100:.2f}",
                f"{int(amount * 0.97) / 100:.2f}", "3.5", f"{part / 100:.2f}", "10", f"{part / 300:.2f}",
                "" if rng.random() < 0.1 else f"{rng.integers(0, 90)}", income or "", f"2025-0{1 + who % 8}-15",
            ))  # fmt: skip
    return rows


def lists(rows):
    """Month to customer to (branch, tier, amount in 分)."""
    found = {end[:7]: {} for end in ENDS}
    for who, end, branch, _, tier, aum, *_ in rows:
        found[end[:7]][who] = (branch, tier, round(float(aum or 0) * 100))
    return found


@pytest.mark.parametrize("seed", [1, 2])
def test_each_month_s_flows_are_those_of_its_two_lists(month_ends, additive, seed):
    rows = random_bank(seed)
    facts, held = month_ends(HEAD, rows), lists(rows)
    for before, after in zip(list(held)[:-1], list(held)[1:], strict=True):
        for scope, branches in (("bank", set(REGION)), ("region:R1", {"B1", "B2"}), ("branch:B3", {"B3"})):
            opening = {who: one for who, one in held[before].items() if one[0] in branches}
            closing = {who: one for who, one in held[after].items() if one[0] in branches}
            lost = {who for who in opening if who not in held[after]}
            new = {who for who in closing if who not in held[before]}

            def found(metric, scope=scope, after=after, **place):
                return facts.find(metric, scope=scope, at=after, **place)

            assert found("customers_lost").num == len(lost)
            assert found("customers_retained").num == len(opening) - len(lost)
            assert found("customers_gross_new").num == len(new)
            assert found("customers_net_new").num == len(closing) - len(opening)
            assert found("churn_rate").value == Fraction(len(lost), len(opening))
            assert found("aum_lost_open").num == sum(opening[who][2] for who in lost)
            assert found("aum_gross_new").num == sum(closing[who][2] for who in new)
            assert found("aum_net_new").num == sum(one[2] for one in closing.values()) - sum(
                one[2] for one in opening.values()
            )
            for tier in TIERS:
                mine = {who for who, one in opening.items() if one[1] == tier}
                rate = found("churn_rate", dimension="tier", segment=tier)
                assert (rate.num, rate.den) == (len(mine & lost), len(mine)) if mine else rate is None
    additive(facts, [
        "customers_retained", "customers_lost", "customers_gross_new", "retention_rate", "churn_rate", "aum_lost_open",
        "aum_gross_new", "upgrade_rate", "downgrade_rate", "tier_upgraded", "tier_downgraded", "near_threshold_down",
        "near_threshold_up", "customers_below_floor", "below_tier_watch", "below_tier_watch_share", "near_down_falling",
        "aum_avg", "deposit_deviation", "contribution_per_customer", "wealth_share", "time_deposit_share", "debt_ratio",
        "debt_stressed", "savings_ratio", "idle_share", "retention_cohort",
    ])  # fmt: skip


def test_a_branch_in_its_region_is_the_branch_by_itself(month_ends):
    facts = month_ends(HEAD, random_bank(3))
    for metric in ("churn_rate", "customers_lost", "customers_net_new", "aum_net_new", "upgrade_rate", "aum_avg"):
        for label in facts.history[1:]:
            own = facts.find(metric, scope="branch:B1", at=label)
            for scope in ("bank", "region:R1"):
                seen = facts.find(metric, scope=scope, at=label, dimension="branch", segment="B1")
                assert (seen.value, seen.n) == (own.value, own.n), (metric, label)


def test_an_earlier_flow_names_its_opening_and_its_query(month_ends):
    facts = month_ends(HEAD, random_bank(4))
    fact = facts.find("churn_rate", at="previous")
    assert (fact.period, fact.since) == ("2025-11", "2025-10")
    assert explain(facts, fact.id).query == "moves"
    assert explain(facts, facts.find("churn_rate").id).query == "flow out"
    assert facts.find("churn_rate", at="2025-08") is None, "nothing is held of July"


def test_without_a_comparison_there_are_no_flows(month_ends):
    facts = month_ends(HEAD, random_bank(5), replace={"previous": "null"})
    assert not [one for one in facts.facts if facts.metrics[one.metric].flow]
    assert {one.subject: one.needs for one in facts.omissions}["churn_rate"] == ("two dates",)
