"""Headline figures that moved far since the last edition: an editor looks at these before a run."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction

from reportgen.facts.table import FactSet

LEAST_POINTS = Fraction(1, 100)
"""A share must have moved by one percentage point as well: 0.1 % to 0.2 % is double and nothing."""
_METRIC = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Movement:
    """A metric of a scope then and now, in the fact's own unit (money in minor units, shares as fractions)."""

    metric: str
    unit: str
    before: Fraction
    now: Fraction

    @property
    def change(self) -> Fraction | None:
        """Relative to the earlier value; None from zero."""
        return (self.now - self.before) / abs(self.before) if self.before else None


def headline(texts: Iterable[str]) -> tuple[str, ...]:
    """The metrics of `customers_total@since` and the like, each once."""
    found = (_METRIC.match(text) for text in texts)
    return tuple(dict.fromkeys(match.group() for match in found if match))


def movements(
    now: FactSet, before: FactSet, scope: str, metrics: Iterable[str], limit: Fraction
) -> Iterator[Movement]:
    """The metrics whose total of the scope changed by more than `limit` of its earlier value."""
    for metric in metrics:
        fresh, old = now.find(metric, scope=scope), before.find(metric, scope=scope)
        if fresh is None or old is None or fresh.unit != old.unit:
            continue
        one = Movement(metric, fresh.unit, old.value, fresh.value)
        far = one.change is None or abs(one.change) > limit
        plain = fresh.unit not in ("share", "points")
        if one.now != one.before and far and (plain or abs(one.now - one.before) >= LEAST_POINTS):
            yield one
