"""`tick` under clocks that jump, and schedules that are changed: nothing doubled, nothing lost."""

from __future__ import annotations

from reportgen.errors import ExitCode
from reportgen.schedule.outcome import Kind
from tests.unit.schedule.simulated import Bank, kinds, utc


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
