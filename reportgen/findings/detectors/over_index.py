"""Segments that stand out: against the rest, significant among all tests, and of practical size."""

from __future__ import annotations

from collections.abc import Iterator

from reportgen.findings.candidate import Candidate, Judgement
from reportgen.findings.contrast import Contrast
from reportgen.findings.detectors.view import View
from reportgen.findings.extent import covers
from reportgen.findings.rule import Attribute, OverIndexJudge, Rule


def over_index(rule: Rule, view: View) -> Judgement:
    """One candidate a contrast whose n, index, interval and gap are beyond the rule's params."""
    judge = rule.judge
    assert isinstance(judge, OverIndexJudge)
    candidates: list[Candidate] = []
    looked = False
    for attribute in judge.attributes:
        for name, group in _groups(attribute, view):
            looked = True
            kept = [one for one in group if _wanted(one, judge, view) and _stands_out(one, attribute, view)]
            candidates += [_candidate(one, name, attribute, view) for one in kept if not _mirrored(one, kept, view)]
    if not looked:
        return Judgement(needs=view.missing(rule, [one.metric for one in judge.attributes if not one.cross]))
    return Judgement(tuple(candidates))


def _groups(attribute: Attribute, view: View) -> Iterator[tuple[str, list[Contrast]]]:
    """The contrasts of each single attribute: a metric, a product, a cross table that holds as a whole."""
    if attribute.cross:
        for table in view.tables:
            holds = view.family.q[table.name] < view.params["max_q"]
            yield table.name, list(table.cells.values()) if holds else []
        return
    by_attribute: dict[str, list[Contrast]] = {}
    for one in view.contrasts.get(attribute, ()):
        by_attribute.setdefault(one.against, []).append(one)
    yield from by_attribute.items()


def _wanted(one: Contrast, judge: OverIndexJudge, view: View) -> bool:
    if one.segment in judge.skip:
        return False
    return judge.where is None or covers(judge.where, view.facts.dimensions[one.dimension], one.segment, view.job)


def _stands_out(one: Contrast, attribute: Attribute, view: View) -> bool:
    index, params = one.index, view.params
    if one.fact is None or index is None or min(one.n, one.rest_n) < params["min_n"]:
        return False
    if abs(one.gap) < params["min_gap"]:
        return False
    low, high = one.index_interval()
    over = index >= params["over"] and low > 100 and attribute.sides != "under"
    # Most customers lagging behind a few is the few standing out, and found there.
    under = index <= params["under"] and high < 100 and attribute.sides != "over" and one.n <= one.rest_n
    return over or under


def _mirrored(one: Contrast, kept: list[Contrast], view: View) -> bool:
    """Of two segments that make up the whole, each is the other's rest: the one above tells the story."""
    if len(view.facts.dimensions[one.dimension].segments) != 2 or one.gap > 0:
        return False
    return any(other.dimension == one.dimension and other.against == one.against and other.gap > 0 for other in kept)


def _candidate(one: Contrast, name: str, attribute: Attribute, view: View) -> Candidate:
    fact = one.fact
    assert fact is not None
    # Only an index has an edge and an interval in its own unit; a cell's count has neither.
    low, high = one.index_interval() if fact.unit == "index" else (None, None)
    edge = view.params["over" if one.gap > 0 else "under"] if fact.unit == "index" else None
    return Candidate(
        fact, fact.value, fact.unit, one.n, edge, low, high, one.dimension, one.segment, one.against, test=one.test,
        attribute=name, list_at_most=attribute.list_at_most, size=abs(one.gap), cites=one.cites, derived=one.derived(),
    )
