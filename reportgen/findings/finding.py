"""A finding: a rule that fired, with the evidence a manager can check and the suggestions it brings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, Literal

from reportgen.facts.fact import Statistic, Unit

if TYPE_CHECKING:
    from reportgen.findings.follow_up import FollowUp
    from reportgen.findings.terms import Change

Severity = Literal["stop", "high", "medium", "low", "opportunity", "info"]
SEVERITIES: tuple[Severity, ...] = ("stop", "high", "medium", "low", "opportunity", "info")
"""In the order a report lists them."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One issue (问题). `number` is its place in the report, from 1; suggestions cite it."""

    number: int
    rule: str
    severity: Severity
    scope: str
    fact: str
    """Id of the fact the rule judged."""
    value: Fraction
    unit: Unit
    n: int
    threshold: Fraction | None
    """The edge that was crossed, in the fact's own unit; None for a pure test."""
    evidence: tuple[str, ...]
    """Ids of all facts the sentence of this finding cites."""
    dimension: str = ""
    segment: str = ""
    against: str = ""
    """`dimension=segment` of what the segment was judged on: a product, an asset group, `attribute=metric`."""
    at: Literal["since", "period"] = "period"
    """The date of the fact: a finding about the opening must say so."""
    low: float | None = None
    high: float | None = None
    p: float | None = None
    q: float | None = None
    suggestions: tuple[str, ...] = ()
    parameters: Mapping[str, Fraction] = field(default_factory=dict)
    """The rule's thresholds as they applied, by name, for its sentence."""
    derived: Mapping[str, Fraction] = field(default_factory=dict)
    """Figures the detector computed from the facts (an over-index, a residual), by name."""
    state: Literal["", "new", "continuing", "worse", "better"] = ""
    """Against the edition before (see `findings.follow_up`); empty in a first edition."""
    periods: int = 0
    """Editions running in which it stands, this one included; 0 in a first edition."""
    words: str = ""
    """Name of the rule's variant that tells it; empty leaves the choice to `Rule.wording`."""


@dataclass(frozen=True, slots=True)
class Prompt:
    """A suggestion raised by facts and by no issue: a segment that has a plan of its own."""

    suggestion: str
    fact: str
    """Id of the fact that raised it."""
    evidence: tuple[str, ...]
    """Ids of all facts its sentence cites."""


@dataclass(frozen=True, slots=True)
class RuleOutcome:
    """What became of each rule the report asks for: fired, silent, or not to be judged and why."""

    rule: str
    state: Literal["fired", "silent", "not_judged"]
    needs: tuple[str, ...] = ()
    held: int = 0
    """How often the rule held; a rule about segments lists only its largest, so this may exceed its findings."""
    unlisted: tuple[tuple[str, str, str, str], ...] = ()
    """Metric, dimension, segment and counterpart of what held and was left out of the list."""


@dataclass(frozen=True)
class Findings:
    """All findings of one scope, in report order, and how many tests stand behind them."""

    scope: str
    findings: tuple[Finding, ...]
    outcomes: tuple[RuleOutcome, ...]
    tests: int
    """Statistical tests run, shown or not: the family that Benjamini–Hochberg corrected."""
    statistics: Mapping[str, Statistic] = field(default_factory=dict)
    """Intervals and q-values by fact id, added to the fact set's own."""
    associations: tuple[Association, ...] = ()
    prompts: tuple[Prompt, ...] = ()
    """Suggestions that no issue brought, in the order of the suggestions' files."""
    follow_up: tuple[FollowUp, ...] = ()
    """What became of each issue of the edition before, in its order."""
    previous_edition: str = ""
    """Period of that edition, empty for a first one."""
    changes: tuple[Change, ...] = ()
    """What changed since then in definitions, thresholds, tiers, population and bands."""


@dataclass(frozen=True, slots=True)
class Association:
    """A tested claim that two dimensions go together (chi-square, Cramér's V, adjusted residuals)."""

    dimension: str
    against: str
    at: Literal["since", "period"]
    n: int
    chi2: float
    dof: int
    p: float
    q: float
    v: float
    cells: tuple[Cell, ...]
    method: Literal["chi2", "permutation"]
    """permutation where expected counts under 5 make the chi-square unsafe (seeded, so it repeats)."""

    @property
    def holds(self) -> bool:
        return self.q < 0.05


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of an association: how far its count is from independence."""

    segment: str
    against: str
    observed: int
    expected: float
    residual: float
    """Adjusted (standardised) residual; beyond ±2 odd, beyond ±3 with many cells."""
    q: float
