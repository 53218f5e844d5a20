"""A small project with one report, for jobs that are edited into trouble."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from reportgen.config import load_job
from reportgen.config.job import Job
from reportgen.context import RunContext
from reportgen.period import Period

JOB = """\
job: small
report: tiny
currency: CNY
period: {every: month, zone: Asia/Shanghai}
sources:
  list: {type: csv, path: data/list.csv}
frames:
  snapshots:
    from: list
    columns:
      customer_id: 客户号
      snapshot_date: 日期
      aum: {column: 资产, unit: 元}
      age: 年龄
      occupation: 职业
      tier: 层级
population: {tier: private}
tiers: [{tier: private, floor: 500万元, valid_from: "2010-01-01"}]
dimensions:
  age_band: {column: age, edges: [30, 40]}
  aum_band: {column: aum, unit: 万元, edges: [500, 600]}
  aum_group: {of: aum_band, groups: {low: ["<500", 500-600], high: [600+]}}
  occupation: {column: occupation}
  both: {combine: [age_band, occupation]}
medians: [total, age_band]
rules: {r_contact_gap: {days: 30}}
"""
HEAD = "客户号,日期,资产,年龄,职业,层级\n"
REPORT = """\
report: tiny
needs: {snapshots: [customer_id, aum]}
rules: [r_contact_gap]
sections:
- {id: size, blocks: [{kpis: [customers_total, aum_point, coverage_rate]}]}
- {id: change, blocks: [{bridge: {id: b, metric: aum_point}}]}
- {id: people, blocks: [{table: {id: t, metric: customers_total@since, by: age_band}}, {kpis: [coverage_rate]}]}
"""
TEXT = """\
title: 小报告
sections: {size: {title: 规模}, change: {title: 变动}, people: {title: 客户}}
words: {name.b: 变动桥, name.t: 客户表}
"""


@dataclass(frozen=True)
class Workspace:
    """A project's folder; `write` replaces texts of the job and writes it."""

    root: Path

    @property
    def job_path(self) -> Path:
        return self.root / "config" / "jobs" / "small.yaml"

    def write(self, *edits: tuple[str, str], text: str = JOB) -> Path:
        for old, new in edits:
            assert old in text, old
            text = text.replace(old, new, 1)
        self.job_path.write_text(text, encoding="utf-8")
        return self.job_path

    def open(self, *edits: tuple[str, str], text: str = JOB) -> tuple[Job, RunContext]:
        job = load_job(self.write(*edits, text=text))
        return job, RunContext.create(job, Period.parse("2011-05"), output=self.root / "output")


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    for folder in ("templates/tiny", "templates/base", "config/jobs", "data"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "data" / "list.csv").write_text(
        HEAD + "1,2010-12-31,5000000,30,退休,private\n1,2011-05-31,5000000,30,退休,private\n", encoding="gb18030"
    )
    (tmp_path / "templates" / "tiny" / "report.yaml").write_text(REPORT, encoding="utf-8")
    (tmp_path / "templates" / "tiny" / "text.zh-CN.yaml").write_text(TEXT, encoding="utf-8")
    (tmp_path / "templates" / "base" / "text.zh-CN.yaml").write_text("words: {}\n", encoding="utf-8")
    return Workspace(tmp_path)
