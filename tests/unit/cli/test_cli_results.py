"""`run`, `facts`, `findings`, `explain`: what stands on standard output."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from reportgen.errors import ExitCode, Problem, SourceError
from reportgen.facts.fact import Fact, Statistic
from reportgen.facts.metric import Metric
from reportgen.facts.table import FactSet
from reportgen.findings.finding import Finding, Findings

COVERAGE = "bank/coverage_rate@2011-05"
FINDING = Finding(
    1, "r_coverage_low", "high", "bank", COVERAGE, Fraction(2, 3), "share", 3, Fraction(9, 10), (COVERAGE,),
    suggestions=("s_assign",), q=0.01,
)
MONEY = Finding(
    2, "r_small", "low", "bank", "bank/aum_point@2011-05", Fraction(123456), "money", 3, Fraction(200050), (),
    dimension="age_band", segment="<30",
)


def _judge(*_: object, **__: object) -> Findings:
    return Findings("bank", (FINDING, MONEY), (), 1, {COVERAGE: Statistic(0.25, 0.75, 0.01)})


@pytest.fixture
def computed(pipeline: Callable[..., None], fact_set: FactSet) -> None:
    pipeline(gather=lambda *_: fact_set, judge=_judge)


def test_run_prints_each_reports_path(desk: Any, pipeline: Callable[..., None]) -> None:
    def run_job(job: Any, context: Any, progress: Any, scopes: Any, restate: str, workers: int) -> Any:
        progress.stage("facts", f"stock\x1b[0m{scopes}")
        reports = (context.report_path("bank", "zh-CN"), Path("/elsewhere/bank.en.pdf"))
        return (SimpleNamespace(fresh=True, reports=reports, workbooks=(Path("/elsewhere/bank.en.xlsx"),)),)

    pipeline(run_job=run_job)
    told = desk.call("run", desk.job, "--period", "2011-05")
    assert told.code == 0
    assert told.lines == [
        "output/reports/small/2011-05/bank.zh-CN.pdf", "/elsewhere/bank.en.pdf", "/elsewhere/bank.en.xlsx",
    ]
    assert told.err == "facts: stock\\x1b[0m()\n"
    told = desk.call("run", desk.job, "--period", "2011-05", "--scope", "branch:B01", "--scope", "bank")
    assert told.err == "facts: stock\\x1b[0m('branch:B01', 'bank')\n"
    told = desk.call("run", desk.job, "--period", "2011-05", "--output", "kept")
    assert told.lines[0] == "kept/reports/small/2011-05/bank.zh-CN.pdf"


@pytest.mark.usefixtures("computed")
def test_facts_as_csv_with_their_intervals(desk: Any) -> None:
    told = desk.call("facts", desk.job, "--period", "2011-05")
    rows = list(csv.DictReader(io.StringIO(told.out)))
    assert [row["metric"] for row in rows] == ["aum_point", "coverage_rate"]
    assert rows[0]["value"] == "1234.56"
    assert (rows[1]["num"], rows[1]["den"], rows[1]["low"], rows[1]["high"]) == ("2", "3", "0.25", "0.75")


@pytest.mark.usefixtures("computed")
def test_facts_as_json_and_to_a_file(desk: Any) -> None:
    rows = [json.loads(line) for line in desk.call("facts", desk.job, "--period", "2011-05", "--format", "json").lines]
    assert [row["metric"] for row in rows] == ["aum_point", "coverage_rate"]
    told = desk.call("facts", desk.job, "--period", "2011-05", "--out", "facts.csv")
    assert told.out == ""
    written = (desk.root / "facts.csv").read_bytes()
    assert written == desk.call("facts", desk.job, "--period", "2011-05").out.encode()


@pytest.mark.usefixtures("computed")
def test_facts_as_parquet(desk: Any) -> None:
    import pyarrow.parquet as pq

    assert desk.call("facts", desk.job, "--period", "2011-05", "--format", "parquet", "--out", "f.parquet").code == 0
    table = pq.read_table(desk.root / "f.parquet")
    assert table.column("value").to_pylist()[0] == 1234.56
    assert table.column("low").to_pylist() == [None, 0.25]
    assert table.column("num").to_pylist() == ["1234.56", "2"]
    assert {name: str(table.schema.field(name).type) for name in ("value", "low", "high", "q", "n")} == {
        "value": "double", "low": "double", "high": "double", "q": "double", "n": "int64",
    }


@pytest.mark.usefixtures("computed")
def test_facts_with_their_ids(desk: Any) -> None:
    import pyarrow.parquet as pq

    ids = ["bank/aum_point@2011-05", COVERAGE]
    asked = ("facts", desk.job, "--period", "2011-05", "--ids")
    rows = list(csv.reader(io.StringIO(desk.call(*asked).out)))
    plain = list(csv.reader(io.StringIO(desk.call(*asked[:-1]).out)))
    assert [row[0] for row in rows] == ["id", *ids]
    assert [row[1:] for row in rows] == plain
    told = desk.call(*asked, "--format", "json").lines
    assert [next(iter(json.loads(line).items())) for line in told] == [("id", one) for one in ids]
    assert desk.call(*asked, "--format", "parquet", "--out", "f.parquet").code == 0
    assert pq.read_table(desk.root / "f.parquet").column(0).to_pylist() == ids


@pytest.mark.usefixtures("computed")
def test_a_file_that_cannot_be_written(desk: Any) -> None:
    (desk.root / "taken").mkdir()
    told = desk.call("facts", desk.job, "--period", "2011-05", "--out", "taken")
    assert told.code == ExitCode.JOB
    assert told.err.splitlines()[-3].startswith("taken: cannot be written: ")


@pytest.mark.usefixtures("computed")
def test_findings_as_json(desk: Any) -> None:
    told = desk.call("findings", desk.job, "--period", "2011-05", "--json")
    first, second = (json.loads(line) for line in told.lines)
    assert first["rule"] == "r_coverage_low"
    assert first["severity"] == "high"
    assert first["value"] == pytest.approx(2 / 3, rel=1e-12)
    assert first["threshold"] == 0.9
    assert (first["n"], first["suggestions"], first["segment"]) == (3, ["s_assign"], "")
    assert (second["value"], second["threshold"], second["segment"]) == (1234.56, 2000.5, "<30")


@pytest.mark.usefixtures("computed")
def test_findings_as_text(desk: Any) -> None:
    assert desk.call("findings", desk.job, "--period", "2011-05").lines == [
        "1. high r_coverage_low: 0.6667 (share, threshold 0.9, n 3). Suggestions: s_assign",
        "2. low r_small age_band=<30: 1234.56 (money, threshold 2000.5, n 3). Suggestions: none",
    ]


def test_no_finding_is_said(desk: Any, pipeline: Callable[..., None], fact_set: FactSet) -> None:
    pipeline(gather=lambda *_: fact_set, judge=lambda *_: Findings("bank", (), (), 0))
    assert desk.call("findings", desk.job, "--period", "2011-05").lines == ["No issue was found."]
    assert desk.call("findings", desk.job, "--period", "2011-05", "--json").lines == []


@pytest.mark.usefixtures("computed")
def test_explain_takes_the_period_from_the_fact(desk: Any) -> None:
    told = desk.call("explain", desk.job, COVERAGE)
    assert told.code == 0
    text = told.out
    for words in ("0.66666666666666666667 (share)", "2 / 3", "n = 3", "0.25 to 0.75", "list.csv, 3 rows", "ab" * 32,
                  "SELECT 1", "FROM members", "Some metric"):
        assert words in text
    row = json.loads(desk.call("explain", desk.job, COVERAGE, "--json").out)
    assert (row["value"], row["num"], row["den"], row["n"]) == ("0.66666666666666666667", "2", "3", 3)
    assert row["sql"] == "SELECT 1\nFROM members"


def test_explain_says_who_counts_and_names_the_sources_of_its_days(
    desk: Any, pipeline: Callable[..., None], fact_set: FactSet
) -> None:
    desk.edit("currency: CNY\n", "currency: CNY\npopulation: {tier: [private, gold]}\n")
    desk.edit("      snapshot_date: day\n", "      snapshot_date: day\n      tier: id\n")
    words = {"zh-CN": "客户数", "en": "Customers"}
    total = Metric("customers_total", "customers", "additive", words, words, ("snapshots.customer_id",))
    [origin] = fact_set.origins
    given = replace(
        fact_set, since="2010-12", since_as_of="2010-12-31",
        facts=(*fact_set.facts, Fact("bank", "customers_total", "2011-05", 7, n=7),
               Fact("bank", "customers_total", "2010-12", 5, n=5)),
        metrics={**fact_set.metrics, "customers_total": total},
        origins=(origin, replace(origin, name="opening", as_of="2010-12-31"), replace(origin, name="any", as_of="")),
        queries={**fact_set.queries, "everyone": "SELECT 2", "members": "SELECT 3"},
    )
    pipeline(gather=lambda *_: given, judge=_judge)
    text = desk.call("explain", desk.job, COVERAGE).out
    assert "population: tier = private or gold; 7 customers left on 2011-05-31\n" in text
    assert "prepared:   everyone, members (their SQL: --json)\n" in text
    assert [line.split(":")[1].strip() for line in text.splitlines() if line.startswith("source:")] == ["list", "any"]
    text = desk.call("explain", desk.job, "bank/customers_total@2010-12", "--period", "2011-05").out
    assert "; 5 customers left on 2010-12-31\n" in text
    assert [line.split(":")[1].strip() for line in text.splitlines() if line.startswith("source:")] == ["opening", "any"]
    row = json.loads(desk.call("explain", desk.job, COVERAGE, "--json").out)
    assert (row["population"], row["left"]) == ({"tier": ["private", "gold"]}, {"2011-05-31": 7})
    assert len(row["sources"]) == 3


@pytest.mark.usefixtures("computed")
def test_explain_of_an_unknown_fact_names_the_nearest(desk: Any) -> None:
    told = desk.call("explain", desk.job, "bank/coverage_rat@2011-05")
    assert told.code == ExitCode.JOB
    assert "Did you mean 'bank/coverage_rate@2011-05'?" in told.err


@pytest.mark.usefixtures("computed")
@pytest.mark.parametrize("command", [("facts",), ("findings",), ("explain", COVERAGE)])
def test_no_work_files_are_left(desk: Any, command: tuple[str, ...]) -> None:
    name, *rest = command
    desk.call(name, desk.job, *rest, "--period", "2011-05")
    assert not list((desk.root / "output").glob("work/*"))


def test_work_files_go_when_a_stage_fails(desk: Any, pipeline: Callable[..., None]) -> None:
    def gather(_: object, context: Any, *__: object) -> None:
        context.path("rows.csv").write_text("secret", encoding="utf-8")
        raise SourceError("no")

    pipeline(gather=gather, judge=_judge)
    for command in ("facts", "findings"):
        assert desk.call(command, desk.job, "--period", "2011-05").code == ExitCode.SOURCE
        assert not list((desk.root / "output").glob("work/*"))


def test_of_several_jobs_one_that_fails_does_not_stop_the_others(desk: Any, pipeline: Callable[..., None]) -> None:
    (desk.root / "other.yaml").write_text(
        (desk.root / desk.job).read_text(encoding="utf-8").replace("job: small", "job: other"), encoding="utf-8"
    )

    def run_job(job: Any, context: Any, progress: Any, scopes: Any, restate: str, workers: int) -> Any:
        if job.job == "small":
            raise SourceError(Problem("source 'list'", "is empty."), state="No report was made.")
        return (SimpleNamespace(fresh=True, reports=(context.report_path("bank", "zh-CN"),), workbooks=()),)

    pipeline(run_job=run_job)
    told = desk.call("run", desk.job, "other.yaml", "--period", "2011-05")
    assert told.code == ExitCode.PARTLY_FAILED
    assert told.lines == ["output/reports/other/2011-05/bank.zh-CN.pdf"]
    assert told.err.splitlines() == [
        "job.yaml: not every report was made.", "source 'list': is empty.", "  No report was made.",
    ]
    assert desk.call("run", desk.job, desk.job, "--period", "2011-05").code == ExitCode.SOURCE
    assert desk.call("run", desk.job, "nowhere.yaml", "--period", "2011-05").code == ExitCode.JOB
