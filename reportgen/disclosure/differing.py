"""What two editions of one period tell when they are laid side by side."""

from __future__ import annotations

from collections.abc import Iterable

from reportgen.disclosure.count import counted, is_small
from reportgen.errors import DataRefused
from reportgen.facts.fact import Fact
from reportgen.facts.restated import Pair

_NAMED = 3


def differing(pairs: Iterable[Pair], least: int) -> list[tuple[Fact, int]]:
    """The figures told by both editions between which 1 to `least` less one customers lie, and how many do."""
    found = []
    for old, new in pairs:
        if old is None or new is None:
            continue
        steps = [abs(old.n - new.n), abs((counted(old) or 0) - (counted(new) or 0))]
        small = [step for step in steps if is_small(step, least)]
        if small:
            found.append((new, min(small)))
    return found


def assure_apart(pairs: Iterable[Pair], revision: str, least: int) -> None:
    """Raises DataRefused (exit 5) where a correction beside the issued edition would tell of few customers."""
    found = differing(pairs, least)
    if not found:
        return
    named = "; ".join(f"{fact.id} by {step}" for fact, step in found[:_NAMED])
    more = f" (and {len(found) - _NAMED:,} more)" if len(found) > _NAMED else ""
    raise DataRefused(
        f"beside {revision}, this correction would tell of fewer than {least} customers: {named}{more}.",
        state=f"Nothing was issued; {revision} stands.",
        hint="Correct it together with the next period, or issue it by a job without `disclosure` for readers who may "
             "know.",
    )
