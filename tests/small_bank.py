"""A project of the nine jobs on a demonstration bank of a thousand customers, and of Taihu's job."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[1]
NINE = ("work_summary", "maintenance_diagnosis", "private_banking", "support_report", "retention_execution",
        "life_status", "maintenance_plan", "tiering", "characteristics")
PERIOD, CUSTOMERS = "2025-12", 1000


def project(root: Path, changes: dict[str, dict[str, Any]] | None = None) -> None:
    """Write it below `root`; `changes` are other values of keys, by job."""
    for folder in ("templates", "config/jobs", "config/data"):
        (root / folder).mkdir(parents=True)
    for folder in ("config/units", "config/samples/taihu"):
        shutil.copytree(ROOT / folder, root / folder)
    shutil.copy(ROOT / "config/jobs/taihu.yaml", root / "config/jobs")
    data = yaml.safe_load((ROOT / "config/data/demo.yaml").read_text("utf-8"))
    for source in data["sources"].values():
        source["customers"] = CUSTOMERS
    (root / "config/data/demo.yaml").write_text(yaml.safe_dump(data, allow_unicode=True), "utf-8")
    for name in NINE:
        job = yaml.safe_load((ROOT / f"config/jobs/{name}.yaml").read_text("utf-8")) | (changes or {}).get(name, {})
        (root / f"config/jobs/{name}.yaml").write_text(yaml.safe_dump(job, allow_unicode=True), "utf-8")
