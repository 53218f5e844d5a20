"""The stages in order, and nothing else: sources → frames → facts → findings → document → render → archive.

The data are read once; every scope's report is made from the facts alone. A scope's edition is archived when every
language of it has been rendered and read again, and only then laid out for people.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from reportgen.archive.archive import Archive
from reportgen.archive.deposit import Deposit, Made
from reportgen.archive.frozen import thaw
from reportgen.archive.manifest import Supersedes
from reportgen.archive.record import Record, latest_before, restore_record
from reportgen.archive.state import Issued
from reportgen.archive.surroundings import operator
from reportgen.charts import draw
from reportgen.config import Job
from reportgen.config.answers import answers_path, file_digest, load_answers
from reportgen.config.model import Locale
from reportgen.context import RunContext
from reportgen.document.build import build
from reportgen.document.comment import Comment, load_comment
from reportgen.document.model import Block, Document, Figure, Tiles
from reportgen.document.report import load_report
from reportgen.edition import FIRST, EditionIds, edition_json, identify
from reportgen.errors import AlreadyIssued
from reportgen.facts.gather import gather as gather_facts
from reportgen.facts.plan import Request
from reportgen.facts.restated import Restatement, changed_facts, next_revision
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
    revision: str
    """r01, r02 …"""
    reports: tuple[Path, ...]
    workbooks: tuple[Path, ...]
    fresh: bool = True
    """False where the same edition was issued by an earlier run, and nothing was made again."""


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
) -> tuple[Edition, ...]:
    """The whole way for one period, for the scopes asked for or those the job's `burst` names.

    An edition that was issued from the same inputs is not made again. From other inputs it is refused (AlreadyIssued,
    exit 9) unless `restate` says why it is corrected. Raises ReportgenError; its `code` is the exit code.
    """
    progress = progress or Silent()
    check_scopes(scopes)
    started = context.clock()
    try:
        archive = Archive.of(context.output, context.clock)
        if archive.exists:
            archive.ready()
        facts = gather(job, context, progress)
        deposit = Deposit(archive, context, facts, started)
        chosen = chosen_scopes(job, facts, scopes)
        # A wrong record or comment, and an edition that may not be issued again, stop the run before the first page.
        units = [identified(job, context, archive, facts, scope, restate, progress) for scope in chosen]
        if any(isinstance(unit, Unit) for unit in units):
            deposit.prepare()
        if archive.ready():  # not before there is something to keep: a refused run leaves nothing
            progress.stage("archive", f"made, with its signing key in {archive.key_path}: keep a copy elsewhere")
        return tuple(
            published(context, archive, unit) if isinstance(unit, Issued)
            else issue_unit(job, context, deposit, unit, progress, render)
            for unit in units
        )
    finally:
        context.clean()


def identified(
    job: Job, context: RunContext, archive: Archive, everything: FactSet, scope: str, restate: str, progress: Progress
) -> Unit | Issued:
    """A scope's edition, judged and named; the issued one where it is the same. Raises AlreadyIssued (exit 9)."""
    progress.stage("findings", f"{job.report} {scope}")
    remembered_from(archive, context, scope)
    before = archive.state().latest(job.job, context.period.label, scope)
    if before is None:
        return unit_of(job, context, everything, scope)
    known = archive.manifest(before.manifest)
    then = known.supersedes
    same = unit_of(job, context, everything, scope, before.entry.revision,
                   Restatement("", then.reason, then.by, ()) if then else None)
    if same.ids.short == known.edition and before.deletion is None:
        return before
    if not restate:
        told = json.loads(archive.store.get(known.contents.edition_json)) if before.deletion is None else {}
        raise AlreadyIssued(
            f"{before} was issued on {before.entry.time[:10]}; {what_differs(told, same, context)}.",
            state="Nothing was made; the issued edition stands.",
            hint=f"To issue a correction beside it: reportgen run {job.path} --period {context.period.label} "
                 f"--scope {scope} --restate \"the reason\"",
        )
    old = thaw(archive.store.get(known.contents.facts), FactSet).seen_from(scope) if not before.deletion else None
    pairs = changed_facts(old, same.facts, scope) if old else ()
    return unit_of(job, context, everything, scope, next_revision(before.entry.revision),
                   Restatement(before.entry.revision, restate, operator()["user"], pairs))


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


def pages_of(job: Job, context: RunContext, unit: Unit, progress: Progress, render: Renderer = render_pdf) -> Pages:
    """The unit's documents and files in every language of the job, each PDF opened again and read."""
    attached = edition_json(unit.ids, unit.facts, context, unit.scope)
    documents: list[Document] = []
    files: list[tuple[Locale, str, bytes]] = []
    for locale in job.locales:
        progress.stage("document", f"{unit.scope} {locale}")
        document = illustrate(build(
            unit.facts, unit.findings, job, context, locale, unit.scope, unit.ids, unit.comment, unit.restated
        ))
        documents.append(document)
        progress.stage("render", f"{unit.scope} {locale}")
        pdf = render(document, unit.facts, attached, context)
        progress.stage("check", f"{unit.scope} {locale}")
        reread(pdf, document, unit.facts)
        files += [(locale, "pdf", pdf), (locale, "xlsx", render_workbook(document, unit.facts, context))]
    return Pages(tuple(documents), tuple(files), attached)


def issue_unit(
    job: Job, context: RunContext, deposit: Deposit, unit: Unit, progress: Progress, render: Renderer
) -> Edition:
    """Make a unit's pages, archive them, and lay out the copies for people."""
    pages = pages_of(job, context, unit, progress, render)
    rules = load_report(context, job.report).rules
    issues, suggestions = remembered(unit.findings, unit.facts, pages.documents)
    record = Record(job.job, unit.facts.period, unit.scope, unit.ids.short, issues, suggestions,
                    terms_of(unit.facts, load_rulebook(context), job, rules))
    progress.stage("archive", unit.scope)
    before = deposit.archive.state().latest(job.job, context.period.label, unit.scope)
    told = unit.restated
    issued = deposit.issue(Made(
        unit.scope, unit.ids, unit.facts, unit.findings, pages.documents, pages.files, pages.edition_json, record,
        Supersedes(manifest=before.manifest, reason=told.reason, by=told.by) if before and told else None,
    ))
    return replace(published(context, deposit.archive, issued), fresh=True)


def published(context: RunContext, archive: Archive, issued: Issued) -> Edition:
    """Copies for people of an issued edition under `output/reports/`, and its record for the next period."""
    manifest = archive.manifest(issued.manifest)
    copies = {
        context.report_path(issued.entry.scope, one.locale, one.role.removesuffix("-signed")): one.sha256
        for one in manifest.for_readers()
    }
    for path, sha in copies.items():
        if not path.is_file() or hashlib.sha256(path.read_bytes()).hexdigest() != sha:
            draft = context.path(path.name)
            draft.write_bytes(archive.store.get(sha))
            path.parent.mkdir(parents=True, exist_ok=True)
            os.replace(draft, path)  # noqa: PTH105 - the atomic call by its own name
    restore_record(context, issued.entry.period, issued.entry.scope, archive.store.get(manifest.contents.record))
    reports = tuple(path for path in copies if path.suffix == ".pdf")
    books = tuple(path for path in copies if path.suffix == ".xlsx")
    return Edition(manifest.edition, issued.entry.scope, issued.entry.revision, reports, books, fresh=False)


def remembered_from(archive: Archive, context: RunContext, scope: str) -> None:
    """Put the records of earlier editions where they are read, as the archive has them."""
    for issued in archive.earlier(context.job.job, scope):
        record = archive.manifest(issued.manifest).contents.record
        restore_record(context, issued.entry.period, scope, archive.store.get(record))


def what_differs(told: Mapping[str, Any], now: Unit, context: RunContext) -> str:
    """What the issued edition was made from and is another today, in words."""
    if not told:
        return "it was deleted since"
    fresh = json.loads(edition_json(now.ids, now.facts, context, now.scope))
    names = [_which(name, told, fresh) for name in fresh if name != "id" and fresh.get(name) != told.get(name)]
    return f"what it is made from has changed since: {', '.join(names) or 'the run'}"


def _which(name: str, told: Mapping[str, Any], fresh: Mapping[str, Any]) -> str:
    """`sources (closing)`: of the sources those that are others now."""
    if name != "sources":
        return name
    others = [one["name"] for one in fresh[name] if one not in told.get(name, ())]
    return f"{name} ({', '.join(others)})" if others else name


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
