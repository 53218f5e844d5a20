"""One condition read at one cell: the fact, the edge it is held to in its own unit, and how far beyond it lies."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from reportgen.facts.fact import Fact
from reportgen.findings.detectors.cells import Cell
from reportgen.findings.detectors.view import View
from reportgen.findings.judge import Condition, Operand
from reportgen.period import Period


@dataclass(frozen=True, slots=True)
class Reading:
    condition: Condition
    fact: Fact
    edge: Fraction | None
    """The limit in the fact's own unit; None where it has none there."""
    distance: Fraction
    """How far beyond the limit, in the limit's unit; negative or zero where it is not crossed."""
    cites: tuple[str, ...]
    derived: Mapping[str, Fraction] = field(default_factory=dict)

    @property
    def holds(self) -> bool:
        """Whether the limit is crossed: reaching it is not crossing it."""
        return self.distance > 0


def read(one: Condition, cell: Cell, view: View) -> Reading | None:
    """The condition at a cell; None where the facts do not hold it."""
    place = (one.dimension, one.segment) if one.dimension else cell
    fact = view.find(one.metric, place, at=one.at, against=one.against) or _nobody(one, place, view)
    if fact is None:
        return None
    value, limit = _figure(one, fact), view.params[one.limit]
    if one.over_months:
        # To a tenth of a percent, so that the page prints the limit that was applied.
        limit = Fraction(round(limit * min(Fraction(1), Fraction(_months(view), one.over_months)) * 1000), 1000)
    edge, cites, derived = limit if one.figure == "value" else None, [fact.id], _basis_points(fact, value, limit)
    operand = one.minus or one.of
    if operand is not None:
        other = _other(operand, one, place, view)
        if other is None:
            return None
        cites.append(other.id)
        if one.minus:
            value -= other.value
            edge, derived = limit + other.value, derived | {"excess": value, "shortfall": -value}
        elif other.value <= 0:
            return None
        else:
            value /= other.value
            edge, derived = limit * other.value, {"part": value}
    return Reading(one, fact, edge, value - limit if one.above else limit - value, tuple(cites), derived)


def _figure(one: Condition, fact: Fact) -> Fraction:
    return Fraction(fact.n) if one.figure == "n" else fact.value


def _basis_points(fact: Fact, value: Fraction, limit: Fraction) -> dict[str, Fraction]:
    """Hundredths of a percentage point, without sign: how differences of interest rates are spoken of."""
    if fact.unit != "points":
        return {}
    return {"basis_points": abs(value) * 10_000, "limit_basis_points": abs(limit) * 10_000}


def _nobody(one: Condition, place: Cell, view: View) -> Fact | None:
    """A zero where a metric that is computed has no fact for a cell."""
    if one.absent != "zero" or view.withheld(one.metric, place, at=one.at, against=one.against):
        return None
    if not any(fact.metric == one.metric for fact in view.facts.facts):
        return None
    return Fact(view.scope, one.metric, view.facts.period, 0, 1, view.facts.metrics[one.metric].unit, 0, *place)


def _other(operand: Operand, one: Condition, place: Cell, view: View) -> Fact | None:
    metric, at = operand.metric or one.metric, operand.at or one.at
    against = one.against if operand.against is None and operand.metric is None else operand.against or ""
    return view.find(metric, ("", "") if operand.whole else place, at=at, against=against)


def _months(view: View) -> int:
    """Whole months of the period, one for a day."""
    period = Period.parse(view.facts.period)
    return {"year": 12, "quarter": 3}.get(period.kind, 1)
