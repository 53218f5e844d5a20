"""The sums that a reader can do: branches make the region, segments the whole, groups and pairs their parts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from reportgen.config.dimension import Groups
from reportgen.disclosure.place import Place

JOINT = "&"
"""Between the segments in the id of a combination."""


@dataclass(frozen=True, slots=True)
class Sum:
    """`whole` is its parts and a rest that is known; `told` where the whole itself is a figure of the quantity."""

    whole: Place
    parts: tuple[Place, ...]
    told: bool = True
    by: str = ""
    """The dimension whose segments the parts are; `scope` where they are the scopes below."""


@dataclass(frozen=True, slots=True)
class Structure:
    """What stands in what: scopes, and the dimensions that are made of others."""

    parents: Mapping[str, str]
    """Scope to the scope above it; the bank has none."""
    groups: Mapping[str, Groups]
    combined: Mapping[str, tuple[str, ...]]
    """Combination to the dimensions it joins."""

    def sums(self, quantity: Mapping[Place, int]) -> Iterator[Sum]:
        """Every sum of a quantity that its figures allow: the parts never exceed the whole.

        A whole that is no figure of the quantity is taken as known from elsewhere, if not withheld there.
        """
        yield from self._held(quantity, self._scopes(quantity))
        yield from self._held(quantity, self._segments(quantity))
        yield from self._held(quantity, self._made(quantity))

    def _held(self, quantity: Mapping[Place, int], found: Mapping[tuple[Place, str], list[Place]]) -> Iterator[Sum]:
        for (whole, by), parts in found.items():
            told = whole in quantity
            if not told or sum(quantity[part] for part in parts) <= quantity[whole]:
                yield Sum(whole, tuple(parts), told, by)

    def _scopes(self, quantity: Mapping[Place, int]) -> dict[tuple[Place, str], list[Place]]:
        found: dict[tuple[Place, str], list[Place]] = defaultdict(list)
        for place in quantity:
            above = self.parents.get(place.scope)
            if above and place.inside(above) in quantity:
                found[place.inside(above), "scope"].append(place)
        return found

    def _segments(self, quantity: Mapping[Place, int]) -> dict[tuple[Place, str], list[Place]]:
        """Of one dimension to the whole, of a pair to either of its two segments."""
        found: dict[tuple[Place, str], list[Place]] = defaultdict(list)
        for place in quantity:
            cuts = place.cuts
            if len(cuts) == 1:
                found[Place(place.scope), cuts[0][0]].append(place)
            for mine, other in zip(cuts, reversed(cuts), strict=True) if len(cuts) == 2 else ():
                found[Place(place.scope, *mine), other[0]].append(place)
            for name in self._leaving_out(cuts):
                found[Place(place.scope), name].append(place)
        return found

    def _leaving_out(self, cuts: tuple[tuple[str, str], ...]) -> Iterator[str]:
        """Groups of the dimension that hold all but this segment: what they leave of the whole is its number."""
        for name, group in self.groups.items() if len(cuts) == 1 else ():
            if cuts[0][0] == group.of and not any(cuts[0][1] in one for one in group.groups.values()):
                yield name

    def _made(self, quantity: Mapping[Place, int]) -> dict[tuple[Place, str], list[Place]]:
        """Groups of another dimension's segments, and segments as the sum of the combinations they stand in."""
        found: dict[tuple[Place, str], list[Place]] = defaultdict(list)
        for place in quantity:
            if place.dimension in self.combined and not place.against:
                for name, segment in zip(self.combined[place.dimension], place.segment.split(JOINT), strict=False):
                    whole = Place(place.scope, name, segment)
                    if whole in quantity:
                        found[whole, place.dimension].append(place)
            for name, group in self.groups.items():
                for number, (dimension, segment) in enumerate(place.cuts):
                    if dimension != group.of:
                        continue
                    others = [cut for index, cut in enumerate(place.cuts) if index != number]
                    for label, members in group.groups.items():
                        whole = _placed(place.scope, [(name, label), *others])
                        if segment in members and whole in quantity:
                            found[whole, group.of].append(place)
        return found


def _placed(scope: str, cuts: list[tuple[str, str]]) -> Place:
    """The place of one cut, or of two in the order of their names."""
    first, *second = sorted(cuts)
    return Place(scope, *first, "=".join(second[0]) if second else "")
