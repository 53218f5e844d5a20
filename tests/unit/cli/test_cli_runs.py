"""`runs list` and `runs show`: what the ledger knows, and what to do next."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from reportgen import pipeline
from reportgen.cli import main
from reportgen.cli.runs.list import STATES
from reportgen.cli.runs.show import NEXT
from reportgen.errors import PartlyFailed
from reportgen.runs import executor
from reportgen.runs.ledger import Ledger
from reportgen.runs.states import RESTING, RunState
from tests.run_case import PERIOD, Bank, Tiny, gathered


@pytest.fixture
def bank(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bank:
    monkeypatch.setattr(pipeline, "reread", lambda *_: None)
    monkeypatch.setattr(executor, "read", gathered)
    monkeypatch.chdir(tmp_path)
    return Bank(tmp_path)


def test_a_run_that_is_done_and_one_with_a_failure(bank: Bank, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(PartlyFailed):
        bank.run({"branch:B2": "refuse"})
    failed = bank.row.id
    assert main(["runs", "list"]) == 0
    head, line = capsys.readouterr().out.splitlines()
    assert head.split() == ["run", "started", "job", "period", "state", "reports", "problem"]
    assert line.split()[:1] == [failed]
    assert "4 archived, 1 failed" in line

    assert main(["runs", "show", failed[:6]]) == 0
    shown = capsys.readouterr().out
    assert f"run         {failed} · small 2011-05 · version 1" in shown
    assert "failed      branch:B2 zh-CN: " in shown
    assert "a glyph is missing" in shown
    assert "(exit code 7)" in shown
    assert f"summary     output/runs/{failed}/summary.json" in shown
    assert main(["runs", "show", failed, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["units"] == {"archived": 4, "failed": 1}
    assert [(one["scope"], one["code"]) for one in told["failures"]] == [("branch:B2", 7)]
    assert told["summary"]["run"] == failed
    assert [one["state"] for one in told["steps"]][:4] == ["claimed", "loading", "validated", "rendering"]
    assert sum(one["seconds"] for one in told["steps"]) >= 0
    assert f"--period {PERIOD}" in told["next"]

    bank.run()
    assert main(["runs", "list", "--state", "done", "--json"]) == 0
    rows = [json.loads(one) for one in capsys.readouterr().out.splitlines()]
    assert [(one["job"], one["period"], one["state"], one["units"]) for one in rows] == [
        ("small", "2011-05", "done", {"archived": 5})]
    assert main(["runs", "show", rows[0]["run"]]) == 0
    assert "next        nothing: the run is done" in capsys.readouterr().out


def test_a_run_at_work_names_its_holder(bank: Bank, capsys: pytest.CaptureFixture[str]) -> None:
    with Ledger.of(bank.output) as ledger:
        claim = ledger.claim("small", PERIOD)
        assert main(["runs", "show", claim.run_id]) == 0
    shown = capsys.readouterr().out
    assert "next        wait: " in shown
    assert " works on it, its claim lasts until " in shown


def test_a_run_logs_events_writes_figures_and_says_a_notice_that_failed(
    bank: Bank, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    monkeypatch.setenv("REPORTGEN_LOG_FORMAT", "plain")  # the option goes before it
    whole = pipeline.run_job

    def run_job(job: Any, context: Any, told: Any, **asked: Any) -> Any:
        return whole(job, context, told, render=Tiny(bank.notes, {"branch:B2": "refuse"}), **asked)

    monkeypatch.setattr(pipeline, "run_job", run_job)
    (bank.root / "config").mkdir()
    (bank.root / "config" / "operations.yaml").write_text(
        'notice: {webhook: {url: "http://127.0.0.1:9/"}}\n', encoding="utf-8")
    command = ["run", "job.yaml", "--period", PERIOD, "--workers", "1", "--log-format", "json"]
    assert main(command) == 10
    said = capsys.readouterr().err.splitlines()
    printed = [line for line in said if line.startswith("{")]
    kept = (bank.output / "runs" / bank.row.id / "log.jsonl").read_text().splitlines()
    assert printed == kept
    events = [json.loads(line) for line in kept]
    assert {one["run"] for one in events} == {bank.row.id}
    assert [events[0]["event"], events[-1]["event"]] == ["begin", "end"]
    assert {"findings", "render", "archive"} <= {one.get("stage") for one in events}
    assert [(one["done"], one["total"], one["failed"]) for one in events if one["event"] == "units"][-1] == (5, 5, 1)
    assert any(line.startswith("notice by webhook not sent: http://127.0.0.1:9/: ") for line in said)
    figures = (bank.output / "metrics" / "reportgen.prom").read_text()
    assert 'reportgen_units{job="small",state="failed"} 1\n' in figures
    assert 'reportgen_stage_seconds{job="small",stage="archive"} ' in figures


def test_the_ledger_that_the_project_names_is_used_by_run_and_list(
    bank: Bank, capsys: pytest.CaptureFixture[str]
) -> None:
    (bank.root / "config").mkdir()
    (bank.root / "config" / "runs.yaml").write_text(f"ledger: sqlite:///{bank.root}/team.db\n", encoding="utf-8")
    bank.run()
    assert (bank.root / "team.db").is_file()
    assert not (bank.output / "reportgen.db").exists()
    assert main(["runs", "list", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["state"] == "done"


def test_nothing_to_list_and_no_such_run(bank: Bank, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["runs", "list"]) == 0
    assert capsys.readouterr() == ("", "No run fits.\n")
    assert not bank.output.exists()  # looking makes no ledger
    assert main(["runs", "show", "abc"]) == 2
    assert "No run has the id 'abc'." in capsys.readouterr().err


def test_every_state_of_rest_says_what_to_do_next() -> None:
    assert set(NEXT) == {state.value for state in RESTING} - {"released"}
    assert set(STATES) == {state.value for state in RunState}
