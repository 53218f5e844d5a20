"""The migration matrix is told whole or not at all: most of its cells are empty, and an empty cell tells of the others.

Its rows and columns add up to the customers by tier, which are told; with them the cells that nobody stands in leave a
small one no room. Where it is withheld nothing says which of its cells hold anybody.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Set

from reportgen.disclosure.place import Place
from reportgen.facts.fact import Fact, fact_id

MATRIX = "migration_matrix"
LEAVERS, COMERS = "customers_lost", "customers_gross_new"
CHANGES = ("tier_upgraded", "tier_downgraded")
CAME, WENT = "new", "left"
"""The state of those who were not there at the opening, and of those who are gone at the close."""


def ends(cell: Place) -> tuple[str, str]:
    """A cell's states at the opening and at the close; empty where the place is none of the matrix."""
    found = dict(cell.cuts)
    return found.get("tier_from", ""), found.get("tier_to", "")


def withheld_matrices(
    cells: Iterable[Fact], parents: Mapping[str, str], tells_few: Callable[[Fact], bool],
    is_hidden: Callable[[str], bool],
) -> frozenset[str]:
    """Scopes whose matrix of one period is withheld.

    Those with a small cell; those where a figure that its cells would tell `is_hidden`; and as many others as keep a
    matrix from being what the scopes above or beside it leave over.
    """
    sizes: dict[str, int] = {}
    hidden: set[str] = set()
    for fact in cells:
        sizes[fact.scope] = sizes.get(fact.scope, 0) + fact.num
        if tells_few(fact):
            hidden.add(fact.scope)
    hidden |= {scope for scope in sizes if is_hidden(scope)}
    while (more := _beside(sizes, parents, hidden)) is not None:
        hidden.add(more)
    return frozenset(hidden)


def _beside(sizes: Mapping[str, int], parents: Mapping[str, str], hidden: Set[str]) -> str | None:
    """One more scope where a single one of a whole and its parts is hidden: the smallest part, else the whole."""
    for whole in sorted({above for scope, above in parents.items() if scope in sizes and above in sizes}):
        parts = [scope for scope in sizes if parents.get(scope) == whole]
        if sum(scope in hidden for scope in (whole, *parts)) == 1:
            free = sorted((sizes[scope], scope) for scope in parts if scope not in hidden)
            return free[0][1] if free else whole
    return None


def whole_id(fact: Fact) -> str:
    """The id that stands for all cells of a withheld matrix."""
    return fact_id(fact.scope, fact.metric, fact.period, since=fact.since)
