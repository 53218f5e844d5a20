"""Fixtures shared by all tests. `project` builds a small bank's folder: its CSV files and one job."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from reportgen.config import load_job
from reportgen.context import RunContext
from reportgen.facts.gather import gather
from reportgen.facts.plan import Request
from reportgen.facts.table import FactSet
from reportgen.period import Period

HEAD = ("customer_id", "snapshot_date", "tier", "branch_id", "age", "aum")
JOB = """
job: small
report: private_banking
currency: CNY
period: {every: month, since: year_open}
sources:
  opening: {type: csv, path: opening.csv, as_of: since}
  closing: {type: csv, path: closing.csv, as_of: period_end}
frames:
  snapshots:
    from: [opening, closing]
    columns:
      customer_id: customer_id
      snapshot_date: snapshot_date
      tier: tier
      branch_id: branch_id
      age: age
      aum: {column: aum, unit: 元}
population: {tier: private}
tiers: [{tier: private, floor: 500万元, valid_from: "2000-01-01"}]
dimensions:
  age_band: {column: age, edges: [40]}
"""


@dataclass(frozen=True)
class Project:
    """A folder with a job; `facts` runs it as far as its facts."""

    root: Path

    def write(
        self, name: str, rows: Iterable[Iterable[object]], head: Iterable[str] = HEAD, encoding: str = "utf-8"
    ) -> Path:
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(head)
        writer.writerows(rows)
        path = self.root / name
        path.write_bytes(out.getvalue().encode(encoding))
        return path

    def job(self, text: str = JOB, replace: Mapping[str, str] | None = None) -> Path:
        for old, new in (replace or {}).items():
            assert old in text, f"the job has no {old!r}"
            text = text.replace(old, new)
        path = self.root / "job.yaml"
        path.write_text(text, encoding="utf-8")
        return path

    def context(self, period: str = "2011-05") -> RunContext:
        job = load_job(self.root / "job.yaml")
        clock: Callable[[], datetime] = lambda: datetime(2026, 1, 1, tzinfo=UTC)  # noqa: E731
        return RunContext.create(job, Period.parse(period), output=self.root / "output", run_id="test", clock=clock)

    def facts(self, period: str = "2011-05", request: Request | None = None) -> FactSet:
        return gather(self.context(period), request)

    def values(self, facts: FactSet, metric: str, scope: str = "bank") -> dict[str, Any]:
        """Segment id to value of a metric in one scope, at the period or since then."""
        return {one.segment: one.value for one in facts.of_scope(scope) if one.metric == metric}


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """An empty project with the job `JOB`; its root is found by the `templates` folder."""
    (tmp_path / "templates").mkdir()
    made = Project(tmp_path)
    made.job()
    return made
