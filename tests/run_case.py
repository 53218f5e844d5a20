"""A small bank of four branches whose runs take a second, and a renderer that fails as it is told to.

Importable by worker processes: what a test sends there must be found by its name.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any

import pikepdf
import yaml

from reportgen import pipeline
from reportgen.archive.archive import Archive
from reportgen.archive.verify import verify
from reportgen.config import load_job
from reportgen.context import RunContext
from reportgen.facts.table import FactSet
from reportgen.issue import Edition
from reportgen.period import Period
from reportgen.runs.ledger import Ledger
from reportgen.runs.record import RunRow
from tests.errand_case import befall

BRANCHES = ("B1", "B2", "B3", "B4")
SCOPES = ("bank", *(f"branch:{one}" for one in BRANCHES))
PERIOD = "2011-05"
JOB: dict[str, Any] = {
    "job": "small", "report": "private_banking", "currency": "CNY", "burst": ["bank", "branch"],
    "period": {"every": "month", "since": "year_open"},
    "sources": {
        "opening": {"type": "csv", "path": "opening.csv", "as_of": "since"},
        "closing": {"type": "csv", "path": "closing.csv", "as_of": "period_end"},
    },
    "frames": {"snapshots": {
        "from": ["opening", "closing"],
        "columns": {
            "customer_id": "customer_id", "snapshot_date": "snapshot_date", "tier": "tier", "branch_id": "branch_id",
            "age": "age", "aum": {"column": "aum", "unit": "元"},
        },
    }},
    "population": {"tier": "private"},
    "tiers": [{"tier": "private", "floor": "500万元", "valid_from": "2000-01-01"}],
    "dimensions": {"age_band": {"column": "age", "edges": [40]}},
}


def write_project(root: Path, **change: Any) -> Path:
    """The project's files; returns the job's path. 20 customers, five a branch, of 6,000,000.01 元 and upwards."""
    (root / "templates").mkdir(parents=True, exist_ok=True)
    for name, day in (("opening", "2010-12-31"), ("closing", "2011-05-31")):
        write_rows(root, name, day)
    path = root / "job.yaml"
    path.write_text(yaml.safe_dump(JOB | change, allow_unicode=True), encoding="utf-8")
    return path


def write_rows(root: Path, name: str, day: str, more: int = 0) -> None:
    rows = ["customer_id,snapshot_date,tier,branch_id,age,aum"]
    rows += [f"c{i},{day},private,{BRANCHES[i % 4]},{30 + i},{6_000_000 + 1_000 * i + more}.01" for i in range(20)]
    (root / f"{name}.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")


def context(root: Path, output: str = "output") -> RunContext:
    return RunContext.create(load_job(root / "job.yaml"), Period.parse(PERIOD), output=root / output)


@dataclass(frozen=True)
class Tiny:
    """Renders a PDF of one empty page, and notes each one in `notes`; `faults` maps a scope to what befalls it."""

    notes: Path
    faults: Mapping[str, str] = field(default_factory=dict)

    def __call__(self, document: Any, facts: Any, edition: bytes, context: RunContext) -> bytes:
        pipeline.reread = lambda *_: None  # type: ignore[assignment] - there is nothing on the page to read
        fault = self.faults.get(document.scope, "")
        befall(fault, self.notes.parent / f"{document.scope.replace(':', '-')}.befell")
        with self.notes.open("a", encoding="utf-8") as file:
            file.write(f"{document.scope} {document.locale} {os.getpid()}\n")
        out = BytesIO()
        with pikepdf.new() as pdf:
            pdf.add_blank_page()
            pdf.docinfo["/Subject"] = edition.decode()[:400]
            pdf.save(out, deterministic_id=True)
        return out.getvalue()

    def rendered(self) -> list[str]:
        """Scopes in the order of their rendering, by whatever process."""
        return [line.split()[0] for line in self.notes.read_text().splitlines()] if self.notes.exists() else []


_STAYS = {"summary.json", "snapshot.json", "log.jsonl"}


class Bank:
    """The project, its renderer's notes and its output folder."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.notes = root / "notes"
        write_project(root)

    def run(self, faults: dict[str, str] | None = None, **asked: Any) -> tuple[Edition, ...]:
        made = context(self.root)
        return pipeline.run_job(made.job, made, render=Tiny(self.notes, faults or {}), **asked)

    @property
    def rendered(self) -> list[str]:
        """Scopes rendered since the last look."""
        found = Tiny(self.notes).rendered()
        self.notes.unlink(missing_ok=True)
        return found

    @property
    def output(self) -> Path:
        return self.root / "output"

    @property
    def row(self) -> RunRow:
        with Ledger.of(self.output) as ledger:
            found = ledger.latest("small", PERIOD)
        assert found is not None
        assert not found.is_held
        return found

    def summary(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.output / "runs" / self.row.id / "summary.json").read_text("utf-8"))
        assert found["state"] == self.row.state
        return found

    def issued(self) -> list[str]:
        """Scope and revision of every edition; the archive is sound."""
        archive = Archive.of(self.output)
        if not archive.exists:
            return []
        verify(archive.root).demand()
        return [f"{one.entry.scope} {one.entry.revision}" for one in archive.state().issued.values()]

    def left(self) -> list[str]:
        """What a run should have taken away."""
        return [path.name for folder in ("work", "runs/*", "runs/*/tmp", "archive/tmp")
                for path in self.output.glob(f"{folder}/*") if path.name not in _STAYS]


_KNOWN: dict[tuple[bytes, bytes], FactSet] = {}


def gathered(job: Any, made: Any, progress: Any = None) -> FactSet:
    """The facts of the project's two files, computed once for all tests."""
    key = (made.root.joinpath("opening.csv").read_bytes(), made.root.joinpath("closing.csv").read_bytes())
    if key not in _KNOWN:
        _KNOWN[key] = pipeline.read(job, made, progress)
    return _KNOWN[key]
