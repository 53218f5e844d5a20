"""The states of a run and of its units, and the steps between them. What is not in these tables is refused."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class RunState(StrEnum):
    PLANNED = "planned"
    CLAIMED = "claimed"
    LOADING = "loading"
    VALIDATED = "validated"
    RENDERING = "rendering"
    ARCHIVED = "archived"
    HELD = "held"
    """Everything is archived and nothing leaves: too many units failed, or the sums do not reconcile."""
    AWAITING_APPROVAL = "awaiting_approval"
    RELEASED = "released"
    DONE = "done"
    DONE_WITH_ERRORS = "done_with_errors"
    BLOCKED = "blocked"
    """A quality gate refused the data."""
    FAILED = "failed"
    INTERRUPTED = "interrupted"


class UnitState(StrEnum):
    PENDING = "pending"
    RENDERED = "rendered"
    ARCHIVED = "archived"
    FAILED = "failed"


_R, _U = RunState, UnitState
_STOPS = frozenset({_R.BLOCKED, _R.FAILED, _R.INTERRUPTED})

RUN_STEPS: Mapping[RunState, frozenset[RunState]] = {
    _R.PLANNED: frozenset({_R.CLAIMED}),
    # A run that is continued from its frozen facts goes straight to rendering.
    _R.CLAIMED: frozenset({_R.LOADING, _R.RENDERING}) | _STOPS,
    _R.LOADING: frozenset({_R.VALIDATED}) | _STOPS,
    # All scopes issued already from the same inputs: there is nothing to render.
    _R.VALIDATED: frozenset({_R.RENDERING, _R.DONE}) | _STOPS,
    _R.RENDERING: frozenset({_R.ARCHIVED}) | _STOPS,
    _R.ARCHIVED: frozenset({_R.RELEASED, _R.HELD, _R.AWAITING_APPROVAL}) | _STOPS,
    _R.HELD: frozenset({_R.CLAIMED, _R.AWAITING_APPROVAL, _R.RELEASED, _R.FAILED}),
    _R.AWAITING_APPROVAL: frozenset({_R.CLAIMED, _R.HELD, _R.RELEASED, _R.FAILED}),
    _R.RELEASED: frozenset({_R.CLAIMED, _R.DONE, _R.DONE_WITH_ERRORS, _R.FAILED, _R.INTERRUPTED}),
    _R.DONE: frozenset(),
    _R.DONE_WITH_ERRORS: frozenset({_R.CLAIMED}),
    _R.BLOCKED: frozenset({_R.CLAIMED}),
    _R.FAILED: frozenset({_R.CLAIMED}),
    _R.INTERRUPTED: frozenset({_R.CLAIMED}),
}
"""State to the states that may follow it, one step of the claim's holder each."""

UNIT_STEPS: Mapping[UnitState, frozenset[UnitState]] = {
    _U.PENDING: frozenset({_U.RENDERED, _U.ARCHIVED, _U.FAILED}),
    # Back to pending where the files are gone, or belong to facts that are no longer the run's.
    _U.RENDERED: frozenset({_U.RENDERED, _U.ARCHIVED, _U.FAILED, _U.PENDING}),
    _U.ARCHIVED: frozenset(),
    _U.FAILED: frozenset({_U.FAILED, _U.RENDERED, _U.ARCHIVED, _U.PENDING}),
}

FINAL = frozenset({RunState.DONE})
"""The next claim begins a new run. From every other state the claim continues the same run."""

RESTING = frozenset({
    _R.DONE, _R.DONE_WITH_ERRORS, _R.BLOCKED, _R.FAILED, _R.INTERRUPTED, _R.HELD, _R.AWAITING_APPROVAL, _R.RELEASED,
})
"""A run may be let go in these states."""

WAITING = frozenset({_R.HELD, _R.AWAITING_APPROVAL, _R.RELEASED})
"""All editions are archived and the run waits for somebody, who may claim it without starting it again."""

ISSUED = frozenset({
    _R.ARCHIVED, _R.HELD, _R.AWAITING_APPROVAL, _R.RELEASED, _R.DONE, _R.DONE_WITH_ERRORS,
})
"""The period's editions are in the archive, as far as they could be made."""


def may_step(state: RunState, to: RunState) -> bool:
    """Whether a run goes from one state to the other in one step."""
    return to in RUN_STEPS[state]


def may_claim(state: RunState) -> bool:
    """Whether a claim continues a run found in this state: a crash leaves any of them but the final ones."""
    return state not in FINAL


def before(to: UnitState) -> tuple[UnitState, ...]:
    """The states from which a unit may reach `to`."""
    return tuple(state for state in UnitState if to in UNIT_STEPS[state])
