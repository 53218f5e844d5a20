"""Facts against limits."""

from __future__ import annotations

from fractions import Fraction

from reportgen.findings.candidate import Candidate, Judgement
from reportgen.findings.detectors.cells import WHOLE, Cell, cells, words_of
from reportgen.findings.detectors.limits import Reading, read
from reportgen.findings.detectors.view import View
from reportgen.findings.judge import Conditions, Judge, ThresholdJudge
from reportgen.findings.rule import Rule


def threshold(rule: Rule, judge: Judge, view: View) -> Judgement:
    """One candidate a cell in which the conditions hold, and whose population is large enough."""
    assert isinstance(judge, ThresholdJudge)
    found, looked = judged(judge, view)
    if not looked:
        absent = [one.metric for one in judge.conditions if not view.holds(one.metric)]
        return Judgement(needs=view.missing(rule, absent or judge.metrics))
    return Judgement(found)


def judged(conditions: Conditions, view: View) -> tuple[tuple[Candidate, ...], bool]:
    """The candidates, and whether the facts let any cell be judged."""
    looked, found = False, []
    for cell in cells(conditions, view, conditions.metrics):
        readings = [(one, read(one, cell, view)) for one in conditions.conditions]
        present = [reading for _, reading in readings if reading is not None]
        if not present or (conditions.match == "all" and len(present) < len(readings)):
            continue
        looked = True
        holding = [one for one in present if one.holds]
        if conditions.match == "all" and len(holding) < len(present):
            continue
        enough = [one for one in holding if _population(one, cell, conditions, view) >= view.params["min_n"]]
        # Where all must hold, the first is what the finding is about, and it is its population that counts.
        if enough and (conditions.match == "any" or enough[0] is holding[0]):
            found.append(_candidate(enough, cell, conditions, view))
    return tuple(found), looked


def _population(reading: Reading, cell: Cell, conditions: Conditions, view: View) -> int:
    """How many stand behind a reading."""
    if conditions.base is None:
        return reading.fact.n
    base = view.find(conditions.base, cell)
    if base is None and not view.withheld(conditions.base, cell):
        base = view.find(conditions.base)
    return base.n if base is not None else 0


def _candidate(holding: list[Reading], cell: Cell, conditions: Conditions, view: View) -> Candidate:
    """The finding about the first condition that holds."""
    first = holding[0]
    n = _population(first, cell, conditions, view)
    statistic = view.statistics.get(first.fact.id)
    of_whole, counted = cell == WHOLE, first.condition.figure == "n"
    # Where too few stand behind a fact, they are what was judged and not its value.
    value, unit, edge = (
        (Fraction(first.fact.n), "customers", view.params[first.condition.limit]) if counted
        else (first.fact.value, first.fact.unit, first.edge)
    )
    return Candidate(
        first.fact, value, unit, n, edge,
        low=statistic.low if statistic and not counted else None,
        high=statistic.high if statistic and not counted else None,
        dimension=first.fact.dimension if of_whole else _named(cell, view),
        segment=first.fact.segment if of_whole else cell[1],
        against=first.fact.against,
        attribute="" if of_whole else f"{first.fact.metric} {cell[0]} {first.fact.against}",
        list_at_most=0 if of_whole else conditions.list_at_most,
        size=first.distance,
        cites=tuple(dict.fromkeys(one for reading in holding for one in reading.cites if one != first.fact.id)),
        derived=first.derived, words=words_of(conditions, cell),
    )


def _named(cell: Cell, view: View) -> str:
    """The dimension whose words name the segment: a tier nothing was held for has its words among the customers'."""
    dimension, segment = cell
    for name in (dimension, "tier"):
        known = view.facts.dimensions.get(name)
        if known is not None and any(one.id == segment for one in known.segments):
            return name
    return dimension
