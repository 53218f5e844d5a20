"""A whole run on a small bank: what fails stops nobody else, what stands is not made again, sums are held."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from reportgen import pipeline
from reportgen.context import RunContext
from reportgen.errors import (
    AlreadyIssued,
    ClaimHeld,
    DataRefused,
    ExitCode,
    JobError,
    PartlyFailed,
    RenderError,
    SourceError,
)
from reportgen.facts.table import FactSet
from reportgen.runs import executor
from reportgen.runs.ledger import Ledger
from reportgen.runs.states import RunState, UnitState
from tests.errand_case import pids_in
from tests.run_case import JOB, PERIOD, SCOPES, Bank, context, gathered, write_project, write_rows


@pytest.fixture
def bank(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bank:
    monkeypatch.setattr(pipeline, "reread", lambda *_: None)
    monkeypatch.setattr(pipeline, "illustrate", lambda document: document)
    monkeypatch.setattr(pipeline, "render_workbook", lambda document, *_: f"{document.scope} {document.locale}".encode())
    monkeypatch.setattr(executor, "read", gathered)
    return Bank(tmp_path)


def test_a_run_ends_done_and_again_it_is_a_no_op(bank: Bank) -> None:
    editions = bank.run()
    assert [(one.scope, one.revision, one.fresh) for one in editions] == [(scope, "r01", True) for scope in SCOPES]
    assert all(path.is_file() for one in editions for path in (*one.reports, *one.workbooks))
    assert bank.rendered == list(SCOPES)
    assert bank.issued() == [f"{scope} r01" for scope in SCOPES]
    with Ledger.of(bank.output) as ledger:
        units = ledger.units(bank.row.id)
        states = [str(step.after) for step in ledger.history(bank.row.id)]
    assert {(one.scope, one.state) for one in units} == {(scope, UnitState.ARCHIVED) for scope in SCOPES}
    assert all(one.pdf and one.workbook and one.manifest and one.edition for one in units)
    assert states == ["claimed", "loading", "validated", "rendering", "archived", "released", "done"]
    assert bank.summary()["units"] == {"total": 5, "archived": 5, "failed": 0}
    assert {one["name"] for one in bank.summary()["inputs"]} == {"opening", "closing"}
    assert bank.left() == []

    again = bank.run()
    assert [(one.scope, one.fresh) for one in again] == [(scope, False) for scope in SCOPES]
    assert [one.reports for one in again] == [one.reports for one in editions]
    assert bank.rendered == []
    assert len(bank.issued()) == 5
    assert (bank.row.version, bank.row.state) == (2, RunState.DONE)
    assert {one["issued"] for one in bank.summary()["editions"]} == {"before"}


def test_one_branch_that_fails_does_not_stop_the_others(bank: Bank) -> None:
    with pytest.raises(PartlyFailed) as caught:
        bank.run({"branch:B2": "refuse"})
    assert caught.value.code == ExitCode.PARTLY_FAILED
    assert [str(one) for one in caught.value.problems] == ["branch:B2 zh-CN: exit 7: page 3: a glyph is missing."]
    assert "4 of 5 reports are issued." in caught.value.state
    assert f"reportgen run {bank.root / 'job.yaml'} --period {PERIOD}" in caught.value.hint
    assert [one.scope for one in caught.value.editions] == [one for one in SCOPES if one != "branch:B2"]
    assert bank.issued() == [f"{scope} r01" for scope in SCOPES if scope != "branch:B2"]
    assert bank.summary()["failures"] == [{
        "scope": "branch:B2", "locale": "zh-CN", "code": 7, "problem": "page 3: a glyph is missing.", "attempts": 1,
    }]
    assert bank.row.state == RunState.HELD  # one of five is more than a hundredth
    assert "max_failed_units is 1%" in bank.row.problem
    assert len(bank.rendered) == 4

    bank.run()  # the cause was mended: what is missing is made, in the same run
    assert bank.rendered == ["branch:B2"]
    assert (bank.row.version, bank.row.state) == (1, RunState.DONE)
    assert len(bank.issued()) == 5


def test_few_failures_hold_nothing(bank: Bank) -> None:
    write_project(bank.root, release={"max_failed_units": 1})
    with pytest.raises(PartlyFailed) as caught:
        bank.run({"branch:B2": "refuse"})
    assert "held" not in str(caught.value)
    assert bank.row.state == RunState.DONE_WITH_ERRORS
    write_rows(bank.root, "closing", "2011-05-31", more=7)
    with pytest.raises(PartlyFailed, match=r"3 of 5 reports are issued. They are held"):
        bank.run({"branch:B2": "refuse", "branch:B3": "refuse"}, restate="late bookings")
    assert (bank.row.version, bank.row.state) == (2, RunState.HELD)


def test_a_fault_of_the_program_on_one_branch_quotes_no_data(bank: Bank) -> None:
    with pytest.raises(PartlyFailed) as caught:
        bank.run({"branch:B4": "break"})
    assert "an unexpected error (ValueError)" in str(caught.value)
    assert "Wang" not in str(caught.value) + json.dumps(bank.summary()) + bank.row.problem
    assert bank.summary()["failures"][0]["code"] == 1
    assert len(bank.issued()) == 4


def test_where_nothing_could_be_made_the_error_itself_is_raised(bank: Bank) -> None:
    with pytest.raises(RenderError, match="a glyph is missing"):
        bank.run({"bank": "refuse"}, scopes=["bank"])
    assert bank.issued() == []
    assert bank.row.state == RunState.FAILED
    assert bank.left() == []


def test_workers_make_the_same_bytes_and_lose_no_branch_with_one_of_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pipeline, "reread", lambda *_: None)
    bank = Bank(tmp_path / "one")
    bank.run()
    other = Bank(tmp_path / "other")
    with pytest.raises(PartlyFailed) as caught:
        other.run({"branch:B1": "die", "branch:B3": "die once"}, workers=2)
    assert str(caught.value.problems[0]) == "branch:B1 zh-CN: exit 7: its process ended (signal 9), 2 times."
    assert len(pids_in(tmp_path / "other/branch-B3.befell")) == 2
    assert other.run(workers=2)
    reports = {path.name: path.read_bytes() for path in (bank.output / "reports/small" / PERIOD).iterdir()}
    assert {path.name: path.read_bytes() for path in (other.output / "reports/small" / PERIOD).iterdir()} == reports
    assert len(reports) == 10
    assert other.left() == []


def test_sums_that_do_not_agree_hold_everything(bank: Bank, monkeypatch: pytest.MonkeyPatch) -> None:
    def tampered(*arguments: Any) -> FactSet:
        facts = gathered(*arguments)
        return replace(facts, facts=tuple(
            replace(one, num=one.num + 1) if (one.scope, one.metric, one.period, one.dimension) ==
            ("branch:B3", "aum_point", PERIOD, "") else one for one in facts.facts
        ))

    monkeypatch.setattr(executor, "read", tampered)
    with pytest.raises(DataRefused) as caught:
        bank.run()
    assert str(caught.value.problems[0]) == (
        "aum_point: the bank has 120190000.2, its branches together 120190000.21; difference -0.01."
    )
    assert bank.row.state == RunState.HELD
    assert bank.summary()["reconciliation"] == [
        {"metric": "customers_total", "against": "branches", "bank": "20", "sum": "20", "difference": "0",
         "verdict": "agrees"},
        {"metric": "aum_point", "against": "branches", "bank": "120190000.2", "sum": "120190000.21",
         "difference": "-0.01", "verdict": "differs"},
    ]
    assert not (bank.output / "reports").exists()
    assert len(bank.issued()) == 5


def test_approval_is_waited_for(bank: Bank) -> None:
    write_project(bank.root, release={"approval": True})
    assert len(bank.run()) == 5
    assert bank.row.state == RunState.AWAITING_APPROVAL
    assert len(bank.run()) == 5
    assert (bank.row.version, bank.row.state) == (1, RunState.AWAITING_APPROVAL)


@pytest.mark.parametrize("name", ["opening", "closing"])
def test_a_source_that_changes_between_the_reads_stops_the_run(
    bank: Bank, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    def meanwhile(*arguments: Any) -> FactSet:
        facts = gathered(*arguments)
        write_rows(bank.root, name, "2010-12-31" if name == "opening" else "2011-05-31", more=1)
        return facts

    monkeypatch.setattr(executor, "read", meanwhile)
    with pytest.raises(SourceError, match=f"source '{name}' .*changed while the run read its sources"):
        bank.run()
    assert bank.rendered == bank.issued() == bank.left() == []
    assert not (bank.output / "archive").exists()
    assert bank.row.state == RunState.FAILED


def test_other_data_are_refused_and_corrected_with_a_reason(bank: Bank) -> None:
    bank.run()
    write_rows(bank.root, "closing", "2011-05-31", more=5)
    with pytest.raises(AlreadyIssued):
        bank.run()
    assert bank.row.state == RunState.FAILED
    assert [one.revision for one in bank.run(restate="late bookings")] == ["r02"] * 5
    assert (bank.row.state, bank.row.version) == (RunState.DONE, 2)


def test_a_metric_that_is_no_sum_is_refused_before_the_first_page(bank: Bank) -> None:
    write_project(bank.root, release={"reconcile": ["churn_rate", "aum_poin"]})
    with pytest.raises(JobError) as caught:
        bank.run()
    assert "churn_rate, which is no sum" in str(caught.value)
    assert "Did you mean 'aum_point'?" in str(caught.value)
    assert bank.rendered == bank.issued() == []


def test_a_second_run_at_the_same_time_is_refused(bank: Bank, monkeypatch: pytest.MonkeyPatch) -> None:
    met = []

    def meanwhile(*arguments: Any) -> FactSet:
        with pytest.raises(ClaimHeld) as caught:
            bank.run()
        met.append(caught.value.code)
        return gathered(*arguments)

    monkeypatch.setattr(executor, "read", meanwhile)
    assert len(bank.run()) == 5
    assert met == [ExitCode.CLAIM_HELD]


def test_progress_counts(bank: Bank) -> None:
    told: list[tuple[int, int, int]] = []

    class Counts:
        def stage(self, name: str, detail: str = "") -> None: ...

        def units(self, done: int, total: int, failed: int) -> None:
            told.append((done, total, failed))

    with pytest.raises(PartlyFailed):
        bank.run({"branch:B1": "refuse"}, progress=Counts())
    assert told == [(0, 5, 0), (1, 5, 0), (2, 5, 1), (3, 5, 1), (4, 5, 1), (5, 5, 1)]


def test_the_job_of_these_tests_is_the_one_they_describe(bank: Bank) -> None:
    made: RunContext = context(bank.root)
    assert made.job.release.reconcile == ("customers_total", "aum_point")
    assert JOB["burst"] == ["bank", "branch"]
