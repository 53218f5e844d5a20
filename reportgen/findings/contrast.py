"""Contrasts: how often a segment shows an attribute, against all other customers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from reportgen.facts.fact import Fact
from reportgen.facts.segment import DimensionView
from reportgen.facts.table import FactSet
from reportgen.findings.rule import Attribute
from reportgen.findings.statistics import difference_interval, ratio_interval, two_proportions

VERDICT_N = 30
"""Below this many customers a share is printed but nothing is concluded from it."""


@dataclass(frozen=True, slots=True)
class Contrast:
    """`hits` of `n` in the segment against `rest_hits` of `rest_n` in the rest (never in a total that contains it)."""

    test: str
    """Name of its test: the id of the fact that holds the segment's rate or count."""
    fact: Fact | None
    """The fact a finding is about: the over-index where it is held, the rate, or the cell of a cross table."""
    dimension: str
    segment: str
    against: str
    hits: int
    n: int
    rest_hits: int
    rest_n: int
    cites: tuple[str, ...] = ()
    """Ids of the facts it was computed from."""
    residual: float | None = None
    """Adjusted residual of a cell of a cross table."""
    people: int = 0
    """Customers behind `n` pieces, where they are fewer; 0 where each piece is a customer."""
    rest_people: int = 0

    @property
    def counts(self) -> tuple[int, int, int, int]:
        """Hits and base of both sides as a test may count them.

        Many pieces of one customer (transactions, contacts) are alike, so they weigh as one: as many observations as
        there are customers.
        """
        return (*_thinned(self.hits, self.n, self.people), *_thinned(self.rest_hits, self.rest_n, self.rest_people))

    @property
    def base(self) -> int:
        """Customers (or single pieces) behind the segment's rate."""
        return self.counts[1]

    @property
    def p(self) -> float:
        return two_proportions(*self.counts)

    @property
    def index(self) -> Fraction | None:
        """The segment's rate over the rest's, times 100; None where the rest has none."""
        if not self.rest_hits:
            return None
        return Fraction(100 * self.hits * self.rest_n, self.n * self.rest_hits)

    @property
    def rate(self) -> Fraction:
        return Fraction(self.hits, self.n)

    @property
    def rest_rate(self) -> Fraction:
        return Fraction(self.rest_hits, self.rest_n)

    @property
    def gap(self) -> Fraction:
        return self.rate - self.rest_rate

    def index_interval(self) -> tuple[float, float]:
        """95 % interval of the index."""
        low, high = ratio_interval(*self.counts)
        return 100 * low, 100 * high

    def derived(self) -> dict[str, Fraction]:
        """The figures a sentence may print, by the names of `findings.derived`."""
        low, high = difference_interval(*self.counts)
        figures = {
            "rate": self.rate, "rest_rate": self.rest_rate, "rest_n": Fraction(self.counts[3]), "gap": self.gap,
            "gap_low": Fraction(low), "gap_high": Fraction(high),
            "less_low": Fraction(-high), "less_high": Fraction(-low),
        }
        if self.residual is not None:
            figures["residual"] = Fraction(self.residual)
        return figures if self.index is None else {"index": self.index, **figures}


def _thinned(hits: int, n: int, people: int) -> tuple[int, int]:
    if not 0 < people < n:
        return hits, n
    return round(Fraction(hits * people, n)), people


def contrasts(facts: FactSet, scope: str, attribute: Attribute) -> tuple[Contrast, ...]:
    """Every segment of every dimension on one attribute, where segment and rest have `VERDICT_N` customers.

    Empty where the facts do not hold the attribute.
    """
    found = []
    for whole, against in _wholes(facts, scope, attribute):
        for name in facts.dimensions:
            view = facts.dimensions[name]
            if name == attribute.by or not view.tested or view.column in attribute.skip_columns or _own(view):
                continue
            parts = facts.segments(attribute.metric, name, scope=scope, against=against if attribute.by else "")
            if all(part.num in (0, part.den) for part in parts):
                continue  # the dimension restates the attribute: holders of a loan hold it
            for part in parts:
                rest_n = whole.den - part.den
                if min(part.den, rest_n) < VERDICT_N or not 0 <= part.num <= part.den:
                    continue
                if not 0 <= whole.num - part.num <= rest_n:
                    continue
                index = facts.find("over_index", scope=scope, dimension=name, segment=part.segment, against=against)
                found.append(Contrast(
                    part.id, index or part, name, part.segment, against,
                    part.num, part.den, whole.num - part.num, rest_n, (part.id, whole.id),
                    **_people(facts, scope, attribute, part, whole),
                ))
    return tuple(found)


def _own(view: DimensionView) -> bool:
    """A dimension of pieces (purposes, campaigns), not of customers: nobody stands outside of it to compare with."""
    return view.kind == "category" and not view.partition


def _people(facts: FactSet, scope: str, attribute: Attribute, part: Fact, whole: Fact) -> dict[str, int]:
    """Customers on both sides: the facts' own bases, or those the attribute's `base` counts."""
    if attribute.base is not None:
        mine = facts.find(attribute.base, scope=scope, dimension=part.dimension, segment=part.segment)
        all_ = facts.find(attribute.base, scope=scope)
        if mine is not None and all_ is not None:
            part, whole = mine, all_
    return {"people": part.n, "rest_people": max(0, whole.n - part.n)}


def _wholes(facts: FactSet, scope: str, attribute: Attribute) -> Iterator[tuple[Fact, str]]:
    """The whole population's rate of each attribute, with the attribute as `over_index` names it."""
    if attribute.by is None:
        whole = facts.find(attribute.metric, scope=scope)
        if whole is not None:
            yield whole, f"attribute={attribute.metric}"
        return
    for whole in facts.segments(attribute.metric, attribute.by, scope=scope):
        if not attribute.among or whole.segment in attribute.among:
            yield whole, f"{attribute.by}={whole.segment}"
