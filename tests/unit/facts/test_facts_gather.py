"""Scopes, roles and dimensions: what a job's frames turn into."""

from __future__ import annotations

import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import pytest

from reportgen.errors import DataRefused, JobError
from reportgen.facts.explain import explain
from reportgen.facts.fact import parse_fact_id
from reportgen.facts.plan import Request
from reportgen.facts.publish import to_csv

OPEN, CLOSE = "2010-12-31", "2011-05-31"
ROOT = Path(__file__).resolve().parents[3]
JOB = """
job: wide
report: characteristics
currency: CNY
sources:
  list: {type: csv, path: list.csv}
  people: {type: csv, path: people.csv}
  held: {type: csv, path: held.csv}
  mailed: {type: csv, path: mailed.csv}
frames:
  snapshots:
    from: list
    columns: {customer_id: id, snapshot_date: day, aum: {column: assets, unit: 万元}, last_contact: seen, rm_id: rm}
  customers:
    from: people
    columns: {customer_id: id, branch_id: branch, region_id: region, birth_date: born, gender: sex}
  holdings: {from: held, columns: {customer_id: id, product_type: kind}}
  campaigns: {from: mailed, columns: {customer_id: id, reached: got, converted: won}}
dimensions:
  age_band: {column: age, edges: [30, 60]}
  gender: {column: gender}
  both: {combine: [gender, age_band]}
  young: {of: age_band, groups: {under_60: [<30, 30-60]}}
medians: [total, gender]
"""


@pytest.fixture
def wide(project):
    project.job(JOB)
    project.write("list.csv", [
        ("1", CLOSE, "10", "2011-05-30", "R1"), ("2", CLOSE, "20", "2011-01-01", "R1"), ("3", CLOSE, "40", "", ""),
        ("4", CLOSE, "80.0001", "2011-05-01", "R2"), ("5", "2011-04-30", "999", "", ""),
    ], ("id", "day", "assets", "seen", "rm"))  # fmt: skip
    project.write("people.csv", [
        ("1", "B1", "EAST", "1990-06-01", "F"), ("2", "B1", "EAST", "1981-05-31", "M"),
        ("3", "B2", "EAST", "1951-05-31", "F"), ("4", "B3", "WEST", "1951-06-01", ""),
    ], ("id", "branch", "region", "born", "sex"))  # fmt: skip
    project.write(
        "held.csv", [("1", "fund"), ("1", "fund"), ("1", "wealth"), ("2", "fund"), ("9", "fund")], ("id", "kind")
    )
    project.write(
        "mailed.csv",
        [("1", "yes", "yes"), ("2", "yes", "no"), ("3", "no", "yes"), ("4", "是", "是")],
        ("id", "got", "won"),
    )
    return project


def test_scopes_are_sums_of_their_branches(wide):
    facts = wide.facts()
    assert facts.scopes() == ["bank", "branch:B1", "branch:B2", "branch:B3", "region:EAST", "region:WEST"]
    money = {scope: facts.find("aum_point", scope=scope).num for scope in facts.scopes()}
    assert money["bank"] == 150_000_100
    assert money["region:EAST"] == money["branch:B1"] + money["branch:B2"]
    assert money["bank"] == money["region:EAST"] + money["region:WEST"]
    assert facts.find("aum_per_customer", scope="region:EAST").value == Fraction(70 * 10_000 * 100, 3)


def test_only_the_period_s_own_date_counts(wide):
    facts = wide.facts()
    assert facts.find("customers_total").num == 4
    assert facts.find("customers_total", at="since") is None


def test_ages_are_completed_years_on_the_snapshot_s_day(wide):
    facts = wide.facts()
    assert {one.segment: one.num for one in facts.segments("customers_total", "age_band")} == {
        "<30": 1,
        "30-60": 2,
        "60+": 1,
    }


def test_missing_values_are_a_segment_of_their_own(wide):
    facts = wide.facts()
    counts = {one.segment: one.num for one in facts.segments("customers_total", "gender")}
    assert counts == {"F": 2, "M": 1, "missing": 1}
    assert facts.dimensions["gender"].segment("missing").label["zh-CN"] == "缺失"


def test_groups_are_sums_and_combinations_are_cells(wide):
    facts = wide.facts()
    assert facts.find("customers_total", dimension="young", segment="under_60").num == 3
    assert facts.find("customers_total", dimension="both", segment="F&<30").num == 1
    assert not facts.dimensions["young"].partition


def test_products_count_a_customer_once(wide):
    facts = wide.facts()
    assert facts.find("product_penetration", dimension="product_type", segment="fund").value == Fraction(2, 4)
    assert facts.find("products_per_customer").value == Fraction(3, 4)
    assert facts.find("cross_sell_rate").value == Fraction(1, 4)
    assert facts.find("one_product_share", scope="branch:B1").value == Fraction(1, 2)
    assert facts.find(
        "product_penetration", dimension="gender", segment="F", against="product_type=wealth"
    ).value == Fraction(1, 2)


def test_conversion_counts_the_reached_only_and_the_index_is_against_the_rest(wide):
    facts = wide.facts()
    assert facts.find("campaign_conversion").value == Fraction(2, 3)
    assert facts.find("campaign_conversion", dimension="gender", segment="F").value == 1
    index = facts.find("over_index", dimension="gender", segment="F", against="attribute=campaign_conversion")
    assert index.value == Fraction(1) / Fraction(1, 2) * 100


def test_contact_and_managers(wide):
    facts = wide.facts(request=Request(contact_limit_days=30))
    assert facts.find("contact_overdue").num == 2, "never contacted counts as overdue; thirty days ago does not"
    assert facts.find("days_since_contact").value == 30
    assert facts.find("coverage_rate").value == Fraction(3, 4)
    assert facts.find("rm_aum_share", dimension="rm", segment="R1").value == Fraction(300_000, 1_500_001)


def test_medians_only_where_asked(wide):
    facts = wide.facts()
    assert facts.find("aum_median").value == 30 * 10_000 * 100
    assert facts.find("aum_median", dimension="gender", segment="F").value == 25 * 10_000 * 100
    assert facts.find("aum_median", dimension="age_band", segment="<30") is None
    assert facts.find("aum_median", scope="branch:B3").value == 80_000_100


def test_the_histogram_is_near_the_sorted_concentration(wide):
    exact = wide.facts()
    wide.job(JOB + "concentration: histogram\n")
    near = wide.facts()
    for metric in ("gini", "top20_share"):
        assert abs(near.find(metric).value - exact.find(metric).value) < Fraction(1, 100)


def test_parquet_gives_the_facts_of_the_csv(wide):
    import pyarrow.csv as csv
    import pyarrow.parquet as pq

    text = csv.ConvertOptions(
        column_types={"id": "string", "day": "string", "assets": "string", "seen": "string", "rm": "string"}
    )
    pq.write_table(csv.read_csv(wide.root / "list.csv", convert_options=text), wide.root / "list.parquet")
    expected = to_csv(wide.facts())
    wide.job(JOB.replace("{type: csv, path: list.csv}", "{type: parquet, path: list.parquet}"))
    assert to_csv(wide.facts()) == expected


def test_typed_parquet_columns_are_read_as_exactly_as_text(wide):
    import datetime as dt
    from decimal import Decimal

    import pyarrow as pa
    import pyarrow.parquet as pq

    day = dt.date(2011, 5, 31)
    table = pa.table({
        "id": ["1", "2", "3", "4"], "day": [day] * 4, "rm": ["R1", "R1", None, "R2"],
        "assets": pa.array([Decimal(10), Decimal(20), Decimal(40), Decimal("80.0001")], pa.decimal128(18, 4)),
        "seen": [dt.date(2011, 5, 30), dt.date(2011, 1, 1), None, dt.date(2011, 5, 1)],
    })  # fmt: skip
    pq.write_table(table, wide.root / "list.parquet")
    expected = wide.facts()
    wide.job(JOB.replace("{type: csv, path: list.csv}", "{type: parquet, path: list.parquet}"))
    found = wide.facts()
    assert (expected.history, found.history) == (("2011-04", "2011-05"), ("2011-05",))
    assert found.facts == tuple(one for one in expected.facts if one.period == "2011-05")


def test_the_table_does_not_depend_on_process_or_hash_seed(wide):
    script = (
        "import sys; from reportgen.cli import main; "
        f"sys.exit(main(['facts', {str(wide.root / 'job.yaml')!r}, '--period', '2011-05', '--output', {str(wide.root / 'o')!r}]))"
    )
    outputs = set()
    for seed in ("1", "2"):
        environment = {"PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"}
        run = subprocess.run(
            [sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=False
        )
        assert run.returncode == 0, run.stderr
        outputs.add(run.stdout)
    assert len(outputs) == 1


def test_every_id_can_be_parsed_and_explained(wide):
    facts = wide.facts()
    for fact in facts.facts:
        parts = parse_fact_id(fact.id)
        assert parts is not None, fact.id
        assert (parts["metric"], parts["segment"], parts["against"]) == (fact.metric, fact.segment, fact.against)
    found = explain(facts, "bank/campaign_conversion[gender=F]@2011-05")
    assert found.query == "campaign gender"
    assert "converted" in found.sql
    assert {origin.name for origin in found.origins} == {"list", "people", "held", "mailed"}
    with pytest.raises(JobError, match="Did you mean 'bank/gini@2011-05'"):
        explain(facts, "bank/ginni@2011-05")


def test_what_the_data_cannot_carry_is_named(wide):
    lacking = {one.subject: one.needs for one in wide.facts().omissions}
    assert lacking["wealth_share"] == ("snapshots.wealth",)
    assert lacking["churn_rate"] == ("two dates",)
    assert "customers_total" not in lacking


@pytest.mark.parametrize("name", ["../../etc/cron.d/x", "CON", "-rf", "\u202eB1", "B／1", "B" * 300, "B1.", "b1"])
def test_a_branch_number_that_is_no_file_name_is_refused(wide, name):
    people = (wide.root / "people.csv").read_text(encoding="utf-8")
    (wide.root / "people.csv").write_text(people.replace("B1", name), encoding="utf-8")
    with pytest.raises(DataRefused, match="cannot name a report"):
        wide.facts()


def test_a_formula_in_a_name_stays_text(wide):
    people = (wide.root / "people.csv").read_text(encoding="utf-8")
    (wide.root / "people.csv").write_text(people.replace(",M", ",=HYPERLINK(1)").replace("F", "@SUM(1)"), encoding="utf-8")
    table = to_csv(wide.facts())
    assert "gender,'=HYPERLINK(1)," in table
    assert "gender,'@SUM(1)," in table
    assert ",=" not in table
    assert ",@" not in table
