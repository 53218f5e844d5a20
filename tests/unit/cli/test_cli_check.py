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
        "Further columns would open:",
        "  snapshots.rm_id: coverage_rate (in size)",
    ]


def test_what_is_no_column_is_said_in_words(desk: Any) -> None:
    (desk.root / "templates" / "tiny" / "report.yaml").write_text(
        "report: tiny\nsections:\n- {id: change, blocks: [{matrix: {id: m}}, {kpis: [near_threshold_up]}]}\n",
        encoding="utf-8",
    )
    lines = desk.call("check", desk.job).lines
    assert "  tiers in the job: near_threshold_up (in change)" in lines
    assert "  a second date with period.since and snapshots.tier: migration_matrix (in change)" in lines


def test_openings_as_json(desk: Any) -> None:
    [line] = desk.call("check", desk.job, "--json").lines
    assert json.loads(line) == {
        "needs": ["snapshots.rm_id"], "sections": ["size"], "metrics": ["coverage_rate"], "dimensions": [],
    }


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
    assert told.err.splitlines()[0] == "job.yaml: no source holds the end of 2011-04; they hold 2011-05."


def test_nothing_is_written(desk: Any) -> None:
    before = sorted(desk.root.rglob("*"))
    desk.call("check", desk.job, "--period", "2011-05")
    assert sorted(desk.root.rglob("*")) == before
