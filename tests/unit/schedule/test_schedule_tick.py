"""`tick`: each period once and for itself, through waiting, failure, death, clocks that jump, and two at once."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from reportgen.errors import AlreadyIssued, ClaimHeld, ExitCode, LedgerFailed, PartlyFailed, SourceError
from reportgen.runs.states import RunState
from reportgen.schedule.outcome import Kind, Outcome
from tests.unit.schedule.simulated import Bank, Clock, Killed, utc

JANUARY = utc("2026-01-06T00:30")
"""The third working day of January 2026, 08:30 in Shanghai: December is due."""


@pytest.fixture
def bank(tmp_path: Path) -> Bank:
    (tmp_path / "templates").mkdir()
    return Bank(tmp_path, Clock(JANUARY))


def kinds(outcomes: tuple[Outcome, ...]) -> list[tuple[str, str]]:
    return [(str(one.period), one.kind.value) for one in outcomes]


def noted(bank: Bank, job: str = "monthly") -> dict[str, str]:
    with bank.ledger() as ledger:
        return {note.period: note.outcome for note in ledger.occurrences(job)}


def test_nothing_is_due_a_minute_early(bank: Bank) -> None:
    job = bank.job()
    bank.tick(job)  # November, the newest due at first, had its day in December
    bank.issued.clear()
    bank.clock.now = utc("2026-02-04T00:29")
    assert bank.tick(job) == ()
    bank.clock.now = utc("2026-02-04T00:30")
    (made,) = bank.tick(job)
    assert (str(made.period), made.kind, made.at, made.code) == ("2026-01", Kind.DONE, utc("2026-02-04T00:30"), 0)
    assert made.paths == (bank.folder / "2026-01.pdf",)
    assert bank.tick(job) == ()
    assert bank.periods() == ["2026-01"]


def test_a_tick_is_noted_with_its_host_and_time(bank: Bank) -> None:
    job = bank.job()
    bank.tick(job)
    bank.clock.go(hours=1)
    bank.tick(job, dry=True)
    with bank.ledger() as ledger:
        last = ledger.last_tick()
    assert last is not None and last.at == JANUARY and last.host


def test_the_first_tick_makes_the_newest_period_only(bank: Bank) -> None:
    bank.tick(bank.job())
    assert bank.periods() == ["2025-12"]


def test_what_was_missed_is_made_oldest_first_over_all_jobs(bank: Bank) -> None:
    months, quarters = bank.job(), bank.job("quarterly", "day 10, 09:00 Asia/Shanghai", "quarter")
    bank.clock.now = utc("2026-01-12T00:00")
    bank.tick(months, quarters)
    bank.issued.clear()
    bank.clock.now = utc("2026-05-09T00:00")
    assert kinds(bank.tick(months, quarters)) == [
        ("2026-01", "done"), ("2026-02", "done"), ("2026-03", "done"), ("2026-Q1", "done"), ("2026-04", "done"),
    ]
    assert [period for _, period, _ in bank.issued] == ["2026-01", "2026-02", "2026-03", "2026-Q1", "2026-04"]


def test_waiting_until_the_data_are_there(bank: Bank) -> None:
    job = bank.job()
    bank.missing = lambda job, period, now: now < JANUARY + timedelta(days=2)
    (waiting,) = bank.tick(job)
    assert (waiting.kind, waiting.code, waiting.told) == (Kind.WAITING, 0, ("closing.csv: is not there for 2025-12.",))
    assert noted(bank) == {"2025-12": "waiting"}
    bank.clock.go(days=1)
    assert kinds(bank.tick(job)) == [("2025-12", "waiting")]
    bank.clock.go(days=1)
    assert kinds(bank.tick(job)) == [("2025-12", "done")]
    assert bank.tick(job) == ()


def test_a_waiting_period_does_not_stop_a_newer_one(bank: Bank) -> None:
    job = bank.job()
    bank.missing = lambda job, period, now: period == "2025-12" and now < utc("2026-03-20T00:00")
    bank.tick(job)
    bank.clock.now = utc("2026-02-05T00:00")
    assert kinds(bank.tick(job)) == [("2025-12", "waiting"), ("2026-01", "done")]
    bank.clock.now = utc("2026-03-21T00:00")
    assert kinds(bank.tick(job)) == [("2025-12", "done"), ("2026-02", "done")]
    assert bank.tick(job) == ()


@pytest.mark.parametrize(("then", "kind", "code", "made"), [
    ("fail", Kind.FAILED, ExitCode.SOURCE, []), ("skip", Kind.SKIPPED, 0, []), ("run", Kind.DONE, 0, ["2025-12"]),
])
def test_the_deadline(bank: Bank, then: str, kind: Kind, code: int, made: list[str]) -> None:
    job = bank.job(more=f"  until: 5th working day, 18:00\n  then: {then}\n")  # 2026-01-08 18:00
    bank.missing = lambda job, period, now: True
    assert kinds(bank.tick(job)) == [("2025-12", "waiting")]
    bank.clock.now = utc("2026-01-08T09:59")
    assert kinds(bank.tick(job)) == [("2025-12", "waiting")]
    bank.clock.now = utc("2026-01-08T10:00")
    (outcome,) = bank.tick(job)
    assert (outcome.kind, outcome.code) == (kind, code)
    assert outcome.told[-1] == f"the deadline 2026-01-08 10:00 UTC has passed; then: {then}."
    assert bank.tick(job) == ()
    assert bank.periods() == made


def test_data_that_came_after_a_missed_deadline_are_used_if_nobody_gave_up(bank: Bank) -> None:
    job = bank.job(more="  until: 5th working day, 18:00\n  then: fail\n")
    bank.missing = lambda job, period, now: now < utc("2026-01-09T00:00")
    bank.tick(job)
    bank.clock.now = utc("2026-01-12T00:00")  # no tick saw the deadline
    assert kinds(bank.tick(job)) == [("2025-12", "done")]


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
    gaps = [(later - earlier) // timedelta(minutes=1) for earlier, later in zip(tries, tries[1:], strict=False)]
    assert gaps == [15, 15, 30, 60, 60, 60, 60]


def test_a_failure_does_not_stop_other_jobs(bank: Bank) -> None:
    def hurt(name: str, period: str, state: RunState) -> None:
        if name == "broken":
            raise ZeroDivisionError("客户 4711")

    bank.hurt = hurt
    failed, made = bank.tick(bank.job("broken"), bank.job("sound"))
    assert (failed.job, failed.kind, failed.code) == ("broken", Kind.RETRY, ExitCode.UNEXPECTED)
    assert "ZeroDivisionError" in failed.told[0] and "4711" not in " ".join(failed.told)
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
    assert outcome.kind is Kind.DONE and "could not note it" in outcome.told[0]
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


def test_a_period_another_process_is_making_is_said_and_is_no_error(bank: Bank) -> None:
    job = bank.job()
    with bank.ledger() as other:
        other.claim("monthly", "2025-12")
        (outcome,) = bank.tick(job)
    assert (outcome.kind, outcome.code) == (Kind.CLAIMED, 0)
    assert outcome.told and bank.issued == []


def test_a_period_made_between_the_look_and_the_claim_is_not_made_again(bank: Bank) -> None:
    job = bank.job()

    def run(job, context, seen):
        Bank.run(bank, job, context, seen)  # the other tick, quicker than this one
        return Bank.run(bank, job, context, seen)

    bank.run = run  # type: ignore[method-assign]
    (outcome,) = bank.tick(job)
    assert outcome.kind is Kind.CLAIMED
    with bank.ledger() as ledger:
        assert [run.version for run in ledger.runs("monthly")] == [1]
    assert kinds(bank.tick(job)) == [("2025-12", "done")]  # found made, and noted
    assert bank.loads == 1


def test_fenced_in_mid_run_is_no_error_either(bank: Bank) -> None:
    def hurt(name: str, period: str, state: RunState) -> None:
        raise ClaimHeld("overtaken.")

    bank.hurt = hurt
    bank.run = lambda job, context, seen: hurt("", "", RunState.LOADING)  # type: ignore[method-assign,assignment,return-value]
    (outcome,) = bank.tick(bank.job())
    assert (outcome.kind, outcome.told) == (Kind.CLAIMED, ("overtaken.",))


def test_a_ledger_that_fails_ends_the_tick(bank: Bank) -> None:
    def hurt(name: str, period: str, state: RunState) -> None:
        raise LedgerFailed("the disk is full.")

    bank.run = lambda job, context, seen: hurt("", "", RunState.LOADING)  # type: ignore[method-assign,assignment,return-value]
    with pytest.raises(LedgerFailed):
        bank.tick(bank.job("a"), bank.job("b"))


def test_a_dry_tick_says_what_it_would_do_and_leaves_no_trace(bank: Bank) -> None:
    job = bank.job()
    assert kinds(bank.tick(job, dry=True)) == [("2025-12", "due")]
    assert not (bank.folder / "output" / "reportgen.db").exists()
    bank.missing = lambda job, period, now: True
    assert kinds(bank.tick(job, dry=True)) == [("2025-12", "waiting")]
    assert bank.issued == []


def test_only_the_newest_where_the_job_says_latest(bank: Bank) -> None:
    job = bank.job(more="  catch_up: latest\n")
    bank.tick(job)
    bank.clock.now = utc("2026-04-20T00:00")
    assert kinds(bank.tick(job)) == [("2026-01", "skipped"), ("2026-02", "skipped"), ("2026-03", "done")]
    assert bank.tick(job) == ()
    assert bank.periods() == ["2025-12", "2026-03"]


def test_with_catch_up_none_what_began_in_time_still_has_its_end(bank: Bank) -> None:
    job = bank.job(more="  until: 5th working day, 18:00\n  then: run\n  catch_up: none\n")
    bank.missing = lambda job, period, now: True
    assert kinds(bank.tick(job)) == [("2025-12", "waiting")]
    bank.clock.now = utc("2026-01-20T00:00")
    assert kinds(bank.tick(job)) == [("2025-12", "done")]
    bank.missing = lambda job, period, now: False
    bank.clock.now = utc("2026-04-20T00:00")
    assert bank.tick(job) == ()
    bank.clock.now = utc("2026-05-08T00:30")
    assert kinds(bank.tick(job)) == [("2026-04", "done")]


def test_a_moved_date_is_waited_for(bank: Bank) -> None:
    bank.missing = lambda job, period, now: now < utc("2026-01-09T00:00")
    bank.tick(bank.job())
    moved = bank.job(when="day 20, 09:00 Asia/Shanghai")
    bank.clock.now = utc("2026-01-10T00:00")
    assert bank.tick(moved) == ()
    bank.clock.now = utc("2026-01-20T01:00")
    assert kinds(bank.tick(moved)) == [("2025-12", "done")]


def test_a_clock_that_jumps_ahead_and_back_neither_doubles_nor_loses(bank: Bank) -> None:
    job = bank.job(more="  until: 5th working day, 18:00\n  then: fail\n")
    held = {f"2026-{month:02}" for month in range(1, 13)}
    bank.missing = lambda job, period, now: period in held  # the world's data, whatever the clock says
    bank.tick(job)
    assert bank.periods() == ["2025-12"]
    bank.clock.now = utc("2026-07-15T00:00")
    assert {kind for _, kind in kinds(bank.tick(job))} == {"failed"}
    for month, day in ((2, 4), (3, 4), (4, 3), (5, 8)):
        bank.clock.now = utc(f"2026-{month:02}-{day:02}T00:40")
        held.discard(f"2026-{month - 1:02}")
        assert kinds(bank.tick(job)) == [(f"2026-{month - 1:02}", "done")]
        assert bank.tick(job) == ()
    assert bank.periods() == ["2025-12", "2026-01", "2026-02", "2026-03", "2026-04"]


def test_a_clock_that_was_ahead_does_not_hide_what_comes(bank: Bank) -> None:
    job = bank.job(more="  catch_up: latest\n")
    bank.tick(job)
    bank.clock.now = utc("2026-09-10T00:00")
    bank.tick(job)  # makes August, passes over seven
    for when in ("2026-02-04T00:40", "2026-03-04T00:40", "2026-04-03T00:40"):
        bank.clock.now = utc(when)
        bank.tick(job)
    assert bank.periods() == ["2025-12", "2026-08", "2026-01", "2026-02", "2026-03"]
    bank.clock.now = utc("2026-09-10T00:00")
    bank.tick(job)
    assert bank.periods().count("2026-08") == 1


def test_a_clock_that_jumps_back_makes_nothing_again(bank: Bank) -> None:
    job = bank.job()
    bank.tick(job)
    bank.clock.now = utc("2026-02-10T00:00")
    bank.tick(job)
    bank.clock.now = utc("2026-01-06T00:30")
    assert bank.tick(job) == ()
    for when in ("2025-12-20T00:00", "2020-01-08T00:00"):  # a machine whose battery is empty
        bank.clock.now = utc(when)
        (outcome,) = bank.tick(job)
        assert (outcome.kind, outcome.code) == (Kind.FAILED, ExitCode.UNEXPECTED)
        assert outcome.told[0] == (f"The clock says {when.replace('T', ' ')} UTC, but the run ledger knows no date of "
                                   "'monthly' before 2026-01-06 00:30 UTC.")
    bank.clock.now = utc("2026-02-10T00:00")
    assert bank.tick(job) == ()
    assert bank.periods() == ["2025-12", "2026-01"]


def test_an_open_month_does_not_lead_a_job_of_quarters_back(bank: Bank) -> None:
    bank.missing = lambda job, period, now: period == "2025-12"
    bank.tick(bank.job())
    bank.missing = lambda job, period, now: False
    bank.clock.now = utc("2026-02-04T00:40")
    bank.tick(bank.job())
    with bank.ledger() as ledger:
        ledger.note_occurrence("monthly", "2024-01", utc("2024-02-05T00:30"), "waiting")
    bank.clock.now = utc("2026-04-10T00:00")
    assert kinds(bank.tick(bank.job(every="quarter"))) == [("2026-Q1", "done")]
