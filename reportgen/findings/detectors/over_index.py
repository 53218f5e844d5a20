"""Segments that stand out: against the rest, significant among all tests, and of practical size."""

from __future__ import annotations

from collections.abc import Iterator

from reportgen.findings.candidate import Candidate, Judgement, Tested
from reportgen.findings.contrast import Contrast
from reportgen.findings.detectors.view import View
from reportgen.findings.extent import covers
from reportgen.findings.judge import Judge
from reportgen.findings.rule import Attribute, OverIndexJudge, Rule


def over_index(rule: Rule, judge: Judge, view: View) -> Judgement:
    """One candidate a contrast whose n, index, interval and gap are beyond the rule's params."""
    assert isinstance(judge, OverIndexJudge)
    candidates: list[Candidate] = []
    tested: list[Contrast] = []
    looked = False
    for attribute in judge.attributes:
        for name, group in _groups(attribute, view):
            looked = True
            # A rule about one group tests that group alone: true effects elsewhere would lend weight to chance.
            asked = [one for one in group if _within(one, judge, view)]
            tested += asked
            kept = [one for one in asked if one.segment not in judge.skip and _stands_out(one, attribute, view)]
            candidates += [
                _candidate(one, name, attribute, judge, view) for one in kept if not _mirrored(one, kept, view)
            ]
    if not looked:
        return Judgement(needs=view.missing(rule, judge.metrics))
    return Judgement(tuple(candidates), tests=tuple(Tested(one.test, one.p) for one in tested),
                     contrasts=tuple(tested))


def _groups(attribute: Attribute, view: View) -> Iterator[tuple[str, list[Contrast]]]:
    """The contrasts of each single attribute: a metric, a product, a cross table."""
    if attribute.cross:
        for table in view.tables:
            yield table.name, list(table.cells.values())
        return
    by_attribute: dict[str, list[Contrast]] = {}
    for one in view.contrasts(attribute):
        by_attribute.setdefault(one.against, []).append(one)
    yield from by_attribute.items()


def _within(one: Contrast, judge: OverIndexJudge, view: View) -> bool:
    return judge.where is None or covers(judge.where, view.facts.dimensions[one.dimension], one.segment, view.job)


def _stands_out(one: Contrast, attribute: Attribute, view: View) -> bool:
    index, params = one.index, view.params
    if one.fact is None or index is None or min(one.base, one.counts[3]) < params["min_n"]:
        return False
    if abs(one.gap) < params["min_gap"]:
        return False
    low, high = one.index_interval()
    over = index >= params["over"] and low > 100 and attribute.sides != "under"
    # Most customers lagging behind a few is the few standing out, and found there.
    under = index <= params["under"] and high < 100 and attribute.sides != "over" and one.base <= one.counts[3]
    return over or under


def _mirrored(one: Contrast, kept: list[Contrast], view: View) -> bool:
    """Of two segments that make up the whole, each is the other's rest: the one above tells the story."""
    if len(view.facts.dimensions[one.dimension].segments) != 2 or one.gap > 0:
        return False
    return any(other.dimension == one.dimension and other.against == one.against and other.gap > 0 for other in kept)


def _candidate(
    one: Contrast, name: str, attribute: Attribute, judge: OverIndexJudge, view: View
) -> Candidate:
    fact = one.fact
    assert fact is not None
    # Only an index has an edge and an interval in its own unit; a cell's count has neither.
    low, high = one.index_interval() if fact.unit == "index" else (None, None)
    edge = view.params["over" if one.gap > 0 else "under"] if fact.unit == "index" else None
    return Candidate(
        fact, fact.value, fact.unit, one.base, edge, low, high, one.dimension, one.segment, one.against, test=one.test,
        attribute=name, list_at_most=attribute.list_at_most, size=abs(one.gap), cites=one.cites, derived=one.derived(),
        # A cell says nothing where its table as a whole does not hold.
        together=name if attribute.cross else "", words=judge.words or "",
    )
