"""docs/schedule.md: every example on it is read as it stands, and what it claims of 2026 is so."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from reportgen.config import load_job
from reportgen.config.schedule import FileNeed, SourceNeed
from reportgen.schedule.calendar import WorkingDays
from reportgen.schedule.when import EXAMPLES, parse_when
from tests.unit.schedule.test_schedule_due import JOB, THIRD

PAGE = (Path(__file__).resolve().parents[3] / "docs" / "schedule.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
CODE = re.findall(r"`([^`\n]+)`", PAGE)


def load(tmp_path: Path, schedule: str):
    path = tmp_path / "small.yaml"
    path.write_text(JOB.format(when=THIRD, every="month").split("schedule:")[0] + schedule, encoding="utf-8")
    return load_job(path).schedule


def test_the_schedule_on_the_page_loads(tmp_path: Path) -> None:
    schedule = load(tmp_path, BLOCKS[0])
    assert schedule is not None
    assert [type(need) for need in schedule.needs] == [FileNeed, SourceNeed, SourceNeed, SourceNeed]
    assert schedule.deadline("Asia/Shanghai") is not None


def test_the_calendar_on_the_page_gives_its_year(tmp_path: Path) -> None:
    (tmp_path / "cn-2027.yaml").write_text(BLOCKS[1], encoding="utf-8")
    cn = WorkingDays.of("CN", tmp_path)
    assert [day.day for day in cn.month(2027, 2) if day.weekday() >= 5] == [20]
    readme = Path(__file__).resolve().parents[3] / "config" / "calendars" / "README.md"
    (example,) = re.findall(r"```yaml\n(.*?)```", readme.read_text(encoding="utf-8"), re.DOTALL)
    (tmp_path / "cn-2027.yaml").write_text(example, encoding="utf-8")
    assert len(list(WorkingDays.of("CN", tmp_path).month(2027, 2))) == 20 - 2 + 1


def test_every_line_on_the_page_can_be_read() -> None:
    start = r"(\d+\w\w |last |2nd last |every )working day|month end|quarter end|year end|day \d+, |cron "
    lines = [code for code in CODE if re.match(start, code)]
    assert len(lines) >= 12
    for line in lines:
        if "," in line or line.startswith(("cron", "month", "quarter", "year")):
            assert parse_when(line, calendar="CN").text == line


@pytest.mark.parametrize("need", re.findall(r"^\| `(\{.*?\})` \|", PAGE, re.MULTILINE))
def test_every_need_on_the_page_loads(tmp_path: Path, need: str) -> None:
    schedule = load(tmp_path, f"schedule:\n  when: month end\n  needs:\n  - {need}\n")
    assert schedule is not None
    assert len(schedule.needs) == 1


def test_the_page_names_every_kind_of_example_a_message_gives() -> None:
    assert "`3rd working day, 08:30 Asia/Shanghai, calendar CN`" in PAGE
    assert all(any(word in PAGE for word in (line, line.split(",")[0])) for line in EXAMPLES)
