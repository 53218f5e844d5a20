"""The judge as a whole: one family of tests, numbering, evidence, suggestions, and no finding from noise."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from scipy.stats import false_discovery_control

from reportgen.errors import JobError
from reportgen.findings.finding import SEVERITIES
from reportgen.findings.intervals import share_intervals
from reportgen.findings.request import TestRequest
from reportgen.findings.rulebook import Rulebook
from reportgen.findings.statistics import independence, two_proportions, wilson

SmallFacts = Any
Bench = Any
SEED = 20_101_130
CUSTOMERS, RESPONDED = 45_211, 5_289
"""Size and responses of the public bank-marketing data."""


def _random_segmentations(bench: Bench, how_many: int) -> SmallFacts:
    """A population whose response has nothing to do with `how_many` random ways to cut it into three."""
    generator = np.random.default_rng(SEED)
    responded = np.zeros(CUSTOMERS, dtype=bool)
    responded[generator.choice(CUSTOMERS, RESPONDED, replace=False)] = True
    small = bench.facts(since="")
    for number in range(how_many):
        segment = generator.choice(3, CUSTOMERS, p=[0.02, 0.28, 0.7])
        small.rates(f"random_{number}", {
            f"s{one}": (int(responded[segment == one].sum()), int((segment == one).sum())) for one in range(3)
        })
    return small


def test_200_random_segmentations_give_no_finding(bench: Bench) -> None:
    """BH bounds the expected share of false findings; with the shipped seed there are none, and chance had its try."""
    found = bench.judge(_random_segmentations(bench, 200), "r_segment_over")
    assert found.tests == 600
    assert not found.findings
    tested = [one.q for one in found.statistics.values() if one.q is not None]
    assert min(tested) >= 0.05


def test_without_the_correction_noise_would_have_been_published(bench: Bench) -> None:
    """The guard is worth its place: uncorrected, the same noise holds significant contrasts of practical size."""
    small = _random_segmentations(bench, 200)
    raw = [
        one for one in small.facts if one.metric == "campaign_conversion" and one.dimension
        and two_proportions(one.num, one.den, RESPONDED - one.num, CUSTOMERS - one.den) < 0.05
    ]
    assert len(raw) >= 10


def test_a_true_segment_is_found_among_the_noise(bench: Bench) -> None:
    small = _random_segmentations(bench, 50)
    hits, base = 600, 1784  # a third of the oldest respond, against a ninth of the rest
    small.rates("age_band", {"60+": (hits, base), "<60": (RESPONDED - hits, CUSTOMERS - base)}, column="age")
    found = bench.judge(small, "r_segment_over")
    assert [(one.dimension, one.segment) for one in found.findings] == [("age_band", "60+")]
    index = Fraction(100 * hits * (CUSTOMERS - base), base * (RESPONDED - hits))
    assert found.findings[0].value == found.findings[0].derived["index"] == index


def test_the_family_holds_tests_that_are_not_shown(bench: Bench) -> None:
    """A segment below the index edge is not shown, yet its p-value stands in the correction."""
    small = bench.facts(since="")
    small.rates("occupation", {"a": (60, 200), "b": (30, 200), "c": (33, 200)}, column="occupation")
    found = bench.judge(small, "r_segment_over")
    p = [two_proportions(a, 200, 123 - a, 400) for a in (60, 30, 33)]
    q = false_discovery_control(p)
    assert found.tests == 3
    assert len(found.findings) < 3
    for segment, expected in zip("abc", q, strict=True):
        fact = f"bank/campaign_conversion[occupation={segment}]@2011-05"
        assert found.statistics[fact].q == pytest.approx(expected)


def test_a_dimension_that_restates_the_attribute_is_not_tested(bench: Bench) -> None:
    small = bench.facts(since="")
    small.dimension("product_type", ("loan",))
    small.rates("loan_flag", {"true": (200, 200), "false": (0, 300)}, product="loan", metric="product_penetration")
    small.rates("occupation", {"a": (120, 200), "b": (80, 300)}, product="loan", metric="product_penetration",
                column="occupation")
    found = bench.judge(small, "r_segment_over", "r_penetration_low")
    assert {one.dimension for one in found.findings} == {"occupation"}
    assert found.tests == 2


def test_of_two_halves_only_one_tells_the_story(bench: Bench) -> None:
    small = bench.facts(since="")
    small.rates("gender", {"F": (90, 300), "M": (30, 300)}, column="gender")
    found = bench.judge(small, "r_segment_over")
    assert [one.segment for one in found.findings] == ["F"]


def test_findings_are_numbered_by_severity_then_the_reports_order(bench: Bench) -> None:
    small = bench.facts()
    small.rates("occupation", {"a": (90, 300), "b": (30, 300), "c": (30, 300)}, column="occupation")
    small.add("contact_overdue_share", 91, 150)
    small.add("top10_concentration", 31, 100, n=150)
    small.add("retention_rate", 39, 72)
    small.add("customers_net_new", 78, n=78)
    found = bench.judge(small, "r_segment_over", "r_contact_gap", "r_concentration", "r_mask_by_acquisition")
    severities = [SEVERITIES.index(one.severity) for one in found.findings]
    assert severities == sorted(severities)
    assert [one.number for one in found.findings] == list(range(1, len(found.findings) + 1))
    rules = [one.rule for one in found.findings]
    assert rules[:3] == ["r_contact_gap", "r_mask_by_acquisition", "r_concentration"]
    sizes = [abs(one.derived["gap"]) for one in found.findings if one.rule == "r_segment_over"]
    assert sizes == sorted(sizes, reverse=True)


def test_only_the_largest_of_an_attribute_are_listed_and_all_are_counted(bench: Bench) -> None:
    small = bench.facts(since="")
    for number in range(9):
        small.rates(f"d{number}", {"a": (60 + number, 200), "b": (40 - number, 400)}, whole=(100, 600))
    found = bench.judge(small, "r_segment_over")
    assert len(found.findings) == 5
    assert found.outcomes[0].held == 9
    assert [one.dimension for one in found.findings] == ["d8", "d7", "d6", "d5", "d4"]


def test_evidence_holds_every_fact_the_sentence_prints(bench: Bench) -> None:
    small = bench.facts()
    small.add("retention_rate", 39, 72)
    for metric, num in (("customers_net_new", 78), ("customers_gross_new", 111), ("customers_lost", 33)):
        small.add(metric, num, n=num)
    found = bench.judge(small, "r_mask_by_acquisition").findings[0]
    assert found.evidence[0] == found.fact
    assert {one.split("/")[1].split("@")[0] for one in found.evidence} == {
        "retention_rate", "customers_net_new", "customers_gross_new", "customers_lost",
    }


def test_evidence_keeps_the_date_a_sentence_asks_for(bench: Bench) -> None:
    small = bench.facts()
    small.add("churn_annualised", 77, 100, n=72)
    small.add("customers_total", 150, n=150)
    opening = small.add("customers_total", 72, n=72, at="since")
    assert opening.id in bench.judge(small, "r_churn_high").findings[0].evidence
    assert "bank/customers_total@2011-05" not in bench.judge(small, "r_churn_high").findings[0].evidence


def test_a_threshold_finding_carries_the_interval_of_its_share(bench: Bench) -> None:
    small = bench.facts()
    small.add("contact_overdue_share", 91, 150)
    found = bench.judge(small, "r_contact_gap").findings[0]
    assert (found.low, found.high) == wilson(91, 150)
    assert (found.p, found.q) == (None, None)


def test_every_share_of_customers_gets_an_interval_and_nothing_else_does(bench: Bench) -> None:
    small = bench.facts()
    small.dimension("age_band", ("<40",), column="age")
    share = small.add("age_share", 5, 72, dimension="age_band", segment="<40", at="since")
    small.add("customers_growth", 10, 72)
    small.add("aum_retention_rate", 325, 585, n=72)
    small.add("top10_concentration", 26, 100, n=100)
    small.add("customers_total", 150, n=150)
    assert share_intervals(small.set(), "bank").keys() == {share.id}


def test_annualised_loss_carries_the_interval_of_retention(bench: Bench) -> None:
    small = bench.facts()
    small.add("retention_rate", 39, 72)
    yearly = small.add("churn_annualised", 770_408, 10**6, n=72)
    low, high = wilson(39, 72)
    found = share_intervals(small.set(), "bank")[yearly.id]
    assert found.low == pytest.approx(1 - high ** (12 / 5))
    assert found.high == pytest.approx(1 - low ** (12 / 5))


OCCUPATIONS = {
    ("self_employed", "500-700"): 30, ("self_employed", "800+"): 8,
    ("owner_relative", "500-700"): 5, ("owner_relative", "800+"): 30,
    ("employee", "500-700"): 15, ("employee", "800+"): 12,
}


def _association(bench: Bench, table: dict[tuple[str, str], int], *, turned: bool = False) -> SmallFacts:
    small = bench.facts()
    small.cross("occupation", "aum_group", table, "since", turned=turned)
    small.dimension("aum_group", ("500-700", "800+"), column="aum", kind="group", unit="万元", of="aum_band",
                    partition=False)
    return small


GROUPS = {
    "aum_band": {"column": "aum", "unit": "万元", "edges": [500, 600, 700, 800, 900]},
    "aum_group": {"of": "aum_band", "groups": {"500-700": ["500-600", "600-700"], "800+": ["800-900", "900+"]}},
}


@pytest.mark.parametrize("turned", [False, True])
def test_an_association_that_holds_brings_findings_and_segment_suggestions(bench: Bench, turned: bool) -> None:
    """Whichever of the two dimensions the facts put first."""
    small = _association(bench, OCCUPATIONS, turned=turned)
    found = bench.judge(small, tests=(TestRequest("occupation", "aum_group", "since"),), dimensions=GROUPS)
    association = found.associations[0]
    assert association.holds
    assert association.n == 100
    assert association.method == "chi2"
    brought = {(one.segment, one.against): one.suggestions for one in found.findings}
    assert "s_owner_finance" in brought["self_employed", "aum_group=500-700"]
    assert "s_corp_link" in brought["owner_relative", "aum_group=800+"]
    assert all("s_owner_finance" not in given for about, given in brought.items() if about[0] != "self_employed")
    finding = next(one for one in found.findings if one.segment == "self_employed")
    assert (finding.value, finding.unit, finding.n) == (30, "customers", 50)
    assert finding.derived["rate"] == Fraction(30, 50)
    assert finding.derived["rest_rate"] == Fraction(8, 50)
    cell = next(one for one in association.cells if (one.segment, one.against) == ("self_employed", "500-700"))
    assert finding.at == "since"
    assert cell.observed == 30
    assert float(finding.derived["residual"]) == pytest.approx(cell.residual)
    # The omnibus test and each of the six cells.
    assert found.tests == 7


def test_an_association_of_chance_brings_none(bench: Bench) -> None:
    even = dict.fromkeys(OCCUPATIONS, 17)
    found = bench.judge(_association(bench, even), tests=(TestRequest("occupation", "aum_group", "since"),),
                        dimensions=GROUPS)
    assert not found.associations[0].holds
    assert not found.findings


def test_one_odd_cell_of_a_table_that_does_not_hold_is_no_finding(bench: Bench) -> None:
    """The claim is about the two dimensions; a single cell does not carry it."""
    table = {("odd", "500-700"): 34, ("odd", "800+"): 26}
    for number in range(6):
        table |= {(f"like_{number}", "500-700"): 20, (f"like_{number}", "800+"): 40}
    found = bench.judge(_association(bench, table), tests=(TestRequest("occupation", "aum_group", "since"),),
                        dimensions=GROUPS)
    association = found.associations[0]
    assert not association.holds
    assert min(cell.q for cell in association.cells) < 0.05
    assert not found.findings


def test_customers_outside_all_groups_count_as_rest(bench: Bench) -> None:
    """Groups may leave customers out: a cell is then compared with all other customers, not the other group alone."""
    between = {("self_employed", "700-800"): 3, ("owner_relative", "700-800"): 3, ("employee", "700-800"): 14}
    small = _association(bench, OCCUPATIONS | between)
    found = bench.judge(small, tests=(TestRequest("occupation", "aum_group", "since"),), dimensions=GROUPS)
    association = found.associations[0]
    rows = ("self_employed", "owner_relative", "employee")
    whole = independence([[(OCCUPATIONS | between)[row, column] for column in ("500-700", "800+", "700-800")]
                          for row in rows])
    assert whole is not None
    assert (association.n, association.chi2) == (120, pytest.approx(whole.chi2))
    assert {cell.against for cell in association.cells} == {"500-700", "800+"}
    finding = next(one for one in found.findings if one.segment == "self_employed")
    assert finding.derived["rest_n"] == 70


def test_a_cross_table_the_facts_do_not_hold_is_not_tested(bench: Bench) -> None:
    small = bench.facts()
    small.add("customers_total", 150, n=150)
    found = bench.judge(small, tests=(TestRequest("occupation", "aum_group"),))
    assert (found.associations, found.tests) == ((), 0)


def test_too_few_customers_are_not_tested(bench: Bench) -> None:
    few = {cell: count // 5 for cell, count in OCCUPATIONS.items()}
    found = bench.judge(_association(bench, few), tests=(TestRequest("occupation", "aum_group", "since"),))
    assert not found.associations


def test_a_segment_suggestion_needs_a_finding_about_its_segment(bench: Bench) -> None:
    small = bench.facts(since="")
    small.dimension("age_band", ("<30", "30-60", "60+"), column="age", kind="band")
    small.rates("age_band", {"<30": (30, 300), "30-60": (60, 600), "60+": (90, 300)})
    small.rates("occupation", {"student": (100, 400), "other": (80, 800)}, column="occupation")
    found = bench.judge(small, "r_segment_over").findings
    brought = {one.segment: one.suggestions for one in found}
    assert brought["60+"] == ("s_segment_offer", "s_senior")
    assert brought["student"] == ("s_segment_offer",)
    assert brought["<30"] == ("s_segment_offer", "s_young")  # a gap of the young, confirmed
    assert brought["30-60"] == ("s_segment_offer",)


def test_wrong_settings_of_a_job_come_at_once_with_near_matches(bench: Bench) -> None:
    rules = {"r_contact_gab": {"days": 30}, "r_contact_gap": {"dais": 30, "min_share": "much"}}
    with pytest.raises(JobError) as refused:
        bench.judge(bench.facts(), "r_contact_gap", rules=rules)
    assert len(refused.value.problems) == 3
    for near in ("'r_contact_gap'", "'days'", "'much'"):
        assert near in str(refused.value)


def test_judging_twice_gives_the_same(bench: Bench, rulebook: Rulebook) -> None:
    small = _association(bench, {cell: max(1, count // 3) for cell, count in OCCUPATIONS.items()})
    asked = (TestRequest("occupation", "aum_group", "since"),)
    first = bench.judge(small, *rulebook.rules, tests=asked, dimensions=GROUPS)
    assert first.associations[0].method == "permutation"
    assert bench.judge(small, *rulebook.rules, tests=asked, dimensions=GROUPS) == first
