"""How a figure moved from an earlier period to this one: per cent of amounts and counts, points of shares."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from reportgen.facts.fact import Fact, Unit
from reportgen.period import Period

RELATIVE: frozenset[Unit] = frozenset(
    {"customers", "money", "money_per_customer", "count", "per_customer", "per_10k", "per_person", "times"}
)
"""Units whose movement is a rate; a share moves by points, everything else by its own unit."""
LEAST_BASE = 30
"""Of fewer customers or cases no rate is told: from 1 to 10 is nine more, not 900%."""


@dataclass(frozen=True, slots=True)
class Movement:
    """A difference with the unit it is printed in; `share` where it is a rate of the earlier value."""

    value: Fraction
    unit: Unit

    @property
    def sign(self) -> int:
        return (self.value > 0) - (self.value < 0)


def movement(now: Fact | None, then: Fact | None) -> Movement | None:
    """From `then` to `now`; None where one is missing or the two flows cover spans of different length.

    A rate needs a positive value to start from, and of counts enough of them; otherwise the difference itself is told.
    """
    if now is None or then is None or span(now) != span(then):
        return None
    gap = now.value - then.value
    if now.unit == "share":
        return Movement(gap, "points")
    few = now.unit in ("customers", "count") and then.value < LEAST_BASE
    if now.unit in RELATIVE and then.value > 0 and not few:
        return Movement(gap / then.value, "share")
    return Movement(gap, now.unit)


def span(fact: Fact) -> int:
    """Months that a flow covers; 0 for a stock, and for events, which are of their period."""
    return Period.parse(fact.period).months_since(Period.parse(fact.since)) if fact.since else 0
