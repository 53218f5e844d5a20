"""`tick` when something fails: tried again with pauses, given up, left to a person; other jobs go on."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise

import pytest

from reportgen.errors import AlreadyIssued, ExitCode, LedgerFailed, PartlyFailed, SourceError
from reportgen.runs.states import RunState
from reportgen.schedule.outcome import Kind
from tests.unit.schedule.simulated import Bank, kinds, utc


def test_a_failure_is_tried_again_with_pauses(bank: Bank) -> None:
    job = bank.job()
    tries: list[datetime] = []

    def hurt(name: str, period: str, state: RunState) -> None:
        if state is RunState.LOADING:
            tries.append(bank.clock())
            if len(tries) < 8:
                raise SourceError("the database is away.")

    bank.hurt = hurt
    for _ in range(48):
        for outcome in bank.tick(job):
            assert outcome.kind in (Kind.RETRY, Kind.DONE)
            assert bool(outcome.code) == (outcome.told == ("the database is away.",))
        bank.clock.go(minutes=15)
    assert bank.periods() == ["2025-12"]
    gaps = [(later - earlier) // timedelta(minutes=1) for earlier, later in pairwise(tries)]
    assert gaps == [15, 15, 30, 60, 60, 60, 60]


def test_a_failure_does_not_stop_other_jobs(bank: Bank) -> None:
    def hurt(name: str, period: str, state: RunState) -> None:
        if name == "broken":
            raise ZeroDivisionError("客户 4711")

    bank.hurt = hurt
    failed, made = bank.tick(bank.job("broken"), bank.job("sound"))
    assert (failed.job, failed.kind, failed.code) == ("broken", Kind.RETRY, ExitCode.UNEXPECTED)
    assert "ZeroDivisionError" in failed.told[0]
    assert "4711" not in " ".join(failed.told)
    assert (made.job, made.kind) == ("sound", Kind.DONE)


def test_a_calendar_without_the_year_stops_only_its_job(bank: Bank) -> None:
    one, other = bank.job(), bank.job("plain", "day 5, 09:00 Asia/Shanghai")
    bank.tick(one, other)
    bank.clock.now = utc("2029-01-20T00:00")
    with bank.ledger() as ledger:
        ledger.note_occurrence("monthly", "2028-11", utc("2028-12-05T00:00"), "done")
        ledger.note_occurrence("plain", "2028-11", utc("2028-12-05T01:00"), "done")
    told = {outcome.job: outcome for outcome in bank.tick(one, other)}
    assert (told["monthly"].kind, told["monthly"].code) == (Kind.FAILED, ExitCode.JOB)
    assert "config/calendars/cn-20" in " ".join(told["monthly"].told)
    assert told["plain"].kind is Kind.DONE


def test_a_run_that_fails_long_after_its_deadline_is_given_up(bank: Bank) -> None:
    job = bank.job(more="  until: 5th working day, 18:00\n")

    def hurt(name: str, period: str, state: RunState) -> None:
        raise SourceError("the database is away.")

    bank.hurt = hurt
    bank.clock.now = utc("2026-01-09T00:00")  # the deadline has passed; the machine slept
    assert kinds(bank.tick(job)) == [("2025-12", "retry")]
    bank.clock.go(hours=23)
    assert kinds(bank.tick(job)) == [("2025-12", "retry")]
    bank.clock.go(hours=2)
    (outcome,) = bank.tick(job)
    assert (outcome.kind, outcome.code) == (Kind.FAILED, ExitCode.SOURCE)
    assert bank.tick(job) == ()


def test_an_edition_from_other_data_stands_and_is_said_once(bank: Bank) -> None:
    def hurt(name: str, period: str, state: RunState) -> None:
        raise AlreadyIssued("monthly/2025-12/bank/r01 was issued on 2026-01-02.")

    bank.hurt = hurt
    job = bank.job()
    (outcome,) = bank.tick(job)
    assert (outcome.kind, outcome.code) == (Kind.ISSUED_BEFORE, ExitCode.ALREADY_ISSUED)
    bank.clock.go(hours=2)
    assert bank.tick(job) == ()


@pytest.mark.parametrize("rest", [RunState.DONE_WITH_ERRORS, RunState.HELD, RunState.AWAITING_APPROVAL])
def test_what_waits_for_a_person_is_left_to_the_person(bank: Bank, rest: RunState) -> None:
    def run(job, context, seen):
        with bank.ledger() as ledger:
            claim = ledger.claim(job.job, context.period.label)
            steps = [RunState.LOADING, RunState.VALIDATED, RunState.RENDERING, RunState.ARCHIVED]
            for state in [*steps, *([RunState.RELEASED] if rest is RunState.DONE_WITH_ERRORS else [])]:
                ledger.advance(claim, state)
            ledger.finish(claim, rest)
        if rest is not RunState.AWAITING_APPROVAL:
            raise PartlyFailed("1 of 20 reports failed.")
        return ()

    bank.run = run  # type: ignore[method-assign]
    job = bank.job()
    (outcome,) = bank.tick(job)
    assert outcome.kind.value == rest.value
    assert outcome.code == (0 if rest is RunState.AWAITING_APPROVAL else ExitCode.PARTLY_FAILED)
    bank.clock.go(days=1)
    assert bank.tick(job) == ()


def test_a_failure_before_the_claim_is_not_taken_for_the_run_before_it(bank: Bank) -> None:
    """An old finished run of the period must not settle a date whose own run never began."""
    job = bank.job()
    bank.run(job, _context(bank, job, "2025-12"))  # by hand, before the date
    bank.issued.clear()
    bank.clock.go(hours=1)

    def run(job, context, seen):
        raise SourceError("the database is away.")

    bank.run = run  # type: ignore[method-assign]
    assert kinds(bank.tick(job)) == [("2025-12", "retry")]


def _context(bank: Bank, job, period: str):
    from reportgen.context import RunContext
    from reportgen.period import Period

    return RunContext.create(job, Period.parse(period), output=bank.folder / "output", clock=bank.clock)


def test_a_ledger_that_fails_ends_the_tick(bank: Bank) -> None:
    def hurt(name: str, period: str, state: RunState) -> None:
        raise LedgerFailed("the disk is full.")

    bank.run = lambda job, context, seen: hurt("", "", RunState.LOADING)  # type: ignore[method-assign,assignment,return-value]
    with pytest.raises(LedgerFailed):
        bank.tick(bank.job("a"), bank.job("b"))
