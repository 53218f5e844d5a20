"""The tables of one quantity that hold something unsafe: what is protected in one piece."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass

from reportgen.disclosure.argus import Cell, Table
from reportgen.disclosure.place import Place
from reportgen.disclosure.sums import Sum

Quantity = Mapping[Place, int]
"""How many customers stand where, of one thing counted."""
Unsafe = Mapping[Place, tuple[int, int]]
"""Withheld places with how far below and above their value a reader must be left in doubt."""
Places = Mapping[Cell, Place]
_TOP = "\0all"


@dataclass(frozen=True, slots=True)
class Placed:
    """A table with the places its cells are."""

    name: str
    table: Table
    places: Places


def tables(quantity: Quantity, sums: tuple[Sum, ...], parents: Mapping[str, str], unsafe: Unsafe) -> Iterator[Placed]:
    """For each dimension the scopes by its segments, as far as they add up; for each scope a pair of dimensions."""
    touched = {tuple(name for name, _ in place.cuts) for place in unsafe}
    held = {(one.whole, part) for one in sums for part in one.parts}
    columns: dict[str, set[Place]] = defaultdict(set)
    for one in sums:
        if not one.whole.dimension and one.by != "scope":
            columns[one.by].update(one.parts)
    dimensions = sorted({place.dimension for place in quantity if place.dimension and not place.against})
    for dimension in dimensions or [""]:
        if () in touched or any((place.dimension,) in touched for place in columns[dimension]):
            yield from _by_scope(quantity, columns[dimension], held, parents, unsafe)
    yield from _pairs(quantity, unsafe)


def _by_scope(
    quantity: Quantity, columns: Set[Place], held: set[tuple[Place, Place]],
    parents: Mapping[str, str], unsafe: Unsafe,
) -> Iterator[Placed]:
    """Scopes by the segments of a dimension; more than one table where a scope's parts do not add up to it.

    `columns` are the segments with those that groups leave out of the whole.
    """
    places = {(place.scope, "=".join(place[1:3]) if place.dimension else ""): place for place in quantity
              if not place.dimension or place in columns}
    above = {row: up for row, _ in places if (up := parents.get(row)) is not None}
    for rows in _hierarchies(places, above, held):
        cells = {
            (row, column): place for (row, column), place in places.items()
            if row in rows and (not column or (Place(row), place) in held)
        }
        wholes = {row for row, column in cells if not column}
        kept = [row for row in rows if row in wholes and (row == rows[0] or above[row] in wholes)]
        cells = {cell: place for cell, place in cells.items() if cell[0] in kept}
        if rows[0] in kept and any(place in unsafe for place in cells.values()):
            name = " ".join((rows[0], *sorted({place.dimension for place in columns})))
            yield Placed(name, _table(quantity, cells, {row: above[row] for row in kept[1:]}, unsafe), cells)


def _hierarchies(places: Places, above: Mapping[str, str], held: set[tuple[Place, Place]]) -> Iterator[list[str]]:
    """Rows that add up to their top row, which comes first; a scope whose parts do not add up to it is left by them."""
    rows, known = sorted({row for row, _ in places}), set(places.values())
    broken = {
        row for (row, _), place in places.items()
        if row in above and (up := place.inside(above[row])) in known and (up, place) not in held
    }
    tops = {row for row in rows if row in broken or above.get(row) not in rows}
    for top in sorted(tops):
        found, waiting = [top], [top]
        while waiting:
            here = waiting.pop()
            below = [row for row in rows if above.get(row) == here and row not in tops]
            found += below
            waiting += below
        yield found


def _table(quantity: Quantity, cells: Places, above: Mapping[str, str], unsafe: Unsafe) -> Table:
    return Table(
        {cell: quantity[place] for cell, place in cells.items()}, above,
        {cell: unsafe[place] for cell, place in cells.items() if place in unsafe},
    )


def _pairs(quantity: Quantity, unsafe: Unsafe) -> Iterator[Placed]:
    """Each scope's table of two dimensions that holds an unsafe place."""
    found: dict[tuple[str, str, str], dict[Cell, Place]] = defaultdict(dict)
    for place in quantity:
        if place.against:
            (one, row), (two, column) = place.cuts
            found[place.scope, one, two][row, column] = place
    for (scope, one, two), cells in found.items():
        if any(place in unsafe for place in cells.values()):
            yield _crossed(quantity, scope, (one, two), cells, unsafe)


def _crossed(
    quantity: Quantity, scope: str, names: tuple[str, str], cells: Mapping[Cell, Place], unsafe: Unsafe
) -> Placed:
    """One scope's table of two dimensions with its margins; those the quantity does not tell are fixed sums."""
    values = {cell: quantity[place] for cell, place in cells.items()}
    sums: dict[Cell, int] = defaultdict(int)
    for (row, column), value in values.items():
        for margin in ((row, ""), (_TOP, column), (_TOP, "")):
            sums[margin] += value
    margins = {margin: Place(scope, names[0], margin[0]) if margin[0] != _TOP
               else Place(scope, names[1], margin[1]) if margin[1] else Place(scope) for margin in sums}
    told = {margin: place for margin, place in margins.items() if quantity.get(place, -1) >= sums[margin]}
    values |= {margin: quantity[told[margin]] if margin in told else value for margin, value in sums.items()}
    places = {**cells, **told}
    table = Table(
        values, {row: _TOP for row, _ in cells},
        {cell: unsafe[place] for cell, place in places.items() if place in unsafe},
        frozenset(margins.keys() - told.keys()),
    )
    return Placed(" ".join((scope, *names)), table, places)
