"""Takes the figures of few customers out of the facts, before anything is made of them.

    facts = withhold(facts, Disclosure(5, groups, combined))

What is withheld is withheld at every place and in every metric that would tell it; totals stay what they are.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass, replace
from typing import Self

from reportgen.config import Job
from reportgen.config.dimension import Combination, Dimension, Groups
from reportgen.disclosure.audit import Knowledge, Number
from reportgen.disclosure.count import counted, is_small, told
from reportgen.disclosure.kind import BASE, NOW, THEN, Reading, ties_of
from reportgen.disclosure.knowledge import knowledge
from reportgen.disclosure.migration import CHANGES, COMERS, LEAVERS, MATRIX, whole_id, withheld_matrices
from reportgen.disclosure.pattern import Pattern
from reportgen.disclosure.place import Place, place_of
from reportgen.disclosure.solver import Solver, assure_installed
from reportgen.disclosure.sums import Structure
from reportgen.disclosure.tables import Quantity
from reportgen.errors import DataRefused
from reportgen.facts.fact import Fact
from reportgen.facts.table import FactSet

_ENDS = frozenset({"opening", "closing"})
_BRIDGES = {"customers_bridge", "aum_bridge"}
Patterns = Mapping[tuple[str, str], frozenset[Place]]
"""Kind and period to the places withheld. Flows that count from different openings share theirs."""


@dataclass(frozen=True, slots=True)
class Disclosure:
    """What a job says of small figures, and how its dimensions are made of each other."""

    least: int
    groups: Mapping[str, Groups]
    combined: Mapping[str, tuple[str, ...]]

    @classmethod
    def of(cls, job: Job) -> Self | None:
        """None where the job withholds nothing. Raises DependencyMissing (exit 3) without the extra `disclosure`."""
        if job.disclosure is None:
            return None
        assure_installed()
        return cls.made(job.disclosure.min_count, job.dimensions)

    @classmethod
    def made(cls, least: int, dimensions: Mapping[str, Dimension]) -> Self:
        return cls(
            least,
            {name: one for name, one in dimensions.items() if isinstance(one, Groups)},
            {name: one.combine for name, one in dimensions.items() if isinstance(one, Combination)},
        )


def withhold(facts: FactSet, rule: Disclosure, before: frozenset[str] = frozenset()) -> FactSet:
    """The facts without those that tell of 1 to `rule.least` less one customers, or would let them be worked out.

    `before` are ids that an earlier edition withheld: told now, they would give away what was withheld beside them.
    `suppressed` of the result has the ids of all that is withheld.
    """
    with Solver() as solver:
        return _Withholding(facts, rule, solver, before).done()


class _Withholding:
    """The facts of one run by kind and time."""

    def __init__(self, facts: FactSet, rule: Disclosure, solver: Solver, before: frozenset[str]) -> None:
        self.facts, self.least, self.solver, self.before = facts, rule.least, solver, before
        regions = dict(facts.regions)
        scopes = {fact.scope for fact in facts.facts}
        parents = {scope: regions.get(scope, "bank") for scope in scopes if scope != "bank"}
        self.structure = Structure(parents, rule.groups, rule.combined)
        self.moves = [fact for fact in facts.facts if fact.metric == MATRIX]
        self.located = [(fact, *place_of(fact, facts.dimensions)) for fact in facts.facts if fact.metric != MATRIX]
        self.tiers = tuple(name for name, view in facts.dimensions.items()
                           if view.column == "tier" and view.kind == "category" and view.partition)
        self.ties = ties_of(self.located, facts.period, facts.since)
        self.kinds = self.ties.kinds
        self.held: dict[tuple[str, str], list[tuple[Fact, Place, str]]] = defaultdict(list)
        self.shared: dict[tuple[str, str], dict[Place, int]] = defaultdict(dict)
        for fact, place, tag in self.located:
            self.held[self.kind(fact), fact.period].append((fact, place, tag))
            base = self.ties.same.get(Reading(fact.metric, tag, "n", NOW))
            if base in self.ties.shared:
                self.shared[_named(base), fact.period][place] = fact.n

    def kind(self, fact: Fact) -> str:
        """Of an earlier period's metric that this one has not, itself."""
        if fact.metric in _BRIDGES and fact.segment in _ENDS:
            return BASE
        return self.kinds.get(fact.metric, fact.metric)

    def done(self) -> FactSet:
        patterns: dict[tuple[str, str], frozenset[Place]] = {}
        asked: dict[tuple[str, str], set[Place]] = defaultdict(set)
        waiting = {*self.held, *self.shared}
        while True:
            for kind, period in sorted(waiting, key=self._order):
                shared = self.shared.get((kind, period))
                patterns[kind, period] = self._pattern(kind, period, patterns, asked[kind, period]) if shared is None \
                    else self._of_base(shared, period, patterns, asked[kind, period])
            matrices = self._matrices(patterns)
            gone = {fact.id for fact in self.moves if (fact.scope, fact.period) in matrices}
            gone |= {fact.id for fact, place, _ in self.located if self._is_withheld(fact, place, patterns)}
            waiting = self._found(gone, patterns, asked)
            if not waiting:
                break
        told = {whole_id(fact) if fact.metric == MATRIX else fact.id for fact in self.facts.facts if fact.id in gone}
        kept = tuple(fact for fact in self.facts.facts if fact.id not in gone)
        return replace(self.facts, facts=kept, suppressed=tuple(sorted(told)))

    def _matrices(self, patterns: Patterns) -> frozenset[tuple[str, str]]:
        """(scope, period) of the migration matrices that are withheld."""
        found: set[tuple[str, str]] = set()
        for period in {fact.period for fact in self.moves}:
            cells = [fact for fact in self.moves if fact.period == period]
            since = {fact.since for fact in cells}
            kinds = {(self.kinds.get(one, one), period) for one in (LEAVERS, COMERS, *CHANGES)}
            kinds |= {(BASE, label) for label in (period, *since)}
            hidden = {place.scope for kind in kinds for place in patterns.get(kind, ()) if not place.against
                      and place.dimension in ("", *self.tiers)}
            scopes = withheld_matrices(cells, self.structure.parents, self._tells_few, hidden.__contains__)
            found |= {(scope, period) for scope in scopes}
        return frozenset(found)

    def _found(
        self, gone: Set[str], patterns: Patterns, asked: dict[tuple[str, str], set[Place]]
    ) -> set[tuple[str, str]]:
        """Ask for one more figure beside each that can still be worked out from all tables together."""
        fresh: set[tuple[str, str]] = set()
        for period in sorted({period for _, period in self.held}):
            since = self.facts.since if period == self.facts.period else self.facts.openings.get(period, "")
            moves = [(fact, *place_of(fact, self.facts.dimensions)) for fact in self.moves if fact.id not in gone]
            known = knowledge([*self.located, *moves], gone, self.ties, self.structure, self.tiers, period, since)
            wanted = {one for one in known.withheld if is_small(known.values[one], self.least)}
            for one in known.found(wanted):
                other = next(self._beside(known, one, period, since, patterns), None)
                if other is None:
                    raise DataRefused(
                        f"{one.place.scope}: {one.reading.metric} of {one.place.segment or 'all'} can be worked out, "
                        "and nothing is left to withhold beside it.",
                        state="Nothing was made; no figure was let through.",
                        hint="Merge segments, leave the dimension out, or set another min_count.",
                    )
                asked[other[0]].add(other[1])
                fresh.add(other[0])
        return {*self.held, *self.shared} if any(key[0] == BASE or key in self.shared for key in fresh) else fresh

    def _beside(
        self, known: Knowledge, one: Number, period: str, since: str, patterns: Patterns
    ) -> Iterator[tuple[tuple[str, str], Place]]:
        """What could be withheld beside a number, as (kind, period) and place.

        First of what it counts itself, then of other things; numbers of customers come last.
        """
        def key(number: Number) -> tuple[str, str]:
            kind = self.kinds.get(number.reading.metric, number.reading.metric)
            kind = _named(number.reading) if number.reading in self.ties.shared else kind
            return kind, since if number.reading.at == THEN else period

        near = sorted(known.around(one), key=lambda two: (two.reading != one.reading, key(two)[0] == BASE))
        for number in near:
            if number.place not in patterns.get(key(number), {number.place}):
                yield key(number), number.place

    def _pattern(self, kind: str, period: str, done: Patterns, asked: Set[Place]) -> frozenset[Place]:
        """The places withheld of a kind, with those where the number of customers is, at the close or an opening."""
        found = self.held[kind, period]
        labels = {period, *(fact.since for fact, _, _ in found)} if kind != BASE else set[str]()
        base = frozenset[Place]().union(*(done.get((BASE, label), frozenset()) for label in labels))
        bases = {self.ties.same.get(Reading(fact.metric, tag, "n", NOW)) for fact, _, tag in found}
        base |= frozenset[Place]().union(*(
            done.get((_named(one), period), frozenset()) for one in bases if one in self.ties.shared))
        small = {self._at(fact, place) for fact, place, _ in found if self._tells_few(fact)}
        small |= asked
        if not small and not base:
            return frozenset()
        quantities = self._quantities(found)
        places = {self._at(fact, place) for fact, place, _ in found}
        pattern = Pattern(quantities, self.structure, self.least, self.solver, small | (base & places), base)
        return pattern.close() | base

    def _of_base(self, quantity: Quantity, period: str, done: Patterns, asked: Set[Place]) -> frozenset[Place]:
        """The places withheld of a base that several metrics share, with those where the customers themselves are."""
        base = done.get((BASE, period), frozenset())
        small = {place for place, many in quantity.items() if is_small(many, self.least)} | asked
        if not small and not base:
            return frozenset()
        pattern = Pattern((quantity,), self.structure, self.least, self.solver, small | (base & quantity.keys()), base)
        return pattern.close() | base

    def _order(self, key: tuple[str, str]) -> tuple[bool, bool, tuple[str, str]]:
        """Customers first, then the bases that metrics share, then all else."""
        return key[0] != BASE, key not in self.shared, key

    def _quantities(self, found: list[tuple[Fact, Place, str]]) -> tuple[Quantity, ...]:
        """What the kind counts in customers, each thing once."""
        told: dict[tuple[str, ...], dict[Place, int]] = defaultdict(dict)
        for fact, place, tag in found:
            if fact.metric in _BRIDGES:
                continue
            number = counted(fact)
            if number is not None:
                told[fact.metric, tag, fact.since, "counted"][place] = number
            told[fact.metric, tag, fact.since, "n"][place] = fact.n
        distinct: list[dict[Place, int]] = []
        for one in sorted(told.values(), key=len, reverse=True):
            if any(one.values()) and not any(one.items() <= other.items() for other in distinct):
                distinct.append(one)
        return tuple(distinct)

    def _at(self, fact: Fact, place: Place) -> Place:
        """A step of the bridge stands where the customers stand that it counts."""
        return Place(fact.scope) if fact.metric in _BRIDGES else place

    def _tells_few(self, fact: Fact) -> bool:
        named = whole_id(fact) if fact.metric == MATRIX else fact.id
        return named in self.before or any(is_small(number, self.least) for number in told(fact))

    def _is_withheld(self, fact: Fact, place: Place, patterns: Patterns) -> bool:
        if self._tells_few(fact) or self._repeats(fact, patterns):
            return True
        hidden = patterns[self.kind(fact), fact.period]
        here = self._at(fact, place)
        return here in hidden or any(whole in hidden for whole in here.within)

    def _repeats(self, fact: Fact, patterns: Patterns) -> bool:
        """Whether it repeats a withheld total beside its plan: the segment of a target is the metric it is for."""
        if fact.dimension != "metric":
            return False
        kind = self.kinds.get(fact.segment, fact.segment)
        return Place(fact.scope) in patterns.get((kind, fact.period), frozenset())


def _named(base: Reading | None) -> str:
    """The name of a shared base among the kinds, which no metric has."""
    assert base is not None
    return f"{base.metric} {base.tag} base"
