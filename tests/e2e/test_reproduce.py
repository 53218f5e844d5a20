"""Issued editions made again from their archives alone: the same bytes; and what is said where they are not."""

from __future__ import annotations

import gzip
import json
import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from reportgen.archive.archive import Archive
from reportgen.archive.frozen import freeze, thaw
from reportgen.archive.likeness import Level
from reportgen.archive.objects import ObjectStore
from reportgen.archive.reproduce import Grade, reproduce
from reportgen.archive.tree import files_of
from reportgen.config import load_job
from reportgen.context import RunContext
from reportgen.facts.table import FactSet
from reportgen.period import Period
from reportgen.pipeline import run_job

ROOT = Path(__file__).resolve().parents[2]
COMMENT = "十二月网点装修，拜访安排受到影响，已在一月补足。\n\n— 王*，支行行长，2026-01-05\n"
ANSWERS = "period,scope,rule,state,note,by,date\n2025-11,branch:B07,r_contact_gap,in_progress,已排日历,李*,2025-12-20\n"


class Changed:
    """A store in which some objects are others: what an archive would hold had the run been another."""

    def __init__(self, store: ObjectStore, objects: Mapping[str, bytes]) -> None:
        self.store, self.objects = store, objects

    def get(self, sha: str, /) -> bytes:
        return self.objects[sha] if sha in self.objects else self.store.get(sha)


def issue(job: Path, period: str, output: Path, scope: str = "bank", restate: str = "") -> tuple[Archive, dict[str, Any]]:
    """Run the job for one scope; the archive and the edition's manifest."""
    made = load_job(job)
    context = RunContext.create(made, Period.parse(period), output=output)
    (edition,) = run_job(made, context, scopes=[scope], restate=restate)
    archive = Archive.of(output)
    issued = archive.find(f"{made.job}/{period}/{scope}/{edition.revision}")
    return archive, archive.manifest(issued.manifest).model_dump(mode="json")


def same_bytes(grade: Grade, files: int) -> None:
    assert {one.name: one.likeness for one in grade.artefacts if one.likeness.level is not Level.BYTES} == {}
    assert len(grade.artefacts) == files
    assert (grade.level, grade.identity, grade.findings) == (Level.BYTES, True, True)
    assert (grade.exhibits, grade.surroundings) == ((), ())


def own_project(root: Path, job: str, samples: str = "", **change: Any) -> Path:
    """A project with one job of ours, altered, and templates of its own: the installation's stand behind it."""
    (root / "templates").mkdir(parents=True)
    (root / "config/jobs").mkdir(parents=True)
    if samples:
        shutil.copytree(ROOT / "config/samples" / samples, root / "config/samples" / samples)
    content = yaml.safe_load((ROOT / f"config/jobs/{job}.yaml").read_text(encoding="utf-8")) | change
    path = root / f"config/jobs/{job}.yaml"
    path.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    return path


def test_taihu_in_both_languages_and_its_numbers_from_the_rows(tmp_path: Path) -> None:
    archive, manifest = issue(ROOT / "config/jobs/taihu.yaml", "2011-05", tmp_path / "output")
    rows = {one["name"]: ROOT / one["location"] for one in manifest["inputs"]}
    assert set(rows) == {"opening", "closing"}
    grade = reproduce(archive.store, manifest, tmp_path / "work", inputs=rows)
    same_bytes(grade, 4)
    assert grade.facts == ()


def test_taihu_as_an_official_document_in_a_project_that_is_gone(tmp_path: Path) -> None:
    job = own_project(tmp_path / "bank", "taihu", "taihu", theme="gongwen")
    archive, manifest = issue(job, "2011-05", tmp_path / "output")
    shutil.rmtree(tmp_path / "bank")
    grade = reproduce(archive.store, manifest, tmp_path / "work")
    same_bytes(grade, 4)
    assert grade.facts is None


def test_a_branch_that_remembers_with_its_heads_comment_and_an_owners_answer(tmp_path: Path) -> None:
    root, output = tmp_path / "bank", tmp_path / "output"
    job = own_project(root, "retention_execution", locales=["zh-CN"], burst=["branch"])
    data = yaml.safe_load((ROOT / "config/data/demo.yaml").read_text(encoding="utf-8"))
    for source in data["sources"].values():
        source["customers"] = 1000
    for path, text in {
        "config/data/demo.yaml": yaml.safe_dump(data, allow_unicode=True),
        "config/units/demo.yaml": (ROOT / "config/units/demo.yaml").read_text(encoding="utf-8"),
        "comments/2025-12/branch-B07.md": COMMENT, "answers/retention_execution.csv": ANSWERS,
    }.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")
    issue(job, "2025-11", output, "branch:B07")
    archive, manifest = issue(job, "2025-12", output, "branch:B07")
    told = json.loads(archive.store.get(manifest["contents"]["edition_json"]))
    assert set(told["memory"]) == {"previous", "answers", "comment"}
    shutil.rmtree(root)
    shutil.rmtree(output / "editions")
    shutil.rmtree(output / "demo")
    grade = reproduce(archive.store, manifest, tmp_path / "work", inputs={})
    same_bytes(grade, 2)
    assert grade.facts == ()  # the demonstration bank is made again from its seed


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> tuple[Archive, dict[str, Any], Path]:
    """The smallest job's edition, and the folder of its project."""
    root = tmp_path_factory.mktemp("small")
    job = own_project(root / "bank", "smallest", "smallest")
    archive, manifest = issue(job, "2026-09", root / "output")
    return archive, manifest, root


@pytest.mark.xdist_group("reproduce-small")
def test_another_fact_is_found_and_named(small: tuple[Archive, dict[str, Any], Path], tmp_path: Path) -> None:
    archive, manifest, _ = small
    sha = manifest["contents"]["facts"]
    facts = thaw(archive.store.get(sha), FactSet)
    total = facts.find("customers_total")
    assert total is not None
    other = replace(facts, facts=tuple(replace(one, num=one.num + 1) if one is total else one for one in facts.facts))
    rows = {one["name"]: small[2] / "bank" / one["location"] for one in manifest["inputs"]}
    grade = reproduce(Changed(archive.store, {sha: freeze(other)}), manifest, tmp_path, inputs=rows)
    assert grade.level is Level.DIFFERENT
    assert not grade.identity
    pdf, book = (next(one for one in grade.artefacts if one.role == role) for role in ("pdf", "xlsx"))
    assert pdf.likeness.level is book.likeness.level is Level.DIFFERENT
    assert any("figures issued" in one and str(total.num) in one and str(total.num + 1) in one
               for one in pdf.likeness.differences)
    assert any(one.startswith("facts.csv attached") for one in pdf.likeness.differences)
    assert any(str(total.num) in one and str(total.num + 1) in one for one in book.likeness.differences)
    assert any(one.startswith("zh-CN 表") for one in grade.exhibits)
    assert grade.facts is not None
    assert [(one.metric, one.at, one.difference) for one in grade.facts] == [("customers_total", "period", -1)]


@pytest.mark.xdist_group("reproduce-small")
def test_another_colour_leaves_the_numbers_and_other_versions_are_told(
    small: tuple[Archive, dict[str, Any], Path], tmp_path: Path
) -> None:
    archive, manifest, _ = small
    tree = files_of(archive.store.get(manifest["contents"]["home"]))
    sha = tree["program/templates/base/report.css"]
    style = archive.store.get(sha) + b"\nh1, h2, h3 { color: #c00 }\n"
    code = {**manifest["code"], "native": {**manifest["code"]["native"], "pango": "1.44.0"}}
    then = manifest["code"]["native"]["pango"]
    grade = reproduce(Changed(archive.store, {sha: style}), {**manifest, "code": code}, tmp_path)
    assert grade.surroundings == (f"native.pango: 1.44.0 then, {then} now",)
    (pdf,) = (one for one in grade.artefacts if one.role == "pdf")
    assert grade.level is pdf.likeness.level is Level.NUMBERS
    assert "page 2: the picture differs, the text is the same" in pdf.likeness.differences
    assert not grade.identity  # the style sheet is part of the edition's name, which the cover and the seal print
    assert grade.findings
    assert all("表" not in one and "图" not in one for one in grade.exhibits)


@pytest.mark.xdist_group("reproduce-small")
def test_a_correction_is_made_again_with_its_page_of_what_changed(
    small: tuple[Archive, dict[str, Any], Path], tmp_path: Path
) -> None:
    _, manifest, root = small
    path = root / "bank" / manifest["inputs"][0]["location"]
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join(lines[:-1]) + "\n", encoding="utf-8")
    archive, corrected = issue(root / "bank/config/jobs/smallest.yaml", "2026-09", root / "output", restate="一行重复")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    assert corrected["key"]["revision"] == "r02"
    (document,) = corrected["contents"]["documents"].values()
    assert "一行重复" in gzip.decompress(archive.store.get(document)).decode()
    same_bytes(reproduce(archive.store, corrected, tmp_path), 2)
    same_bytes(reproduce(archive.store, manifest, tmp_path), 2)
