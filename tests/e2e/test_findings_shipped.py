"""The shipped rules on the shipped jobs: what a manager must be told, and what must stay silent."""

from __future__ import annotations

import csv
import json
from collections import Counter
from fractions import Fraction
from pathlib import Path

import pytest

from reportgen.config import load_job
from reportgen.context import RunContext
from reportgen.facts.gather import gather
from reportgen.facts.plan import Request
from reportgen.findings.detect import detect
from reportgen.findings.finding import Findings
from reportgen.findings.request import TestRequest
from reportgen.findings.rulebook import load_rulebook
from reportgen.period import Period

ROOT = Path(__file__).parents[2]


def _asked(report: str) -> list[str]:
    """The catalogue's rules of a report."""
    text = (ROOT / "tests/data/catalogue_ids.txt").read_text(encoding="utf-8")
    return text.split(f"[{report} rules]\n")[1].split("[")[0].split()


def _found(job_name: str, period: str, tmp_path: Path, *tests: TestRequest) -> Findings:
    job = load_job(ROOT / f"config/jobs/{job_name}.yaml")
    context = RunContext.create(job, Period.parse(period), output=tmp_path)
    crosses = tuple((one.against, one.dimension) for one in tests)
    facts = gather(context, Request(crosses=crosses))
    return detect(facts, load_rulebook(context), job, "bank", _asked(job.report), tests)


@pytest.fixture(scope="module")
def taihu(tmp_path_factory: pytest.TempPathFactory) -> Findings:
    return _found("taihu", "2011-05", tmp_path_factory.mktemp("taihu"), TestRequest("occupation", "aum_group"))


@pytest.fixture(scope="module")
def bank_marketing(tmp_path_factory: pytest.TempPathFactory) -> Findings:
    return _found("bank_marketing", "2010-11", tmp_path_factory.mktemp("bank_marketing"))


def test_taihu_fires_what_its_data_shows(taihu: Findings) -> None:
    states = {one.rule: one.state for one in taihu.outcomes}
    truth = json.loads((ROOT / "tests/data/truth/taihu_rules.json").read_text(encoding="utf-8"))
    assert {states[rule] for rule in truth["rules_that_must_fire"]} == {"fired"}
    assert {states[rule] for rule in truth["rules_that_must_not_fire"]} == {"silent"}
    for rule in ("r_new_not_retained", "r_volatile_money", "r_maturity_cliff", "r_window_dressing"):
        assert states[rule] == "not_judged"


def test_taihu_numbers_the_loss_first(taihu: Findings) -> None:
    assert [one.rule for one in taihu.findings[:2]] == ["r_churn_high", "r_mask_by_acquisition"]


def test_taihu_suggests_for_owners_only_because_the_claim_about_them_holds(taihu: Findings) -> None:
    """The small owners among the lower asset group are a tested claim, not a repeated one."""
    assert taihu.associations[0].holds
    cited = {one.segment for one in taihu.findings if "s_owner_finance" in one.suggestions}
    assert cited == {"self_employed", "micro_business_owner"}


def test_bank_marketing_finds_who_responds(bank_marketing: Findings) -> None:
    about = {(one.dimension, one.segment): one for one in bank_marketing.findings if one.rule == "r_segment_over"}
    with (ROOT / "config/samples/bank_marketing/bank-full.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for name, column, segment, inside in (
        ("age_band", "age", "60+", lambda value: int(value) >= 60),
        ("occupation", "job", "student", lambda value: value == "student"),
        ("occupation", "job", "retired", lambda value: value == "retired"),
    ):
        counts = Counter((inside(row[column]), row["y"] == "yes") for row in rows)
        rate = Fraction(counts[True, True], counts[True, True] + counts[True, False])
        rest = Fraction(counts[False, True], counts[False, True] + counts[False, False])
        assert about[name, segment].value == rate / rest * 100


def test_bank_marketing_sums_are_sound_and_its_overdrafts_allowed(bank_marketing: Findings) -> None:
    assert next(one for one in bank_marketing.outcomes if one.rule == "r_data_quality").state == "silent"
