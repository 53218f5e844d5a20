"""`tick` and `schedule` as an operator calls them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from reportgen import pipeline
from reportgen.cli import main
from reportgen.cli import tick as looking
from reportgen.config import Job
from reportgen.context import RunContext
from reportgen.runs import executor
from tests.run_case import JOB, Bank, gathered, write_project

WHEN = "3rd working day, 08:30 Asia/Shanghai, calendar CN"
BEFORE, AFTER = datetime(2011, 6, 2, tzinfo=UTC), datetime(2011, 6, 3, 1, tzinfo=UTC)
"""June 2011 begins on a Wednesday; its third working day is Friday the 3rd."""


@pytest.fixture
def bank(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bank:
    """A job whose May 2011 is due on 3 June, in a project of its own; its run reads no data and draws no page."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(executor, "read", gathered)
    monkeypatch.setattr(pipeline, "reread", lambda *_: None)
    monkeypatch.setattr(pipeline, "illustrate", lambda document: document)
    made = pipeline.run_job

    def run_job(job: Job, context: RunContext, *given: Any, **named: Any) -> Sequence[Any]:
        return made(job, context, *given, **named, render=lambda document, *_: _page(document.scope))

    monkeypatch.setattr(pipeline, "run_job", run_job)
    made_bank = Bank(tmp_path)
    write_project(tmp_path, schedule={"when": WHEN})
    at(monkeypatch, AFTER)
    return made_bank


def _page(scope: str) -> bytes:
    from tests.crash.issuing import BLANK

    return BLANK + f"\n% {scope}\n".encode()


def at(monkeypatch: pytest.MonkeyPatch, now: datetime) -> None:
    monkeypatch.setattr(looking, "now", lambda: now)


def tick(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    code = main(["tick", "--jobs", "job*.yaml", "--workers", "1", *words])
    told = capsys.readouterr()
    return code, told.out, told.err


def test_due_made_and_then_nothing_is_due(bank: Bank, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = tick(capsys)
    assert code == 0
    assert out.splitlines()[0] == "small 2011-05: done"
    assert sum(line.endswith(".pdf") for line in out.splitlines()) == 5
    assert len(bank.issued()) == 5
    code, out, err = tick(capsys)
    assert (code, out) == (0, "")
    assert "Nothing is due." in err
    assert len(bank.issued()) == 5


def test_a_minute_too_early(bank: Bank, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    at(monkeypatch, BEFORE)
    code, out, err = tick(capsys, "--dry-run")
    assert code == 0
    assert "2011-05" not in out + err


def test_a_dry_run_leaves_no_trace(bank: Bank, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = tick(capsys, "--dry-run")
    assert (code, out.splitlines()[0]) == (0, "small 2011-05: due")
    assert not (bank.output / "archive").exists()
    assert tick(capsys)[1].startswith("small 2011-05: done")


def test_what_is_waited_for_is_named(bank: Bank, capsys: pytest.CaptureFixture[str]) -> None:
    needs = {"needs": [{"file": "data/ready-{period}"}], "until": "10th working day, 18:00"}
    write_project(bank.root, schedule={"when": WHEN, **needs})
    code, out, _ = tick(capsys, "--json")
    told = json.loads(out)
    assert (code, told["outcome"], told["period"]) == (0, "waiting", "2011-05")
    assert "data/ready-2011-05" in told["told"][0]
    assert bank.issued() == []


def test_a_broken_job_is_named_and_the_others_are_made(bank: Bank, capsys: pytest.CaptureFixture[str]) -> None:
    (bank.root / "job_broken.yaml").write_text("job: broken\nrecipents: [a]\n", encoding="utf-8")
    code, out, err = tick(capsys)
    assert code == 10
    assert "job_broken.yaml" in err
    assert out.startswith("small 2011-05: done")


def test_only_broken_jobs_give_their_own_code(bank: Bank, capsys: pytest.CaptureFixture[str]) -> None:
    (bank.root / "job.yaml").write_text("job: broken\n", encoding="utf-8")
    assert tick(capsys)[0] == 2


def test_a_failing_job_beside_one_that_is_done(
    bank: Bank, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    other = JOB | {"job": "other", "schedule": {"when": "3rd working day, 08:30 Asia/Shanghai, calendar XX"}}
    (bank.root / "job_other.yaml").write_text(yaml.safe_dump(other, allow_unicode=True), encoding="utf-8")
    code, out, err = tick(capsys)
    assert code == 10
    assert "small 2011-05: done" in out
    assert "other" in err
    assert "XX" in err


def test_the_list_says_next_owed_and_last(bank: Bank, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schedule", "list", "--jobs", "job.yaml", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["job"] == "small"
    assert "2011-05" in json.dumps(told)
    assert tick(capsys)[0] == 0
    assert main(["schedule", "list", "--jobs", "job.yaml", "--until", "2011-08-31"]) == 0
    shown = capsys.readouterr().out
    assert [period for period in ("2011-06", "2011-07") if period in shown] == ["2011-06", "2011-07"]
    assert "done" in shown
    assert main(["schedule", "list", "--jobs", "job.yaml", "--until", "soon"]) == 2
    assert "2027-03-31" in capsys.readouterr().err


@pytest.mark.parametrize("target", ["systemd", "crontab", "kubernetes", "airflow"])
def test_install_writes_files_and_says_what_comes_next(
    bank: Bank, capsys: pytest.CaptureFixture[str], target: str
) -> None:
    assert main(["schedule", "install", target, "--out", "handed"]) == 0
    told = capsys.readouterr()
    files = sorted(path.name for path in (bank.root / "handed").iterdir())
    assert files
    assert all(name in told.out for name in files)
    assert told.err.strip()

