"""Each rule this version computes, firing and silent, on facts built by hand."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from reportgen.facts.table import Omission
from reportgen.findings.rulebook import Rulebook
from reportgen.frames.quality import QualityResult

SmallFacts = Any
Bench = Any


def _retention(bench: Bench, opening: int, retained: int, gross_new: int) -> SmallFacts:
    """A list of `opening` customers of whom `retained` stay, and `gross_new` who come."""
    small = bench.facts()
    lost = opening - retained
    small.add("retention_rate", retained, opening)
    small.add("churn_rate", lost, opening)
    # Five months carried to twelve, to a millionth, as a whole metric is.
    yearly = round(10**6 * (1 - (retained / opening) ** (12 / 5)))
    small.add("churn_annualised", yearly, 10**6, n=opening)
    small.add("customers_net_new", gross_new - lost, n=opening)
    small.add("customers_lost", lost, n=lost)
    return small


@pytest.mark.parametrize(("opening", "retained", "state"), [
    (72, 39, "fired"),
    (200, 199, "silent"),
    (29, 10, "silent"),  # too few for a verdict
])
def test_r_churn_high(bench: Bench, opening: int, retained: int, state: str) -> None:
    assert bench.state(_retention(bench, opening, retained, 5), "r_churn_high") == state


@pytest.mark.parametrize(("retained", "gross_new", "state"), [
    (39, 111, "fired"),
    (39, 20, "silent"),   # shrinking: nothing hides the loss
    (60, 111, "silent"),  # growing and staying
])
def test_r_mask_by_acquisition(bench: Bench, retained: int, gross_new: int, state: str) -> None:
    assert bench.state(_retention(bench, 72, retained, gross_new), "r_mask_by_acquisition") == state


@pytest.mark.parametrize(("customers", "money", "state", "judged"), [
    (44, 20, "fired", "wealth_qualified_share"),
    (20, 20, "fired", "wealth_qualified_aum_share"),
    (20, 10, "silent", ""),
])
def test_r_product_dependent(bench: Bench, customers: int, money: int, state: str, judged: str) -> None:
    small = bench.facts()
    small.add("wealth_qualified_share", customers, 150)
    small.add("wealth_qualified_aum_share", money, 100, n=150)
    found = bench.judge(small, "r_product_dependent")
    assert found.outcomes[0].state == state
    assert [one.fact.split("/")[1].split("@")[0] for one in found.findings] == ([judged] if judged else [])


@pytest.mark.parametrize(("overdue", "state"), [(91, "fired"), (30, "silent"), (31, "fired")])
def test_r_contact_gap(bench: Bench, overdue: int, state: str) -> None:
    """30 of 150 is the limit itself, and a limit is not crossed by reaching it."""
    small = bench.facts()
    small.add("contact_overdue_share", overdue, 150)
    assert bench.state(small, "r_contact_gap") == state


def test_a_job_moves_a_threshold(bench: Bench) -> None:
    small = bench.facts()
    small.add("contact_overdue_share", 91, 150)
    rules = {"r_contact_gap": {"days": 60, "min_share": "0.7"}}
    assert bench.state(small, "r_contact_gap", rules=rules) == "silent"
    found = bench.judge(small, "r_contact_gap", rules={"r_contact_gap": {"min_share": 0.5}}).findings[0]
    assert found.threshold == Fraction(1, 2)
    assert found.parameters["days"] == 30


def test_one_customer_never_fires_a_segment_rule(bench: Bench) -> None:
    small = bench.facts()
    small.add("contact_overdue_share", 1, 1)
    small.rates("occupation", {"only": (1, 1), "rest": (5, 500)}, column="occupation")
    found = bench.judge(small, "r_contact_gap", "r_segment_over")
    assert not found.findings
    assert found.tests == 0


@pytest.mark.parametrize(("top10", "gini", "n", "state"), [
    (26, 40, 150, "silent"),
    (31, 40, 150, "fired"),
    (26, 81, 150, "fired"),
    (31, 81, 49, "silent"),
])
def test_r_concentration(bench: Bench, top10: int, gini: int, n: int, state: str) -> None:
    small = bench.facts()
    small.add("top10_concentration", top10, 100, n=n)
    small.add("gini", gini, 100, n=n)
    assert bench.state(small, "r_concentration") == state


@pytest.mark.parametrize(("student", "state"), [(90, "fired"), (37, "silent"), (11, "fired"), (30, "silent")])
def test_r_segment_over(bench: Bench, student: int, state: str) -> None:
    """Of 300 students against 700 others at 10 %: 30 % and 3.7 % stand out, 12.3 % is within chance, 10 % is even."""
    small = bench.facts(since="")
    small.rates("occupation", {"student": (student, 300), "retired": (35, 350), "employee": (35, 350)},
                column="occupation")
    found = bench.judge(small, "r_segment_over")
    about = [one for one in found.findings if one.segment == "student"]
    assert bool(about) == (state == "fired")
    for one in about:
        assert one.value == Fraction(100 * student * 700, 300 * 70)
        assert one.derived["rest_rate"] == Fraction(1, 10)
        assert one.q is not None
        assert one.q < 0.05
        assert one.low is not None
        assert one.high is not None
        assert one.low < float(one.value) < one.high


def test_a_gap_too_small_to_matter_is_no_finding(bench: Bench) -> None:
    """A hundred thousand customers make 1.2 % against 1 % certain, and still too small to act on."""
    small = bench.facts(since="")
    small.rates("occupation", {"a": (1_300, 100_000), "b": (1_000, 100_000), "c": (1_000, 100_000)})
    found = bench.judge(small, "r_segment_over")
    assert not found.findings
    assert min(one.q for one in found.statistics.values() if one.q is not None) < 1e-6


def test_nobody_acts_on_a_missing_segment(bench: Bench) -> None:
    small = bench.facts(since="")
    small.rates("occupation", {"missing": (90, 200), "a": (20, 200), "b": (20, 200)}, column="occupation")
    assert not [one for one in bench.judge(small, "r_segment_over").findings if one.segment == "missing"]


@pytest.mark.parametrize(("holding", "state"), [(20, "fired"), (75, "silent"), (110, "silent")])
def test_r_penetration_low(bench: Bench, holding: int, state: str) -> None:
    """75 of 200 against 45 % is an index of 83: not under 80. More than the rest is no lack."""
    small = bench.facts(since="")
    small.dimension("product_type", ("fund",))
    small.rates("occupation", {"a": (holding, 200), "b": (90, 200), "c": (90, 200)}, product="fund",
                metric="product_penetration", column="occupation")
    assert bench.state(small, "r_penetration_low") == state


def test_most_customers_behind_a_few_are_no_lack(bench: Bench) -> None:
    """800 of 850 hold the fund less than the other 50 do: the 50 stand out, the 800 lack nothing."""
    small = bench.facts(since="")
    small.dimension("product_type", ("fund",))
    small.rates("occupation", {"most": (240, 800), "few": (40, 50)}, product="fund", metric="product_penetration",
                column="occupation")
    assert bench.state(small, "r_penetration_low") == "silent"
    assert [one.segment for one in bench.judge(small, "r_segment_over").findings] == ["few"]


@pytest.mark.parametrize(("product", "young", "state"), [
    ("wealth", 20, "fired"),
    ("wealth", 80, "silent"),
    ("mortgage", 20, "not_judged"),  # no wealth or digital product in the data
])
def test_r_young_low_product(bench: Bench, product: str, young: int, state: str) -> None:
    small = bench.facts(since="")
    small.dimension("product_type", (product,))
    small.dimension("age_band", ("<30", "30-40", "40+"), column="age", kind="band")
    small.rates("age_band", {"<30": (young, 200), "30-40": (20, 200), "40+": (200, 400)}, product=product,
                metric="product_penetration")
    found = bench.judge(small, "r_young_low_product")
    assert found.outcomes[0].state == state
    # 30-40 reaches beyond the age the rule is about, however low its share.
    assert [one.segment for one in found.findings] == (["<30"] if state == "fired" else [])


def _sound(bench: Bench) -> SmallFacts:
    """Totals, bands, a bridge and two branches that agree."""
    small = bench.facts()
    small.dimension("age_band", ("<40", "40+"), column="age", kind="band")
    for at, parts in (("since", (30, 42)), ("period", (60, 90))):
        small.add("customers_total", sum(parts), n=sum(parts), at=at)
        for segment, part in zip(("<40", "40+"), parts, strict=True):
            small.add("customers_total", part, n=part, dimension="age_band", segment=segment, at=at)
    small.dimension("step", ("opening", "lost", "new", "closing"), partition=False)
    for step, num in (("opening", 72), ("lost", -33), ("new", 111), ("closing", 150)):
        small.add("customers_bridge", num, n=abs(num), dimension="step", segment=step)
    for branch, num in (("branch:A", 100), ("branch:B", 50)):
        small.add("customers_total", num, n=num, scope=branch)
        for segment, part in (("<40", num * 2 // 5), ("40+", num * 3 // 5)):
            small.add("customers_total", part, n=part, dimension="age_band", segment=segment, scope=branch)
    for branch, segment, part in (("branch:A", "<40", 30), ("branch:A", "40+", 42)):
        small.add("customers_total", part, n=part, dimension="age_band", segment=segment, scope=branch, at="since")
    small.add("customers_total", 72, n=72, scope="branch:A", at="since")
    return small


def _replace(small: SmallFacts, metric: str, scope: str, segment: str, num: int) -> None:
    from dataclasses import replace

    place = next(i for i, one in enumerate(small.facts)
                 if (one.metric, one.scope, one.segment, one.period) == (metric, scope, segment, "2011-05"))
    small.facts[place] = replace(small.facts[place], num=num)


@pytest.mark.parametrize(("broken", "state"), [
    ((), "silent"),
    (("customers_bridge", "bank", "new", 110), "fired"),
    (("customers_total", "bank", "<40", 61), "fired"),
    (("customers_total", "branch:B", "", 51), "fired"),
])
def test_r_data_quality_by_identities(bench: Bench, broken: tuple[Any, ...], state: str) -> None:
    small = _sound(bench)
    if broken:
        _replace(small, *broken)
    found = bench.judge(small, "r_data_quality")
    assert found.outcomes[0].state == state
    assert all(one.severity == "stop" and one.suggestions == ("s_fix_data",) for one in found.findings)


def test_customers_without_a_manager_break_no_sum(bench: Bench) -> None:
    small = _sound(bench)
    small.dimension("rm", ("RM01",), column="rm_id")
    small.add("customers_total", 120, n=120, dimension="rm", segment="RM01")
    small.add("customers_total", 120, n=120, dimension="rm", segment="RM01", scope="branch:A")
    assert bench.state(small, "r_data_quality") == "silent"


@pytest.mark.parametrize(("gate", "verdict", "count", "state"), [
    ("duplicate_key", "warn", 3, "fired"),
    ("negative_aum", "pass", 3766, "silent"),  # the job allows them
    ("duplicate_key", "warn", 0, "silent"),
    ("missing_value", "warn", 3, "silent"),    # told in the appendix, no contradiction
])
def test_r_data_quality_by_gates(bench: Bench, gate: str, verdict: Any, count: int, state: str) -> None:
    small = _sound(bench)
    small.quality.append(QualityResult(gate, "closing", "aum", count, 150, verdict))
    found = bench.judge(small, "r_data_quality")
    assert found.outcomes[0].state == state
    assert [(one.value, one.n) for one in found.findings] == ([(3, 150)] if state == "fired" else [])


def test_r_data_quality_needs_a_population(bench: Bench) -> None:
    assert bench.state(bench.facts(), "r_data_quality") == "not_judged"


def test_rules_without_their_data_say_what_is_missing(bench: Bench, rulebook: Rulebook) -> None:
    """On a list with nothing but a number and an amount no rule is judged, and each says what it needs."""
    found = bench.judge(bench.facts(since=""), *rulebook.rules)
    assert {one.state for one in found.outcomes} == {"not_judged"}
    assert all(one.needs for one in found.outcomes)
    needs = {one.rule: one.needs for one in found.outcomes}
    assert needs["r_churn_high"] == ("two dates",)
    assert needs["r_maturity_cliff"] == ("holdings.maturity_date", "holdings.amount")


def test_data_that_meets_a_rules_needs_lacks_only_the_metric(bench: Bench) -> None:
    columns = {"customer_id": "id", "maturity_date": "d", "amount": {"column": "a", "unit": "元"}}
    frames = {"holdings": {"from": "s", "columns": columns}}
    outcome = bench.judge(bench.facts(), "r_maturity_cliff", frames=frames).outcomes[0]
    assert (outcome.state, outcome.needs) == ("not_judged", ("maturing_amount",))


def test_what_the_facts_said_of_an_omission_goes_before_the_rules_own_needs(bench: Bench) -> None:
    small = bench.facts()
    small.omissions.append(Omission("contact_overdue_share", ("contacts.contact_date",)))
    outcome = bench.judge(small, "r_contact_gap").outcomes[0]
    assert outcome.needs == ("contacts.contact_date",)
