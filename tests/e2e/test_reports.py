"""The four reports as files: what their pages say, that they repeat to the byte, and what they carry."""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pikepdf
import pytest

ROOT = Path(__file__).resolve().parents[2]
PERIODS = {"taihu": "2011-05", "bank_marketing": "2010-11"}
REPORTS = [(job, locale) for job in PERIODS for locale in ("zh-CN", "en")]
pytestmark = pytest.mark.xdist_group("reports")


def make(job: str, output: Path, seed: str) -> list[Path]:
    """Run a job in a process of its own; the paths it printed."""
    command = [sys.executable, "-m", "reportgen", "run", f"config/jobs/{job}.yaml", "--period", PERIODS[job]]
    run = subprocess.run(
        [*command, "--output", str(output)], cwd=ROOT, env={**os.environ, "PYTHONHASHSEED": seed},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    return [ROOT / line for line in run.stdout.split()]


@pytest.fixture(scope="session")
def reports(tmp_path_factory):
    """Job to its PDFs, each job made once."""

    @cache
    def made(job: str) -> tuple[Path, ...]:
        return tuple(make(job, tmp_path_factory.mktemp(job), "0"))

    return made


def path_of(reports, job, locale):
    return next(path for path in reports(job) if path.name == f"bank.{locale}.pdf")


def text_of(path: Path) -> str:
    """The text layer with all white space taken out: lines break where they must."""
    run = subprocess.run(["pdftotext", "-raw", str(path), "-"], capture_output=True, text=True, check=True)
    return re.sub(r"\s+", "", run.stdout)


def holds(text: str, *patterns: str) -> None:
    for pattern in patterns:
        assert re.search(pattern, text), pattern


def test_the_chinese_study_says_what_was_published_and_what_was_not(reports):
    text = text_of(path_of(reports, "taihu", "zh-CN"))
    holds(text, "72户", "5.85亿元", "812.5万元", "150户", "15.12亿元", r"1,?008万元")
    holds(text, "44户", "3.08亿元", r"子集|一部分")
    holds(text, "保留39户", "3.25亿元", "流失33户", "2.60亿元")
    holds(text, "净增78户", "9.27亿元", "毛新增111户", "11.87亿元")
    holds(text, r"54\.2%（95%(置信)?区间42\.7%～65\.2%）")
    holds(text, "离行或清零12户", "降至起点以下21户")


def test_both_distributions_stand_as_of_the_opening(reports):
    text = text_of(path_of(reports, "taihu", "zh-CN"))
    for band, count, share in (
        ("500万～600万元", 20, "27.8"), ("600万～700万元", 16, "22.2"), ("700万～800万元", 11, "15.3"),
        ("800万～900万元", 8, "11.1"), ("900万～1,000万元", 9, "12.5"), ("1,000万元及以上", 8, "11.1"),
        ("30岁以下", 5, "6.9"), ("30～40岁", 21, "29.2"), ("40～50岁", 26, "36.1"), ("50～60岁", 15, "20.8"),
        ("60岁及以上", 5, "6.9"),
    ):  # fmt: skip
        assert f"{band}{count}{share}" in text, band
    holds(text, "期初（2010年12月31日）")


def test_the_rounding_note_stands_where_shares_do_not_add_up_and_nowhere_else(reports):
    text = text_of(path_of(reports, "taihu", "zh-CN"))
    tables = {part[:4]: part for part in re.split(r"(?=表\d+[^，。）、]{4})", text)}
    age = next(part for part in tables.values() if "60岁及以上526.9" in part or "60岁及以上56.9" in part)
    bands = next(part for part in tables.values() if "500万～600万元2027.8" in part)
    assert "99.9%" in age
    assert "四舍五入" in age
    note = bands.split("来源")[1][:120]
    assert "期初资产占比各项之和为100.1%" in note
    assert "户数占比各项之和" not in note


def test_the_english_study_is_its_equal(reports):
    text = text_of(path_of(reports, "taihu", "en"))
    holds(
        text,
        "72customers",
        r"CNY585\.00million",
        r"CNY8\.125million",
        "150customers",
        r"CNY1,512\.00million",
        r"CNY10\.08million",
    )
    holds(
        text,
        r"CNY308\.00million",
        r"CNY325\.00million",
        r"CNY260\.00million",
        r"CNY927\.00million",
        r"CNY1,187\.00million",
    )
    holds(text, r"54\.2%", r"42\.7%?(–|to|and)65\.2%", "111", "78", "39", "33", "44")


@pytest.mark.parametrize("job", PERIODS)
def test_two_more_processes_give_the_same_bytes(reports, job, tmp_path):
    first = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in reports(job)}
    assert len(first) == 4  # a PDF and a workbook a language
    for seed in ("0", "4711"):
        again = make(job, tmp_path / seed, seed)
        assert {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in again} == first, seed


@pytest.mark.parametrize(("job", "locale"), REPORTS)
def test_facts_and_edition_are_attached_and_agree(reports, job, locale):
    with pikepdf.open(path_of(reports, job, locale)) as pdf:
        files = {name: pdf.attachments[name].get_file().read_bytes() for name in pdf.attachments}
    assert set(files) == {"facts.csv", "edition.json"}
    edition = json.loads(files["edition.json"])
    assert edition["facts"]["sha256"] == hashlib.sha256(files["facts.csv"]).hexdigest()
    assert edition["facts"]["rows"] == files["facts.csv"].decode().count("\n") - 1
    assert (
        edition["job"]["sha256"] == hashlib.sha256((ROOT / "config" / "jobs" / f"{job}.yaml").read_bytes()).hexdigest()
    )
    for source in edition["sources"]:
        assert source["sha256"] == hashlib.sha256((ROOT / source["location"]).read_bytes()).hexdigest()


@pytest.mark.parametrize(("job", "locale"), REPORTS)
def test_the_verification_page_prints_the_digests_of_what_is_attached(reports, job, locale):
    path = path_of(reports, job, locale)
    with pikepdf.open(path) as pdf:
        edition = json.loads(pdf.attachments["edition.json"].get_file().read_bytes())
    text = text_of(path)
    assert edition["id"] in text
    for digest in (edition["facts"]["sha256"], edition["job"]["sha256"], edition["templates"]["sha256"]):
        assert digest in text


def test_the_characteristics_name_their_source_and_what_is_missing(reports):
    text = text_of(path_of(reports, "bank_marketing", "en"))
    holds(text, "45,211", "CCBY4.0", "Moro", r"3,766")
    holds(text_of(path_of(reports, "bank_marketing", "zh-CN")), "45,211户", "3,766户", "CCBY4.0")
