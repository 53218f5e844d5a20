"""Contrasts: how often a segment shows an attribute, against all other customers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from reportgen.facts.fact import Fact
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
    """The fact a finding is about: the over-index, or the cell of a cross table."""
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

    @property
    def p(self) -> float:
        return two_proportions(self.hits, self.n, self.rest_hits, self.rest_n)

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
        low, high = ratio_interval(self.hits, self.n, self.rest_hits, self.rest_n)
        return 100 * low, 100 * high

    def derived(self) -> dict[str, Fraction]:
        """The figures a sentence may print, by the names of `findings.derived`."""
        low, high = difference_interval(self.hits, self.n, self.rest_hits, self.rest_n)
        figures = {
            "rate": self.rate, "rest_rate": self.rest_rate, "rest_n": Fraction(self.rest_n), "gap": self.gap,
            "gap_low": Fraction(low), "gap_high": Fraction(high),
        }
        if self.residual is not None:
            figures["residual"] = Fraction(self.residual)
        return figures if self.index is None else {"index": self.index, **figures}


def contrasts(facts: FactSet, scope: str, attribute: Attribute) -> tuple[Contrast, ...]:
    """Every segment of every dimension on one attribute, where segment and rest have `VERDICT_N` customers.

    Empty where the facts do not hold the attribute.
    """
    found = []
    for whole, against in _wholes(facts, scope, attribute):
        for name in facts.dimensions:
            if name == attribute.by or not facts.dimensions[name].tested:
                continue
            parts = facts.segments(attribute.metric, name, scope=scope, against=against if attribute.by else "")
            if all(part.num in (0, part.den) for part in parts):
                continue  # the dimension restates the attribute: holders of a loan hold it
            for part in parts:
                rest_n = whole.den - part.den
                if part.den < VERDICT_N or rest_n < VERDICT_N:
                    continue
                index = facts.find("over_index", scope=scope, dimension=name, segment=part.segment, against=against)
                found.append(Contrast(
                    part.id, index, name, part.segment, against,
                    part.num, part.den, whole.num - part.num, rest_n, (part.id, whole.id),
                ))
    return tuple(found)


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
