"""Groups that differ: a segment against all other customers, or against customers of comparison."""

from __future__ import annotations

from reportgen.facts.fact import Fact
from reportgen.findings.candidate import Candidate, Judgement, Tested
from reportgen.findings.contrast import Contrast
from reportgen.findings.detectors.cells import WHOLE, Cell, cells, words_of
from reportgen.findings.detectors.limits import read
from reportgen.findings.detectors.view import View
from reportgen.findings.judge import DifferenceJudge, Judge
from reportgen.findings.rule import Rule


def difference(rule: Rule, judge: Judge, view: View) -> Judgement:
    """One candidate a cell whose share lies beyond the rest's by `min_gap` (and `min_ratio` where the rule sets it)."""
    assert isinstance(judge, DifferenceJudge)
    pairs = [(cell, one) for cell in cells(judge, view, (judge.metric,))
             if (one := _contrast(judge, cell, view)) is not None]
    if not pairs:
        lacking = [one for one in judge.metrics if not view.holds(one)]
        return Judgement(needs=() if _judgeable(judge, view) else view.missing(rule, lacking or judge.metrics))
    candidates = tuple(_candidate(cell, one, judge, view) for cell, one in pairs if _holds(cell, one, judge, view))
    tests = tuple(Tested(one.test, one.p) for _, one in pairs)
    return Judgement(candidates, tests=tests, contrasts=tuple(one for _, one in pairs))


def _contrast(judge: DifferenceJudge, cell: Cell, view: View) -> Contrast | None:
    """The cell against its rest; None where a fact is missing or either side has too few for a verdict."""
    part = view.find(judge.metric, cell)
    if part is None:
        return None
    if judge.rest is not None:
        rest = view.find(judge.rest, cell)
        if rest is None and not view.withheld(judge.rest, cell):
            rest = view.find(judge.rest)
        if rest is None or not (_countable(part) and _countable(rest)):
            return None
        name = f"{part.id} vs {rest.id}"
        found = _against(part, name, cell, (rest.num, rest.den, rest.n), (part.id, rest.id))
    else:
        whole = view.find(judge.metric) if cell != WHOLE else None
        if whole is None or not (_countable(part) and _countable(whole)):
            return None
        left = (whole.num - part.num, whole.den - part.den, max(0, whole.n - part.n))
        if left[1] <= 0 or not 0 <= left[0] <= left[1]:
            return None
        found = _against(part, part.id, cell, left, (part.id, whole.id))
    return found if min(found.base, found.counts[3]) >= view.params["min_n"] else None


def _against(part: Fact, name: str, cell: Cell, rest: tuple[int, int, int], cites: tuple[str, ...]) -> Contrast:
    num, den, n = rest
    return Contrast(name, part, *cell, "", part.num, part.den, num, den, cites, people=part.n, rest_people=n)


def _countable(fact: Fact) -> bool:
    """Whether a fact is a share of counts, so that a test of two shares applies."""
    return fact.unit == "share" and 0 <= fact.num <= fact.den


def _judgeable(judge: DifferenceJudge, view: View) -> bool:
    """Whether the facts are there and merely too few stand behind them, or nobody stands in such a segment."""
    own = any(view.find(judge.metric, cell) for cell in cells(judge, view, (judge.metric,)))
    return own and all(view.holds(one) for one in judge.metrics)


def _holds(cell: Cell, one: Contrast, judge: DifferenceJudge, view: View) -> bool:
    params = view.params
    gap = one.gap if judge.side == "over" else -one.gap
    if gap < params["min_gap"]:
        return False
    ratio = params.get("min_ratio")
    if ratio is not None:
        high, low = (one.rate, one.rest_rate) if judge.side == "over" else (one.rest_rate, one.rate)
        if high < ratio * low:
            return False
    readings = [read(condition, cell, view) for condition in judge.conditions]
    return all(reading is not None and reading.holds for reading in readings)


def _candidate(cell: Cell, one: Contrast, judge: DifferenceJudge, view: View) -> Candidate:
    fact = one.fact
    assert fact is not None
    statistic = view.statistics.get(fact.id)
    return Candidate(
        fact, fact.value, fact.unit, one.base, None,
        low=statistic.low if statistic else None, high=statistic.high if statistic else None,
        dimension=cell[0], segment=cell[1], test=one.test, attribute=f"{judge.metric} {cell[0]}",
        list_at_most=judge.list_at_most, size=abs(one.gap), cites=one.cites, derived=one.derived(),
        words=words_of(judge, cell),
    )
