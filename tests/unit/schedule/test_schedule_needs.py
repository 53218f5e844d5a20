"""`needs`: files that have arrived whole, rows, partitions and control totals, exact to the minor unit."""

from __future__ import annotations

import datetime as dt
import os
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reportgen.config import load_job
from reportgen.context import RunContext
from reportgen.errors import JobError
from reportgen.period import Period
from reportgen.schedule.needs import unmet

NOW = dt.datetime(2026, 5, 8, 0, 30, tzinfo=dt.UTC)
JOB = """\
job: small
report: private_banking
currency: CNY
sources:
  closing: {type: csv, path: data/closing.csv}
  opening: {type: csv, path: data/opening.csv}
frames:
  snapshots: {from: closing, columns: {customer_id: 客户号, snapshot_date: 日期, aum: {column: 余额, unit: 元}}}
schedule:
  when: 3rd working day, 08:30 Asia/Shanghai, calendar CN
  needs:
"""
ROWS = "客户号,日期,余额\n1,2026-03-31,100.01\n2,2026年4月30日,200.02\n3,2026-04-30,\"1,000.00\"\n"


@dataclass(frozen=True)
class Folder:
    """A project's folder in which a job waits for April 2026."""

    root: Path

    def put(self, name: str, text: str = "x", age: float = 3600) -> Path:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        moment = NOW.timestamp() - age
        os.utime(path, (moment, moment))
        return path

    def context(self, *needs: str, period: str = "2026-04") -> RunContext:
        path = self.root / "small.yaml"
        path.write_text(JOB + "".join(f"  - {need}\n" for need in needs), encoding="utf-8")
        return RunContext.create(
            load_job(path), Period.parse(period), output=self.root / "output", run_id="tick", clock=lambda: NOW
        )

    def waits(self, *needs: str, period: str = "2026-04") -> list[str]:
        context = self.context(*needs, period=period)
        found = unmet(context.job, context)
        assert not list((self.root / "output").glob("work/*/*")), "work files hold customer data"
        return [one.message for one in found]


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    (tmp_path / "templates").mkdir()
    made = Folder(tmp_path)
    made.put("data/closing.csv", ROWS)
    return made


def test_a_file_is_needed_under_its_periods_name(folder: Folder) -> None:
    need = '{file: "data/closing-{period}-{period_end}.csv"}'
    assert folder.waits(need) == ["data/closing-2026-04-2026-04-30.csv is not there."]
    folder.put("data/closing-2026-04-2026-04-30.csv")
    assert folder.waits(need) == []
    assert folder.waits(need, period="2026-Q1") == ["data/closing-2026-Q1-2026-03-31.csv is not there."]


@pytest.mark.parametrize(
    ("age", "said"),
    [(60, None), (59.5, "was changed 59 s ago; it must rest for 60 s"), (0, "was changed 0 s ago"),
     (-5, "was changed at 2026-05-08 00:30:05 UTC, which is yet to come")],
)
def test_a_file_must_have_rested_for_a_minute(folder: Folder, age: float, said: str | None) -> None:
    folder.put("data/ready.csv", age=age)
    found = folder.waits("{file: data/ready.csv}")
    assert (said is None) == (found == [])
    assert said is None or said in found[0]


def test_an_empty_file_and_a_folder_are_no_file(folder: Folder) -> None:
    folder.put("data/ready.csv", text="")
    assert folder.waits("{file: data/ready.csv}") == ["data/ready.csv is empty."]
    past = NOW.timestamp() - 3600
    os.utime(folder.root / "data", (past, past))
    assert folder.waits("{file: data}") == ["data is not a file."]


def test_a_problem_says_which_need_it_is(folder: Folder) -> None:
    context = folder.context("{file: data/closing.csv}", "{file: data/none.csv}")
    (problem,) = unmet(context.job, context)
    assert problem.place == f"{context.job.path}: schedule.needs[1]"


def test_a_link_out_of_the_project_is_refused(folder: Folder, tmp_path_factory: pytest.TempPathFactory) -> None:
    outside = tmp_path_factory.mktemp("outside") / "secret.csv"
    outside.write_text("x", encoding="utf-8")
    (folder.root / "data" / "link.csv").symlink_to(outside)
    context = folder.context("{file: data/link.csv}")
    with pytest.raises(JobError, match=r"data/link\.csv leads out of the project's folder"):
        unmet(context.job, context)


def test_a_job_without_needs_waits_for_nothing(folder: Folder) -> None:
    path = folder.root / "small.yaml"
    path.write_text(JOB.split("schedule:", maxsplit=1)[0], encoding="utf-8")
    job = load_job(path)
    context = RunContext.create(job, Period.parse("2026-04"), output=folder.root / "output")
    assert unmet(job, context) == ()


@pytest.mark.parametrize(("rows", "expected"), [(3, []), (4, ["3 rows, 4 are needed."])])
def test_rows_of_a_source(folder: Folder, rows: int, expected: list[str]) -> None:
    assert folder.waits(f"{{source: closing, rows: {rows}}}") == expected


def test_a_source_that_is_not_there_yet_is_waited_for(folder: Folder) -> None:
    (found,) = folder.waits("{source: opening, rows: 1}", "{source: opening, rows: 2}")
    assert found.startswith("there is no file data/opening.csv below")


def test_sources_are_not_read_before_the_files_are_there(folder: Folder) -> None:
    found = folder.waits("{source: opening, rows: 1}", "{file: data/done.flag}")
    assert found == ["data/done.flag is not there."]


@pytest.mark.parametrize(
    ("column", "value", "period", "expected"),
    [
        ("日期", "period_end", "2026-04", []),
        ("日期", "period_end", "2026-03", []),
        ("日期", "period_end", "2026-05", ["no row with 日期 2026-05-31."]),
        ("客户号", "2", "2026-04", []),
        ("客户号", "9", "2026-04", ["no row with 客户号 9."]),
        ("客户号", "period", "2026-04", ["no row with 客户号 2026-04."]),
        ("日 期", "period_end", "2026-04", ["there is no column '日 期'. Did you mean '日期'?"]),
    ],
)
def test_a_partition_of_a_source(folder: Folder, column: str, value: str, period: str, expected: list[str]) -> None:
    need = f'{{source: closing, partition: {{column: {column}, value: "{value}"}}}}'
    assert folder.waits(need, period=period) == expected


def test_rows_and_total_are_those_of_the_partition(folder: Folder) -> None:
    partition = "partition: {column: 日期, value: period_end}"
    assert folder.waits(f"{{source: closing, {partition}, rows: 3}}") == ["2 rows with 日期 2026-04-30, 3 are needed."]
    total = 'total: {column: 余额, unit: 元, equals: "1200.02"}'
    assert folder.waits(f"{{source: closing, {partition}, rows: 2, {total}}}") == []


@pytest.mark.parametrize(
    ("total", "expected"),
    [
        ('equals: "1300.03"', []),
        ("equals: 1300.03", []),
        ('equals: "1300.04"', ["the total of '余额' is 1,300.03 CNY, the control total 1,300.04: a difference of -0.01."]),
        ('equals: "1300.04", within: "0.01"', []),
        ('equals: "1300.05", within: "0.01"',
         ["the total of '余额' is 1,300.03 CNY, the control total 1,300.05: a difference of -0.02."]),
        ('equals: "1299.03", within: "1"', []),
    ],
)
def test_a_control_total_is_exact(folder: Folder, total: str, expected: list[str]) -> None:
    assert folder.waits(f"{{source: closing, total: {{column: 余额, unit: 元, {total}}}}}") == expected


def test_a_control_total_in_another_unit(folder: Folder) -> None:
    folder.put("data/closing.csv", "客户号,余额\n1,0.1\n2,0.2\n")
    assert folder.waits('{source: closing, total: {column: 余额, unit: 万元, equals: "0.3"}}') == []
    (found,) = folder.waits('{source: closing, total: {column: 余额, unit: 万元, equals: "0.300001"}}')
    assert found.endswith("is 3,000.00 CNY, the control total 3,000.01: a difference of -0.01.")


def test_a_control_total_from_a_file_of_the_period(folder: Folder) -> None:
    need = '{source: closing, total: {column: 余额, unit: 元, file: "data/control-{period}.txt"}}'
    assert folder.waits(need) == ["data/control-2026-04.txt is not there."]
    folder.put("data/control-2026-04.txt", "1,300.03\n")
    assert folder.waits(need) == []
    folder.put("data/control-2026-04.txt", "1300.02")
    assert "a difference of 0.01" in folder.waits(need)[0]
    for text in ("total: 1300.03", "NaN", "1 2"):
        folder.put("data/control-2026-04.txt", text)
        assert "holds no control total" in folder.waits(need)[0]
    folder.put("data/control-2026-04.txt", "1300.031")
    assert "no whole number of minor units" in folder.waits(need)[0]


def test_cells_that_are_no_amounts_leave_the_total_unknown(folder: Folder) -> None:
    folder.put("data/closing.csv", "客户号,余额\n1,100.00\n2,n/a\n3,1.005\n")
    need = '{source: closing, total: {column: 余额, unit: 元, equals: "100"}}'
    assert folder.waits(need) == ["2 cells of '余额' are no amounts, so no total can be told."]


def test_a_total_of_nothing_is_zero(folder: Folder) -> None:
    folder.put("data/closing.csv", "客户号,余额\n")
    assert folder.waits('{source: closing, total: {column: 余额, unit: 元, equals: "0"}}') == []


@settings(max_examples=10, deadline=None)
@given(cents=st.lists(st.integers(-(10**17), 10**17), min_size=1, max_size=400))
def test_the_sum_is_exact_where_binary_fractions_are_not(
    tmp_path_factory: pytest.TempPathFactory, cents: list[int]
) -> None:
    folder = Folder(tmp_path_factory.mktemp("sum"))
    (folder.root / "templates").mkdir()

    def main(minor: int) -> str:
        return f"{'-' if minor < 0 else ''}{abs(minor) // 100}.{abs(minor) % 100:02}"

    folder.put("data/closing.csv", "客户号,余额\n" + "".join(f"{n},{main(one)}\n" for n, one in enumerate(cents)))
    need = '{{source: closing, total: {{column: 余额, unit: 元, equals: "{}"}}}}'
    assert folder.waits(need.format(main(sum(cents)))) == []
    assert folder.waits(need.format(main(sum(cents) + 1))) != []
