"""What a run would make, known beforehand: the same ids, nothing rendered, nothing written."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from reportgen import pipeline
from reportgen.archive.archive import Archive
from reportgen.config import load_job
from reportgen.context import RunContext
from reportgen.errors import JobError
from reportgen.facts.fact import Fact
from reportgen.facts.metric import Metric
from reportgen.facts.table import FactSet
from reportgen.period import Period
from reportgen.release import plan as module
from reportgen.release.movement import headline, movements
from reportgen.release.plan import Plan, plan
from reportgen.runs import executor
from tests.run_case import PERIOD, SCOPES, Bank, gathered, write_project, write_rows


@pytest.fixture
def bank(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bank:
    monkeypatch.setattr(pipeline, "reread", lambda *_: None)
    for where in (executor, module):
        monkeypatch.setattr(where, "read", gathered)
    return Bank(tmp_path)


def planned(bank: Bank, scopes: tuple[str, ...] = (), period: str = PERIOD) -> Plan:
    job = load_job(bank.root / "job.yaml")
    return plan(job, RunContext.create(job, Period.parse(period), output=bank.output), scopes=scopes)


def tree(root: Path) -> dict[str, bytes]:
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def test_before_a_run_all_is_new_and_nothing_is_written(bank: Bank) -> None:
    found = planned(bank)
    assert [(one.scope, one.state, one.revision) for one in found.editions] == [
        (scope, "new", "r01") for scope in SCOPES]
    assert [path.relative_to(bank.output).as_posix() for path in found.editions[1].files] == [
        "reports/small/2011-05/branch-B1.zh-CN.pdf", "reports/small/2011-05/branch-B1.zh-CN.xlsx"]
    assert (found.names, found.unnamed, found.approval) == ("", (), False)
    assert not bank.output.exists()
    assert bank.rendered == []


def test_the_ids_are_those_of_the_run_and_then_there_is_nothing_to_do(bank: Bank) -> None:
    before = planned(bank)
    editions = bank.run()
    assert [one.edition for one in before.editions] == [one.id for one in editions]
    kept = tree(bank.output)
    after = planned(bank)
    assert [one.state for one in after.editions] == ["issued"] * 5
    assert [one.edition for one in after.editions] == [one.id for one in editions]
    assert tree(bank.output) == kept


def test_other_data_are_refused_and_the_reason_is_named(bank: Bank) -> None:
    bank.run()
    write_rows(bank.root, "closing", "2011-05-31", more=7)
    kept = tree(bank.output)
    found = planned(bank, scopes=("bank", "branch:B3"))
    assert [(one.scope, one.state, one.revision) for one in found.editions] == [
        ("bank", "differs", "r02"), ("branch:B3", "differs", "r02")]
    assert "sources (closing)" in found.editions[0].why
    assert tree(bank.output) == kept


def test_units_without_a_name(bank: Bank) -> None:
    (bank.root / "units.yaml").write_text(
        "branch:\n  B1: {zh-CN: 一支行, en: One}\n  B3: {zh-CN: 三支行, en: Three}\n", encoding="utf-8")
    write_project(bank.root, units="units.yaml", release={"approval": True})
    job = load_job(bank.root / "job.yaml")
    context = RunContext.create(job, Period.parse(PERIOD), output=bank.output)
    real = pipeline.gather(job, context)
    context.clean()
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(module, "read", lambda *_: real)
        found = planned(bank)
    assert found.names == "units.yaml"
    assert found.unnamed == ("branch:B2", "branch:B4")
    assert found.approval
    assert {one.scope: one.name.get("en") for one in found.editions}["branch:B1"] == "One"


def test_a_scope_that_is_not_there(bank: Bank) -> None:
    with pytest.raises(JobError, match="there is no branch:B9"):
        planned(bank, scopes=("branch:B9",))
    with pytest.raises(JobError, match="brunch:B1 is no scope"):
        planned(bank, scopes=("brunch:B1",))


# Movements

def facts(**values: Any) -> FactSet:
    words = {"zh-CN": "某", "en": "some"}
    units = {"aum_point": "money", "coverage_rate": "share", "customers_total": "customers"}
    metrics = {name: Metric(name, unit, "additive", words, words, ()) for name, unit in units.items()}  # type: ignore[arg-type]
    found = tuple(
        Fact("bank", name, "2011-05", num, den, units[name])  # type: ignore[arg-type]
        for name, (num, den) in values.items()
    )
    return FactSet("2011-05", "", "2011-05-31", "", "CNY", found, {}, metrics)


def moved(now: FactSet, before: FactSet, limit: Fraction = Fraction(1, 5)) -> list[tuple[str, Fraction | None]]:
    names = ("aum_point", "coverage_rate", "customers_total")
    return [(one.metric, one.change) for one in movements(now, before, "bank", names, limit)]


def test_a_fifth_is_not_more_than_a_fifth() -> None:
    before = facts(aum_point=(100, 1), customers_total=(50, 1))
    assert moved(facts(aum_point=(120, 1), customers_total=(40, 1)), before) == []
    assert moved(facts(aum_point=(121, 1), customers_total=(39, 1)), before) == [
        ("aum_point", Fraction(21, 100)), ("customers_total", Fraction(-11, 50))]


def test_a_share_must_also_move_by_a_point() -> None:
    before = facts(coverage_rate=(1, 1000))
    assert moved(facts(coverage_rate=(2, 1000)), before) == []
    assert moved(facts(coverage_rate=(11, 1000)), before) == [("coverage_rate", Fraction(10))]


def test_from_nothing_and_what_only_one_of_them_has() -> None:
    assert moved(facts(aum_point=(5, 1)), facts(aum_point=(0, 1), customers_total=(3, 1))) == [("aum_point", None)]
    assert moved(facts(aum_point=(0, 1)), facts(aum_point=(0, 1))) == []
    assert moved(facts(aum_point=(1, 1)), facts(aum_point=(-1, 1))) == [("aum_point", Fraction(2))]


def test_headline_metrics_are_named_once() -> None:
    assert headline(["customers_total@since", "aum_point!interval", "customers_total", ""]) == (
        "customers_total", "aum_point")


def test_the_last_edition_is_that_of_the_nearest_earlier_period_of_the_same_length(bank: Bank) -> None:
    bank.run()
    job = load_job(bank.root / "job.yaml")
    for period, expected in (("2011-06", "2011-05"), ("2011-05", None), ("2011-Q3", None)):
        context = RunContext.create(job, Period.parse(period), output=bank.output)
        archive = Archive.of(bank.output)
        planner = module._Planner(job, context, context, archive, facts())
        last = planner._last("bank")
        assert (last.entry.period if last else None) == expected
        if last:
            assert planner._then(last).period == "2011-05"
