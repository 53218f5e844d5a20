"""Every step between two states is allowed or refused as the design says, on SQLite and PostgreSQL."""

from __future__ import annotations

from itertools import product

import pytest
from sqlalchemy import update

from reportgen.errors import ExitCode, WrongState
from reportgen.runs.states import RunState, UnitState, before, may_claim, may_step
from reportgen.runs.tables import units
from tests.unit.runs.conftest import Place, everything, put

# Written out by hand, from the design's figure: what may follow what.
ALLOWED = {
    "claimed": "loading rendering blocked failed interrupted",
    "loading": "validated blocked failed interrupted",
    "validated": "rendering done blocked failed interrupted",
    "rendering": "archived blocked failed interrupted",
    "archived": "released held awaiting_approval blocked failed interrupted",
    "held": "released awaiting_approval failed",
    "awaiting_approval": "released held failed",
    "released": "done done_with_errors failed interrupted",
}
UNITS_ALLOWED = {
    "pending": "rendered archived failed",
    "rendered": "rendered archived failed pending",
    "failed": "failed rendered archived pending",
    "archived": "",
}


def test_every_pair_of_states_is_allowed_or_refused_as_the_design_says(place: Place) -> None:
    ledger = place.ledger()
    claim = ledger.claim("taihu", "2011-05")
    refused = 0
    for state, to in product(RunState, RunState):
        put(ledger, claim, state)
        kept = everything(ledger)
        if to in ALLOWED.get(state, "").split():
            ledger.advance(claim, to)
            assert ledger.run(claim.run_id).state is to
            step = ledger.history(claim.run_id)[-1]
            assert (step.before, step.after, step.epoch) == (state, to, 1)
        else:
            with pytest.raises(WrongState, match=f"is {state}; it cannot become {to}") as caught:
                ledger.advance(claim, to)
            assert caught.value.code == ExitCode.JOB
            assert everything(ledger) == kept
            refused += 1
    assert refused == 14 * 14 - sum(len(line.split()) for line in ALLOWED.values())


def test_every_pair_of_unit_states(place: Place) -> None:
    ledger = place.ledger()
    claim = ledger.claim("taihu", "2011-05")
    ledger.plan_units(claim, [("bank", "en")])
    for state, to in product(UnitState, UnitState):
        with ledger.database.writing() as connection:
            connection.execute(update(units).values(state=state.value))
        kept = everything(ledger)
        if to in UNITS_ALLOWED[state].split():
            ledger.unit(claim, "bank", "en", to)
            assert ledger.units(claim.run_id)[0].state is to
        else:
            with pytest.raises(WrongState, match=f"is {state}; it cannot become {to}"):
                ledger.unit(claim, "bank", "en", to)
            assert everything(ledger) == kept


def test_every_state_is_reached_and_none_is_a_trap() -> None:
    reached = {RunState.PLANNED}
    while more := {to for state in reached for to in RunState if may_step(state, to)} - reached:
        reached |= more
    assert reached == set(RunState)
    assert [state for state in RunState if not may_claim(state)] == [RunState.DONE]
    assert before(UnitState.ARCHIVED) == (UnitState.PENDING, UnitState.RENDERED, UnitState.FAILED)
