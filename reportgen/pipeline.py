"""The stages in order, and nothing else: sources → frames → facts → findings → document → render → archive.

The data are read once; every scope's report is made from the facts alone. `run_job` is the whole way, claimed in the
run ledger and executed by `runs`; an edition is named and archived by `issue`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from reportgen.archive.record import Record, latest_before
from reportgen.archive.withheld import withheld_before
from reportgen.charts import draw
from reportgen.config import Job
from reportgen.config.answers import answers_path, file_digest, load_answers
from reportgen.config.model import Locale
from reportgen.context import RunContext
from reportgen.disclosure.withhold import Disclosure, withhold
from reportgen.document.build import build
from reportgen.document.comment import Comment, load_comment
from reportgen.document.model import Block, Document, Figure, Tiles
from reportgen.document.report import load_report
from reportgen.edition import FIRST, EditionIds, edition_json, identify
from reportgen.facts.gather import gather as gather_facts
from reportgen.facts.plan import Request
from reportgen.facts.restated import Restatement
from reportgen.facts.table import FactSet
from reportgen.findings.detect import detect
from reportgen.findings.finding import Findings
from reportgen.findings.rulebook import load_rulebook
from reportgen.findings.terms import changed, terms_of
from reportgen.protocols import Progress, Renderer, Silent
from reportgen.recall import recalled
from reportgen.render import render_pdf, reread
from reportgen.render.workbook import render_workbook
from reportgen.wanted import wanted_metrics

if TYPE_CHECKING:
    from reportgen.issue import Edition
    from reportgen.runs.record import Seen


@dataclass(frozen=True, slots=True)
class Unit:
    """One scope's edition before its pages: judged, named, compared with what was issued before."""

    scope: str
    facts: FactSet
    """What the scope's report may know, with the findings' statistics."""
    findings: Findings
    ids: EditionIds
    comment: Comment | None = None
    restated: Restatement | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """A unit's report in one language: the document, its PDF and its workbook."""

    document: Document
    pdf: bytes
    workbook: bytes


@dataclass(frozen=True, slots=True)
class Pages:
    """A unit's documents, its files by language and suffix, and what is attached to the PDFs."""

    documents: tuple[Document, ...]
    files: tuple[tuple[Locale, str, bytes], ...]
    edition_json: bytes


def run_job(
    job: Job,
    context: RunContext,
    progress: Progress | None = None,
    render: Renderer = render_pdf,
    scopes: Sequence[str] = (),
    restate: str = "",
    workers: int = 1,
    seen: Seen | None = None,
) -> tuple[Edition, ...]:
    """The whole way for one period, for the scopes asked for or those the job's `burst` names.

    An edition that was issued from the same inputs is not made again. From other inputs it is refused (AlreadyIssued,
    exit 9) unless `restate` says why it is corrected. One `workers` renders in this process, more in processes of
    their own, to which `render` must be picklable. Raises ReportgenError; its `code` is the exit code: PartlyFailed
    (10) where some reports failed, ClaimHeld (11) where another process makes the same period, or its
    latest run is not as the caller has `seen` it any more.
    """
    from reportgen.runs.executor import execute

    return execute(job, context, progress or Silent(), render, scopes, restate, workers, seen)


def gather(job: Job, context: RunContext, progress: Progress | None = None) -> FactSet:
    """The facts that may be told: all that the job's report and rules want, but what its `disclosure` withholds."""
    rule = Disclosure.of(job)
    return disclosed(rule, read(job, context, progress), context, progress)


def disclosed(
    rule: Disclosure | None, facts: FactSet, context: RunContext, progress: Progress | None = None
) -> FactSet:
    """The facts without those of few customers, and without what the period's issued editions withheld."""
    if rule is None:
        return facts
    (progress or Silent()).stage("disclosure", f"figures of fewer than {rule.least} customers are withheld")
    return withhold(facts, rule, withheld_before(context))


def read(job: Job, context: RunContext, progress: Progress | None = None) -> FactSet:
    """The facts that the job's report and rules want, whoever may be told them."""
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


def unit_of(
    job: Job, context: RunContext, everything: FactSet, scope: str, revision: str = FIRST,
    restated: Restatement | None = None,
) -> Unit:
    """The edition of one scope from facts it may see: judged by the rules, named by its content."""
    report = load_report(context, job.report)
    facts = everything.seen_from(scope, report.compared())
    record, comment = latest_before(context, scope), load_comment(context, scope)
    findings = judge(job, context, facts, scope, record)
    facts = facts.with_statistics(findings.statistics)
    ids = identify(facts, context, scope, memory(job, context, record, comment, restated), revision)
    return Unit(scope, facts, findings, ids, comment, restated)


def memory(
    job: Job, context: RunContext, record: Record | None, comment: Comment | None, restated: Restatement | None = None
) -> dict[str, str]:
    """Digests of what a report prints beside its own facts and findings."""
    answers = answers_path(context.root, job.answers, job.job)
    told = {
        "previous": record.digest if record else "",
        "answers": file_digest(answers) if answers and record else "",
        "comment": comment.digest if comment else "",
        "restated": hashlib.sha256(f"{restated.reason}\0{restated.by}".encode()).hexdigest() if restated else "",
    }
    return {name: digest for name, digest in told.items() if digest}


def page_of(
    job: Job, context: RunContext, unit: Unit, locale: Locale, progress: Progress, render: Renderer = render_pdf
) -> Page:
    """The unit's report in one language, its PDF opened again and read."""
    progress.stage("document", f"{unit.scope} {locale}")
    document = illustrate(build(
        unit.facts, unit.findings, job, context, locale, unit.scope, unit.ids, unit.comment, unit.restated
    ))
    progress.stage("render", f"{unit.scope} {locale}")
    pdf = render(document, unit.facts, attached_to(context, unit), context)
    progress.stage("check", f"{unit.scope} {locale}")
    reread(pdf, document, unit.facts)
    return Page(document, pdf, render_workbook(document, unit.facts, context))


def pages_of(job: Job, context: RunContext, unit: Unit, progress: Progress, render: Renderer = render_pdf) -> Pages:
    """The unit's documents and files in every language of the job."""
    made = {locale: page_of(job, context, unit, locale, progress, render) for locale in job.locales}
    files = [(locale, *file) for locale, page in made.items() for file in (("pdf", page.pdf), ("xlsx", page.workbook))]
    return Pages(tuple(page.document for page in made.values()), tuple(files), attached_to(context, unit))


def attached_to(context: RunContext, unit: Unit) -> bytes:
    """The `edition.json` inside the unit's PDFs."""
    return edition_json(unit.ids, unit.facts, context, unit.scope)


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
