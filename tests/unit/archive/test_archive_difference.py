"""What changed between two editions: matched by id in one period, by the part a date plays in two."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from reportgen.archive.difference import diff_facts, diff_findings
from reportgen.facts.fact import Fact
from reportgen.facts.table import FactSet
from reportgen.findings.finding import Finding, Findings, RuleOutcome


def run(period: str, *facts: Fact, since: str = "2024-12", previous: str = "", year_ago: str = "") -> FactSet:
    return FactSet(period, since, "", "", "CNY", facts, {}, {}, previous=previous, year_ago=year_ago)


def aum(period: str, value: int, scope: str = "bank") -> Fact:
    return Fact(scope, "aum_point", period, value, unit="money", n=10)


def lost(period: str, since: str, num: int, den: int = 100) -> Fact:
    return Fact("bank", "churn_rate", period, num, den, "share", den, "tier", "private", "", since)


def test_one_period_again_is_matched_by_id() -> None:
    a = run("2025-11", aum("2025-11", 500), aum("2024-12", 400), lost("2025-11", "2024-12", 5))
    b = run("2025-11", aum("2025-11", 520), lost("2025-11", "2024-12", 5), lost("2025-11", "2025-10", 1))
    told = diff_facts(a, b)
    assert [(one.change, one.metric, one.at, one.since) for one in told] == [
        ("changed", "aum_point", "period", ""), ("added", "churn_rate", "period", "2025-10"),
        ("removed", "aum_point", "since", ""),
    ]
    assert [one.difference for one in told] == [20, None, None]
    assert (told[0].dimension, told[1].segment, told[2].unit) == ("", "private", "money")


def test_two_periods_are_matched_by_what_a_date_is_in_each() -> None:
    a = run("2025-11", aum("2025-11", 500), aum("2024-12", 400), aum("2025-10", 490), aum("2025-09", 480),
            lost("2025-11", "2024-12", 5), previous="2025-10")
    b = run("2026-01", aum("2026-01", 530), aum("2025-12", 525), aum("2025-09", 480), lost("2026-01", "2025-12", 1),
            since="2025-12", previous="2025-12")
    told = {(one.metric, one.at, one.since): (one.change, one.before and one.before.value, one.after and one.after.value,
                                              one.difference) for one in diff_facts(a, b)}
    assert told == {
        ("aum_point", "period", ""): ("changed", 500, 530, 30),
        ("aum_point", "since", ""): ("changed", 400, 525, 125),
        ("aum_point", "previous", ""): ("changed", 490, 525, 35),
        ("churn_rate", "period", "since"): ("changed", Fraction(5, 100), Fraction(1, 100), Fraction(-4, 100)),
    }  # September is the same date in both, and the same figure


def test_a_history_that_was_rewritten_is_told_by_its_date() -> None:
    a = run("2025-11", aum("2025-09", 480))
    b = run("2025-12", aum("2025-09", 481))
    (told,) = diff_facts(a, b)
    assert (told.change, told.at, told.difference) == ("changed", "2025-09", 1)


def test_a_base_that_moved_alone_is_a_change_and_another_unit_has_no_difference() -> None:
    one = aum("2025-11", 500)
    moved = diff_facts(run("2025-11", one), run("2025-11", replace(one, n=11)))
    assert [(line.change, line.difference) for line in moved] == [("changed", 0)]
    other = diff_facts(run("2025-11", one), run("2025-11", replace(one, unit="customers")))
    assert [(line.change, line.difference) for line in other] == [("changed", None)]


def test_a_ratio_written_otherwise_is_the_same_value() -> None:
    assert diff_facts(run("2025-11", lost("2025-11", "2024-12", 5, 100)),
                      run("2025-11", replace(lost("2025-11", "2024-12", 1, 20), n=100))) == ()


def test_only_the_scope_asked_for_is_compared() -> None:
    a, b = run("2025-11", aum("2025-11", 1), aum("2025-11", 1, "branch:B01")), run("2025-11", aum("2025-11", 1))
    assert diff_facts(a, b) == ()
    assert [one.scope for one in diff_facts(a, b, "branch:B01")] == ["branch:B01"]


MANY = st.lists(
    st.builds(Fact, st.sampled_from(["bank", "branch:B01"]), st.sampled_from("abc"),
              st.sampled_from(["2025-11", "2025-10", "2024-12", "2025-03"]), st.integers(0, 9)),
    unique_by=lambda one: one.id,
)


@given(MANY, MANY)
def test_the_differences_applied_to_one_edition_give_the_other(one: list[Fact], other: list[Fact]) -> None:
    a, b = (run("2025-11", *facts, previous="2025-10") for facts in (one, other))
    told = diff_facts(a, b)
    patched = {fact.id: fact for fact in a.of_scope("bank")}
    for line in told:
        if line.after is not None:
            patched[line.after.id] = line.after
        else:
            assert line.before is not None
            del patched[line.before.id]
    assert patched == {fact.id: fact for fact in b.of_scope("bank")}
    back = diff_facts(b, a)
    turned = {"added": "removed", "removed": "added", "changed": "changed"}
    assert {(line.metric, line.at, turned[line.change], line.before, line.after) for line in told} == {
        (line.metric, line.at, line.change, line.after, line.before) for line in back}
    assert diff_facts(a, a) == ()


@given(MANY)
def test_a_period_later_with_the_same_figures_differs_in_nothing(facts: list[Fact]) -> None:
    months = {"2025-11": "2025-12", "2025-10": "2025-11", "2024-12": "2023-12", "2025-03": "2025-03"}
    a = run("2025-11", *facts, previous="2025-10")
    b = run("2025-12", *(replace(one, period=months[one.period]) for one in facts), since="2023-12", previous="2025-11")
    assert diff_facts(a, b) == ()


def issue(rule: str, value: Fraction, segment: str = "private", period: str = "2025-11", **more: object) -> Finding:
    made = Finding(1, rule, "high", "bank", f"bank/churn_rate[tier={segment}]@2024-12..{period}", value, "share", 72,
                   Fraction(1, 10), (), "tier", segment)
    return replace(made, **more)  # type: ignore[arg-type]


def found(*findings: Finding, **states: str) -> Findings:
    return Findings("bank", findings, tuple(RuleOutcome(rule, state) for rule, state in states.items()), 0)  # type: ignore[arg-type]


def test_issues_that_are_new_gone_or_told_otherwise() -> None:
    a = found(issue("r_churn_high", Fraction(1, 5)), issue("r_rm_overload", Fraction(3)), issue("r_quiet", Fraction(1)),
              r_churn_high="fired", r_rm_overload="fired", r_quiet="fired", r_new="not_judged")
    b = found(issue("r_churn_high", Fraction(1, 4), period="2025-12", severity="stop", number=7),
              issue("r_new", Fraction(1), period="2025-12"), issue("r_quiet", Fraction(1), period="2025-12"),
              r_churn_high="fired", r_rm_overload="not_judged", r_quiet="fired", r_new="fired")
    told = diff_findings(a, b)
    assert [(one.change, one.rule, one.metric, one.what, one.judged) for one in told] == [
        ("changed", "r_churn_high", "churn_rate", ("severity", "value"), True),
        ("added", "r_new", "churn_rate", (), False),
        ("removed", "r_rm_overload", "churn_rate", (), False),
    ]
    assert told[0].before == a.findings[0]
    assert told[0].after == b.findings[0]


def test_an_issue_of_another_segment_is_another_issue() -> None:
    a, b = found(issue("r", Fraction(1))), found(issue("r", Fraction(1), "affluent"))
    assert [(one.change, one.segment) for one in diff_findings(a, b)] == [("added", "affluent"), ("removed", "private")]
    assert diff_findings(a, a) == ()
