"""A small demonstration bank over two months: units that see themselves alone, and an edition that remembers."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pikepdf
import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
SCOPES = ("bank", "region:R3", "branch:B07")
COMMENT = "十二月网点装修，拜访安排受到影响，已在一月补足。\n\n— 王*，支行行长，2026-01-05\n"
pytestmark = pytest.mark.xdist_group("memory")


@pytest.fixture(scope="module")
def bank(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project of its own with November's and December's reports; the limit of one rule was moved between them."""
    root = tmp_path_factory.mktemp("bank")
    for folder in ("config/jobs", "config/data", "config/units", "comments/2025-12", "answers", "templates"):
        (root / folder).mkdir(parents=True)
    data = yaml.safe_load((ROOT / "config/data/demo.yaml").read_text(encoding="utf-8"))
    for source in data["sources"].values():
        source["customers"] = 2500
    (root / "config/data/demo.yaml").write_text(yaml.safe_dump(data, allow_unicode=True), encoding="utf-8")
    shutil.copy(ROOT / "config/units/demo.yaml", root / "config/units/demo.yaml")
    job = yaml.safe_load((ROOT / "config/jobs/retention_execution.yaml").read_text(encoding="utf-8"))
    job |= {"locales": ["zh-CN"], "burst": ["bank", "region", "branch"]}
    write(root, job)
    run(root, "2025-11")
    write(root, job | {"rules": {"r_contact_gap": {"min_share": 0.15}}})
    (root / "answers/retention_execution.csv").write_text(
        "period,rule,state,note,by,date\n2025-11,r_contact_gap,in_progress,已排日历,李*,2025-12-20\n", encoding="utf-8"
    )
    (root / "comments/2025-12/branch-B07.md").write_text(COMMENT, encoding="utf-8")
    run(root, "2025-12")
    return root


def write(root: Path, job: dict[str, Any]) -> None:
    (root / "config/jobs/retention_execution.yaml").write_text(yaml.safe_dump(job, allow_unicode=True), encoding="utf-8")


def run(root: Path, period: str) -> None:
    scopes = [part for scope in SCOPES for part in ("--scope", scope)]
    done = subprocess.run(
        [sys.executable, "-m", "reportgen", "run", "config/jobs/retention_execution.yaml", "--period", period, *scopes],
        cwd=root, capture_output=True, text=True, check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]


def pdf(root: Path, scope: str, period: str = "2025-12") -> Path:
    return root / "output/reports/retention_execution" / period / f"{scope.replace(':', '-')}.zh-CN.pdf"


def text_of(path: Path) -> str:
    done = subprocess.run(["pdftotext", "-raw", str(path), "-"], capture_output=True, text=True, check=True)
    return re.sub(r"\s+", "", done.stdout)


def record(root: Path, period: str, scope: str) -> dict[str, Any]:
    path = root / "output/editions/retention_execution" / period / f"{scope.replace(':', '-')}.json"
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


@pytest.mark.parametrize("scope", SCOPES)
def test_every_unit_has_its_report_workbook_and_record(bank: Path, scope: str) -> None:
    assert pdf(bank, scope).is_file()
    assert pdf(bank, scope).with_suffix(".xlsx").is_file()
    assert record(bank, "2025-12", scope)["scope"] == scope


def test_a_branch_report_names_no_other_branch(bank: Path) -> None:
    units = yaml.safe_load((bank / "config/units/demo.yaml").read_text(encoding="utf-8"))
    others = [one["zh-CN"] for name, one in units["branch"].items() if name != "B07"]
    said = text_of(pdf(bank, "branch:B07"))
    assert units["branch"]["B07"]["zh-CN"] in said
    assert [name for name in others if name in said] == []
    assert [name for name in units["branch"] if name != "B07" and re.search(rf"\b{name}\b", said)] == []


def test_a_branch_report_carries_its_own_facts_and_the_averages_it_prints(bank: Path) -> None:
    with pikepdf.open(pdf(bank, "branch:B07")) as opened:
        attached = {name: one.get_file().read_bytes().decode() for name, one in opened.attachments.items()}
    units = yaml.safe_load((bank / "config/units/demo.yaml").read_text(encoding="utf-8"))
    region = units["branch"]["B07"]["region"]
    rows = list(csv.DictReader(io.StringIO(attached["facts.csv"])))
    assert {row["scope"] for row in rows} == {"branch:B07", f"region:{region}", "bank"}
    compared = yaml.safe_load((ROOT / "templates/retention_execution/report.yaml").read_text(encoding="utf-8"))
    averages = next(block["compare"]["metrics"] for section in compared["sections"]
                    for block in section["blocks"] if "compare" in block)
    above = [row for row in rows if row["scope"] != "branch:B07"]
    assert {row["metric"] for row in above} <= set(averages)
    assert {row["metric"] for row in above if row["period"] == "2025-12"} >= {"churn_rate", "coverage_rate"}
    assert {row["dimension"] for row in above} & {"branch", "region", "rm"} == set()
    assert json.loads(attached["edition.json"])["scope"] == "branch:B07"
    assert not re.search(r"branch:B(?!07)\d\d", "".join(attached.values()))


@pytest.mark.parametrize("scope", SCOPES)
def test_issues_are_followed_from_month_to_month(bank: Path, scope: str) -> None:
    before, after = (record(bank, period, scope) for period in ("2025-11", "2025-12"))
    keys = [{(one["rule"], one["metric"], one["dimension"], one["segment"], one["against"]) for one in edition["findings"]}
            for edition in (before, after)]
    assert all(one["periods"] == 1 and one["first"] == "2025-11" for one in before["findings"])
    for one in after["findings"]:
        known = (one["rule"], one["metric"], one["dimension"], one["segment"], one["against"]) in keys[0]
        assert (one["periods"], one["first"]) == ((2, "2025-11") if known else (1, "2025-12"))
    said = text_of(pdf(bank, scope))
    assert "上期跟踪" in said
    assert not keys[0] - keys[1] or "已解决" in said
    assert "没有上期" in text_of(pdf(bank, scope, "2025-11")) or "第一期" in text_of(pdf(bank, scope, "2025-11"))


def test_the_owners_answer_stands_beside_the_evidence(bank: Path) -> None:
    assert "r_contact_gap" in {one["rule"] for one in record(bank, "2025-11", "bank")["findings"]}
    said = text_of(pdf(bank, "bank"))
    assert "已排日历" in said
    assert "李*" in said


def test_the_heads_comment_stands_on_its_own_units_summary(bank: Path) -> None:
    said = {scope: text_of(pdf(bank, scope)) for scope in SCOPES}
    assert "十二月网点装修，拜访安排受到影响，已在一月补足。" in said["branch:B07"]
    assert "王*，支行行长" in said["branch:B07"]
    assert "网点装修" not in said["bank"] + said["region:R3"]


def test_a_changed_threshold_is_printed(bank: Path) -> None:
    before, after = (record(bank, period, "bank")["terms"]["thresholds"] for period in ("2025-11", "2025-12"))
    changed = [name for name in after if name in before and after[name] != before[name]]
    assert len(changed) == 1
    assert changed[0].partition(".")[0] in text_of(pdf(bank, "bank"))


def test_what_an_edition_remembers_is_part_of_its_identity(bank: Path) -> None:
    with pikepdf.open(pdf(bank, "branch:B07")) as opened:
        told = json.loads(opened.attachments["edition.json"].get_file().read_bytes())
    assert set(told["memory"]) == {"previous", "answers", "comment"}
