"""A job against everything it refers to: each slip named at its place, and nothing else."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from reportgen.config.check import font_problems, job_problems, openings, problems, source_problems, template_problems
from reportgen.config.check.held import periods_held
from reportgen.config.check.sources import decode_head, read_columns
from reportgen.config.job import Job
from reportgen.config.positions import Positions
from reportgen.config.source import CsvSource, ParquetSource
from reportgen.context import RunContext
from reportgen.period import Period

SNAPSHOT_DATE = "      snapshot_date: 日期\n"


def test_a_sound_job_has_no_problems(workspace: Any) -> None:
    assert problems(*workspace.open()) == ()


@pytest.mark.parametrize(
    ("old", "new", "at", "message"),
    [
        ("report: tiny", "report: tny", "tny", "there is no report 'tny'. Did you mean 'tiny'? Reports: "),
        ("currency: CNY", "currency: CNY\nlocales: [zh-CN, en]", "en]", "'tiny' has no texts in en"),
        ("Asia/Shanghai", "Asia/Shangai", "Asia/Shangai", "Did you mean 'Asia/Shanghai'?"),
        ("Asia/Shanghai", "../../etc/passwd", "../..", "there is no time zone"),
        ("path: data/list.csv", "path: data/list.csv, as_of: since", "since}", "period.since is not stated"),
        ("  list: {", "  con: {", "con", "'con' is a device's name on Windows"),
        ("from: list", "from: lst", "lst", "there is no source 'lst'. Did you mean 'list'? Sources: list."),
        ("from: list", "from: [list, list]", "list]", "'list' stands twice; its rows would count twice."),
        ("      customer_id: 客户号\n", "", "columns:", "'customer_id' is missing; the role 'snapshots' cannot do"),
        ("      aum: {column: 资产, unit: 元}\n", "", "columns:", "'aum' is missing"),
        ("{column: 资产, unit: 元}", "资产", "资产", "an amount needs its unit"),
        ("age: 年龄", "age: {column: 年龄, unit: 元}", "元}\n      occ",
         "only amounts have a unit, and 'age' is read as int"),
        ("age: 年龄", "age: {column: 年龄, format: '%Y'}", "'%Y'", "only dates have a format"),
        ("age: 年龄", "age: {column: 年龄, kind: category}", "category", "leave the kind out"),
        ("age: 年龄", "agee: 年龄", "agee", "no column 'agee'. Did you mean 'age'?"),
        ("age: 年龄", "cash: {column: 年龄, kind: money}", "{column: 年龄", "an amount needs its unit"),
        (SNAPSHOT_DATE, "", "list: {", "nothing says which day data/list.csv describes"),
        ("column: age, edges", "column: aeg, edges", "aeg", "there is no column 'aeg'. Did you mean 'age'?"),
        ("column: age, edges", "column: tier, edges", "tier, e",
         "edges need a number, and 'tier' is read as category"),
        ("column: age, edges", "column: age, unit: 元, edges", "元, e", "only amounts have a unit"),
        ("unit: 万元, edges", "edges", "[500, 600]", "edges of an amount need a unit"),
        ("occupation: {column: occupation}", "occupation: {column: aum}", "aum}\n", "read as money"),
        ("of: aum_band", "of: aum_bnd", "aum_bnd",
         "there is no dimension 'aum_bnd'. Did you mean 'aum_band'?"),
        ("of: aum_band", "of: aum_group", "aum_group: {", "is made of itself"),
        ("[600+]", "[600-700]", "600-700",
         "'aum_band' has no segment '600-700'. Segments: <500, 500-600, 600+."),
        ("[600+]", "[600+, 600+]", "600+]", "'600+' stands twice and would count twice"),
        ("combine: [age_band, occupation]", "combine: [age_band, ocupation]", "ocupation]",
         "Did you mean 'occupation'?"),
        ("combine: [age_band, occupation]", "combine: [age_band, age_band]", "age_band]}", "stands twice"),
        ("combine: [age_band, occupation]", "combine: [age_band, aum_group]", "aum_group]", "is a group"),
        ("combine: [age_band, occupation]", "combine: [age_band, both]", "both: ", "is made of itself"),
        ("edges: [30, 40]}", "edges: [30, 40], labels: {30-50: x}}", "30-50",
         "there is no segment '30-50'"),
        ("population: {tier", "population: {teir", "teir",
         "no column 'teir' of the customer in any frame. Did you mean 'tier'?"),
        ("medians: [total, age_band]", "medians: [totl]", "totl", "Did you mean 'total'?"),
        ("r_contact_gap", "r_contact_gp", "r_contact_gp",
         "there is no rule 'r_contact_gp'. Did you mean 'r_contact_gap'?"),
        ("[600+]", "[600+, 500-600]", "500-600]}}",
         "dimensions.aum_group.groups: 'low' and 'high' both claim '500-600'. Each customer must fall in exactly one"),
        ("r_contact_gap", "r_csat_drop", "r_csat_drop",
         "the report 'tiny' does not use 'r_csat_drop', so this threshold would do nothing. It uses: r_contact_gap."),
        ("{days: 30}", "{min_share: 20}", "20}}", "rules.r_contact_gap.min_share: a share is 0 to 1; 10 % is 0.1, got 20."),
        ("{days: 30}", "{min_share: 10%}", "10%", "expected a number, got '10%'. Write 0.1."),
        ("{days: 30}", "{days: -1}", "-1}", "a threshold in days is not below zero, got -1."),
        ("Asia/Shanghai", "Asia/Beijing", "Asia/Bei", "Did you mean 'Asia/Shanghai'?"),
        ("{days: 30}", "{dayz: 30}", "dayz", "has no parameter 'dayz'. Did you mean 'days'? It has: "),
        ("{days: 30}", "{days: many}", "many", "expected a number, got 'many'"),
        ('valid_from: "2010-01-01"', 'valid_from: "2010-01-01", valid_to: "2009-01-01"', '"2009',
         "is before valid_from"),
        ('"2010-01-01"}]', '"2010-01-01"}, {tier: private, floor: 6亿元, valid_from: "2012-01-01"}]',
         "{tier: private, floor: 6",
         "on 2012-01-01 the tier 'private' would have two floors, 500万元 and 6亿元"),
    ],
)
def test_each_slip_at_its_place(workspace: Any, old: str, new: str, at: str, message: str) -> None:
    job, context = workspace.open((old, new))
    found = job_problems(job, context)
    text = workspace.job_path.read_text(encoding="utf-8")
    before = text[: text.index(at)]
    place = f"{workspace.job_path}:{before.count(chr(10)) + 1}:{len(before) - before.rfind(chr(10))}"
    hits = [problem for problem in found if message in problem.message]
    assert [problem.place for problem in hits] == [place], found
    assert len(found) <= 3, found


def test_what_this_bank_lacks_is_no_error(workspace: Any) -> None:
    """A known column that is not mapped leaves its dimension out; the report says so."""
    assert problems(*workspace.open(("      occupation: 职业\n", ""))) == ()


def test_an_age_may_come_from_the_birth_date(workspace: Any) -> None:
    job, context = workspace.open(("age: 年龄", "birth_date: 年龄"))
    assert job_problems(job, context) == ()


def test_tiers_may_follow_each_other(workspace: Any) -> None:
    tiers = (
        '{tier: private, floor: 500万元, valid_from: "2010-01-01", valid_to: "2010-12-31"}, '
        '{tier: private, floor: 600万元, valid_from: "2011-01-01"}, '
        '{tier: gold, floor: 1万元, valid_from: "2010-01-01"}'
    )
    job, context = workspace.open(('{tier: private, floor: 500万元, valid_from: "2010-01-01"}', tiers))
    assert job_problems(job, context) == ()


def test_no_snapshots_no_report(workspace: Any) -> None:
    job, context = workspace.open(("  snapshots:", "  customers:"))
    assert any("there is no frame 'snapshots'" in problem.message for problem in job_problems(job, context))


def test_a_fixed_date_replaces_a_date_column(workspace: Any) -> None:
    assert problems(*workspace.open((SNAPSHOT_DATE, ""), ("list.csv}", 'list.csv, as_of: "2011-05-31"}'))) == ()


def test_the_report_may_need_a_column(workspace: Any) -> None:
    report = workspace.root / "templates" / "tiny" / "report.yaml"
    report.write_text(
        "report: tiny\nneeds: {snapshots: [aum, rm_id], holdings: [product_type]}\nrules: [r_contact_gap]\nsections: []\n", encoding="utf-8"
    )
    job, context = workspace.open()
    assert {problem.message for problem in job_problems(job, context)} == {
        "frames: the report 'tiny' cannot do without snapshots.rm_id; map a column to it.",
        ("frames: the report 'tiny' cannot do without a table of holdings; add a source that holds it and under frames: "
        "holdings: {from: <source>, columns: {customer_id: <column>, product_type: <column>}}."),
    }


def test_a_report_that_is_no_yaml_is_named(workspace: Any) -> None:
    report = workspace.root / "templates" / "tiny" / "report.yaml"
    report.write_text("sections: [\n", encoding="utf-8")
    job, context = workspace.open()
    [problem] = template_problems(job, context)
    assert problem.place.startswith(f"{report}:")
    assert job_problems(job, context) == ()


def test_a_text_file_that_is_wrong_is_named(workspace: Any) -> None:
    texts = workspace.root / "templates" / "tiny" / "text.zh-CN.yaml"
    texts.write_text("title: 小报告\nwrods: {a: b}\n", encoding="utf-8")
    job, context = workspace.open()
    [problem] = template_problems(job, context)
    assert problem.place == f"{texts}:2:1"
    assert "Did you mean 'words'?" in problem.message


def test_a_section_states_its_own_needs(workspace: Any) -> None:
    report = workspace.root / "templates" / "tiny" / "report.yaml"
    report.write_text(
        "report: tiny\nsections:\n"
        "- {id: a, sections: [{id: b, needs: [holdings.product_type], blocks: [page-break]}]}\n",
        encoding="utf-8",
    )
    [opening] = openings(*workspace.open())
    assert (opening.needs, opening.sections, opening.metrics) == (("holdings.product_type",), ("b",), ())


def test_problems_of_a_job_stand_in_its_order(workspace: Any) -> None:
    slips = (("Asia/Shanghai", "Nowhere"), ("from: list", "from: lst"), ("{days: 30}", "{dayz: 3}"))
    job, context = workspace.open(*slips)
    lines = [int(problem.place.rsplit(":", 2)[1]) for problem in job_problems(job, context)]
    assert lines == sorted(lines)
    assert len(lines) == 3


def test_a_job_made_in_a_program_is_checked_by_its_keys(workspace: Any) -> None:
    job, _ = workspace.open()
    other = Job.model_validate({**job.model_dump(by_alias=True), "medians": ["totl"]})
    [problem] = job_problems(other, RunContext.create(job, Period.parse("2011-05")))
    assert problem.place == "medians[0]"


def test_a_missing_file_is_named_with_the_nearest(workspace: Any) -> None:
    job, context = workspace.open(("data/list.csv", "data/lits.csv"))
    [problem] = source_problems(job, context, Positions(job.path))
    assert problem.message.startswith("sources.list.path: there is no file data/lits.csv below ")
    assert problem.message.endswith("Did you mean 'list.csv'?")


def test_a_missing_folder_is_named(workspace: Any) -> None:
    job, context = workspace.open(("data/list.csv", "dta/list.csv"))
    [problem] = source_problems(job, context, Positions(job.path))
    assert "The folder dta is missing too." in problem.message


def test_a_column_the_file_lacks_is_named_with_those_it_has(workspace: Any) -> None:
    job, context = workspace.open(("age: 年龄", "age: 年龄段"))
    [problem] = source_problems(job, context, Positions(job.path))
    assert problem.place == f"{workspace.job_path}:14:12"
    assert "has no column '年龄段'. Did you mean '年龄'?" in problem.message
    assert "It has: 客户号, 日期, 资产, 年龄, 职业, 层级." in problem.message


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_heads_are_read_in_every_encoding(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(("客户号; 金额 ;\"备;注\"\n" + "张三;1;x\n" * 20_000).encode(encoding))
    source = CsvSource(type="csv", path="x.csv", delimiter=";")
    assert read_columns(path, source) == ("客户号", "金额", "备;注")


@pytest.mark.parametrize("data", [b"a,b\n\xff\xff\xff", b"\x00\x01,b\n", b""])
def test_what_is_no_table_has_no_head(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(data)
    with pytest.raises(ValueError, match=r"it is not|NUL|names no columns"):
        read_columns(path, CsvSource(type="csv", path="x.csv"))


def test_a_head_may_end_inside_a_character() -> None:
    assert decode_head("客户号,金额".encode()[:-1], "auto") == "客户号,金"
    assert decode_head("客户号,金额".encode("gb18030")[:-1], "auto") == "客户号,金"


def test_the_columns_of_a_parquet_file(tmp_path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    path = tmp_path / "x.parquet"
    pq.write_table(pa.table({"客户号": ["1"], "b": [2]}), path)
    source = ParquetSource(type="parquet", path="x.parquet")
    assert read_columns(path, source) == ("客户号", "b")
    path.write_bytes(b"not parquet")
    with pytest.raises(ValueError, match="not a Parquet file"):
        read_columns(path, source)


def test_a_missing_font_is_named(workspace: Any) -> None:
    _, context = workspace.open()
    assert list(font_problems(context)) == []
    fonts = workspace.root / "templates" / "assets" / "fonts"
    fonts.mkdir(parents=True)
    (fonts / "HASHES").write_text(f"{'0' * 64}  serif/There.ttf\n{'0' * 64}  serif/Not.ttf\n", encoding="utf-8")
    (fonts / "serif").mkdir()
    (fonts / "serif" / "There.ttf").touch()
    [problem] = font_problems(context)
    assert problem.place == str(fonts / "serif" / "Not.ttf")


def test_openings_name_what_would_add_what(workspace: Any) -> None:
    found = openings(*workspace.open(("      age: 年龄\n", "")))
    by_need = {one.needs: one for one in found}
    assert by_need["snapshots.rm_id",].metrics == ("coverage_rate",)
    assert by_need["snapshots.rm_id",].sections == ("size", "people")
    assert by_need["two dates",].metrics == ("aum_bridge",)
    assert by_need["snapshots.age",].dimensions == ("age_band",)
    assert len(found) == 3
    assert found[0].needs == ("snapshots.rm_id",)


def test_nothing_opens_where_all_is_there(workspace: Any) -> None:
    edits = (("age: 年龄", "age: 年龄\n      rm_id: 职业"), ("zone: Asia", "since: year_open, zone: Asia"))
    assert openings(*workspace.open(*edits)) == ()


def test_defaults_stand_in_where_a_job_states_no_dimension(workspace: Any) -> None:
    text = workspace.write().read_text(encoding="utf-8")
    start, end = text.index("dimensions:"), text.index("medians:")
    bare = text[:start] + text[end:]
    job, context = workspace.open(("      age: 年龄\n", ""), text=bare)
    assert ("snapshots.age",) in {one.needs for one in openings(job, context)}


def test_the_periods_that_the_sources_hold(workspace: Any) -> None:
    job, context = workspace.open()
    assert periods_held(job, context) == ["2010-12", "2011-05"]
    job, context = workspace.open(("every: month", "every: year"))
    assert periods_held(job, context) == ["2010"]
    job, context = workspace.open((SNAPSHOT_DATE, ""), ("list.csv}", 'list.csv, as_of: "2011-05-31"}'))
    assert job.sources["list"].as_of == dt.date(2011, 5, 31)
    assert periods_held(job, context) == ["2011-05"]


def test_no_period_is_guessed_from_what_cannot_be_read(workspace: Any) -> None:
    job, context = workspace.open(("data/list.csv", "data/none.csv"))
    assert periods_held(job, context) == []
    job, context = workspace.open(("snapshot_date: 日期", "snapshot_date: 客户号"))
    assert periods_held(job, context) == []
