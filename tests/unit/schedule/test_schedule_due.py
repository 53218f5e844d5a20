"""`due`: which periods a job has to report now, after outages, on first start, and with each `catch_up`."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reportgen.config import load_job
from reportgen.config.job import Job
from reportgen.schedule.calendar import Calendars, CalendarUnknown
from reportgen.schedule.due import due, upcoming

NOWHERE = Calendars(Path("no-such-folder"))
JOB = """\
job: small
report: private_banking
currency: CNY
period: {{every: {every}}}
sources: {{closing: {{type: csv, path: closing.csv}}}}
frames:
  snapshots: {{from: closing, columns: {{customer_id: a, snapshot_date: b, aum: {{column: c, unit: 元}}}}}}
schedule:
  when: {when}
"""
THIRD = "3rd working day, 08:30 Asia/Shanghai, calendar CN"


def utc(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)


@dataclass
class Ledger:
    """What `due` asks of a ledger, in memory."""

    issued: list[str] = field(default_factory=list)
    mark: dt.datetime | None = None

    def issued_periods(self, job: str) -> list[str]:
        assert job == "small"
        return self.issued

    def last_scheduled(self, job: str) -> Mark | None:
        assert job == "small"
        return None if self.mark is None else Mark(self.mark)


@dataclass(frozen=True)
class Mark:
    due: dt.datetime


@pytest.fixture
def job(tmp_path: Path):
    def make(when: str = THIRD, every: str = "month", more: str = "") -> Job:
        path = tmp_path / "small.yaml"
        path.write_text(JOB.format(when=when, every=every) + more, encoding="utf-8")
        return load_job(path)

    return make


def labels(job: Job, ledger: Ledger, now: str) -> list[str]:
    return [one.period.label for one in due(job, ledger, utc(now), NOWHERE)]


def test_a_job_without_a_schedule_is_never_due(tmp_path: Path) -> None:
    path = tmp_path / "small.yaml"
    path.write_text(JOB.format(when=THIRD, every="month").split("schedule:")[0], encoding="utf-8")
    assert due(load_job(path), Ledger(), utc("2026-11-23"), NOWHERE) == ()
    assert upcoming(load_job(path), utc("2026-11-23"), NOWHERE) is None


def test_a_period_is_due_from_its_minute_on(job) -> None:
    ledger = Ledger(mark=utc("2026-04-03T00:30"))
    assert labels(job(), ledger, "2026-05-08T00:29") == []
    found = due(job(), ledger, utc("2026-05-08T00:30"), NOWHERE)
    assert [(one.job, one.period.label, one.at, one.late) for one in found] == [
        ("small", "2026-04", utc("2026-05-08T00:30"), dt.timedelta())
    ]


def test_a_late_run_reports_the_period_it_was_for(job) -> None:
    found = due(job(), Ledger(mark=utc("2026-04-03T00:30")), utc("2026-06-01T12:00"), NOWHERE)
    assert [one.period.label for one in found] == ["2026-04"]
    assert found[0].late == dt.timedelta(days=24, hours=11, minutes=30)


@pytest.mark.parametrize(
    ("catch_up", "expected"),
    [("all", ["2026-01", "2026-02", "2026-03", "2026-04"]), ("latest", ["2026-04"]), ("none", [])],
)
def test_what_is_made_up_after_an_outage(job, catch_up: str, expected: list[str]) -> None:
    made = job(more=f"  catch_up: {catch_up}\n")
    ledger = Ledger(issued=["2025-12"], mark=utc("2026-01-06T00:30"))
    assert labels(made, ledger, "2026-05-12T00:00") == expected


def test_latest_says_which_periods_it_leaves_out(job) -> None:
    ledger = Ledger(issued=["2026-02"], mark=utc("2026-01-06T00:30"))
    (found,) = due(job(more="  catch_up: latest\n"), ledger, utc("2026-05-12T00:00"), NOWHERE)
    assert (found.period.label, found.passed_over) == ("2026-04", ("2026-01", "2026-03"))


def test_latest_goes_back_to_nothing_once_the_newest_is_made(job) -> None:
    ledger = Ledger(issued=["2026-04"], mark=utc("2026-01-06T00:30"))
    assert labels(job(more="  catch_up: latest\n"), ledger, "2026-05-12T00:00") == []


@pytest.mark.parametrize(
    ("until", "now", "expected"),
    [
        ("", "2026-05-09T00:29", ["2026-04"]),  # within a day of 8 May 08:30
        ("", "2026-05-09T00:30", []),
        ("  until: 10th working day, 18:00\n", "2026-05-18T09:59", ["2026-04"]),
        ("  until: 10th working day, 18:00\n", "2026-05-18T10:00", []),
    ],
)
def test_none_makes_up_nothing_whose_time_has_passed(job, until: str, now: str, expected: list[str]) -> None:
    made = job(more=f"  catch_up: none\n{until}")
    assert labels(made, Ledger(mark=utc("2026-01-06T00:30")), now) == expected


def test_issued_periods_are_not_due_again(job) -> None:
    ledger = Ledger(issued=["2026-02", "2026-03"], mark=utc("2026-01-06T00:30"))
    assert labels(job(), ledger, "2026-05-12T00:00") == ["2026-01", "2026-04"]


@pytest.mark.parametrize("catch_up", ["all", "latest", "none"])
def test_a_first_start_begins_with_the_newest_period_not_with_history(job, catch_up: str) -> None:
    made = job(more=f"  catch_up: {catch_up}\n")
    assert labels(made, Ledger(), "2026-05-08T12:00") == ["2026-04"]
    assert labels(made, Ledger(issued=["2026-04"]), "2026-05-08T12:00") == []
    # Before May's third working day the newest date is that of April.
    assert labels(made, Ledger(), "2026-05-08T00:00") == (["2026-03"] if catch_up != "none" else [])


def test_a_clock_that_jumped_back_finds_nothing_due(job) -> None:
    assert labels(job(), Ledger(mark=utc("2026-10-10T00:30")), "2026-03-01T00:00") == []


def test_a_quarterly_job_on_a_monthly_date_is_due_once_a_quarter(job) -> None:
    made = job(every="quarter")
    found = due(made, Ledger(mark=utc("2025-10-15T00:00")), utc("2026-07-31T00:00"), NOWHERE)
    assert [(one.period.label, one.at.isoformat()[:10]) for one in found] == [
        ("2025-Q4", "2026-01-06"), ("2026-Q1", "2026-04-03"), ("2026-Q2", "2026-07-03"),
    ]
    # A mark between the dates of one quarter does not bring that quarter again.
    assert labels(made, Ledger(mark=utc("2026-01-06T00:30")), "2026-03-31T00:00") == []


def test_quarter_and_year_ends_report_what_ends_with_them(job) -> None:
    ledger = Ledger(mark=utc("2026-03-01T00:00"))
    assert labels(job("quarter end, 20:00", "quarter"), ledger, "2026-10-01T00:00") == ["2026-Q1", "2026-Q2", "2026-Q3"]
    assert labels(job("year end", "year"), Ledger(), "2026-12-31T15:59") == ["2025"]
    assert labels(job("year end", "year"), Ledger(), "2026-12-31T16:00") == ["2026"]


def test_the_deadline_is_the_first_one_after_the_date(job) -> None:
    made = job(more="  until: 10th working day, 18:00\n  then: run\n")
    (found,) = due(made, Ledger(), utc("2026-05-08T12:00"), NOWHERE)
    assert found.deadline == utc("2026-05-18T10:00")
    (found,) = due(job(more="  until: 1st working day, 18:00\n"), Ledger(), utc("2026-05-08T12:00"), NOWHERE)
    assert found.deadline == utc("2026-06-01T10:00")
    (found,) = due(job(), Ledger(), utc("2026-05-08T12:00"), NOWHERE)
    assert found.deadline is None


def test_periods_before_an_unknown_year_are_due_all_the_same(job) -> None:
    ledger = Ledger(mark=utc("2026-11-04T00:30"))
    assert labels(job(), ledger, "2027-02-10T00:00") == ["2026-11"]
    ledger.mark = utc("2026-12-03T00:30")
    with pytest.raises(CalendarUnknown, match=r"config/calendars/cn-2027\.yaml"):
        due(job(), ledger, utc("2027-02-10T00:00"), NOWHERE)


def test_latest_does_not_take_an_older_period_for_one_it_cannot_tell(job) -> None:
    made = job(more="  catch_up: latest\n")
    with pytest.raises(CalendarUnknown):
        due(made, Ledger(mark=utc("2026-11-04T00:30")), utc("2027-02-10T00:00"), NOWHERE)
    with pytest.raises(CalendarUnknown):
        due(job(), Ledger(), utc("2027-02-10T00:00"), NOWHERE)


def test_calendars_come_from_the_project_of_the_job(job, tmp_path: Path) -> None:
    (tmp_path / "templates").mkdir()
    (tmp_path / "config" / "calendars").mkdir(parents=True)
    (tmp_path / "config" / "calendars" / "cn-2027.yaml").write_text(
        "calendar: CN\nyear: 2027\nsource: a made-up notice\nholidays: [2027-01-01]\nworking_weekends: [2027-01-02]\n",
        encoding="utf-8",
    )
    (found,) = due(job(), Ledger(mark=utc("2026-12-03T00:30")), utc("2027-01-10T00:00"))
    assert (found.period.label, found.at) == ("2026-12", utc("2027-01-05T00:30"))


def test_the_next_date_and_what_it_will_report(job) -> None:
    found = upcoming(job(), utc("2026-05-08T00:29"), NOWHERE)
    assert found is not None
    assert (found.period.label, found.at, found.late) == ("2026-04", utc("2026-05-08T00:30"), dt.timedelta())
    found = upcoming(job(), utc("2026-05-08T00:30"), NOWHERE)
    assert found is not None
    assert (found.period.label, found.at) == ("2026-05", utc("2026-06-03T00:30"))
    with pytest.raises(CalendarUnknown):
        upcoming(job(), utc("2026-12-20T00:00"), NOWHERE)


SCHEDULES = [(THIRD, "month"), ("quarter end, 20:00", "quarter"), ("cron 30 2 * * 1", "month"), ("day 31, 00:00", "month"),
             ("month end", "month"), ("last working day, 18:00, calendar CN", "quarter")]


@pytest.mark.parametrize(("when", "every"), SCHEDULES)
@settings(max_examples=20, deadline=None)
@given(gaps=st.lists(st.integers(1, 60 * 24 * 80), min_size=1, max_size=12))
def test_however_ticks_fall_each_period_is_due_once_and_at_the_same_instant(
    tmp_path_factory: pytest.TempPathFactory, when: str, every: str, gaps: list[int]
) -> None:
    path = tmp_path_factory.mktemp("year") / "small.yaml"
    path.write_text(JOB.format(when=when, every=every), encoding="utf-8")
    made, start = load_job(path), utc("2024-01-01T00:00")
    now, ledger, seen = start, Ledger(mark=start), []
    for minutes in gaps:
        now += dt.timedelta(minutes=minutes)
        for one in due(made, ledger, now, NOWHERE):
            seen.append((one.period.label, one.at))
            ledger.mark = one.at
    at_once = due(made, Ledger(mark=start), now, NOWHERE)
    assert seen == [(one.period.label, one.at) for one in at_once]
    assert len({label for label, _ in seen}) == len(seen)
