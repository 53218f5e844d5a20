"""Data that contradict themselves: rows a gate counted, and sums that do not come out."""

from __future__ import annotations

from fractions import Fraction

from reportgen.findings.candidate import Candidate, Judgement
from reportgen.findings.detectors.view import View
from reportgen.findings.identities import identities
from reportgen.findings.judge import DataQualityJudge, Judge
from reportgen.findings.rule import Rule


def data_quality(rule: Rule, judge: Judge, view: View) -> Judgement:
    """One candidate a gate that counted rows it was not told to allow, and one for all identities that fail.

    `value` is what is wrong (rows, or sums), `n` what was looked at.
    """
    assert isinstance(judge, DataQualityJudge)
    anchor = view.facts.find("customers_total", scope=view.scope)
    if anchor is None:
        return Judgement(needs=view.missing(rule, ["customers_total"]))
    candidates = [
        Candidate(anchor, Fraction(one.count), "count", one.total, Fraction(0), size=Fraction(one.count))
        for one in view.facts.quality
        if one.gate in judge.gates and one.verdict != "pass" and one.count
    ]
    checked = identities(view.facts, view.scope)
    broken = [one for one in checked if not one.holds]
    if broken:
        candidates.append(Candidate(
            broken[0].whole, Fraction(len(broken)), "count", len(checked), Fraction(0), size=Fraction(len(broken)),
            cites=tuple(dict.fromkeys(one.whole.id for one in broken[1:])),
        ))
    return Judgement(tuple(candidates))
