"""`approve` and `plan` as typed: what they print, their exit codes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from reportgen import pipeline
from reportgen.cli import main
from reportgen.release import plan as planning
from reportgen.runs import executor
from reportgen.runs.states import RunState
from tests.run_case import PERIOD, SCOPES, Bank, gathered, write_project, write_rows


@pytest.fixture
def bank(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bank:
    monkeypatch.setattr(pipeline, "reread", lambda *_: None)
    for where in (executor, planning):
        monkeypatch.setattr(where, "read", gathered)
    monkeypatch.chdir(tmp_path)
    made = Bank(tmp_path)
    write_project(tmp_path, release={"approval": True})
    return made


def other_user(monkeypatch: pytest.MonkeyPatch, name: str = "checker") -> None:
    monkeypatch.setattr("reportgen.release.approver.operator", lambda: {"user": name, "host": "desk"})


def test_from_plan_to_release(
    bank: Bank, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    period = ("job.yaml", "--period", PERIOD)
    assert main(["plan", *period]) == 0
    shown = capsys.readouterr().out.splitlines()
    assert shown[0] == "job           small 2011-05 · private_banking · zh-CN · 5 new"
    assert shown[1].startswith("bank          r01  ")
    assert shown[2] == "              output/reports/small/2011-05/bank.zh-CN.pdf"
    assert any(line.startswith("approval      another person than the maker must approve") for line in shown)
    assert shown[-1] == "mail          the job sends nothing (delivery:)"
    bank.run()

    assert main(["approve", *period]) == 8
    assert "made it and cannot approve it too" in capsys.readouterr().err
    other_user(monkeypatch)
    assert main(["approve", *period, "--scope", "bank", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [(one["scope"], one["by"], one["key"]) for one in told["approved"]] == [("bank", "checker", "")]
    assert told["pending"] == list(SCOPES[1:])
    assert told["run"]["state"] == "awaiting_approval"
    assert main(["approve", *period]) == 0
    said = capsys.readouterr()
    assert said.out.splitlines() == [f"small 2011-05 {scope} r01: approved by checker." for scope in SCOPES[1:]]
    assert "small 2011-05 bank r01: was approved already, by checker." in said.err
    assert bank.row.state == RunState.DONE
    assert main(["archive", "show", "small/2011-05"]) == 0
    assert "\napproved        " in capsys.readouterr().out
    assert main(["archive", "show", "small/2011-05", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["approval"]["by"] == "checker"
    assert main(["archive", "verify"]) == 0

    assert main(["plan", *period]) == 0
    assert "5 issued" in capsys.readouterr().out
    write_rows(bank.root, "closing", "2011-05-31", more=9)
    assert main(["plan", *period, "--scope", "bank", "--json"]) == 9
    (one,) = json.loads(capsys.readouterr().out)["editions"]
    assert (one["state"], one["revision"]) == ("differs", "r02")
    assert "sources (closing)" in one["why"]


def test_a_job_that_asks_for_no_approval_may_be_approved_and_says_so(
    bank: Bank, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write_project(bank.root)
    bank.run()
    other_user(monkeypatch)
    assert main(["approve", "job.yaml", "--period", PERIOD, "--scope", "bank"]) == 0
    assert "release.approval is false; nothing waits for this approval." in capsys.readouterr().err
    assert bank.row.state == RunState.DONE


def test_what_is_wrong_on_the_command_line(bank: Bank, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["approve", "job.yaml"]) == 2
    assert "--period is missing." in capsys.readouterr().err
    assert main(["approve", "job.yaml", "--period", PERIOD]) == 8
    assert "there is no archive here" in capsys.readouterr().err
    bank.run()
    assert main(["approve", "job.yaml", "--period", PERIOD, "--scope", "brunch:B1"]) == 2
    assert main(["approve", "job.yaml", "--period", PERIOD, "--key", "none.pem"]) == 2
    assert "none.pem: the approver's key cannot be read" in capsys.readouterr().err
    assert main(["plan", "job.yaml"]) == 2
