"""The nine reports on the demonstration bank: planted stories found, nothing in the shuffled bank, pages in one language.

The facts are gathered once for all reports and once for the shuffled bank; what a page says is looked at before it is
rendered, since every report's rendering is the same code.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from fractions import Fraction
from functools import cache
from pathlib import Path

import pytest

from reportgen.config import load_job
from reportgen.context import RunContext
from reportgen.document.build import build
from reportgen.document.model import Document
from reportgen.document.report import load_report
from reportgen.edition import identify
from reportgen.facts.gather import gather
from reportgen.facts.plan import Request
from reportgen.facts.table import FactSet
from reportgen.findings.detect import detect
from reportgen.findings.finding import Finding, Findings
from reportgen.findings.rulebook import load_rulebook
from reportgen.period import Period
from reportgen.pipeline import judge

ROOT = Path(__file__).resolve().parents[2]
NINE = (
    "work_summary", "maintenance_diagnosis", "private_banking", "support_report", "retention_execution", "life_status",
    "maintenance_plan", "tiering", "characteristics",
)
pytestmark = pytest.mark.xdist_group("demo")


def context_of(name: str, *, shuffled: bool = False) -> RunContext:
    job = load_job(ROOT / f"config/jobs/{name}.yaml")
    if shuffled:
        sources = {key: one.model_copy(update={"shuffled": True}) for key, one in job.sources.items()}
        job = job.model_copy(update={"sources": sources})
    return RunContext.create(job, Period.parse("2025-12"), output=ROOT / "build" / "demo-tests")


@cache
def facts(name: str = "work_summary", *, shuffled: bool = False) -> FactSet:
    """All facts there are, by the dimensions of the data contract; `name` lends its population and dimensions."""
    context = context_of(name, shuffled=shuffled)
    rulebook = load_rulebook(context)
    crosses = dict.fromkeys(pair for one in NINE for pair in load_report(context, one).crosses())
    limits = {rule: rulebook.parameters(rule, context.job) for rule in rulebook.rules}
    try:
        return gather(context, Request(crosses=tuple(crosses), parameters=limits))
    finally:
        context.clean()


def judged(report: str, *, shuffled: bool = False, scope: str = "bank") -> Findings:
    """The report's rules on the bank's facts."""
    context = context_of(report)
    asked = load_report(context, report)
    seen = facts(shuffled=shuffled).seen_from(scope)
    return detect(seen, load_rulebook(context), context.job, scope, asked.rules, asked.tests())


def found(report: str, rule: str, segment: str | None = None, scope: str = "bank") -> Finding:
    told = [one for one in judged(report, scope=scope).findings if one.rule == rule]
    mine = [one for one in told if segment is None or segment in (one.segment, one.against.partition("=")[2])]
    assert mine, f"{report}: {rule} {segment}: {[(one.rule, one.segment) for one in told]}"
    return mine[0]


@pytest.mark.parametrize(("report", "rule", "segment"), [
    ("retention_execution", "r_churn_high", "B07"),
    ("maintenance_diagnosis", "r_rm_leaver", "M0302"),
    ("private_banking", "r_maturity_cliff", None),
    ("tiering", "r_window_dressing", "B11"),
    ("work_summary", "r_complaint_cluster", "B05"),
    ("work_summary", "r_complaint_overdue", None),
    ("support_report", "r_csat_drop", None),
    ("retention_execution", "r_incident", None),
    ("support_report", "r_ticket_slow", "technology"),
    ("support_report", "r_digital_gap", None),
    ("maintenance_diagnosis", "r_formality", "R2"),
    ("maintenance_diagnosis", "r_policy_over_personal", "R2"),
    ("maintenance_diagnosis", "r_rm_concentration", "B09"),
    ("maintenance_diagnosis", "r_rm_overload", None),
    ("retention_execution", "r_unassigned", None),
    ("retention_execution", "r_contact_gap", None),
    ("characteristics", "r_young_low_product", None),
    ("characteristics", "r_mid_no_plan", None),
    ("characteristics", "r_old_risk", None),
    ("work_summary", "r_rate_gap", "deposit_time"),
    ("work_summary", "r_skill_gap", "B04"),
    ("work_summary", "r_target_behind", None),
    ("maintenance_plan", "r_feedback_unused", None),
])  # fmt: skip
def test_a_planted_story_is_found(report: str, rule: str, segment: str | None) -> None:
    found(report, rule, segment)


def test_the_missing_forum_is_found_in_its_regions_own_report() -> None:
    assert found("maintenance_plan", "r_forum_missing", "private", "region:R3").value == 0


def test_growth_that_hides_a_loss_is_told_with_both_figures() -> None:
    seen = facts()
    net = seen.find("customers_net_new", dimension="branch", segment="B07")
    one = found("retention_execution", "r_churn_high", "B07")
    assert net is not None
    assert net.value > 0
    assert one.q is not None
    assert one.q < 0.05


def test_the_january_dip_is_no_alarm() -> None:
    context = context_of("retention_execution")
    january = replace(context, period=Period.parse("2025-01"))
    rules = load_report(context, "retention_execution").rules
    limits = {rule: load_rulebook(context).parameters(rule, context.job) for rule in rules}
    try:
        dip = gather(january, Request(roles=("customers", "snapshots"), parameters=limits))
    finally:
        january.clean()
    fall = dip.find("aum_growth")
    assert fall is not None
    assert fall.value < -Fraction(4, 100)
    told = detect(dip, load_rulebook(context), context.job, "bank", rules)
    assert [one.rule for one in told.findings if one.rule == "r_aum_outflow" and not one.segment] == []


SEGMENTED = ("r_segment_over", "r_penetration_low", "r_young_low_product", "r_mid_no_plan", "r_digital_gap", "r_old_risk",
             "r_single_product", "r_detail_neglect")
"""Rules that compare groups of customers: nothing is left of these where attributes are dealt out by chance."""


@pytest.mark.parametrize("report", NINE)
def test_groups_of_the_shuffled_bank_do_not_differ(report: str) -> None:
    told = [one for one in judged(report, shuffled=True).findings if one.rule in SEGMENTED and one.q is not None]
    assert len(told) <= 1, [(one.rule, one.dimension, one.segment, one.against) for one in told]


@pytest.mark.parametrize("report", NINE)
def test_findings_have_a_base_and_a_place_in_the_catalogue(report: str) -> None:
    told = judged(report)
    assert told.findings
    assert [one.number for one in told.findings] == list(range(1, len(told.findings) + 1))
    thin = [one for one in told.findings if one.q is not None and one.n < 30]
    assert not thin
    twice = [key for key, times in Counter((one.rule, one.fact) for one in told.findings).items() if times > 1]
    assert not twice


def texts(value: object) -> list[str]:
    """Every text below a part of a document."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, tuple | list):
        return [text for one in value for text in texts(one)]
    if hasattr(value, "__dataclass_fields__"):
        return [text for name in value.__dataclass_fields__ if name not in ("fact", "href", "anchor", "id", "rule", "kind")
                for text in texts(getattr(value, name))]
    return []


@cache
def document(report: str, locale: str) -> Document:
    """The report's model on the facts of all; a population or dimension of the report's own makes no other sentences."""
    context = context_of(report)
    findings = judge(context.job, context, facts())
    seen = facts().with_statistics(findings.statistics)
    return build(seen, findings, context.job, context, locale, "bank", identify(seen, context))  # type: ignore[arg-type]


HAN = re.compile(r"[\u3400-\u9fff]")
LATIN = re.compile(r"[A-Za-z]{4,}")


@pytest.mark.parametrize("report", NINE)
def test_english_pages_hold_no_chinese(report: str) -> None:
    said = [text for text in texts(document(report, "en").sections) if HAN.search(text)]
    assert not said, said[:5]


@pytest.mark.parametrize("report", NINE)
def test_chinese_pages_hold_no_english_sentences(report: str) -> None:
    body = [one for one in document(report, "zh-CN").sections if not one.id.startswith(("appendix", "seal"))]
    said = [text for text in texts([one.blocks for one in body]) if len(LATIN.findall(text)) > 3 and " " in text.strip()
            and not text.startswith("r_")]
    assert not said, said[:5]
