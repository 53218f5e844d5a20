"""`tick` after a death, and beside another process: gone on with, never made twice."""

from __future__ import annotations

from datetime import datetime

import pytest

from reportgen.errors import ClaimHeld
from reportgen.runs.states import RunState
from reportgen.schedule.outcome import Kind
from tests.unit.schedule.simulated import STEPS, Bank, Killed, kinds, noted, utc


@pytest.mark.parametrize("state", [*(state for state in (
    RunState.LOADING, RunState.VALIDATED, RunState.RENDERING, RunState.ARCHIVED, RunState.RELEASED, RunState.DONE))])
def test_a_killed_tick_is_gone_on_with(bank: Bank, state: RunState) -> None:
    job = bank.job()

    def hurt(name: str, period: str, reached: RunState) -> None:
        if reached is state:
            raise Killed

    bank.hurt = hurt
    with pytest.raises(Killed):
        bank.tick(job)
    assert noted(bank) == {"2025-12": "running"}
    bank.hurt = lambda name, period, state: None
    bank.clock.go(minutes=15)  # past the lease
    assert kinds(bank.tick(job)) == [("2025-12", "done")]
    assert bank.tick(job) == ()
    with bank.ledger() as ledger:
        (run,) = ledger.runs("monthly")
    assert (run.version, run.state) == (1, RunState.DONE)
    assert bank.periods() == ["2025-12"]


def test_a_tick_killed_between_the_run_and_its_note(bank: Bank, monkeypatch: pytest.MonkeyPatch) -> None:
    from reportgen.runs.ledger import Ledger

    real = Ledger.note_occurrence

    def dies(self: Ledger, job: str, period: str, due_at: datetime, outcome: str) -> None:
        if outcome == "done":
            raise Killed
        real(self, job, period, due_at, outcome)

    job = bank.job()
    with monkeypatch.context() as patch:
        patch.setattr(Ledger, "note_occurrence", dies)
        with pytest.raises(Killed):
            bank.tick(job)
    bank.clock.go(minutes=1)
    bank.missing = lambda job, period, now: True  # the data were moved away since; nobody must wait for them
    (outcome,) = bank.tick(job)
    assert outcome.kind is Kind.DONE
    assert "had not noted that yet" in outcome.told[0]
    assert bank.loads == 1
    assert bank.tick(job) == ()


def test_what_was_made_by_hand_for_one_branch_is_not_taken_for_the_period(bank: Bank) -> None:
    job = bank.job()
    with bank.ledger() as ledger:
        claim = ledger.claim("monthly", "2025-12")
        for state in (RunState.LOADING, RunState.VALIDATED):
            ledger.advance(claim, state)
        ledger.finish(claim, RunState.DONE)
    bank.clock.go(hours=1)
    assert kinds(bank.tick(job)) == [("2025-12", "done")]
    assert bank.periods() == ["2025-12"]


def test_a_period_another_process_is_making_is_said_and_is_no_error(bank: Bank) -> None:
    job = bank.job()
    with bank.ledger() as other:
        other.claim("monthly", "2025-12")
        (outcome,) = bank.tick(job)
    assert (outcome.kind, outcome.code) == (Kind.CLAIMED, 0)
    assert outcome.told
    assert bank.issued == []


def test_a_period_made_between_the_look_and_the_claim_is_not_made_again(bank: Bank) -> None:
    job = bank.job()

    def run(job, context, seen):
        Bank.run(bank, job, context, seen)  # the other tick, quicker than this one
        return Bank.run(bank, job, context, seen)

    bank.run = run  # type: ignore[method-assign]
    (outcome,) = bank.tick(job)
    assert (outcome.kind, outcome.paths) == (Kind.DONE, ())  # it says so, and laid nothing out
    with bank.ledger() as ledger:
        assert [run.version for run in ledger.runs("monthly")] == [1]
    assert noted(bank) == {"2025-12": "done"}
    assert bank.tick(job) == ()
    assert bank.loads == 1


def test_fenced_in_mid_run_is_no_error_either(bank: Bank) -> None:
    def hurt(name: str, period: str, state: RunState) -> None:
        raise ClaimHeld("overtaken.")

    bank.hurt = hurt
    bank.run = lambda job, context, seen: hurt("", "", RunState.LOADING)  # type: ignore[method-assign,assignment,return-value]
    (outcome,) = bank.tick(bank.job())
    assert (outcome.kind, outcome.told) == (Kind.CLAIMED, ("overtaken.",))


def test_a_period_made_while_this_tick_looked_at_its_needs_is_not_made_again(bank: Bank) -> None:
    """Counting a source's rows takes minutes; another host's tick finds them there sooner."""
    job = bank.job()
    quick = Bank(bank.folder, bank.clock)

    def slow(its: object, period: str, now: object) -> bool:
        if not quick.issued:
            assert kinds(quick.tick(job)) == [("2025-12", "done")]
        return False

    bank.missing = slow
    assert bank.tick(job) == ()
    assert (bank.loads, quick.periods(), noted(bank)) == (0, ["2025-12"], {"2025-12": "done"})
    with bank.ledger() as ledger:
        assert [run.version for run in ledger.runs("monthly")] == [1]


def test_a_slow_look_that_finds_nothing_does_not_undo_what_was_made(bank: Bank) -> None:
    job = bank.job(more="  until: 5th working day, 18:00\n  then: skip\n")
    quick = Bank(bank.folder, bank.clock)
    bank.clock.now = utc("2026-01-09T00:00")

    def slow(its: object, period: str, now: object) -> bool:
        if not quick.issued:
            quick.tick(job)
        return True  # as this host sees it

    bank.missing = slow
    assert bank.tick(job) == ()
    assert noted(bank) == {"2025-12": "done"}


def test_a_run_seen_open_that_ends_before_the_claim_is_not_begun_anew(bank: Bank) -> None:
    """Its epoch is the same before and after its end; its state is not."""
    job = bank.job()
    with bank.ledger() as other:
        claim = other.claim("monthly", "2025-12")
        for state in STEPS[:-2]:
            other.advance(claim, state)

        def run(job, context, seen):
            for state in STEPS[-2:]:
                other.advance(claim, state)
            other.finish(claim, RunState.DONE)
            return Bank.run(bank, job, context, seen)

        bank.run = run  # type: ignore[method-assign]
        (outcome,) = bank.tick(job)
        assert (outcome.kind, outcome.paths) == (Kind.DONE, ())
        assert [row.version for row in other.runs("monthly")] == [1]
    assert bank.loads == 0
