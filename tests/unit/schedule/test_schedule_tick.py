"""`tick`: each period once and for itself, when it is due and its data are there; what an outage leaves is made up."""

from __future__ import annotations

from datetime import timedelta

import pytest

from reportgen.errors import ExitCode
from reportgen.schedule.outcome import Kind
from tests.unit.schedule.simulated import JANUARY, Bank, kinds, noted, utc


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
    assert last is not None
    assert last.at == JANUARY
    assert last.host


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
