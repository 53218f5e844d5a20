"""What a scope's report may know: its own facts and averages above it, nothing of any other unit."""

from __future__ import annotations

from pathlib import Path

import pytest

from reportgen.config import load_job
from reportgen.context import RunContext
from reportgen.errors import JobError
from reportgen.facts.gather import gather
from reportgen.facts.table import FactSet
from reportgen.period import Period
from reportgen.scope import check_scopes, chosen_scopes

JOB = """\
job: spread
report: characteristics
currency: CNY
units: units.yaml
burst: [bank, region, branch]
period: {every: month, since: previous}
sources: {list: {type: csv, path: list.csv}}
frames:
  snapshots:
    from: list
    columns: {customer_id: id, snapshot_date: day, branch_id: b, region_id: r, rm_id: m, tier: t,
      aum: {column: a, unit: 元}}
dimensions: {branch: {column: branch_id}, region: {column: region_id}, tier: {column: tier}}
"""
UNITS = """\
branch:
  B1: {zh-CN: 甲支行, en: Branch One, region: R1}
  B2: {zh-CN: 乙支行, en: Branch Two, region: R1}
  B3: {zh-CN: 丙支行, en: Branch Three, region: R2}
region:
  R1: {zh-CN: 城区, en: City}
"""
ROWS = [
    ("c1", "B1", "R1", "M1", "private", 100, 110), ("c2", "B1", "R1", "M1", "mass", 10, None),
    ("c3", "B2", "R1", "M2", "mass", 20, 25), ("c4", "B3", "R2", "M3", "private", 300, 290),
    ("c5", "B3", "R2", "M3", "mass", None, 5),
]


@pytest.fixture(scope="module")
def facts(tmp_path_factory: pytest.TempPathFactory) -> FactSet:
    root = tmp_path_factory.mktemp("spread")
    (root / "templates").mkdir()
    lines = ["id,day,b,r,m,t,a"]
    for customer, branch, region, rm, tier, before, after in ROWS:
        lines += [f"{customer},{day},{branch},{region},{rm},{tier},{amount}"
                  for day, amount in (("2025-11-30", before), ("2025-12-31", after)) if amount is not None]
    (root / "list.csv").write_text("\n".join(lines) + "\n", "utf-8")
    (root / "units.yaml").write_text(UNITS, "utf-8")
    (root / "job.yaml").write_text(JOB, "utf-8")
    context = RunContext.create(load_job(root / "job.yaml"), Period.parse("2025-12"), output=root / "output")
    try:
        return gather(context)
    finally:
        context.clean()


def test_the_bank_sees_everything(facts: FactSet) -> None:
    assert facts.seen_from("bank") is facts
    assert [one.segment for one in facts.segments("customers_total", "branch")] == ["B1", "B3", "B2"]
    assert facts.regions == {"branch:B1": "region:R1", "branch:B2": "region:R1", "branch:B3": "region:R2"}


def test_a_region_compares_its_own_branches_alone(facts: FactSet) -> None:
    shown = facts.segments("customers_total", "branch", scope="region:R1")
    assert {one.segment: int(one.value) for one in shown} == {"B1": 1, "B2": 1}
    assert facts.segments("customers_total", "region", scope="region:R1") == []


def test_a_branch_knows_itself_and_averages_above(facts: FactSet) -> None:
    seen = facts.seen_from("branch:B1", {"churn_rate", "customers_total"})
    assert {one.scope for one in seen.facts} == {"bank", "region:R1", "branch:B1"}
    above = [one for one in seen.facts if one.scope != "branch:B1"]
    assert {facts.metrics[one.metric].additivity for one in above} <= {"ratio", "whole"}
    assert seen.find("churn_rate", scope="bank") is not None
    assert seen.find("customers_total", scope="bank") is None, "a sum of others is no average"
    assert {one.metric for one in above} == {"churn_rate"}
    assert seen.told_in("branch:B1") == ("bank", "branch:B1", "region:R1")
    assert {one.scope for one in facts.seen_from("branch:B1").facts} == {"branch:B1"}, "nothing is compared unasked"
    assert seen.units == {"branch:B1": {"zh-CN": "甲支行", "en": "Branch One"}, "region:R1": {"zh-CN": "城区", "en": "City"}}


@pytest.mark.parametrize("scope", ["branch:B1", "branch:B2", "branch:B3", "region:R1", "region:R2"])
def test_no_other_units_name_or_segment_is_left(facts: FactSet, scope: str) -> None:
    seen = facts.seen_from(scope, set(facts.metrics))
    kind, _, name = scope.partition(":")
    column = {"branch": 1, "region": 2}[kind]
    foreign = {text for row in ROWS if row[column] != name for text in (f"B{row[1][1]}", row[3])}
    foreign -= {text for row in ROWS if row[column] == name for text in (row[1], row[3])}
    told = {one.segment for one in seen.facts} | {one.id for view in seen.dimensions.values()
                                                    for one in view.segments if view.spatial or view.column == "rm_id"}
    told |= {one.scope.partition(":")[2] for one in seen.facts} | {one.partition(":")[2] for one in seen.units}
    labels = {text for view in seen.dimensions.values() for one in view.segments for text in one.label.values()}
    assert foreign
    assert not foreign & told
    assert kind == "region" or not {"甲支行", "乙支行", "丙支行"} & labels - {seen.units.get(scope, {}).get("zh-CN")}


def test_regions_and_the_bank_are_sums_of_branches(facts: FactSet) -> None:
    for one in [one for one in facts.of_scope("bank") if facts.metrics[one.metric].additivity == "additive"
                and not one.dimension and one.metric not in ("customers_transferred_in", "customers_transferred_out")]:
        parts = [facts.find(one.metric, scope=scope) for scope in facts.regions]
        if one.period == facts.period and all(parts):
            assert sum(part.num for part in parts if part) == one.num, one.id


def test_the_scopes_of_a_burst_and_those_asked_for(facts: FactSet) -> None:
    job = load_job_with_burst()
    assert chosen_scopes(job, facts, ()) == ("bank", "region:R1", "region:R2", "branch:B1", "branch:B2", "branch:B3")
    assert chosen_scopes(job, facts, ["branch:B2"]) == ("branch:B2",)
    with pytest.raises(JobError, match="branch:B9") as caught:
        chosen_scopes(job, facts, ["branch:B9"])
    assert "branch:B1" in str(caught.value)


@pytest.mark.parametrize("scope", ["B2", "brach:B2", "branch:", "", "bank:1"])
def test_what_names_no_unit_is_refused_before_the_data_are_read(scope: str) -> None:
    check_scopes(["bank", "region:R1", "branch:B2"])
    with pytest.raises(JobError, match="no scope"):
        check_scopes(["bank", scope])


def load_job_with_burst():
    job = load_job(Path(__file__).parents[3] / "config/jobs/taihu.yaml")
    return job.model_copy(update={"burst": ("bank", "region", "branch")})
