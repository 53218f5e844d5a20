"""The smallest job: a customer number, an amount and a date, in at most twelve lines."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
JOB = ROOT / "config" / "jobs" / "smallest.yaml"
pytestmark = pytest.mark.xdist_group("reports")


def reportgen(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "reportgen", *arguments]
    return subprocess.run(command, cwd=ROOT, env=dict(os.environ), capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def text(tmp_path_factory):
    run = reportgen("run", str(JOB), "--period", "2026-09", "--output", str(tmp_path_factory.mktemp("smallest")))
    assert run.returncode == 0, run.stderr
    path, _ = run.stdout.split()  # the PDF and its workbook
    read = subprocess.run(["pdftotext", "-raw", str(ROOT / path), "-"], capture_output=True, text=True, check=True)
    return re.sub(r"\s+", "", read.stdout)


def test_it_takes_at_most_twelve_lines():
    lines = [line for line in JOB.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]
    assert len(lines) <= 12


def test_the_report_says_what_three_columns_can_say(text):
    for words in ("600户", "资产段", "基尼系数", "客户群体特征"):
        assert words in text
    for words in ("年龄特征", "职业特征", "较年初", "流失率"):
        assert words not in text, words


def test_every_default_is_named(text):
    appendix = text[text.rindex("附录") :]
    for words in ("aum_band", "10000,50000,200000,500000,1000000,6000000", "concentration", "rounding", "classification"):
        assert words in appendix or words in text, words


def test_check_tells_which_columns_would_open_what():
    run = reportgen("check", str(JOB))
    assert run.returncode == 0, run.stderr
    for column in ("snapshots.age", "snapshots.occupation", "holdings.product_type", "campaigns.converted"):
        assert column in run.stdout, column
