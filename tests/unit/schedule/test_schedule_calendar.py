"""Working days: two libraries agree on every day, a year nobody knows is an error, a file the bank drops in wins."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import chinese_calendar
import holidays
import pytest

from reportgen.errors import ExitCode, JobError
from reportgen.schedule import china
from reportgen.schedule.calendar import Calendars, CalendarUnknown, WorkingDays

CN_2027 = """\
calendar: CN
year: 2027
source: 国办发明电〔2026〕0号（测试用，非真实通知）
holidays: [2027-01-01, 2027-02-05, 2027-02-08, 2027-02-09, 2027-02-10, 2027-02-11]
working_weekends: [2027-01-03, 2027-02-20]
"""
# The State Council's notices: 2024 (国办发明电〔2023〕7号), 2025 (〔2024〕12号), 2026 (〔2025〕7号).
MADE_UP = {
    2024: ("02-04", "02-18", "04-07", "04-28", "05-11", "09-14", "09-29", "10-12"),
    2025: ("01-26", "02-08", "04-27", "09-28", "10-11"),
    2026: ("01-04", "02-14", "02-28", "05-09", "09-20", "10-10"),
}


@pytest.fixture
def cn(tmp_path: Path) -> WorkingDays:
    return WorkingDays.of("CN", tmp_path)


def every_day(first: int, last: int) -> list[dt.date]:
    start = dt.date(first, 1, 1)
    return [start + dt.timedelta(days=number) for number in range((dt.date(last + 1, 1, 1) - start).days)]


def test_both_libraries_and_the_calendar_agree_on_every_day_from_2007_to_2026(cn: WorkingDays) -> None:
    other = holidays.country_holidays("CN", years=range(2006, 2028))
    days = every_day(2007, 2026)
    assert len(days) == 7305
    differ = [
        day for day in days
        if len({chinese_calendar.is_workday(day), other.is_working_day(day), cn.is_working(day)}) != 1
    ]
    assert differ == []


@pytest.mark.parametrize("year", MADE_UP)
def test_the_make_up_days_are_those_of_the_notice(cn: WorkingDays, year: int) -> None:
    worked = [day for day in every_day(year, year) if day.weekday() >= 5 and cn.is_working(day)]
    assert [day.isoformat()[5:] for day in worked] == list(MADE_UP[year])


@pytest.mark.parametrize(("month", "third"), [(1, "2026-01-06"), (5, "2026-05-08"), (10, "2026-10-10")])
def test_third_working_days_of_2026_that_weekdays_alone_get_wrong(cn: WorkingDays, month: int, third: str) -> None:
    assert list(cn.month(2026, month))[2].isoformat() == third
    weekdays = [day for day in every_day(2026, 2026) if day.month == month and day.weekday() < 5]
    assert weekdays[2].isoformat() != third


@pytest.mark.parametrize("year", [2003, 2027, 2030])
def test_a_year_no_source_knows_is_an_error_that_names_the_file(cn: WorkingDays, year: int) -> None:
    with pytest.raises(CalendarUnknown) as caught:
        cn.is_working(dt.date(year, 6, 15))
    assert caught.value.code == ExitCode.JOB
    assert caught.value.problems[0].place == f"config/calendars/cn-{year}.yaml"
    assert f"working days of CN in {year} are not known" in str(caught.value)
    assert f"config/calendars/cn-{year}.yaml; docs/schedule.md" in caught.value.hint


def test_holidays_alone_would_guess_2027_without_make_up_days() -> None:
    guessed = holidays.country_holidays("CN", years=2027)
    assert len(guessed) > 10
    assert [day for day in guessed.weekend_workdays if day.year == 2027] == []


def test_a_year_that_holidays_cannot_confirm_is_not_taken(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """As if chinesecalendar had learnt 2027 before holidays did."""
    china.read_year.cache_clear()
    monkeypatch.setattr(chinese_calendar, "is_workday", lambda day: day.weekday() < 5)
    try:
        with pytest.raises(CalendarUnknown, match="holidays has no make-up day for that year"):
            WorkingDays.of("CN", tmp_path).is_working(dt.date(2027, 3, 1))
    finally:
        china.read_year.cache_clear()


def test_where_the_libraries_disagree_the_bank_has_to_say(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    china.read_year.cache_clear()
    truth = chinese_calendar.is_workday
    odd = dt.date(2026, 10, 10)
    monkeypatch.setattr(chinese_calendar, "is_workday", lambda day: not truth(day) if day == odd else truth(day))
    try:
        with pytest.raises(CalendarUnknown, match=r"disagree on 1 day\(s\), first 2026-10-10"):
            WorkingDays.of("CN", tmp_path).is_working(dt.date(2026, 3, 2))
    finally:
        china.read_year.cache_clear()


def test_a_dropped_file_gives_a_year_that_the_libraries_lack(tmp_path: Path) -> None:
    (tmp_path / "cn-2027.yaml").write_text(CN_2027, encoding="utf-8")
    cn = WorkingDays.of("CN", tmp_path)
    # 1 January is off, 2 a Saturday, 3 a Sunday that is worked, then Monday and Tuesday.
    assert [day.day for day in cn.month(2027, 1)][:3] == [3, 4, 5]
    assert not cn.is_working(dt.date(2027, 2, 5))
    assert cn.is_working(dt.date(2027, 2, 20))
    assert not cn.is_working(dt.date(2027, 2, 21))
    assert "config/calendars/cn-2027.yaml (sha256 " in cn.year(2027).source
    assert "〔2026〕0号" in cn.year(2027).source
    assert cn.is_working(dt.date(2026, 10, 10))


def test_a_dropped_file_wins_over_the_libraries(tmp_path: Path) -> None:
    text = CN_2027.replace("2027", "2026").replace("2026-01-03", "2026-01-03").replace("2026-02-20", "2026-02-21")
    (tmp_path / "cn-2026.yaml").write_text(text, encoding="utf-8")
    assert WorkingDays.of("CN", tmp_path).is_working(dt.date(2026, 1, 3))
    assert not WorkingDays.of("CN", tmp_path / "none").is_working(dt.date(2026, 1, 3))


def test_a_bank_may_have_a_calendar_of_its_own(tmp_path: Path) -> None:
    text = CN_2027.replace("calendar: CN", "calendar: ABC-HQ")
    (tmp_path / "abc-hq-2027.yaml").write_text(text, encoding="utf-8")
    own = Calendars(tmp_path).of("ABC-HQ")
    assert own.is_working(dt.date(2027, 1, 3))
    with pytest.raises(CalendarUnknown, match="abc-hq-2026"):
        own.is_working(dt.date(2026, 1, 5))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("source: ", "# source: ", "the key 'source' is missing"),
        ("working_weekends: [2027-01-03, 2027-02-20]", "", "the key 'working_weekends' is missing"),
        ("2027-01-03", "2027-01-04", "2027-01-04 is a Monday"),
        ("2027-01-03", "2026-01-03", "2026-01-03 is no day of 2027"),
        ("2027-02-05", "2027-01-01", "2027-01-01 stands twice"),
        ("2027-02-20", "2027-01-02", None),
        ("2027-02-08", "2027-02-20", "2027-02-20 is a day off as well"),
        ("year: 2027", "year: 2028", "is no day of 2028"),
        ("calendar: CN", "calendar: DE", "it says DE 2027, but its name says CN 2027"),
        ("holidays:", "hollidays:", "unknown key 'hollidays'. Did you mean 'holidays'?"),
    ],
)
def test_a_dropped_file_must_be_right_to_the_day(tmp_path: Path, old: str, new: str, said: str | None) -> None:
    path = tmp_path / "cn-2027.yaml"
    assert old in CN_2027
    path.write_text(CN_2027.replace(old, new, 1), encoding="utf-8")
    if said is None:
        assert WorkingDays.of("CN", tmp_path).is_working(dt.date(2027, 1, 2))
        return
    with pytest.raises(JobError) as caught:
        WorkingDays.of("CN", tmp_path).is_working(dt.date(2027, 3, 1))
    assert said in str(caught.value)
    assert str(path) in str(caught.value)


def test_a_file_under_a_wrong_name_is_pointed_out(tmp_path: Path) -> None:
    (tmp_path / "CN_2027.yml").write_text(CN_2027, encoding="utf-8")
    with pytest.raises(CalendarUnknown) as caught:
        WorkingDays.of("CN", tmp_path).is_working(dt.date(2027, 3, 1))
    assert "CN_2027.yml there is not read: its name must be cn-2027.yaml" in caught.value.hint


def test_other_countries_and_their_parts(tmp_path: Path) -> None:
    calendars = Calendars(tmp_path)
    epiphany, unity = dt.date(2026, 1, 6), dt.date(2028, 10, 3)
    assert calendars.of("DE").is_working(epiphany)
    assert not calendars.of("DE-BY").is_working(epiphany)
    assert not calendars.of("DE").is_working(unity)
    assert calendars.of("DE") is calendars.of("DE")


@pytest.mark.parametrize(
    ("code", "year", "why"),
    [("ID", 2027, "is an estimate"), ("TW", 2060, "by yearly decree"), ("QQ", 2026, "no library knows that calendar")],
)
def test_what_a_library_only_guesses_is_refused(tmp_path: Path, code: str, year: int, why: str) -> None:
    with pytest.raises(CalendarUnknown, match=why):
        WorkingDays.of(code, tmp_path).is_working(dt.date(year, 3, 3))


def test_the_house_folder_holds_no_calendar_by_accident() -> None:
    folder = Path(__file__).resolve().parents[3] / "config" / "calendars"
    assert folder.is_dir()
    assert list(folder.glob("*.y*ml")) == []
