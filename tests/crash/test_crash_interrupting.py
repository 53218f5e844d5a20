"""A run that is ended at any moment is finished by the next. Here a sample; `make crash` tries some eight hundred points."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests import mail_server, postgres
from tests.crash import issuing
from tests.crash.issuing import WAYS, faults, run
from tests.crash.killing import unavailable

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("harm", ["copy", "work file", "edition", "run"])
def test_the_judgement_finds_harm(tmp_path: Path, harm: str) -> None:
    (fresh,) = [way for way in WAYS if way.name == "fresh"]
    fresh.prepare(tmp_path)
    fresh.go(tmp_path, 0)
    assert faults(tmp_path, fresh) == []
    output = tmp_path / "output"
    if harm == "copy":
        next((output / "reports").rglob("*.pdf")).unlink()
    elif harm == "work file":
        (output / "work" / "left").touch()
    elif harm == "edition":
        issuing.make_project(tmp_path, bookings=3)
        run(tmp_path, restate="doubled")
    else:
        (output / "reportgen.db").unlink()
        (output / "reportgen.db-wal").unlink(missing_ok=True)
    assert faults(tmp_path, fresh)


@pytest.mark.parametrize("ledger", ["sqlite", "postgresql"])
def test_a_run_that_is_ended_loses_and_doubles_nothing(ledger: str) -> None:
    _tried("interrupting", "sample", "10", "20260105", ledger)


@pytest.mark.parametrize(("ledger", "way"), [("sqlite", "restate"), ("postgresql", "resume")])
def test_a_run_without_room_or_handles_says_so_and_is_finished_later(ledger: str, way: str) -> None:
    _tried("starving", "1", "20260105", ledger, way)


@pytest.mark.parametrize("ledger", ["sqlite", "postgresql"])
def test_sending_that_is_ended_loses_and_doubles_no_mail(ledger: str) -> None:
    if reason := mail_server.unavailable():
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    _tried("sending", "sample", "8", "20261124", ledger)


def test_many_mails_over_a_line_that_breaks_arrive_once() -> None:
    if reason := mail_server.unavailable():
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    done = subprocess.run([sys.executable, "-m", "tests.crash.flooding", "400", "7"], cwd=ROOT, capture_output=True,
                          text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "400 mails, 0 findings; sent 400, in_doubt " in done.stdout


def _tried(lab: str, *arguments: str) -> None:
    if reason := unavailable() or postgres.unavailable():
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    done = subprocess.run([sys.executable, "-m", f"tests.crash.{lab}", *arguments],
                          cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert " points, 0 findings, " in done.stdout
