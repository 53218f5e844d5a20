"""Cases in excess: a count above what the periods before lead to expect."""

from __future__ import annotations

from fractions import Fraction

from reportgen.facts.fact import Fact
from reportgen.findings.candidate import Candidate, Judgement, Tested
from reportgen.findings.detectors.cells import WHOLE, Cell, cells, words_of
from reportgen.findings.detectors.view import View
from reportgen.findings.judge import Judge, PoissonJudge
from reportgen.findings.rule import Rule
from reportgen.findings.statistics import excess_p

YEAR = 12


def poisson(rule: Rule, judge: Judge, view: View) -> Judgement:
    """One candidate a cell with `min_count` cases or more and more than expected; every cell held is tested.

    Expected is the mean of the up to twelve periods before, of which `min_periods` must be held. A period without a
    fact for a cell had no case in it, provided the periods' cells are held at all.
    """
    assert isinstance(judge, PoissonJudge)
    candidates: list[Candidate] = []
    tests: list[Tested] = []
    looked = False
    for cell in cells(judge, view, (judge.metric,)):
        earlier = _held(judge.metric, cell[0], view)[-YEAR:]
        if len(earlier) < view.params["min_periods"]:
            continue
        looked = True
        fact = view.find(judge.metric, cell)
        if fact is None or fact.den != 1 or fact.num < 0:
            continue
        before = [view.find(judge.metric, cell, at=label) for label in earlier]
        cases = sum(one.num for one in before if one is not None)
        test = Tested(f"{fact.id} vs history", excess_p(fact.num, cases, len(earlier)))
        tests.append(test)
        expected = Fraction(cases, len(earlier))
        if fact.num >= view.params["min_count"] and fact.num > expected:
            candidates.append(_candidate(fact, cell, expected, len(earlier), test, judge))
    if not looked:
        needs = view.missing(rule, judge.metrics)
        return Judgement(needs=needs if not _held(judge.metric, "", view) else ("monthly dates",))
    return Judgement(tuple(candidates), tests=tuple(tests))


def _held(metric: str, dimension: str, view: View) -> list[str]:
    """Earlier periods, oldest first, of which the metric is held by the dimension."""
    labels = view.periods.get(metric, {}).get(dimension, frozenset())
    return [label for label in view.facts.history if label in labels and label != view.facts.period]


def _candidate(
    fact: Fact, cell: Cell, expected: Fraction, periods: int, test: Tested, judge: PoissonJudge
) -> Candidate:
    derived = {"expected": expected, "periods": Fraction(periods), "excess_cases": fact.value - expected}
    if expected:
        derived["multiple"] = fact.value / expected
    return Candidate(
        fact, fact.value, fact.unit, fact.num, None, dimension=cell[0], segment=cell[1], test=test.name,
        attribute=f"{judge.metric} {cell[0]}" if cell != WHOLE else "",
        list_at_most=judge.list_at_most if cell != WHOLE else 0, size=fact.value - expected, derived=derived,
        words=words_of(judge, cell),
    )
