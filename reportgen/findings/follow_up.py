"""What became of the last edition's issues (上期跟踪): each one's state now, and what its owner answered.

An issue is the same issue as long as its rule, dimension, segment and counterpart are. It is

    new         it was not in the earlier edition
    continuing  still there, its distance from the threshold within a tenth of what it was; or its rule still holds
                for it, and it is no longer among the few its rule lists
    worse       still there, further beyond the threshold (an opportunity or a note: larger)
    better      still there, nearer to the threshold
    resolved    its rule was judged again and held for it no more
    not_judged  its rule could not be judged this time
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Literal

from reportgen.findings.finding import Finding, Findings, Severity

State = Literal["new", "continuing", "worse", "better", "resolved", "not_judged"]
AnswerState = Literal["done", "in_progress", "rejected"]
TOLERANCE = Fraction(1, 10)
"""Part of the earlier distance from the threshold by which a value may move and the issue still be "continuing"."""

Key = tuple[str, str, str, str, str]


@dataclass(frozen=True, slots=True)
class Answer:
    """What an owner says of an issue. `date` is ISO; `note` and `by` are the owner's own words."""

    state: AnswerState
    note: str = ""
    by: str = ""
    date: str = ""


@dataclass(frozen=True, slots=True)
class Remembered:
    """A finding as its edition recorded it."""

    rule: str
    severity: Severity
    metric: str
    dimension: str
    segment: str
    against: str
    value: Fraction
    threshold: Fraction | None
    n: int
    first: str
    """Label of the period in which the issue was first found."""
    periods: int
    """In how many editions running it has stood, this record's included."""
    number: int
    title: Mapping[str, str] = field(default_factory=dict)
    """Locale to the title as it was printed."""

    @property
    def key(self) -> Key:
        return (self.rule, self.metric, self.dimension, self.segment, self.against)


@dataclass(frozen=True, slots=True)
class FollowUp:
    """One issue of the earlier edition and where it stands."""

    earlier: Remembered
    state: State
    number: int
    """Its number in this edition, 0 where it is no issue any more."""
    periods: int
    """Editions running, this one included where it is still there."""
    answer: Answer | None = None


def key_of(finding: Finding, metric: str) -> Key:
    return (finding.rule, metric, finding.dimension, finding.segment, finding.against)


def follow_up(
    findings: Findings,
    metrics: Mapping[str, str],
    earlier: Sequence[Remembered],
    previous: str,
    answers: Mapping[Key, Answer],
) -> Findings:
    """The findings with their states, and one `FollowUp` for each earlier issue, in its old order.

    `metrics` maps a fact id to its metric; `previous` is the label of the edition that `earlier` comes from, empty
    for a first edition: then no finding is called new.
    """
    if not previous:
        return findings
    known = {one.key: one for one in earlier}
    judged = {one.rule: one.state for one in findings.outcomes}
    listed: dict[Key, Finding] = {}
    told = []
    for finding in findings.findings:
        key = key_of(finding, metrics.get(finding.fact, ""))
        before = known.get(key)
        state: Literal["new", "continuing", "worse", "better"] = "new" if before is None else _moved(before, finding)
        now = replace(finding, state=state, periods=1 if before is None else before.periods + 1)
        listed[key] = now
        told.append(now)
    unlisted = {(one.rule, *place) for one in findings.outcomes for place in one.unlisted}
    followed = []
    for one in earlier:
        here = listed.get(one.key)
        stands: State = "resolved" if judged.get(one.rule) in ("fired", "silent") else "not_judged"
        if here is not None:
            stands = here.state or "continuing"
        elif one.key in unlisted:
            stands = "continuing"
        number, periods = (here.number, here.periods) if here is not None else (0, one.periods + (one.key in unlisted))
        followed.append(FollowUp(one, stands, number, periods, answers.get(one.key)))
    return replace(findings, findings=tuple(told), follow_up=tuple(followed), previous_edition=previous)


def _moved(before: Remembered, now: Finding) -> Literal["continuing", "worse", "better"]:
    """Whether an issue that is still there moved away from its threshold or towards it."""
    edge = now.threshold if now.threshold is not None else Fraction(100 if now.unit == "index" else 0)
    was, stands = abs(before.value - edge), abs(now.value - edge)
    if abs(stands - was) <= was * TOLERANCE:
        return "continuing"
    return "worse" if stands > was else "better"
