"""A run's events: its id, its stages with their seconds, and nothing that could be a customer's."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reportgen.errors import DataRefused
from reportgen.operations.log import FIELDS, line, run_log, stage_seconds
from reportgen.protocols import Silent

NOW = datetime(2026, 1, 6, 1, 2, 3, 456_789, tzinfo=UTC)
CANARY = "张三 6222021234567890123 13812345678"


class Kept:
    def __init__(self) -> None:
        self.told: list[tuple[Any, ...]] = []

    def stage(self, name: str, detail: str = "") -> None:
        self.told.append((name, detail))

    def units(self, done: int, total: int, failed: int) -> None:
        self.told.append((done, total, failed))


def context(output: Path) -> Any:
    return SimpleNamespace(output=output, job=SimpleNamespace(job="tiering"), clock=lambda: NOW,
                           period=SimpleNamespace(label="2025-12"))


def lines(output: Path, run: str = "3f0c2d5e0a1b") -> list[dict[str, Any]]:
    return [json.loads(one) for one in (output / "runs" / run / "log.jsonl").read_text().splitlines()]


def test_stages_with_their_seconds_and_units(tmp_path: Path) -> None:
    progress, echoed = Kept(), list[str]()
    with run_log(progress, context(tmp_path), "3f0c2d5e0a1b", echoed.append) as told:
        ticks = iter((100.0, 101.5, 101.5, 104.25, 110.0))
        told.seconds = lambda: next(ticks)
        told.stage("sources", "closing: data/closing.csv")
        told.stage("render", "branch:B07 zh-CN")
        told.units(3, 24, 1)
    found = lines(tmp_path)
    about = {"run": "3f0c2d5e0a1b", "job": "tiering", "period": "2025-12"}
    stamp = {"time": "2026-01-06T01:02:03.456Z"}
    assert found[:4] == [
        {**stamp, "event": "begin", **about},
        {**stamp, "event": "stage", **about, "stage": "sources", "seconds": 1.5},
        {**stamp, "event": "units", **about, "done": 3, "total": 24, "failed": 1},
        {**stamp, "event": "stage", **about, "stage": "render", "scope": "branch:B07", "locale": "zh-CN",
         "seconds": 2.75},
    ]
    assert (found[4]["event"], found[4]["code"], len(found)) == ("end", 0, 5)
    assert [json.loads(one) for one in echoed] == found
    assert progress.told == [("sources", "closing: data/closing.csv"), ("render", "branch:B07 zh-CN"), (3, 24, 1)]
    assert (tmp_path / "runs" / "3f0c2d5e0a1b" / "log.jsonl").stat().st_mode & 0o777 == 0o600
    assert stage_seconds(tmp_path / "runs" / "3f0c2d5e0a1b" / "log.jsonl") == {"sources": 1.5, "render": 2.75}


def test_an_error_leaves_its_kind_and_code_and_not_its_words(tmp_path: Path) -> None:
    with pytest.raises(DataRefused), run_log(Silent(), context(tmp_path), "ab"):
        raise DataRefused(f"customer {CANARY} stands twice")
    with pytest.raises(ValueError, match="张三"), run_log(Silent(), context(tmp_path), "ab"):  # the run goes on: one file
        raise ValueError(CANARY)
    with pytest.raises(KeyboardInterrupt), run_log(Silent(), context(tmp_path), "ab"):
        raise KeyboardInterrupt
    ends = [(one["error"], one["code"]) for one in lines(tmp_path, "ab") if one["event"] == "end"]
    assert ends == [("DataRefused", 5), ("ValueError", 1), ("KeyboardInterrupt", 130)]
    text = (tmp_path / "runs" / "ab" / "log.jsonl").read_text()
    assert not any(word in text for word in CANARY.split())


def test_a_stage_s_words_do_not_get_into_the_log(tmp_path: Path) -> None:
    with run_log(Silent(), context(tmp_path), "ab") as told:
        told.stage("check", f"bank en: {CANARY}")
        told.stage("quality", CANARY)
        told.stage(CANARY, "x")
        told.event("end", customer="张三", scope='bank", "forged": "1', job="a\nb")
    text = (tmp_path / "runs" / "ab" / "log.jsonl").read_text()
    assert not any(word in text for word in (*CANARY.split(), "customer", "forged"))
    assert [one.get("scope") for one in lines(tmp_path, "ab") if one["event"] == "stage"] == ["bank", None, None]


@given(st.dictionaries(st.sampled_from([*FIELDS, "customer_id", "name"]), st.text(max_size=60)))
def test_whatever_is_told_a_line_is_one_line_of_listed_fields(fields: dict[str, str]) -> None:
    for form in ("plain", "json"):
        text = line(NOW, fields, form)
        assert text.isprintable()
        assert text.isascii()
    assert json.loads(line(NOW, fields)).keys() <= {"time", *FIELDS}


def test_plain_lines() -> None:
    told = {"event": "stage", "run": "ab12", "stage": "render", "scope": "region:R1", "seconds": "0.250"}
    assert line(NOW, told, "plain") == (
        "2026-01-06T01:02:03.456Z event=stage run=ab12 stage=render scope=region:R1 seconds=0.250")


def test_a_log_that_cannot_be_written_fails_no_run(tmp_path: Path) -> None:
    (tmp_path / "runs").write_text("a file in the way")
    progress = Kept()
    with run_log(progress, context(tmp_path), "ab") as told:
        told.stage("render", "bank en")
    assert "the log cannot be written" in told.trouble
    assert [name for name, _ in progress.told] == ["log", "render"]
    assert stage_seconds(tmp_path / "nowhere") == {}
