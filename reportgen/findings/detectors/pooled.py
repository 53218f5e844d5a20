"""A figure over one or several periods: the sum of the numerators over the sum of the denominators."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from reportgen.facts.fact import Fact
from reportgen.findings.detectors.cells import Cell
from reportgen.findings.detectors.view import View
from reportgen.findings.judge import ChangeJudge


@dataclass(frozen=True, slots=True)
class Pooled:
    fact: Fact
    """The latest fact: what a finding is about."""
    num: int
    den: int
    n: int
    """Customers or pieces behind it."""
    labels: tuple[str, ...]
    cites: tuple[str, ...]
    countable: bool
    """Whether it is a share of counts, so that a test of two shares applies."""

    @property
    def value(self) -> Fraction:
        return Fraction(self.num, self.den)

    @property
    def base(self) -> int:
        """What stands behind it for a verdict: customers where pieces are more than they."""
        return min(self.n, self.den) if self.countable and self.n else self.n


def pooled(
    judge: ChangeJudge, cell: Cell, labels: tuple[str, ...], view: View, *, partial: bool = False
) -> Pooled | None:
    """The judge's figure over the labels; None where one is missing (with `partial`, or over several: all of them).

    A survey is not held every month, so what is pooled may have gaps.

    Metrics computed whole (a median, a Gini) cannot be pooled: None over more than one label.
    """
    facts = [view.find(judge.metric, cell, at=label) for label in labels]
    held = [fact for fact in facts if fact is not None]
    if not held or (len(held) < len(labels) == 1 and not partial):
        return None
    if judge.of is not None:
        return _part_of(judge.of, held, view)
    metric = view.facts.metrics.get(judge.metric)
    if len(held) > 1 and (metric is None or metric.additivity == "whole"):
        return None
    num, den = sum(one.num for one in held), sum(one.den for one in held)
    share = held[-1].unit == "share" and 0 <= num <= den and metric is not None and metric.additivity == "ratio"
    return Pooled(held[-1], num, den, sum(one.n for one in held), tuple(one.period for one in held),
                  tuple(one.id for one in held), share)


def _part_of(total: str, held: list[Fact], view: View) -> Pooled | None:
    """The facts' share of a total of the same periods."""
    wholes = [view.find(total, at=fact.period) for fact in held]
    known = [one for one in wholes if one is not None]
    if len(known) < len(held) or any(one.den != 1 for one in (*held, *known)):
        return None
    num, den = sum(one.num for one in held), sum(one.num for one in known)
    if den <= 0 or not 0 <= num <= den:
        return None
    return Pooled(held[-1], num, den, den, tuple(one.period for one in held),
                  tuple(one.id for one in (*held, *known)), countable=True)
