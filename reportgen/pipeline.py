"""The stages in order, and nothing else: sources → frames → facts → findings → document → render.

Reports are written only when every language of the run has been rendered and read again; a run that fails
leaves none behind.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path

from reportgen.charts import draw
from reportgen.config import Job
from reportgen.context import RunContext
from reportgen.document.build import build
from reportgen.document.model import Document, Figure
from reportgen.document.report import load_report
from reportgen.edition import edition_json, identify
from reportgen.facts.gather import gather as gather_facts
from reportgen.facts.plan import Request
from reportgen.facts.table import FactSet
from reportgen.findings.detect import detect
from reportgen.findings.finding import Findings
from reportgen.findings.rulebook import load_rulebook
from reportgen.protocols import Progress, Renderer, Silent
from reportgen.render import render_pdf, reread


@dataclass(frozen=True, slots=True)
class Edition:
    """What a run made: the id of its content and one PDF a language."""

    id: str
    reports: tuple[Path, ...]


def run_job(
    job: Job, context: RunContext, progress: Progress | None = None, render: Renderer = render_pdf
) -> Edition:
    """The whole way for one period. Raises ReportgenError; its `code` is the exit code."""
    progress = progress or Silent()
    try:
        facts = gather(job, context, progress)
        progress.stage("findings", job.report)
        findings = judge(job, context, facts)
        facts = facts.with_statistics(findings.statistics)
        ids = identify(facts, context)
        attached = edition_json(ids, facts, context)
        drafts: list[tuple[Path, Path]] = []
        for locale in job.locales:
            progress.stage("document", locale)
            document = illustrate(build(facts, findings, job, context, locale, "bank", ids))
            progress.stage("render", locale)
            pdf = render(document, facts, attached, context)
            progress.stage("check", locale)
            reread(pdf, document, facts)
            draft = context.path(f"bank.{locale}.pdf")
            draft.write_bytes(pdf)
            drafts.append((draft, context.report_path("bank", locale)))
        for draft, report in drafts:
            report.parent.mkdir(parents=True, exist_ok=True)
            os.replace(draft, report)  # noqa: PTH105 - the atomic call by its own name
        return Edition(ids.short, tuple(report for _, report in drafts))
    finally:
        context.clean()


def gather(job: Job, context: RunContext, progress: Progress | None = None) -> FactSet:
    """The facts that the job's report and rules want."""
    report = load_report(context, job.report)
    rulebook = load_rulebook(context)
    crosses = tuple(dict.fromkeys((one.against, one.dimension) for one in report.tests()))
    request = Request(crosses=crosses)
    if "r_contact_gap" in rulebook.rules:
        # Overdue is counted per customer, so the rule's limit must be known before its facts are.
        request = replace(request, contact_limit_days=int(rulebook.parameters("r_contact_gap", job)["days"]))
    return gather_facts(context, request, progress)


def judge(job: Job, context: RunContext, facts: FactSet, scope: str = "bank") -> Findings:
    """The findings of one scope by the rules that the job's report lists."""
    report = load_report(context, job.report)
    return detect(facts, load_rulebook(context), job, scope, report.rules, report.tests())


def illustrate(document: Document) -> Document:
    """The document with every figure drawn."""

    def drawn(section: object) -> object:
        blocks = tuple(
            replace(block, drawing=draw(block.data)) if isinstance(block, Figure) else block
            for block in section.blocks  # type: ignore[attr-defined]
        )
        return replace(section, blocks=blocks)  # type: ignore[type-var]

    return replace(document, sections=tuple(drawn(section) for section in document.sections))  # type: ignore[misc]
