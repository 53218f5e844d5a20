"""Whether a reader who does every sum can work out a small number: linear programs over what is told and withheld.

Every withheld number is an unknown of at least nobody, every told one a constant, and every sum an equation. A number
is found where its least and its most are less than one apart.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.optimize import linprog
from scipy.sparse import coo_array, csr_array

from reportgen.disclosure.kind import Reading
from reportgen.disclosure.place import Place

_TRIES = 6
"""Other answers looked for at once before numbers are tried one by one."""
_APART = 0.5


class Number(NamedTuple):
    """A number of customers: what is counted, and where."""

    reading: Reading
    place: Place


Equation = tuple[tuple[Number, int], ...]
"""Numbers with their signs; what they add up to in the data is what a reader knows they do."""


@dataclass(frozen=True)
class Knowledge:
    """What stands in the reports of one period, as numbers of customers."""

    values: Mapping[Number, int]
    withheld: Set[Number]
    equations: Sequence[Equation]

    def found(self, wanted: Set[Number]) -> list[Number]:
        """Those of `wanted`, all withheld, that can be worked out."""
        found: list[Number] = []
        for equations, unknown in self._components():
            targets = [one for one in unknown if one in wanted]
            if targets:
                found += self._of(equations, unknown, targets)
        return found

    def around(self, target: Number) -> Iterator[Number]:
        """Told numbers above zero that stand in sums with it, those of the nearest sums first."""
        of: dict[Number, list[Equation]] = defaultdict(list)
        for equation in self.equations:
            for one, _ in equation:
                of[one].append(equation)
        seen, ring = {target}, [target]
        while ring:
            near = {one for each in ring for equation in of[each] for one, _ in equation} - seen
            seen |= near
            yield from (one for one in near if one not in self.withheld and self.values[one] > 0)
            ring = [one for one in near if one in self.withheld]

    def _components(self) -> Iterator[tuple[list[Equation], list[Number]]]:
        """Equations that share unknowns, with these."""
        leader: dict[Number, Number] = {one: one for one in self.withheld}

        def top(one: Number) -> Number:
            while leader[one] != one:
                leader[one] = leader[leader[one]]
                one = leader[one]
            return one

        rows = [(equation, [one for one, _ in equation if one in leader]) for equation in self.equations]
        for _, unknown in rows:
            for one in unknown[1:]:
                leader[top(one)] = top(unknown[0])
        equations: dict[Number, list[Equation]] = defaultdict(list)
        unknowns: dict[Number, list[Number]] = defaultdict(list)
        for equation, unknown in rows:
            if unknown:
                equations[top(unknown[0])].append(equation)
        for one in leader:
            unknowns[top(one)].append(one)
        for one, found in unknowns.items():
            yield equations[one], found

    def _of(self, equations: list[Equation], unknown: list[Number], targets: list[Number]) -> list[Number]:
        place = {one: number for number, one in enumerate(unknown)}
        truth = np.array([self.values[one] for one in unknown], dtype=float)
        rows, columns, signs = [], [], []
        for row, equation in enumerate(equations):
            for one, sign in equation:
                if one in place:
                    rows.append(row)
                    columns.append(place[one])
                    signs.append(sign)
        matrix = csr_array(coo_array((signs, (rows, columns)), shape=(len(equations), len(unknown)), dtype=float))
        program = _Program(matrix, matrix @ truth, float(truth.sum()) * 2 + 1000)
        left = [one for one in targets if equations] if equations else []
        for cost in _costs(len(unknown)):
            if not left:
                return []
            other = program.least(cost)
            left = [one for one in left if abs(other[place[one]] - truth[place[one]]) < _APART]
        return [one for one in left if program.width(place[one]) < 1]


@dataclass(frozen=True)
class _Program:
    """Unknowns from nobody to `most`, held by the equations."""

    matrix: csr_array
    sums: npt.NDArray[np.float64]
    most: float

    def least(self, cost: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        matrix: Any = self.matrix  # its stubs know no sparse one
        told = linprog(cost, A_eq=matrix, b_eq=self.sums, bounds=(0, self.most), method="highs")
        if told.x is None:
            raise ArithmeticError(f"a linear program without an answer: {told.message}")
        answer: npt.NDArray[np.float64] = told.x
        return answer

    def width(self, place: int) -> float:
        """How far apart an unknown's least and most are."""
        cost = np.zeros(self.matrix.shape[1])
        cost[place] = 1
        return float(self.least(-cost)[place] - self.least(cost)[place])


def _costs(size: int) -> Iterable[npt.NDArray[np.float64]]:
    """Directions to look for other answers in: all up, all down, and at random, the same each time."""
    draw = np.random.default_rng(size)
    yield np.ones(size)
    yield -np.ones(size)
    for _ in range(_TRIES):
        yield draw.uniform(-1, 1, size)
