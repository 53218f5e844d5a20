"""What the facts of one period tell in numbers of customers, and what adds up among them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set

from reportgen.disclosure.audit import Equation, Knowledge, Number
from reportgen.disclosure.count import counted
from reportgen.disclosure.kind import BASE, NOW, THEN, Reading, Ties
from reportgen.disclosure.migration import CAME, CHANGES, COMERS, LEAVERS, MATRIX, WENT, ends
from reportgen.disclosure.place import Place
from reportgen.disclosure.sums import Structure
from reportgen.facts.fact import Fact


def knowledge(
    located: Iterable[tuple[Fact, Place, str]], gone: Set[str], ties: Ties, structure: Structure, tiers: Sequence[str],
    period: str, since: str,
) -> Knowledge:
    """The numbers that facts of the period tell, those withheld among them, and their sums. `gone` are fact ids."""
    values: dict[Number, int] = {}
    told: set[Number] = set()
    for fact, place, tag in located:
        at = NOW if fact.period == period else THEN if fact.period == since and fact.metric == BASE else ""
        for part, value in _parts(fact) if at else ():
            reading = Reading(fact.metric, tag, part, at)
            number = Number(ties.same.get(reading, reading), place)
            values[number] = value
            if fact.id not in gone:
                told.add(number)
    quantities: dict[Reading, dict[Place, int]] = defaultdict(dict)
    for (reading, place), value in values.items():
        quantities[reading][place] = value
    equations = [*_sums(quantities, structure), *_at_places(quantities, ties), *_moved(quantities, ties, tiers)]
    return Knowledge(values, values.keys() - told, equations)


def _parts(fact: Fact) -> Iterator[tuple[str, int]]:
    yield "n", fact.n
    number = counted(fact)
    if number is not None and fact.num >= 0:
        yield "num", number


def _sums(quantities: Mapping[Reading, Mapping[Place, int]], structure: Structure) -> Iterator[Equation]:
    """Scopes, segments, groups and pairs of one quantity, where the parts are the whole: no page tells a rest."""
    for reading, quantity in quantities.items():
        for one in structure.sums(quantity):
            if one.told and quantity[one.whole] == sum(quantity[part] for part in one.parts):
                yield ((Number(reading, one.whole), 1), *((Number(reading, part), -1) for part in one.parts))


def _at_places(quantities: Mapping[Reading, Mapping[Place, int]], ties: Ties) -> Iterator[Equation]:
    """Quantities that add up at one place."""
    for one, other, whole in ties.sums:
        first, second, total = (quantities.get(name, {}) for name in (one, other, whole))
        for place in first.keys() & second.keys() & total.keys():
            if first[place] + second[place] == total[place]:
                yield (Number(whole, place), 1), (Number(one, place), -1), (Number(other, place), -1)


def _moved(
    quantities: Mapping[Reading, Mapping[Place, int]], ties: Ties, tiers: Sequence[str]
) -> Iterator[Equation]:
    """The migration matrix: its rows, its columns, and what is counted beside it."""
    def standing(metric: str, at: str = NOW) -> Reading:
        reading = Reading(metric, "", "num", at)
        return ties.same.get(reading, reading)

    matrix = standing(MATRIX)
    sums: dict[Number, list[Place]] = defaultdict(list)
    for cell in quantities.get(matrix, {}):
        before, after = ends(cell)
        for name in tiers:
            sums[Number(standing(BASE, THEN), Place(cell.scope, name, before))].append(cell)
            sums[Number(standing(BASE), Place(cell.scope, name, after))].append(cell)
            if after == WENT:
                sums[Number(standing(LEAVERS), Place(cell.scope, name, before))].append(cell)
            elif before == CAME:
                sums[Number(standing(COMERS), Place(cell.scope, name, after))].append(cell)
    for number, cells in sums.items():
        whole = quantities.get(number.reading, {}).get(number.place)
        if whole == sum(quantities[matrix][cell] for cell in cells):
            yield (number, 1), *((Number(matrix, cell), -1) for cell in cells)
    yield from _risen(quantities, matrix, [standing(one) for one in CHANGES], tiers)


def _risen(
    quantities: Mapping[Reading, Mapping[Place, int]], matrix: Reading, changes: Sequence[Reading],
    tiers: Sequence[str],
) -> Iterator[Equation]:
    """Who rose and who fell from a tier: together all that left it for another."""
    rows: dict[Place, list[Place]] = defaultdict(list)
    for cell in quantities.get(matrix, {}):
        before, after = ends(cell)
        if before not in (CAME, after) and after != WENT:
            for name in tiers:
                rows[Place(cell.scope, name, before)].append(cell)
    for place, cells in rows.items():
        both = [quantities.get(one, {}).get(place) for one in changes]
        if None not in both and sum(one or 0 for one in both) == sum(quantities[matrix][cell] for cell in cells):
            yield (*((Number(one, place), 1) for one in changes), *((Number(matrix, cell), -1) for cell in cells))
