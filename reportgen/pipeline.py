"""The stages in order, and nothing else: sources → frames → facts → findings → document → render.

The data are read once; every scope's report is made from the facts alone. Reports are written only when every
language of the run has been rendered and read again; a run that fails leaves none behind.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from reportgen.archive.record import Record, keep, latest_before
from reportgen.charts import draw
from reportgen.config import Job
from reportgen.config.answers import answers_path, file_digest, load_answers
from reportgen.context import RunContext
from reportgen.document.build import build
from reportgen.document.comment import Comment, load_comment
from reportgen.document.model import Block, Document, Figure, Tiles
from reportgen.document.report import load_report
from reportgen.edition import edition_json, identify
from reportgen.facts.gather import gather as gather_facts
from reportgen.facts.plan import Request
from reportgen.facts.table import FactSet
from reportgen.findings.detect import detect
from reportgen.findings.finding import Findings
from reportgen.findings.rulebook import load_rulebook
from reportgen.findings.terms import changed, terms_of
from reportgen.protocols import Progress, Renderer, Silent
from reportgen.recall import recalled, remembered
from reportgen.render import render_pdf, reread
from reportgen.render.workbook import render_workbook
from reportgen.scope import check_scopes, chosen_scopes
from reportgen.wanted import wanted_metrics


@dataclass(frozen=True, slots=True)
class Edition:
    """What a run made for one scope: the id of its content, one PDF a language and a workbook beside each."""

    id: str
    scope: str
    reports: tuple[Path, ...]
    workbooks: tuple[Path, ...]


def run_job(
    job: Job,
    context: RunContext,
    progress: Progress | None = None,
    render: Renderer = render_pdf,
    scopes: Sequence[str] = (),
) -> tuple[Edition, ...]:
    """The whole way for one period, for the scopes asked for or those the job's `burst` names.

    Raises ReportgenError; its `code` is the exit code.
    """
    progress = progress or Silent()
    check_scopes(scopes)
    try:
        facts = gather(job, context, progress)
        chosen = chosen_scopes(job, facts, scopes)
        for scope in chosen:  # a wrong record or comment stops the run before the first report, not half-way
            latest_before(context, scope)
            load_comment(context, scope)
        return tuple(run_scope(job, context, facts, scope, progress, render) for scope in chosen)
    finally:
        context.clean()


def run_scope(
    job: Job, context: RunContext, everything: FactSet, scope: str, progress: Progress, render: Renderer
) -> Edition:
    """The report of one scope from facts it may see."""
    report = load_report(context, job.report)
    facts = everything.seen_from(scope, report.compared())
    progress.stage("findings", f"{job.report} {scope}")
    record, comment = latest_before(context, scope), load_comment(context, scope)
    findings = judge(job, context, facts, scope, record)
    facts = facts.with_statistics(findings.statistics)
    ids = identify(facts, context, scope, memory(job, context, record, comment))
    attached = edition_json(ids, facts, context, scope)
    drafts: list[tuple[Path, Path]] = []
    documents: list[Document] = []
    for locale in job.locales:
        progress.stage("document", f"{scope} {locale}")
        document = illustrate(build(facts, findings, job, context, locale, scope, ids, comment))
        documents.append(document)
        progress.stage("render", f"{scope} {locale}")
        pdf = render(document, facts, attached, context)
        progress.stage("check", f"{scope} {locale}")
        reread(pdf, document, facts)
        for suffix, content in (("pdf", pdf), ("xlsx", render_workbook(document, facts, context))):
            target = context.report_path(scope, locale, suffix)
            draft = context.path(target.name)
            draft.write_bytes(content)
            drafts.append((draft, target))
    for draft, target in drafts:
        target.parent.mkdir(parents=True, exist_ok=True)
        os.replace(draft, target)  # noqa: PTH105 - the atomic call by its own name
    terms = terms_of(facts, load_rulebook(context), job, report.rules)
    issues, suggestions = remembered(findings, facts, documents)
    keep(Record(job.job, facts.period, scope, ids.short, issues, suggestions, terms), context)
    made = tuple(target for _, target in drafts)
    return Edition(
        ids.short, scope, tuple(one for one in made if one.suffix == ".pdf"),
        tuple(one for one in made if one.suffix == ".xlsx"),
    )


def memory(job: Job, context: RunContext, record: Record | None, comment: Comment | None) -> dict[str, str]:
    """Digests of what a report prints beside its own facts and findings."""
    answers = answers_path(context.root, job.answers, job.job)
    told = {
        "previous": record.digest if record else "",
        "answers": file_digest(answers) if answers and record else "",
        "comment": comment.digest if comment else "",
    }
    return {name: digest for name, digest in told.items() if digest}


def gather(job: Job, context: RunContext, progress: Progress | None = None) -> FactSet:
    """The facts that the job's report and rules want."""
    report = load_report(context, job.report)
    rulebook = load_rulebook(context)
    # What is overdue, near an edge or large is counted per customer, so limits must be known before the facts are.
    limits = {name: rulebook.parameters(name, job) for name in rulebook.rules}
    request = Request(
        crosses=report.crosses(), roles=report.roles, parameters=limits,
        metrics=wanted_metrics(context, report, rulebook),
    )
    if "r_contact_gap" in limits:
        request = replace(request, contact_limit_days=int(limits["r_contact_gap"]["days"]))
    return gather_facts(context, request, progress)


def judge(job: Job, context: RunContext, facts: FactSet, scope: str = "bank", record: Record | None = None) -> Findings:
    """The findings of one scope by the rules that the job's report lists, with what became of the earlier edition's."""
    report, rulebook = load_report(context, job.report), load_rulebook(context)
    findings = detect(facts, rulebook, job, scope, report.rules, report.tests())
    if record is None:
        return findings
    path = answers_path(context.root, job.answers, job.job)
    answers = load_answers(path) if path else ()
    terms = terms_of(facts, rulebook, job, report.rules)
    return replace(
        recalled(findings, facts, record, answers, scope), changes=changed(record.terms, terms, rulebook)
    )


def illustrate(document: Document) -> Document:
    """The document with every figure and every tile's course drawn."""

    def drawn(block: Block) -> Block:
        if isinstance(block, Figure):
            return replace(block, drawing=draw(block.data))
        if isinstance(block, Tiles):
            return replace(block, tiles=tuple(
                replace(tile, spark=replace(tile.spark, drawing=draw(tile.spark.data))) if tile.spark else tile
                for tile in block.tiles
            ))
        return block

    return replace(document, sections=tuple(
        replace(section, blocks=tuple(drawn(block) for block in section.blocks)) for section in document.sections
    ))
