"""UCI Taiwan, a wide table of six months: every aggregate of a truth that was computed independently with SQL."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import pytest

from reportgen.config import load_job
from reportgen.context import RunContext
from reportgen.facts.gather import gather
from reportgen.facts.table import FactSet
from reportgen.period import Period

ROOT = Path(__file__).resolve().parents[2]
TRUTH = json.loads((ROOT / "tests/data/truth/taiwan.json").read_text("utf-8"))
MONTHS = {"apr": "2005-04", "may": "2005-05", "jun": "2005-06", "jul": "2005-07", "aug": "2005-08", "sep": "2005-09"}
EDUCATION = {1: "graduate", 2: "university", 3: "high_school"}
MINOR = 100
pytestmark = pytest.mark.xdist_group("taiwan")


@cache
def facts(job: str, period: str = "2005-09") -> FactSet:
    context = RunContext.create(load_job(ROOT / job), Period.parse(period), output=ROOT / "build" / "taiwan")
    try:
        return gather(context)
    finally:
        context.clean()


def bills() -> FactSet:
    return facts("config/jobs/taiwan.yaml")


def limits() -> FactSet:
    return facts("tests/data/jobs/taiwan_limits.yaml")


def count(found: FactSet, dimension: str, segment: str) -> int:
    fact = found.find("customers_total", dimension=dimension, segment=segment)
    return fact.num if fact else 0


@pytest.mark.parametrize(("month", "label"), MONTHS.items())
def test_bills_month_by_month(month: str, label: str) -> None:
    fact = bills().find("aum_point", at=label)
    assert fact is not None
    assert (fact.num, fact.n) == (TRUTH["bill_total_by_month"][0][month] * MINOR, TRUTH["rows"])


def test_a_month_is_the_same_as_closing_and_as_history() -> None:
    may = facts("config/jobs/taiwan.yaml", "2005-05")
    assert may.find("aum_point") == bills().find("aum_point", at="2005-05")


def test_delay_from_august_to_september() -> None:
    found = {(one.segment, one.against): one.num for one in bills().facts if one.metric == "migration_matrix"}
    told = {(one["aug"], f"tier_to={one['sep']}"): one["n"] for one in TRUTH["delay_migration_aug_to_sep"]}
    assert found == told


def test_defaults_by_age_and_education() -> None:
    for one in TRUTH["by_age"]:
        true, false = (count(bills(), "default_by_age", f"{one['band']}&{flag}") for flag in ("true", "false"))
        assert true + false == one["n"]
        assert round(true / one["n"], 6) == one["rate"]
    for one in TRUTH["by_education"]:
        code = EDUCATION.get(one["e"], str(one["e"]))
        true, false = (count(bills(), "default_by_education", f"{code}&{flag}") for flag in ("true", "false"))
        assert true + false == one["n"]
        assert round(true / one["n"], 6) == one["rate"]
    assert {one["k"]: one["n"] for one in TRUTH["default"]} == {
        0: count(bills(), "defaulted", "false"), 1: count(bills(), "defaulted", "true"),
    }


def test_limits_by_age_and_their_concentration() -> None:
    for one in TRUTH["by_age"]:
        fact = limits().find("age_avg_aum", dimension="age_band", segment=one["band"])
        assert fact is not None
        assert round(float(fact.value) / MINOR, 4) == one["mean_limit"]
    total, top, gini = (limits().find(name) for name in ("aum_point", "top20_share", "gini"))
    assert total is not None
    assert top is not None
    assert gini is not None
    assert total.num == TRUTH["limit_total"] * MINOR
    assert float(top.value) == pytest.approx(TRUTH["top20_share_limit"], abs=1e-14)
    assert float(gini.value) == pytest.approx(TRUTH["gini_limit"], abs=1e-14)
