"""A project for commands, and a pipeline whose stages are given, so that a command is tested alone."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from reportgen.cli import main
from reportgen.facts.fact import Fact
from reportgen.facts.metric import Metric
from reportgen.facts.table import FactSet
from reportgen.sources.origin import Origin

JOB = """\
job: small
report: tiny
currency: CNY
sources:
  list: {type: csv, path: list.csv}
frames:
  snapshots:
    from: list
    columns:
      customer_id: id
      snapshot_date: day
      aum: {column: amount, unit: 元}
"""


@dataclass
class Outcome:
    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[str]:
        return self.out.splitlines()


@dataclass
class Desk:
    """A folder to call commands in."""

    root: Path
    capture: pytest.CaptureFixture[str]
    called: list[str] = field(default_factory=list)

    @property
    def job(self) -> str:
        return "job.yaml"

    def edit(self, old: str, new: str) -> None:
        path = self.root / "job.yaml"
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new), encoding="utf-8")

    def call(self, *arguments: str) -> Outcome:
        self.capture.readouterr()
        code = main(arguments)
        captured = self.capture.readouterr()
        return Outcome(int(code), captured.out, captured.err)


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Desk:
    (tmp_path / "templates" / "tiny").mkdir(parents=True)
    (tmp_path / "templates" / "tiny" / "report.yaml").write_text(
        "report: tiny\nsections:\n- {id: size, blocks: [{kpis: [coverage_rate]}]}\n", encoding="utf-8"
    )
    (tmp_path / "templates" / "tiny" / "text.zh-CN.yaml").write_text(
        "sections: {size: {title: 规模}}\n", encoding="utf-8"
    )
    (tmp_path / "templates" / "base").mkdir()
    for shared in ("text", "data"):
        (tmp_path / "templates" / "base" / f"{shared}.zh-CN.yaml").write_text("{}\n", encoding="utf-8")
    (tmp_path / "list.csv").write_text("id,day,amount\n1,2011-05-31,10\n", encoding="utf-8")
    (tmp_path / "job.yaml").write_text(JOB, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return Desk(tmp_path, capsys)


@pytest.fixture
def fact_set() -> FactSet:
    """Two facts: a sum of money and a share."""
    words = {"zh-CN": "某指标", "en": "Some metric"}
    metrics = {
        "aum_point": Metric("aum_point", "money", "additive", words, words, ("snapshots.aum",)),
        "coverage_rate": Metric("coverage_rate", "share", "ratio", words, words, ("snapshots.rm_id",)),
    }
    facts = (
        Fact("bank", "aum_point", "2011-05", 123456, unit="money", n=3),
        Fact("bank", "coverage_rate", "2011-05", 2, 3, unit="share", n=3),
    )
    origin = Origin("list", "csv", "list.csv", "ab" * 32, 3, ("id", "day", "amount"), "utf-8", "2011-05-31")
    return FactSet(
        "2011-05", "", "2011-05-31", "", "CNY", facts, {}, metrics, origins=(origin,),
        queries={"stock": "SELECT 1\nFROM members"}, query_of={"aum_point": "stock", "coverage_rate": "stock"},
    )


@pytest.fixture
def pipeline(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Put stages in the pipeline's place: `pipeline(run_job=…, gather=…, judge=…)`."""

    def put(**stages: Any) -> None:
        module = ModuleType("reportgen.pipeline")
        for name, stage in stages.items():
            setattr(module, name, stage)
        monkeypatch.setitem(sys.modules, "reportgen.pipeline", module)

    return put
