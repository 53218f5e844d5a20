"""What became of the last edition's issues."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from reportgen.findings.finding import Finding, Findings, RuleOutcome
from reportgen.findings.follow_up import Answer, Remembered, follow_up


def finding(rule: str, value: Fraction, threshold: Fraction | None = Fraction(1, 10), *, number: int = 1, **more: str) -> Finding:
    fact = f"bank/{rule.removeprefix('r_')}@2025-12"
    return Finding(number, rule, "high", "bank", fact, value, "share", 400, threshold, (fact,), **more)  # type: ignore[arg-type]


def earlier(one: Finding, periods: int = 1, first: str = "2025-11") -> Remembered:
    return Remembered(one.rule, one.severity, one.rule.removeprefix("r_"), one.dimension, one.segment, one.against,
                      one.value, one.threshold, one.n, first, periods, one.number)


def followed(now: list[Finding], before: list[Remembered], states: dict[str, str], previous: str = "2025-11",
             answers: dict[tuple[str, ...], Answer] | None = None) -> Findings:
    outcomes = tuple(RuleOutcome(rule, state) for rule, state in states.items())  # type: ignore[arg-type]
    metrics = {one.fact: one.rule.removeprefix("r_") for one in now}
    return follow_up(Findings("bank", tuple(now), outcomes, 0), metrics, before, previous, answers or {})  # type: ignore[arg-type]


@pytest.mark.parametrize(("was", "stands", "state"), [
    (Fraction(20, 100), Fraction(20, 100), "continuing"),
    (Fraction(20, 100), Fraction(21, 100), "continuing"),  # a tenth of the earlier distance of 10 points, not more
    (Fraction(20, 100), Fraction(211, 1000), "worse"),
    (Fraction(20, 100), Fraction(189, 1000), "better"),
])
def test_the_distance_from_the_threshold_decides(was: Fraction, stands: Fraction, state: str) -> None:
    told = followed([finding("r_churn_high", stands)], [earlier(finding("r_churn_high", was), periods=3)],
                    {"r_churn_high": "fired"})
    assert [(one.state, one.periods) for one in told.findings] == [(state, 4)]
    assert [(one.state, one.number, one.periods) for one in told.follow_up] == [(state, 1, 4)]


def test_a_value_below_its_threshold_is_worse_when_it_falls() -> None:
    low = finding("r_no_visit", Fraction(60, 100), Fraction(80, 100))
    told = followed([replace(low, value=Fraction(50, 100))], [earlier(low)], {"r_no_visit": "fired"})
    assert told.findings[0].state == "worse"


def test_an_index_is_measured_from_a_hundred() -> None:
    one = replace(finding("r_segment_over", Fraction(150), None, dimension="age_band", segment="<36"), unit="index")
    told = followed([replace(one, value=Fraction(170))], [earlier(one)], {"r_segment_over": "fired"})
    assert told.findings[0].state == "worse"


def test_new_resolved_and_unjudged_issues() -> None:
    gone, unjudged = finding("r_no_visit", Fraction(1, 2)), finding("r_csat_drop", Fraction(1, 5), number=2)
    told = followed([finding("r_churn_high", Fraction(1, 5))], [earlier(gone), earlier(unjudged, periods=2)],
                    {"r_churn_high": "fired", "r_no_visit": "silent", "r_csat_drop": "not_judged"})
    assert [(one.state, one.periods) for one in told.findings] == [("new", 1)]
    assert [(one.earlier.rule, one.state, one.number, one.periods) for one in told.follow_up] == [
        ("r_no_visit", "resolved", 0, 1), ("r_csat_drop", "not_judged", 0, 2),
    ]
    assert told.previous_edition == "2025-11"


def test_another_segment_is_another_issue() -> None:
    one = finding("r_digital_gap", Fraction(1, 2), dimension="age_band", segment="51+")
    other = finding("r_digital_gap", Fraction(1, 2), dimension="age_band", segment="<36")
    told = followed([other], [earlier(one)], {"r_digital_gap": "fired"})
    assert (told.findings[0].state, told.follow_up[0].state) == ("new", "resolved")


def test_a_first_edition_calls_nothing_new() -> None:
    told = followed([finding("r_churn_high", Fraction(1, 5))], [], {"r_churn_high": "fired"}, previous="")
    assert (told.findings[0].state, told.findings[0].periods, told.follow_up, told.previous_edition) == ("", 0, (), "")


def test_the_owners_answer_stands_beside_its_issue() -> None:
    one = earlier(finding("r_no_visit", Fraction(1, 2)))
    answer = Answer("rejected", "visits are not recorded yet", "王*", "2025-12-20")
    told = followed([finding("r_no_visit", Fraction(1, 2))], [one], {"r_no_visit": "fired"}, answers={one.key: answer})
    assert told.follow_up[0].answer == answer


def test_an_issue_whose_rule_still_holds_is_not_resolved_because_the_list_is_short() -> None:
    """The rule lists only its largest: what dropped out of the list has not gone away."""
    first = finding("r_penetration_low", Fraction(1, 5), dimension="occupation", segment="student")
    second = replace(first, number=2, segment="retired")
    gone = replace(first, number=3, segment="freelance")
    outcome = RuleOutcome("r_penetration_low", "fired", held=2,
                          unlisted=(("penetration_low", "occupation", "retired", ""),))
    told = follow_up(Findings("bank", (first,), (outcome,), 0), {first.fact: "penetration_low"},
                     [earlier(one) for one in (first, second, gone)], "2025-11", {})
    assert [(one.state, one.number, one.periods) for one in told.follow_up] == [
        ("continuing", 1, 2), ("continuing", 0, 2), ("resolved", 0, 1)]
