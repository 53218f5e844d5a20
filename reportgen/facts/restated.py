"""What a correction changes: the facts of the issued edition beside those of the one that supersedes it."""

from __future__ import annotations

from dataclasses import dataclass

from reportgen.facts.fact import Fact
from reportgen.facts.table import FactSet

Pair = tuple[Fact | None, Fact | None]


@dataclass(frozen=True, slots=True)
class Restatement:
    """Why an edition supersedes another, and which of its scope's facts differ. None on a side: not held there."""

    of: str
    """The superseded revision: r01."""
    reason: str
    by: str
    """Operating-system user who restated."""
    pairs: tuple[Pair, ...]
    """(before, after) in the order of the new edition's facts, then those that are gone."""

    @property
    def revision(self) -> str:
        """The revision that supersedes it: r02 after r01."""
        return next_revision(self.of)


def next_revision(revision: str) -> str:
    """`r02` after `r01`, `r01` after none."""
    return f"r{int(revision.removeprefix('r') or 0) + 1:02d}"


def changed_facts(before: FactSet, after: FactSet, scope: str) -> tuple[Pair, ...]:
    """Facts of a scope whose value or base differs between two runs of the same period, matched by id."""
    old = {fact.id: fact for fact in before.of_scope(scope)}
    new = {fact.id: fact for fact in after.of_scope(scope)}
    moved = [(old.get(name), fact) for name, fact in new.items() if not _same(old.get(name), fact)]
    gone = [(fact, None) for name, fact in old.items() if name not in new]
    return (*moved, *gone)


def _same(one: Fact | None, other: Fact) -> bool:
    return one is not None and (one.value, one.n, one.unit) == (other.value, other.n, other.unit)
