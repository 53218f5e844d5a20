"""Every rule of the catalogue on facts by hand: once beyond its threshold, once just within, once without its data."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from reportgen.findings.rulebook import Rulebook
from reportgen.findings.statistics import two_proportions

Bench = Any
Row = tuple[Any, ...]
TOTAL: Row = ("customers_total", 500, 1, {"n": 500})


def _in(dimension: str, segment: str, **more: Any) -> dict[str, Any]:
    return {"dimension": dimension, "segment": segment, **more}


def _split(metric: str, dimension: str, parts: dict[str, tuple[int, int]], **more: Any) -> list[Row]:
    """A share by segment, with the whole as their sum."""
    whole = (metric, sum(num for num, _ in parts.values()), sum(den for _, den in parts.values()), more)
    return [whole, *((metric, num, den, _in(dimension, one, **more)) for one, (num, den) in parts.items())]


def _branches(hits: int) -> list[Row]:
    """Churn of three branches of 400, one of which loses `hits`, all of them growing."""
    rows = _split("churn_rate", "branch", {"B1": (hits, 400), "B2": (8, 400), "B3": (8, 400)})
    growth = [("customers_net_new", 5, 1, _in("branch", one, n=400)) for one in ("B1", "B2", "B3")]
    return [*rows, *growth, ("churn_annualised", 5, 100, {"n": 1200}), ("retention_rate", 98, 100, {"n": 1200}),
            ("customers_net_new", 15, 1, {"n": 1200})]


def _age(metric: str, num: int, den: int, segment: str, against: str = "", **more: Any) -> Row:
    return (metric, num, den, _in("age_band", segment, against=against, **more))


# Rule, rows that are beyond the threshold, rows that reach it or have too few behind them.
CASES: list[tuple[str, list[Row], list[Row]]] = [
    ("r_churn_high", _branches(40), _branches(10)),
    ("r_mask_by_acquisition", _branches(40), _branches(10)),
    ("r_new_not_retained", [("retention_6m_new", 160, 200), ("retention_6m_old", 190, 200)],
     [("retention_6m_new", 172, 200), ("retention_6m_old", 190, 200)]),
    ("r_aum_outflow", [TOTAL, ("outflow_customers", 6, 1, {"n": 500})], [TOTAL, ("outflow_customers", 5, 1, {"n": 500})]),
    ("r_large_outflow", [TOTAL, ("large_outflow_count", 1, 1)], [TOTAL, ("large_outflow_count", 0, 1)]),
    ("r_volatile_money", [TOTAL, ("volatility", 6, 100), ("redemption_rate", 11, 100)],
     [TOTAL, ("volatility", 6, 100), ("redemption_rate", 10, 100)]),
    ("r_rm_concentration", [("rm_top_share", 41, 100, _in("branch", "B1", n=10))],
     [("rm_top_share", 41, 100, _in("branch", "B1", n=9)), ("rm_top_share", 40, 100, _in("branch", "B2", n=90))]),
    ("r_rm_leaver", [("rm_leaver_loss", 20, 60, _in("rm", "M1")), ("rm_others_loss", 20, 400)],
     [("rm_leaver_loss", 5, 60, _in("rm", "M1")), ("rm_others_loss", 20, 400)]),
    ("r_rm_overload", [("rm_load", 151, 1, _in("rm", "M1", n=151))], [("rm_load", 150, 1, _in("rm", "M1", n=150))]),
    ("r_unassigned", [("customers_unassigned", 1, 1, {"n": 30})], [("customers_unassigned", 1, 1, {"n": 29})]),
    ("r_contact_gap", [("contact_overdue_share", 21, 100, _in("tier", "private"))],
     [("contact_overdue_share", 20, 100, _in("tier", "private")), ("contact_overdue_share", 30, 100)]),
    # A month's part of four in five a quarter is 26.7 %.
    ("r_no_visit", [("visit_rate", 26, 100)], [("visit_rate", 267, 1000)]),
    ("r_policy_over_personal", [("policy_contact_share", 45, 100), ("policy_to_personal", 9, 4, {"n": 100})],
     [("policy_contact_share", 50, 100), ("policy_to_personal", 2, 1, {"n": 100})]),
    ("r_formality", [("empty_contact_share", 31, 100, _in("region", "R2")), ("empty_contact_share", 20, 200)],
     [("empty_contact_share", 30, 100, _in("region", "R2")), ("empty_contact_share", 20, 200)]),
    ("r_service_not_managed", [TOTAL, ("aum_share_gap", 21, 100, _in("tier", "private"))],
     [TOTAL, ("aum_share_gap", 20, 100, _in("tier", "private"))]),
    ("r_target_unclear", [("profile_completeness", 90, 100), ("tier_missing", 3, 100)],
     [("profile_completeness", 80, 100), ("tier_missing", 2, 100)]),
    ("r_detail_neglect", [("csat", 400, 100), ("surveys_low_unfollowed", 1, 1)],
     [("csat", 100, 29), ("surveys_low_unfollowed", 1, 1)]),
    ("r_event_missed", [("event_ack_rate", 89, 100)], [("event_ack_rate", 90, 100)]),
    ("r_feedback_unused", [("feedback_adoption_year", 49, 100)], [("feedback_adoption_year", 50, 100)]),
    ("r_notice_late", [("notice_coverage", 99, 100)], [("notice_coverage", 100, 100)]),
    ("r_incident", [("incident_minutes", 61, 1, {"n": 1})], [("incident_minutes", 60, 1, {"n": 1})]),
    ("r_complaint_overdue", [("complaints_overdue", 1, 1)], [("complaints_overdue", 0, 1)]),
    ("r_complaint_repeat", [("complaint_repeat", 11, 100)], [("complaint_repeat", 10, 100)]),
    ("r_low_response", [("survey_response", 30, 100), ("csat", 120, 29)], [("survey_response", 10, 100), ("csat", 120, 30)]),
    ("r_single_product", [("one_product_share", 61, 100)], [("one_product_share", 60, 100)]),
    ("r_near_up", [TOTAL, ("near_threshold_up", 1, 1, _in("tier", "private"))],
     [TOTAL, ("near_threshold_up", 0, 1, _in("tier", "private"))]),
    ("r_near_down", [TOTAL, ("near_down_falling", 1, 1)], [TOTAL, ("near_down_falling", 0, 1)]),
    ("r_downgrade_watch", [TOTAL, ("below_tier_watch", 1, 1)], [TOTAL, ("below_tier_watch", 0, 1)]),
    ("r_maturity_cliff", [TOTAL, ("maturing_share", 26, 100)], [TOTAL, ("maturing_share", 25, 100)]),
    ("r_takeup_low", [("maturity_takeup", 69, 100)], [("maturity_takeup", 70, 100)]),
    ("r_concentration", [("gini", 81, 100), ("top10_concentration", 20, 100)],
     [("gini", 80, 100), ("top10_concentration", 30, 100)]),
    ("r_pareto_shift", [("top20_share", 72, 100), ("top20_share", 70, 100, {"at": "since"})],
     [("top20_share", 719, 1000), ("top20_share", 70, 100, {"at": "since", "n": 1000})]),
    ("r_dormant", [("dormant_rate", 21, 100)], [("dormant_rate", 20, 100)]),
    ("r_mid_no_plan", [_age("no_plan_share", 51, 100, "40-50")],
     [_age("no_plan_share", 50, 100, "40-50"), _age("no_plan_share", 99, 100, "30-40")]),  # reaches below the age meant
    ("r_old_risk", [TOTAL, _age("risk_mismatched", 1, 1, "60+")],
     [TOTAL, _age("risk_mismatched", 0, 1, "60+"), _age("risk_mismatched", 9, 1, "40-50")]),
    ("r_ticket_slow", [("ticket_response_p90", 20, 1, {"n": 40}), ("ticket_close_rate", 89, 100)],
     [("ticket_response_p90", 24, 1, {"n": 40}), ("ticket_close_rate", 90, 100)]),
    ("r_skill_gap", [("training_hours", 190, 10), ("certified_share", 9, 10)],
     [("training_hours", 200, 10), ("certified_share", 8, 10)]),
    ("r_rate_gap", [("rate_gap", -15, 10_000, _in("competitor_product", "deposit_time"))],
     [("rate_gap", -10, 10_000, _in("competitor_product", "deposit_time"))]),
    ("r_target_behind", [("target_attainment", 39, 100, _in("metric", "customers_total")),
                         ("target_elapsed", 50, 100, _in("metric", "customers_total"))],
     [("target_attainment", 40, 100, _in("metric", "customers_total")),
      ("target_elapsed", 50, 100, _in("metric", "customers_total"))]),
    ("r_window_dressing", [("deposit_deviation", 4, 100, _in("branch", "B1")), ("deposit_deviation", 1, 100)],
     [("deposit_deviation", 3, 100, _in("branch", "B1")), ("deposit_deviation", -9, 100)]),
    ("r_debt_stress", [("debt_stressed", 21, 100), ("debt_stressed", 20, 100, {"at": "since"})],
     [("debt_stressed", 21, 100), ("debt_stressed", 21, 100, {"at": "since"})]),
]
ELSEWHERE = {
    "r_product_dependent", "r_segment_over", "r_penetration_low", "r_young_low_product", "r_data_quality",  # rules
    "r_forum_missing", "r_complaint_cluster", "r_csat_drop", "r_digital_gap",  # below
}


def test_every_rule_has_a_case(rulebook: Rulebook) -> None:
    assert {rule for rule, *_ in CASES} | ELSEWHERE == set(rulebook.rules)


@pytest.mark.parametrize(("rule", "beyond", "within"), CASES, ids=[rule for rule, *_ in CASES])
def test_a_rule_fires_beyond_its_threshold_and_is_silent_within(
    bench: Bench, rule: str, beyond: list[Row], within: list[Row]
) -> None:
    assert bench.state(bench.facts().put(*beyond), rule) == "fired"
    assert bench.state(bench.facts().put(*within), rule) == "silent"


def test_rules_without_their_data_are_not_judged_and_say_what_they_need(bench: Bench, rulebook: Rulebook) -> None:
    found = bench.judge(bench.facts(), *rulebook.rules)
    assert {one.state for one in found.outcomes} == {"not_judged"}
    assert all(one.needs for one in found.outcomes)
    assert not found.prompts


def test_the_edge_is_given_in_the_facts_own_unit(bench: Bench) -> None:
    """1 % of 500 customers are five of them; 50 % of the time less ten points is 40 % of the plan."""
    outflow = bench.judge(bench.facts().put(*_case("r_aum_outflow")), "r_aum_outflow").findings[0]
    assert (outflow.value, outflow.threshold, outflow.unit) == (6, 5, "customers")
    assert outflow.derived["part"] == Fraction(6, 500)
    behind = bench.judge(bench.facts().put(*_case("r_target_behind")), "r_target_behind").findings[0]
    assert (behind.value, behind.threshold) == (Fraction(39, 100), Fraction(40, 100))
    assert behind.derived["shortfall"] == Fraction(11, 100)
    assert behind.segment == "customers_total"
    middle = bench.judge(bench.facts().put(*_case("r_mid_no_plan")), "r_mid_no_plan").findings[0]
    assert (middle.segment, middle.value, middle.threshold) == ("40-50", Fraction(51, 100), Fraction(1, 2))
    visits = bench.judge(bench.facts().put(*_case("r_no_visit")), "r_no_visit").findings[0]
    assert visits.threshold == Fraction(267, 1000)


def _case(name: str) -> list[Row]:
    return next(beyond for rule, beyond, _ in CASES if rule == name)


def test_a_tier_without_a_forum_is_named_though_no_fact_mentions_it(bench: Bench) -> None:
    small = bench.facts().put(("forum_held", 2, 1, _in("activity_tier", "affluent")), ("forum_held", 2, 1))
    small.dimension("tier", ("private", "affluent"))
    tiers = [{"tier": one, "floor": floor, "valid_from": "2010-01-01"}
             for one, floor in (("private", "600万元"), ("affluent", "50万元"))]
    found = bench.judge(small, "r_forum_missing", tiers=tiers).findings
    assert [(one.dimension, one.segment, one.value) for one in found] == [("tier", "private", 0)]
    assert bench.state(bench.facts(), "r_forum_missing", tiers=tiers) == "not_judged"
    assert bench.state(bench.facts().put(("forum_held", 1, 1)), "r_forum_missing") == "silent"


def test_segments_come_with_their_own_words_and_the_whole_with_the_rules(bench: Bench, rulebook: Rulebook) -> None:
    small = bench.facts().put(("empty_contact_share", 40, 100), *(
        ("empty_contact_share", share, 100, _in("region", name)) for name, share in (("R1", 31), ("R2", 45))))
    found = bench.judge(small, "r_formality").findings
    assert [one.segment for one in found] == ["", "R2", "R1"]  # the whole first, then by size
    rule = rulebook.rules["r_formality"]
    assert rule.wording(found[0]) is rule
    assert rule.wording(found[1]) is rule.variants["region"]


def test_a_tier_is_judged_by_itself_and_the_whole_only_without_tiers(bench: Bench) -> None:
    """20 % of all overdue hide 40 % of the private tier; a list of one tier is judged whole."""
    tiers = bench.facts().put(*_split("contact_overdue_share", "tier", {"private": (40, 100), "mass": (60, 400)}))
    found = bench.judge(tiers, "r_contact_gap").findings
    assert [(one.segment, one.words) for one in found] == [("private", "tier")]
    whole = bench.judge(bench.facts().put(("contact_overdue_share", 21, 100)), "r_contact_gap").findings
    assert [(one.segment, one.words) for one in whole] == [("", "")]


@pytest.mark.parametrize(("old", "state"), [(40, "fired"), (20, "silent")])
def test_transactions_weigh_as_many_as_customers_made_them(bench: Bench, old: int, state: str) -> None:
    """Forty customers' 40,000 transactions prove no more than forty customers do; twenty are too few."""
    small = bench.facts(since="")
    small.put(*_split("digital_rate", "age_band", {"<60": (900_000, 1_000_000), "60+": (700 * old, 1_000 * old)}))
    small.put(*((("customers_total", n, 1, _in("age_band", one, n=n)) for one, n in (("<60", 1_000), ("60+", old)))),
              ("customers_total", 1_000 + old, 1, {"n": 1_000 + old}))
    found = bench.judge(small, "r_digital_gap")
    assert found.outcomes[0].state == state
    for one in found.findings:
        assert (one.segment, one.n, one.derived["rate"]) == ("60+", old, Fraction(7, 10))
        assert one.p == pytest.approx(two_proportions(round(0.7 * old), old, 900, 1_000))


def test_facts_raise_suggestions_by_themselves_with_the_reason(bench: Bench) -> None:
    small = bench.facts(since="")
    for segment, n in (("self_employed", 40), ("micro_business_owner", 90), ("student", 900), ("freelance", 29)):
        small.put(("customers_total", n, 1, _in("occupation", segment, n=n)),
                  ("aum_point", 10**9 * n, 1, _in("occupation", segment, n=n)))
    found = bench.judge(small, report="private_banking").prompts
    assert [one.suggestion for one in found] == ["s_owner_finance"]  # the largest segment of those named
    assert found[0].fact == "bank/customers_total[occupation=micro_business_owner]@2011-05"
    assert "bank/aum_point[occupation=micro_business_owner]@2011-05" in found[0].evidence
    assert not bench.judge(small, report="characteristics").prompts  # of freelancers there are too few for a plan


@pytest.mark.parametrize(("report", "match", "raised"), [
    ("characteristics", 89, ["s_edu"]), ("characteristics", 90, []), ("life_status", 89, ["s_invest_idle"]),
])
def test_a_suggestion_is_raised_beyond_its_limit_in_its_own_reports(
    bench: Bench, report: str, match: int, raised: list[str]
) -> None:
    small = bench.facts().put(("risk_match", match, 100), ("idle_share", 11, 100))
    assert [one.suggestion for one in bench.judge(small, report=report).prompts] == raised


def test_a_suggestion_a_finding_brings_is_not_raised_twice(bench: Bench) -> None:
    """High earners stand out by a product: their plan cites that issue, and needs no reason of its own."""
    small = bench.facts(since="")
    small.dimension("product_type", ("fund",))
    small.rates("income_band", {"high": (60, 100), "mid": (10, 100), "low": (10, 100)}, product="fund",
                metric="product_penetration")
    small.put(("customers_total", 100, 1, _in("income_band", "high", n=100)))
    found = bench.judge(small, "r_segment_over")
    assert "s_high_income" in found.findings[0].suggestions
    assert "s_high_income" not in {one.suggestion for one in found.prompts}
    assert "s_high_income" in {one.suggestion for one in bench.judge(small).prompts}


@pytest.mark.parametrize(("before", "raised"), [(25, ["s_support_team"]), (24, [])])
def test_support_is_short_only_where_two_periods_running_were_slow(
    bench: Bench, before: int, raised: list[str]
) -> None:
    small = bench.facts(history=2).put(
        ("ticket_response_p90", 30, 1, {"n": 50}), ("ticket_response_p90", before, 1, {"n": 50, "at": "2011-04"}))
    assert [one.suggestion for one in bench.judge(small, report="support_report").prompts] == raised


def test_too_few_answers_are_judged_by_their_number(bench: Bench) -> None:
    """A branch's mean of 4.00 from six customers against thirty required: six is what was judged, not the mean."""
    rows: list[Row] = [("survey_response", 30, 100), ("csat", 400, 100), ("csat", 24, 6, _in("branch", "B1", n=6))]
    found = bench.judge(bench.facts().put(*rows), "r_low_response").findings
    assert [(one.segment, one.value, one.unit, one.threshold, one.n, one.low) for one in found] == [
        ("B1", 6, "customers", 30, 6, None)]


def test_a_category_and_a_branch_have_their_own_words_for_a_cluster(bench: Bench, rulebook: Rulebook) -> None:
    rule = rulebook.rules["r_complaint_cluster"]
    assert [(judge.each, judge.words) for judge in rule.judges] == [  # type: ignore[union-attr]
        (("complaint_category",), "category"), (("branch",), "branch")]
    assert not any("{finding.segment}" in text for text in rule.title.values())
