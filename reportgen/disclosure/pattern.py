"""Which places are withheld of figures of one kind at one time: the small ones, and what would let them be found."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from reportgen.disclosure.argus import Cell
from reportgen.disclosure.count import is_small
from reportgen.disclosure.place import Place
from reportgen.disclosure.solver import Solver
from reportgen.disclosure.sums import Structure, Sum
from reportgen.disclosure.tables import Quantity, Unsafe, tables

_ROUNDS = 50


@dataclass
class Pattern:
    """The withheld places of one kind, growing until no sum gives one away."""

    quantities: tuple[Quantity, ...]
    structure: Structure
    least: int
    solver: Solver
    withheld: set[Place] = field(default_factory=set)
    known: frozenset[Place] = frozenset()
    """Places whose number of customers is withheld: a whole that the kind does not tell may not be taken from there."""

    def __post_init__(self) -> None:
        self.done: set[tuple[int, str, frozenset[Cell]]] = set()
        self.sums = [tuple(self.structure.sums(one)) for one in self.quantities]
        self.inside: dict[Place, list[Place]] = defaultdict(list)
        for place in {place for one in self.quantities for place in one}:
            for whole in place.within:
                self.inside[whole].append(place)

    def close(self) -> frozenset[Place]:
        """All that must be withheld so that what is withheld by now cannot be worked out."""
        for _ in range(_ROUNDS):
            before = len(self.withheld)
            self._fill()
            for quantity, sums in zip(self.quantities, self.sums, strict=True):
                self._tables(quantity, sums)
                self._single(quantity, sums)
            if len(self.withheld) == before:
                return frozenset(self.withheld)
        raise AssertionError("withholding figures came to no end")  # each round but the last withholds one more

    def _fill(self) -> None:
        """Where a whole is withheld, so are its parts: their bases and shares would tell it."""
        waiting = list(self.withheld)
        while waiting:
            for part in self.inside.get(waiting.pop(), ()):
                if part not in self.withheld:
                    self.withheld.add(part)
                    waiting.append(part)

    def _tables(self, quantity: Quantity, sums: Iterable[Sum]) -> None:
        """Complementary places in each table of scopes and segments, and in each scope's table of a pair."""
        for one in tables(quantity, tuple(sums), self.structure.parents, self.unsafe(quantity)):
            key = (id(quantity), one.name, frozenset(one.table.unsafe))
            if key not in self.done:
                self.done.add(key)
                self.withheld.update(one.places[cell] for cell in one.table.complementary(self.solver))

    def unsafe(self, quantity: Quantity) -> Unsafe:
        """The withheld places with how far below and above their value a reader must be left in doubt.

        A small number could as well be none, or `least`; others must only not be certain.
        """
        return {
            place: (value, self.least - value) if is_small(value, self.least) else (1, 1)
            for place in self.withheld if (value := quantity.get(place, 0))
        }

    def _single(self, quantity: Quantity, sums: Iterable[Sum]) -> None:
        """No sum is left with a single unknown: pairs of dimensions, groups and levels that no table holds together."""
        for one in sums:
            known = one.told or one.whole not in self.known
            unknown = [place for place in one.parts if place in self.withheld and quantity[place]]
            if not known or (one.told and one.whole in self.withheld):
                unknown.append(one.whole)
            if len(unknown) != 1:
                continue
            if (other := self._other(quantity, one)) is not None:
                self.withheld.add(other)

    def _other(self, quantity: Quantity, one: Sum) -> Place | None:
        """The part to withhold beside a single one: the smallest; the whole where nobody stands in the other parts."""
        free = [place for place in one.parts if quantity[place] and place not in self.withheld]
        if free:
            return min(free, key=lambda place: (quantity[place], place))
        return one.whole if one.told and one.whole not in self.withheld else None

