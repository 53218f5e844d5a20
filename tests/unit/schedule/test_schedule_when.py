"""`when`: which instants a line means, the period each reports, and what is said of a line that cannot be read."""

from __future__ import annotations

import calendar
import datetime as dt
from functools import lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

import chinese_calendar
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reportgen.errors import ExitCode
from reportgen.period import Period
from reportgen.schedule.calendar import Calendars, CalendarUnknown
from reportgen.schedule.when import EXAMPLES, WhenError, containing, following, next_occurrence, parse_when

NOWHERE = Calendars(Path("no-such-folder"))
THIRD = "3rd working day, 08:30 Asia/Shanghai, calendar CN"
LINES = (
    THIRD,
    "1st working day, 00:00 Asia/Shanghai, calendar CN",
    "last working day, 24:00 Asia/Shanghai, calendar CN",
    "2nd last working day, 18:00, calendar CN",
    "every working day, 07:00, calendar CN",
    "month end",
    "month end, 23:30 Europe/Berlin",
    "quarter end, 20:00",
    "year end, 12:00 America/New_York",
    "day 31, 02:30 Europe/Berlin",
    "day 29, 02:30 Europe/Berlin",
    "day 1, 09:00",
    "cron 30 2 * * * Europe/Berlin",
    "cron 15,45 2,3 * * * Europe/Berlin",
    "cron */20 * * * 0 America/New_York",
    "cron 30 8 * * 1",
    "cron 0 0 29 2 *",
    "cron 10 0 1,15 * 5 America/Havana",
)


def utc(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)


def local(line: str, first: str, before: str) -> list[str]:
    """Occurrences as wall times of the line's zone."""
    when = parse_when(line)
    zone = ZoneInfo(when.zone)
    found = when.occurrences(utc(first), utc(before), NOWHERE)
    return [moment.astimezone(zone).strftime("%Y-%m-%d %H:%M") for moment in found]


def test_third_working_days_of_2026_with_make_up_saturdays() -> None:
    days = [one[:10] for one in local(THIRD, "2026-01-01", "2027-01-01")]
    assert len(days) == 12
    assert [days[0], days[4], days[9]] == ["2026-01-06", "2026-05-08", "2026-10-10"]
    assert [dt.date.fromisoformat(day).strftime("%a") for day in days].count("Sat") == 1


@pytest.mark.parametrize(
    ("line", "first", "before", "expected"),
    [
        ("last working day, 18:00, calendar CN", "2026-01-01", "2026-07-01",
         ["2026-01-30 18:00", "2026-02-28 18:00", "2026-03-31 18:00", "2026-04-30 18:00", "2026-05-29 18:00",
          "2026-06-30 18:00"]),
        ("2nd last working day, 18:00, calendar CN", "2026-02-01", "2026-03-01", ["2026-02-27 18:00"]),
        ("10th working day, 18:00, calendar CN", "2026-05-01", "2026-06-01", ["2026-05-18 18:00"]),
        ("every working day, 07:00, calendar CN", "2026-04-29T16:00", "2026-05-10",
         ["2026-04-30 07:00", "2026-05-06 07:00", "2026-05-07 07:00", "2026-05-08 07:00", "2026-05-09 07:00"]),
        ("month end, 20:00", "2024-01-01", "2024-05-01",
         ["2024-01-31 20:00", "2024-02-29 20:00", "2024-03-31 20:00", "2024-04-30 20:00"]),
        ("month end", "2026-02-01", "2026-04-01", ["2026-03-01 00:00", "2026-04-01 00:00"]),
        ("quarter end, 20:00", "2026-01-01", "2027-01-01",
         ["2026-03-31 20:00", "2026-06-30 20:00", "2026-09-30 20:00", "2026-12-31 20:00"]),
        ("year end, 20:00", "2025-01-01", "2027-01-01", ["2025-12-31 20:00", "2026-12-31 20:00"]),
        ("day 31, 09:00", "2026-01-01", "2026-05-01",
         ["2026-01-31 09:00", "2026-02-28 09:00", "2026-03-31 09:00", "2026-04-30 09:00"]),
        ("day 5, 09:00 Europe/Berlin", "2026-03-01", "2026-05-01", ["2026-03-05 09:00", "2026-04-05 09:00"]),
        ("cron 30 8 * * 1 Asia/Shanghai", "2026-11-01", "2026-11-24",
         ["2026-11-02 08:30", "2026-11-09 08:30", "2026-11-16 08:30", "2026-11-23 08:30"]),
        ("cron 0 6 L * *, Asia/Shanghai", "2026-02-01", "2026-04-01", ["2026-02-28 06:00", "2026-03-31 06:00"]),
        ("CRON 0 8 1,15 * *", "2026-02-01", "2026-03-01", ["2026-02-01 08:00", "2026-02-15 08:00"]),
    ],
)
def test_days_that_a_line_can_name(line: str, first: str, before: str, expected: list[str]) -> None:
    assert local(line, first, before) == expected


@pytest.mark.parametrize("line", ["cron 30 2 * * * Europe/Berlin", "day 29, 02:30 Europe/Berlin"])
def test_a_time_the_clocks_jump_over_comes_once_at_the_first_that_exists(line: str) -> None:
    assert local(line, "2026-03-28T12:00", "2026-03-29T12:00") == ["2026-03-29 03:00"]
    assert list(parse_when(line).occurrences(utc("2026-03-28T12:00"), utc("2026-03-29T12:00"), NOWHERE)) == [
        utc("2026-03-29T01:00")
    ]


@pytest.mark.parametrize("line", ["cron 30 2 * * * Europe/Berlin", "day 25, 02:30 Europe/Berlin"])
def test_a_time_that_comes_twice_is_meant_once_the_first(line: str) -> None:
    found = list(parse_when(line).occurrences(utc("2026-10-24T12:00"), utc("2026-10-25T12:00"), NOWHERE))
    assert found == [utc("2026-10-25T00:30")]
    # Asked from within the repeated hour, the time that has passed does not come again.
    assert list(parse_when(line).occurrences(utc("2026-10-25T01:10"), utc("2026-10-25T12:00"), NOWHERE)) == []


def test_several_times_in_one_gap_fall_together() -> None:
    assert local("cron 15,45 2 * * * Europe/Berlin", "2026-03-28T12:00", "2026-03-29T12:00") == ["2026-03-29 03:00"]


def test_shanghai_had_summer_time_once() -> None:
    found = list(parse_when("day 4, 08:30 Asia/Shanghai").occurrences(utc("1986-05-01"), utc("1986-06-10"), NOWHERE))
    assert found == [utc("1986-05-04T23:30") - dt.timedelta(days=1), utc("1986-06-03T23:30")]


def test_an_interval_holds_its_beginning_and_not_its_end() -> None:
    when = parse_when("day 5, 09:00 Asia/Shanghai")
    at, step = utc("2026-05-05T01:00"), dt.timedelta(microseconds=1)
    assert list(when.occurrences(at, at + step, NOWHERE)) == [at]
    assert list(when.occurrences(at - step, at, NOWHERE)) == []
    assert list(when.occurrences(at + step, at + dt.timedelta(days=20), NOWHERE)) == []
    assert list(when.occurrences(at, at, NOWHERE)) == []


@pytest.mark.parametrize("line", LINES)
@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_cutting_an_interval_anywhere_gives_the_same_occurrences(line: str, data: st.DataObject) -> None:
    moments = st.integers(0, 6_260_000).map(lambda minutes: utc("2015-01-01") + dt.timedelta(minutes=minutes))
    # Cuts near the changes of the clocks are what could go wrong.
    changes = st.builds(
        lambda base, minutes: base + dt.timedelta(minutes=minutes),
        st.sampled_from([utc("2026-03-29T00:00"), utc("2026-10-25T00:00"), utc("2026-03-08T05:00"), utc("2026-11-01T04:00")]),
        st.integers(-60 * 30, 60 * 30),
    )
    first, cut = sorted([data.draw(moments | changes), data.draw(moments | changes)])
    before = cut + dt.timedelta(minutes=data.draw(st.integers(0, 60 * 24 * 70)))
    before = min(before, utc("2026-12-31"))
    first = max(first, cut - dt.timedelta(days=70))
    when = parse_when(line)

    def found(low: dt.datetime, high: dt.datetime) -> list[dt.datetime]:
        return list(when.occurrences(low, high, NOWHERE))

    whole = found(first, before)
    assert found(first, cut) + found(cut, before) == whole
    assert whole == sorted(set(whole))
    assert all(first <= one < before for one in whole)


@lru_cache
def nth_by_hand(year: int, month: int, number: int) -> dt.date:
    days = [dt.date(year, month, day + 1) for day in range(calendar.monthrange(year, month)[1])]
    return [day for day in days if chinese_calendar.is_workday(day)][number]


@settings(max_examples=60, deadline=None)
@given(year=st.integers(2007, 2026), month=st.integers(1, 12), number=st.integers(-15, 15).filter(bool))
def test_the_nth_working_day_is_the_one_counted_by_hand(year: int, month: int, number: int) -> None:
    word = f"{number}th working day" if number > 0 else f"{-number}th last working day"
    period = Period.parse(f"{year}-{month:02}").previous()
    at = parse_when(f"{word}, 08:30 Asia/Shanghai, calendar CN").due_at(period, NOWHERE)
    assert at is not None
    day = nth_by_hand(year, month, number - 1 if number > 0 else number)
    assert at.astimezone(ZoneInfo("Asia/Shanghai")) == dt.datetime.combine(day, dt.time(8, 30), ZoneInfo("Asia/Shanghai"))


def test_a_year_no_source_knows_stops_the_walk_after_what_is_known(tmp_path: Path) -> None:
    walk = parse_when(THIRD).occurrences(utc("2026-12-01"), utc("2027-03-01"), NOWHERE)
    assert next(walk) == utc("2026-12-03T00:30")
    with pytest.raises(CalendarUnknown, match="cn-2027"):
        next(walk)
    (tmp_path / "cn-2027.yaml").write_text(
        "calendar: CN\nyear: 2027\nsource: a made-up notice\nholidays: [2027-01-01]\nworking_weekends: [2027-01-02]\n",
        encoding="utf-8",
    )
    known = parse_when(THIRD).occurrences(utc("2027-01-01"), utc("2027-02-01"), Calendars(tmp_path))
    assert list(known) == [utc("2027-01-05T00:30")]


def test_an_unknown_year_is_not_asked_for_before_its_days_can_come() -> None:
    when = parse_when(THIRD)
    assert list(when.occurrences(utc("2026-12-10"), utc("2027-01-02T12:00"), NOWHERE)) == []
    with pytest.raises(CalendarUnknown):
        list(when.occurrences(utc("2026-12-10"), utc("2027-01-03T12:00"), NOWHERE))


@pytest.mark.parametrize(
    ("line", "occurrence", "every", "period"),
    [
        (THIRD, "2026-05-08T00:30", "month", "2026-04"),
        (THIRD, "2026-01-06T00:30", "quarter", "2025-Q4"),
        (THIRD, "2026-02-04T00:30", "quarter", "2025-Q4"),
        (THIRD, "2026-01-06T00:30", "year", "2025"),
        (THIRD, "2026-05-08T00:30", "day", "2026-05-07"),
        # 31 May 17:00 UTC is 1 June in Shanghai: May is over there.
        ("day 1, 01:00 Asia/Shanghai", "2026-05-31T17:00", "month", "2026-05"),
        ("last working day, 18:00 Asia/Shanghai, calendar CN", "2026-05-29T10:00", "month", "2026-04"),
        ("month end, 20:00 Asia/Shanghai", "2026-05-31T12:00", "month", "2026-05"),
        ("month end, Asia/Shanghai", "2026-05-31T16:00", "month", "2026-05"),
        ("month end, 20:00 Asia/Shanghai", "2026-02-28T12:00", "quarter", "2025-Q4"),
        ("quarter end, 20:00 Asia/Shanghai", "2026-03-31T12:00", "quarter", "2026-Q1"),
        ("quarter end, 20:00 Asia/Shanghai", "2026-03-31T12:00", "month", "2026-03"),
        ("year end, 20:00 Asia/Shanghai", "2026-12-31T12:00", "year", "2026"),
        ("cron 30 8 * * 1 Asia/Shanghai", "2026-11-23T00:30", "day", "2026-11-22"),
    ],
)
def test_an_occurrence_reports_the_period_that_ended_before_it(
    line: str, occurrence: str, every: str, period: str
) -> None:
    assert parse_when(line).period_of(utc(occurrence), every).label == period  # type: ignore[arg-type]


@pytest.mark.parametrize("line", LINES)
@settings(max_examples=10, deadline=None)
@given(data=st.data())
def test_a_period_is_due_at_the_first_occurrence_that_reports_it(line: str, data: st.DataObject) -> None:
    every = data.draw(st.sampled_from(("day", "month", "quarter", "year")))
    day = data.draw(st.dates(dt.date(2012, 1, 1), dt.date(2024, 12, 31)))
    when, period = parse_when(line), containing(day, every)
    at = when.due_at(period, NOWHERE)
    around = when.occurrences(when.opens(period) - dt.timedelta(days=3), when.opens(following(period)), NOWHERE)
    reports = [one for one in around if when.period_of(one, every) == period]
    assert at == (reports[0] if reports else None)
    assert at is None or at >= when.opens(period)


def test_no_period_is_reported_before_its_last_day() -> None:
    for line in LINES:
        when = parse_when(line)
        for one in when.occurrences(utc("2025-11-01"), utc("2026-03-01"), NOWHERE):
            period = when.period_of(one, "month")
            assert one.astimezone(ZoneInfo(when.zone)).date() >= period.last_day


def test_the_next_occurrence_excludes_its_own_moment() -> None:
    when = parse_when("day 5, 09:00 Asia/Shanghai")
    assert next_occurrence(when, utc("2026-05-05T01:00"), NOWHERE) == utc("2026-06-05T01:00")
    leap = parse_when("cron 0 0 29 2 * Asia/Shanghai")
    assert next_occurrence(leap, utc("2026-05-05"), NOWHERE) == utc("2028-02-28T16:00")


@pytest.mark.parametrize("line", EXAMPLES)
def test_the_examples_a_message_gives_can_be_read(line: str) -> None:
    assert parse_when(line, calendar="CN").text == line


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("3rd workday, 08:30, calendar CN", "'3rd workday' names no day"),
        ("working day, 08:30, calendar CN", "'working day' names no day"),
        ("3rd working day, 08:30", "needs a calendar, such as: calendar CN"),
        ("3rd working day，08:30", "'，' is full-width"),
        ("day ５, 08:30", "'５' is full-width"),
        ("day 32, 09:00", "a month has no day 32"),
        ("day 0, 09:00", "a month has no day 0"),
        ("20th working day, 08:00, calendar CN", "not every month has a working day 20"),
        ("day 5", "the time is missing after 'day 5'"),
        ("day 5, calendar CN", "the time is missing"),
        ("cron 30 8 * * Asia/Shanghai", "has 5 fields (minute hour day month weekday), found 4"),
        ("cron", "found 0"),
        ("cron 61 8 * * *", "bad minute"),
        ("cron 0 0 30 2 *", "bad day-of-month"),
        ("cron 30 8 * * 1, 08:30", "already says the time"),
        ("day 5, 25:00", "'25:00' is no time of a day"),
        ("day 5, 23:60", "'23:60' is no time of a day"),
        ("day 5, 24:01", "'24:01' is no time of a day"),
        ("day 5, 09:00 Asia/Shangai", "Did you mean 'Asia/Shanghai'?"),
        ("day 5, 09:00, calendar cn", "'cn' is no code of a calendar"),
        ("day 5, 09:00, 10:00", "the time stands twice"),
        ("day 5, 9 o'clock", "'9 o'clock' is no time such as 08:30"),
        ("day 5, 09:00, calendar", "'calendar' is no time such as 08:30"),
        ("day 5,, 09:00", "'' is no time such as 08:30"),
        ("month end, ../../etc", "is no IANA time zone"),
        ("", "names no day"),
    ],
)
def test_a_line_that_cannot_be_read_says_what_was_found_and_gives_examples(line: str, said: str) -> None:
    with pytest.raises(WhenError) as caught:
        parse_when(line)
    message = caught.value.problems[0].message
    assert said in message
    assert "Examples: 3rd working day, 08:30 Asia/Shanghai, calendar CN;" in message
    assert caught.value.code == ExitCode.JOB
    assert ".." not in message.replace("../../etc", "")


@settings(max_examples=100, deadline=None)
@given(text=st.text(max_size=60) | st.lists(
    st.sampled_from(["3rd", "last", "working", "day", "5", "month", "end", ",", "08:30", "cron", "*", "calendar", "CN",
                     "Asia/Shanghai", "UTC", "99999999999", "24:00", "L", "#"]), max_size=12).map(" ".join))
def test_any_text_is_read_or_refused_and_nothing_else(text: str) -> None:
    try:
        when = parse_when(text)
    except WhenError:
        return
    list(when.occurrences(utc("2026-01-01"), utc("2026-03-01"), NOWHERE))
