"""Facts against limits."""

from __future__ import annotations

from fractions import Fraction

from reportgen.facts.fact import Fact
from reportgen.findings.candidate import Candidate, Judgement
from reportgen.findings.detectors.view import View
from reportgen.findings.rule import Condition, Rule, ThresholdJudge


def threshold(rule: Rule, view: View) -> Judgement:
    """At most one candidate: the rule's conditions hold, and the fact judged counts enough customers."""
    judge = rule.judge
    assert isinstance(judge, ThresholdJudge)
    facts = [(one, view.facts.find(one.metric, scope=view.scope, dimension=one.dimension or "", segment=one.segment))
             for one in judge.conditions]
    present = [(one, fact) for one, fact in facts if fact is not None]
    if not present or (judge.match == "all" and len(present) < len(facts)):
        return Judgement(needs=view.missing(rule, [one.metric for one, fact in facts if fact is None]))
    holding = [(one, fact) for one, fact in present if _holds(one, fact, view)]
    if not holding or (judge.match == "all" and len(holding) < len(facts)):
        return Judgement()
    condition, fact = holding[0]
    limit = view.params[condition.limit]
    statistic = view.statistics.get(fact.id)
    return Judgement((Candidate(
        fact, fact.value, fact.unit, fact.n, limit,
        low=statistic.low if statistic else None, high=statistic.high if statistic else None,
        dimension=fact.dimension, segment=fact.segment, size=abs(fact.value - limit),
        cites=tuple(other.id for _, other in holding[1:]),
    ),))


def _holds(condition: Condition, fact: Fact, view: View) -> bool:
    limit: Fraction = view.params[condition.limit]
    beyond = fact.value > limit if condition.above else fact.value < limit
    return beyond and fact.n >= view.params["min_n"]
