"""Where a figure stands: which customers, at what time; one name for a place that two facts spell differently."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from reportgen.facts.fact import Fact
from reportgen.facts.segment import DimensionView


class Place(NamedTuple):
    """A group of customers: a scope's, those of a segment in it, or of a segment of two dimensions."""

    scope: str
    dimension: str = ""
    segment: str = ""
    against: str = ""
    """`dimension=segment` of the second dimension; of the two the one later in the alphabet."""

    @property
    def cuts(self) -> tuple[tuple[str, str], ...]:
        """The (dimension, segment) pairs it is cut by: none, one or two."""
        if not self.dimension:
            return ()
        own = (self.dimension, self.segment)
        return (own, _pair(self.against)) if self.against else (own,)

    @property
    def within(self) -> tuple[Place, ...]:
        """The larger groups that it is a part of in its own scope."""
        cuts = self.cuts
        if not cuts:
            return ()
        whole = Place(self.scope)
        return (whole, *(Place(self.scope, *one) for one in cuts)) if len(cuts) == 2 else (whole,)

    def inside(self, scope: str) -> Place:
        """The same cut of another scope."""
        return self._replace(scope=scope)


def place_of(fact: Fact, views: Mapping[str, DimensionView]) -> tuple[Place, str]:
    """The fact's place and what is left of its `against` where that is no dimension's segment.

    A branch as a segment of the bank is the branch; `a=x` against `b=y` is `b=y` against `a=x`.
    """
    scope, tag, cuts = fact.scope, "", []
    given = [(fact.dimension, fact.segment)] if fact.dimension else []
    if fact.against:
        second = _pair(fact.against)
        if second[0] in views and second[0] != fact.dimension:
            given.append(second)
        else:
            tag = fact.against
    for dimension, segment in given:
        view = views.get(dimension)
        if view is not None and view.spatial and view.kind == "category":
            scope = f"{'branch' if view.column == 'branch_id' else 'region'}:{segment}"
        else:
            cuts.append((dimension, segment))
    cuts.sort()
    if not cuts:
        return Place(scope), tag
    against = "=".join(cuts[1]) if len(cuts) == 2 else ""
    return Place(scope, *cuts[0], against), tag


def _pair(against: str) -> tuple[str, str]:
    dimension, _, segment = against.partition("=")
    return dimension, segment
