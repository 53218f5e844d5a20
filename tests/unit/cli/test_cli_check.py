"""`reportgen check`"""

from __future__ import annotations

import json
from typing import Any

from reportgen.errors import ExitCode


def test_a_sound_job_is_ok_and_told_what_would_open(desk: Any) -> None:
    told = desk.call("check", desk.job)
    assert told.code == 0
    assert told.err == ""
    assert told.lines == [
        "job.yaml: ok",
        "  report tiny in zh-CN; 1 source, 1 frame, 3 columns, the default dimensions.",
        "Further columns would open more, the most fruitful first:",
        "  snapshots.rm_id:",
        "      opens 管户覆盖率 in 规模",
        "      add under frames.snapshots.columns:  rm_id: <column>",
    ]


def _report(desk: Any, *blocks: str) -> None:
    folder = desk.root / "templates" / "tiny"
    (folder / "report.yaml").write_text(
        f"report: tiny\nsections:\n- {{id: change, blocks: [{', '.join(blocks)}]}}\n", encoding="utf-8"
    )
    (folder / "text.zh-CN.yaml").write_text(
        "sections: {change: {title: 变动}}\nwords: {name.m: 迁徙}\n", encoding="utf-8"
    )


def test_what_is_no_column_is_said_in_words(desk: Any) -> None:
    _report(desk, "{matrix: {id: m}}", "{kpis: [near_threshold_up]}")
    lines = desk.call("check", desk.job).lines
    assert "  snapshots.tier and tiers in the job:" in lines
    assert "      opens 层级迁徙 in 变动" in lines
    at = lines.index("  a second date, with period.since and snapshots.tier:")
    assert lines[at + 2 : at + 4] == [
        "      add under period:  since: year_open", "      add under frames.snapshots.columns:  tier: <column>",
    ]


def test_a_frame_that_is_missing_is_called_one_and_written_out(desk: Any) -> None:
    _report(desk, "{kpis: [campaign_conversion]}")
    lines = desk.call("check", desk.job).lines
    assert lines[3].startswith("  a frame 'campaigns' with campaigns.converted")
    assert lines[-1].endswith("campaigns: {from: <source>, columns: {customer_id: <column>, converted: <column>}}")


def test_a_second_date_at_hand_is_pointed_out(desk: Any) -> None:
    _report(desk, "{bridge: {id: m, metric: aum_point}}")
    (desk.root / "list.csv").write_text("id,day,amount\n1,2011-05-31,10\n1,2010-12-31,10\n", encoding="utf-8")
    assert "  a second date, with period.since (the sources already hold 2 dates):" in desk.call("check", desk.job).lines


def test_a_dimension_the_report_asks_for_and_the_job_lacks(desk: Any) -> None:
    _report(desk, "{table: {id: m, metric: customers_total, by: own_group}}")
    lines = desk.call("check", desk.job).lines
    assert lines[3] == "  a dimension 'own_group' (naming any dimension replaces the default ones):"
    assert lines[-1] == "      add under dimensions:  own_group: {column: <column of snapshots>}"


def test_notices_come_with_the_good_news(desk: Any) -> None:
    desk.edit("currency: CNY\n", "currency: CNY\ndimensions:\n  band: {column: aum, unit: 元, edges: [5]}\n"
                                 "  group: {of: band, groups: {low: ['<5']}}\n")
    lines = desk.call("check", desk.job).lines
    assert lines[2:5] == [
        "Worth a look:",
        ("  job.yaml:6:21: dimensions.group.groups: no group holds 5+ of 'band'; their customers stand in no group "
         "and only in the total."),
        ("  job.yaml:6:3: dimensions.group: the report 'tiny' has no table or chart by this dimension; it stands only "
         "in `reportgen facts` and in the issues, where a rule finds one."),
    ]
    rows = [json.loads(line) for line in desk.call("check", desk.job, "--json").lines]
    assert [(row["kind"], row.get("line")) for row in rows] == [("notice", 6), ("notice", 6), ("opening", None)]


def test_openings_as_json(desk: Any) -> None:
    [line] = desk.call("check", desk.job, "--json").lines
    assert json.loads(line) == {
        "kind": "opening", "needs": ["snapshots.rm_id"], "sections": ["size"], "metrics": ["coverage_rate"],
        "dimensions": [], "add": [{"under": "frames.snapshots.columns", "line": "rm_id: <column>"}],
    }


def test_nothing_to_open_is_one_empty_line_of_json(desk: Any) -> None:
    _report(desk, "{kpis: [customers_total]}")
    [line] = desk.call("check", desk.job, "--json").lines
    assert json.loads(line) == {
        "kind": "opening", "needs": [], "sections": [], "metrics": [], "dimensions": [], "add": [],
    }


def test_problems_as_json(desk: Any) -> None:
    desk.edit("column: amount", "column: amont")
    told = desk.call("check", desk.job, "--json")
    assert (told.code, told.err) == (ExitCode.SOURCE, "")
    [row] = [json.loads(line) for line in told.lines]
    assert (row["kind"], row["file"], row["line"], row["column"]) == ("problem", "job.yaml", 12, 12)
    assert "Did you mean 'amount'?" in row["message"]
    desk.edit("job: small", "job:small")
    told = desk.call("check", desk.job, "--json")
    assert told.code == ExitCode.JOB
    assert json.loads(told.lines[0])["line"] == 1


def test_a_slip_in_a_template_is_exit_6_at_a_relative_place(desk: Any) -> None:
    _report(desk, "{kpis: [custmers_total]}")
    told = desk.call("check", desk.job)
    assert told.code == ExitCode.TEMPLATE
    assert told.err.splitlines()[0] == (
        "templates/tiny/report.yaml:3:33: kpis: there is no metric 'custmers_total'. Did you mean 'customers_total'?"
    )


def test_columns_of_the_programs_own_names_are_taken(desk: Any) -> None:
    names = ("at", "counted", "branch", "region", "known", "row_no", "source")
    own = "".join(f"      {name}: {{column: {name}, kind: category}}\n" for name in names)
    desk.edit("      customer_id: id\n", f"      customer_id: id\n{own}")
    (desk.root / "list.csv").write_text(f"id,day,amount,{','.join(names)}\n", encoding="utf-8")
    told = desk.call("check", desk.job)
    assert (told.code, told.err) == (0, "")


def test_all_problems_together(desk: Any) -> None:
    desk.edit("report: tiny", "report: tny")
    desk.edit("column: amount", "column: amont")
    desk.edit("customer_id: id", "customer_id: idd")
    told = desk.call("check", desk.job)
    assert told.code == ExitCode.JOB
    places = [line.split(": ")[0] for line in told.err.splitlines() if line.startswith("job.yaml:")]
    assert places == ["job.yaml:2:9", "job.yaml:10:20", "job.yaml:12:12"]
    assert told.err.splitlines()[-1] == "  Nothing was run."


def test_a_source_in_trouble_is_exit_4(desk: Any) -> None:
    (desk.root / "list.csv").unlink()
    told = desk.call("check", desk.job)
    assert told.code == ExitCode.SOURCE
    assert told.err.startswith("job.yaml:5:27: sources.list.path: there is no file list.csv")


def test_missing_fonts_are_exit_3(desk: Any) -> None:
    fonts = desk.root / "templates" / "assets" / "fonts"
    fonts.mkdir(parents=True)
    (fonts / "HASHES").write_text(f"{'0' * 64}  a/B.ttf\n", encoding="utf-8")
    told = desk.call("check", desk.job)
    assert told.code == ExitCode.DEPENDENCY
    assert "B.ttf: the font is missing" in told.err


def test_a_period_nobody_holds_is_said(desk: Any) -> None:
    assert desk.call("check", desk.job, "--period", "2011-05").code == 0
    told = desk.call("check", desk.job, "--period", "2011-04")
    assert told.code == ExitCode.SOURCE
    assert told.err.splitlines()[0] == (
        "job.yaml: no source holds 2011-04-30, which the period 2011-04 needs: list holds 2011-05-31."
    )


def test_nothing_is_written(desk: Any) -> None:
    before = sorted(desk.root.rglob("*"))
    desk.call("check", desk.job, "--period", "2011-05")
    assert sorted(desk.root.rglob("*")) == before
