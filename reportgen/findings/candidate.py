"""What a detector saw, before the correction for many tests decides whether it is a finding."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from reportgen.facts.fact import Fact, Unit
from reportgen.findings.contrast import Contrast


@dataclass(frozen=True, slots=True)
class Candidate:
    """A rule's conditions hold here, apart from significance."""

    fact: Fact
    value: Fraction
    unit: Unit
    n: int
    threshold: Fraction | None
    low: float | None = None
    high: float | None = None
    dimension: str = ""
    segment: str = ""
    against: str = ""
    test: str = ""
    """Name of its test in the family; empty where the rule is a plain threshold."""
    attribute: str = ""
    """Candidates of one attribute share the room a report has for them."""
    list_at_most: int = 0
    """How many of an attribute's candidates a report lists; 0 lists all."""
    size: Fraction = Fraction(0)
    """Practical size, comparable within one rule."""
    cites: tuple[str, ...] = ()
    """Ids of further facts the candidate rests on."""
    derived: Mapping[str, Fraction] = field(default_factory=dict)
    together: str = ""
    """Name of a test that must hold as well: a cell says nothing where its table as a whole does not."""
    words: str = ""
    """Variant of the rule that tells it."""


@dataclass(frozen=True, slots=True)
class Tested:
    """One test of the family, whether anything came of it or not."""

    name: str
    p: float


@dataclass(frozen=True, slots=True)
class Judgement:
    """A detector's answer: what it saw, or what it would have needed to look."""

    candidates: tuple[Candidate, ...] = ()
    needs: tuple[str, ...] = ()
    """Empty where the rule was judged."""
    tests: tuple[Tested, ...] = ()
    """Every test that was run to get there."""
    contrasts: tuple[Contrast, ...] = ()
    """Those of the tests that set a fact against the rest."""
