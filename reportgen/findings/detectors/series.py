"""A monthly series that leaves its season: the last step against the same step a year before."""

from __future__ import annotations

from fractions import Fraction
from math import exp

from reportgen.facts.fact import Fact
from reportgen.findings.candidate import Candidate, Judgement
from reportgen.findings.detectors.view import View
from reportgen.findings.judge import Judge, SeriesJudge
from reportgen.findings.rule import Rule
from reportgen.findings.statistics import last_step
from reportgen.findings.statistics.seasonal import FEWEST
from reportgen.period import Period


def series(rule: Rule, judge: Judge, view: View) -> Judgement:
    """A candidate where the last step is `min_z` robust deviations and `min_change` off; needs two full seasons.

    Months without a gap up to this one count; a bank's quarter or year has no seasons to compare here.
    """
    assert isinstance(judge, SeriesJudge)
    facts = _unbroken(judge.metric, view)
    if len(facts) < FEWEST:
        return Judgement(needs=("monthly dates",) if facts else view.missing(rule, judge.metrics))
    step = last_step([float(one.value) for one in facts])
    if step is None:
        return Judgement()
    excess = Fraction(exp(step.excess)) - 1
    beyond = step.z if judge.side == "rise" else -step.z
    size = excess if judge.side == "rise" else -excess
    if beyond < view.params["min_z"] or size < view.params["min_change"]:
        return Judgement()
    last, before, season, season_before = facts[-1], facts[-2], facts[-13], facts[-14]
    derived = {
        "growth": last.value / before.value - 1, "season_growth": season.value / season_before.value - 1,
        "relative": excess, "z": Fraction(step.z), "periods": Fraction(len(facts)),
    }
    return Judgement((Candidate(
        last, last.value, last.unit, last.n, None, size=size, derived=derived, words=judge.words or "",
        cites=(before.id, season.id, season_before.id),
    ),))


def _unbroken(metric: str, view: View) -> list[Fact]:
    """The metric's months up to this one, oldest first, back to the first gap."""
    period = Period.parse(view.facts.period)
    found: list[Fact] = []
    while period.kind == "month":
        fact = view.find(metric, at=period.label)
        if fact is None:
            break
        found.append(fact)
        period = period.previous()
    return found[::-1]
