"""What changed between two editions: their facts side by side, and their findings.

Two editions of one period are matched by the facts' ids. Two periods are matched by what a date is in each: this
period with this period, opening with opening, the period before with the period before, the year before with the year
before; earlier dates, which play no part of their own, by themselves.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from fractions import Fraction
from typing import Literal

from reportgen.facts.fact import Fact, Unit, parse_fact_id
from reportgen.facts.table import FactSet
from reportgen.findings.finding import Finding, Findings

Change = Literal["added", "removed", "changed"]
ROLES = ("period", "since", "previous", "year_ago")
Key = tuple[str, str, str, str, str, str]
"""Metric, dimension, segment, against, role or label of the date, role or label of the opening."""


@dataclass(frozen=True, slots=True)
class FactChange:
    """One line of the table. Values are exact, in the fact's unit (money in minor units, a share as a fraction)."""

    change: Change
    scope: str
    metric: str
    dimension: str
    segment: str
    against: str
    at: str
    """What the date is: `period`, `since`, `previous`, `year_ago`, or an earlier period's label."""
    since: str
    """What a flow counts from, likewise; empty for a stock."""
    before: Fact | None
    after: Fact | None

    @property
    def unit(self) -> Unit:
        """That of the later fact, or of the one that is gone."""
        held = self.after or self.before
        assert held is not None
        return held.unit

    @property
    def difference(self) -> Fraction | None:
        """After less before; None where one is missing or the units differ."""
        if self.before is None or self.after is None or self.before.unit != self.after.unit:
            return None
        return self.after.value - self.before.value


def diff_facts(a: FactSet, b: FactSet, scope: str = "bank") -> tuple[FactChange, ...]:
    """What differs in the facts of a scope from `a` to `b`: value, base or unit; b's order, then what is gone."""
    same = a.period == b.period
    before, after = (dict(_keyed(facts, scope, by_label=same)) for facts in (a, b))
    made = [
        _line(scope, key, before.get(key), fact) for key, fact in after.items() if not _equal(before.get(key), fact)
    ]
    gone = [_line(scope, key, fact, None) for key, fact in before.items() if key not in after]
    return (*made, *gone)


def _keyed(facts: FactSet, scope: str, *, by_label: bool) -> Iterator[tuple[Key, Fact]]:
    for fact in facts.of_scope(scope):
        for at in _roles(facts, fact.period, by_label=by_label):
            since = _opening(facts, fact, by_label=by_label)
            yield (fact.metric, fact.dimension, fact.segment, fact.against, at, since), fact


def _roles(facts: FactSet, label: str, *, by_label: bool) -> tuple[str, ...]:
    """A date may play several roles (the opening is often the period before); each is compared with its like."""
    found = tuple(role for role in ROLES if facts.label(role) == label)
    if by_label:
        return found[:1] or (label,)
    return found or (label,)


def _opening(facts: FactSet, fact: Fact, *, by_label: bool) -> str:
    """A flow's own opening is `since`, whichever date that is for its period; in one period dates stay dates."""
    if not fact.since or by_label:
        return fact.since
    own = facts.since if fact.period == facts.period else facts.openings.get(fact.period, "")
    return "since" if fact.since == own else fact.since


def _line(scope: str, key: Key, before: Fact | None, after: Fact | None) -> FactChange:
    change: Change = "added" if before is None else "removed" if after is None else "changed"
    return FactChange(change, scope, *key, before, after)


def _equal(one: Fact | None, other: Fact) -> bool:
    return one is not None and (one.value, one.n, one.unit) == (other.value, other.n, other.unit)


@dataclass(frozen=True, slots=True)
class FindingChange:
    """One issue that is new, gone, or told with other figures."""

    change: Change
    rule: str
    metric: str
    dimension: str
    segment: str
    against: str
    before: Finding | None
    after: Finding | None
    what: tuple[str, ...] = ()
    """Of a changed one: names of what differs among `COMPARED`."""
    judged: bool = True
    """False where the rule could not be judged in the edition that lacks the issue: gone is not solved."""


COMPARED = ("severity", "value", "unit", "n", "threshold", "low", "high", "p", "q", "suggestions", "parameters")
assert set(COMPARED) <= {one.name for one in fields(Finding)}
_Issue = tuple[str, str, str, str, str, str]


def diff_findings(a: Findings, b: Findings) -> tuple[FindingChange, ...]:
    """What differs in the issues from `a` to `b`, matched by rule, metric, segment and date; b's order, then gone."""
    before, after = ({_issue(one): one for one in held.findings} for held in (a, b))
    told = []
    for key, finding in after.items():
        old = before.get(key)
        what = tuple(name for name in COMPARED if old is not None and getattr(old, name) != getattr(finding, name))
        if old is None:
            told.append(FindingChange("added", *key[:5], None, finding, judged=_judged(a, key[0])))
        elif what:
            told.append(FindingChange("changed", *key[:5], old, finding, what))
    gone = (
        FindingChange("removed", *key[:5], finding, None, judged=_judged(b, key[0]))
        for key, finding in before.items() if key not in after
    )
    return (*told, *gone)


def _issue(finding: Finding) -> _Issue:
    metric = (parse_fact_id(finding.fact) or {}).get("metric", "")
    return finding.rule, metric, finding.dimension, finding.segment, finding.against, finding.at


def _judged(held: Findings, rule: str) -> bool:
    return any(one.rule == rule and one.state != "not_judged" for one in held.outcomes)
