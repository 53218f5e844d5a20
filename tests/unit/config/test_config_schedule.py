"""`schedule:` in a job: what it may say, and where and how a slip is told."""

from __future__ import annotations

from decimal import Decimal

import pytest

from reportgen.config import load_job
from reportgen.config.job import Job
from reportgen.config.schedule import FileNeed, SourceNeed
from reportgen.errors import JobError
from tests.unit.config.conftest import JOB, Workspace

FULL = """\
schedule:
  when: 3rd working day, 08:30 Asia/Shanghai, calendar CN
  needs:
  - {file: "data/closing-{period}.csv"}
  - {source: list, rows: 1000}
  - {source: list, partition: {column: 日期, value: period_end}}
  - {source: list, total: {column: 资产, unit: 元, equals: "123456.78", within: "0.01"}}
  until: 10th working day, 18:00
  then: skip
  catch_up: latest
"""


def opened(workspace: Workspace, *edits: tuple[str, str]) -> Job:
    text = FULL
    for old, new in edits:
        assert old in text, old
        text = text.replace(old, new, 1)
    return load_job(workspace.write(text=JOB + text))


def test_a_full_schedule(workspace: Workspace) -> None:
    schedule = opened(workspace).schedule
    assert schedule is not None
    assert (schedule.then, schedule.catch_up) == ("skip", "latest")
    file, rows, partition, total = schedule.needs
    assert isinstance(file, FileNeed)
    assert isinstance(rows, SourceNeed)
    assert (file.file, rows.source, rows.rows) == ("data/closing-{period}.csv", "list", 1000)
    assert isinstance(partition, SourceNeed)
    assert isinstance(total, SourceNeed)
    assert total.total is not None
    assert (total.total.equals, total.total.within) == (Decimal("123456.78"), Decimal("0.01"))
    deadline = schedule.deadline("Asia/Shanghai")
    assert deadline is not None
    assert (deadline.zone, deadline.calendar, deadline.minutes) == ("Asia/Shanghai", "CN", 18 * 60)


def test_a_job_needs_no_schedule_and_a_schedule_only_its_date(workspace: Workspace) -> None:
    assert load_job(workspace.write()).schedule is None
    schedule = load_job(workspace.write(text=JOB + "schedule: {when: month end}\n")).schedule
    assert schedule is not None
    assert (schedule.needs, schedule.until, schedule.then, schedule.catch_up) == ((), None, "fail", "all")
    assert schedule.deadline("Asia/Shanghai") is None


def test_without_a_zone_the_jobs_own_holds(workspace: Workspace) -> None:
    text = JOB.replace("zone: Asia/Shanghai", "zone: Europe/Berlin") + 'schedule: {when: "day 5, 09:00"}\n'
    schedule = load_job(workspace.write(text=text)).schedule
    assert schedule is not None
    assert schedule.due("Europe/Berlin").zone == "Europe/Berlin"


@pytest.mark.parametrize(
    ("old", "new", "place", "said"),
    [
        ("3rd working day, 08:30", "3rd workday, 08:30", "2:9",
         "calendar CN' is no time of a schedule: '3rd workday' names no day. Examples: 3rd working day, 08:30"),
        (", calendar CN", "", "2:9", "schedule: '3rd working day' needs a calendar, such as"),
        ("Asia/Shanghai, cal", "Europe/Berlin, cal", "2:9",
         "the schedule is in Europe/Berlin, but period.zone is Asia/Shanghai"),
        ("10th working day, 18:00", "10th working day", "8:10", "schedule.until: '10th working day' is no time"),
        ("  until: 10th working day, 18:00\n", "", "8:9", "`then` says what happens after `until`, which is missing"),
        ("then: skip", "then: wait", "9:9", "expected one of fail, run, skip, got 'wait'"),
        ("catch_up: latest", "catch_up: last", "10:13", "Did you mean 'latest'?"),
        ("catch_up:", "catchup:", "10:3", "unknown key 'catchup'. Did you mean 'catch_up'?"),
        ("{file: \"data/closing-{period}.csv\"}", "{file: /etc/passwd}", "4:12", "must be a path below the project's root"),
        ("data/closing-{period}.csv", "data/../../x.csv", "4:12", "without '..'"),
        ("data/closing-{period}.csv", "C:/x.csv", "4:12", "must be a path below the project's root"),
        ("data/closing-{period}.csv", "data\\\\x.csv", "4:12", "must be a path below the project's root"),
        ("{period}", "{perod}", "4:12", "unknown placeholder '{perod}'. Did you mean 'period'? Known: {period}, {period_end}"),
        ("{period}", "{period", "4:12", "has a '{' without its partner"),
        ("source: list, rows", "source: lst, rows", "5:14", "there is no source 'lst'. Did you mean 'list'? Known: list"),
        (", rows: 1000", "", "5:5", "rows, partition or total"),
        ("rows: 1000", "rows: 0", "5:26", "a number of at least 1"),
        ("rows: 1000", "row: 1000", "5:20", "unknown key 'row'. Did you mean 'rows'?"),
        ("value: period_end", "values: period_end", "6:20", "the key 'value' is missing"),
        ("unit: 元", "unit: 圆", "7:46", "Did you mean '元'?"),
        ("123456.78", "123456.789", "7:57", "123456.789 元 is no whole number of minor units of CNY"),
        ('within: "0.01"', 'within: "0.001"', "7:78", "0.001 元 is no whole number"),
        ('equals: "123456.78", ', "", "7:27", "a total needs either equals or file"),
        ("- {source: list, rows: 1000}", "- {sources: list, rows: 1000}", "5:6", "unknown key 'sources'. Did you mean 'source'?"),
    ],
)
def test_a_slip_is_told_at_its_place(workspace: Workspace, old: str, new: str, place: str, said: str) -> None:
    with pytest.raises(JobError) as caught:
        opened(workspace, (old, new))
    line, _, column = place.partition(":")
    at = f"{workspace.job_path}:{JOB.count(chr(10)) + int(line)}:{column}: "
    lines = [str(problem) for problem in caught.value.problems]
    assert any(line.startswith(at) and said in line for line in lines), lines


def test_a_zone_that_is_none_is_told_at_the_period(workspace: Workspace) -> None:
    text = JOB.replace("zone: Asia/Shanghai", "zone: Asia/Shangai") + 'schedule: {when: "day 5, 09:00"}\n'
    with pytest.raises(JobError) as caught:
        load_job(workspace.write(text=text))
    assert [str(problem) for problem in caught.value.problems] == [
        f"{workspace.job_path}:4:30: period.zone: 'Asia/Shangai' is no IANA time zone."
    ]
