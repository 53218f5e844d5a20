"""An edition on its way into the archive: named before its pages exist, issued when all its languages are rendered.

    unit = identified(…)                # or the issued edition, where it is the same
    issued = issue_unit(…)              # from the files that stand in the archive's store
    edition = published(…)              # copies for people under `output/reports/`
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reportgen.archive import durable
from reportgen.archive.archive import Archive
from reportgen.archive.deposit import Deposit, Made, Stored
from reportgen.archive.folder import make_folder
from reportgen.archive.frozen import thaw
from reportgen.archive.manifest import Supersedes
from reportgen.archive.record import Record, restore_record
from reportgen.archive.state import Issued
from reportgen.archive.surroundings import operator
from reportgen.config import Job
from reportgen.context import RunContext
from reportgen.disclosure.differing import assure_apart
from reportgen.document.model import Document
from reportgen.document.report import load_report
from reportgen.errors import AlreadyIssued
from reportgen.facts.restated import Restatement, changed_facts, next_revision
from reportgen.facts.table import FactSet
from reportgen.findings.rulebook import load_rulebook
from reportgen.findings.terms import terms_of
from reportgen.pipeline import Unit, attached_to, unit_of
from reportgen.protocols import Progress
from reportgen.recall import remembered

_READABLE = 0o644


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
    if job.disclosure is not None:
        assure_apart(pairs, before.entry.revision, job.disclosure.min_count)
    return unit_of(job, context, everything, scope, next_revision(before.entry.revision),
                   Restatement(before.entry.revision, restate, operator()["user"], pairs))


def issue_unit(
    job: Job, context: RunContext, deposit: Deposit, unit: Unit, stored: Sequence[Stored],
    fence: Callable[[], None] = lambda: None,
) -> Issued:
    """Issue a unit whose files, one `Stored` a language, are in the archive's store.

    `fence` is called under the archive's lock right before the log is written, and stops the issue by raising.
    Raises ArchiveError (exit 8), AlreadyIssued (exit 9).
    """
    rules = load_report(context, job.report).rules
    archive, told = deposit.archive, unit.restated
    documents = [thaw(archive.store.get(one.document), Document) for one in stored]
    issues, suggestions = remembered(unit.findings, unit.facts, documents)
    record = Record(job.job, unit.facts.period, unit.scope, unit.ids.short, issues, suggestions,
                    terms_of(unit.facts, load_rulebook(context), job, rules))
    before = archive.state().latest(job.job, context.period.label, unit.scope)
    return deposit.issue(Made(
        unit.scope, unit.ids, unit.facts, tuple(stored), record,
        Supersedes(manifest=before.manifest, reason=told.reason, by=told.by) if before and told else None,
    ), fence)


def published(context: RunContext, archive: Archive, issued: Issued, *, fresh: bool = False) -> Edition:
    """Copies for people of an issued edition under `output/reports/`, and its record for the next period.

    They are durable on return: no later run of the period would lay them out again.
    """
    manifest = archive.manifest(issued.manifest)
    copies = {
        context.report_path(issued.entry.scope, one.locale, one.role.removesuffix("-signed")): one.sha256
        for one in manifest.for_readers()
    }
    for path, sha in copies.items():
        if not path.is_file() or hashlib.sha256(path.read_bytes()).hexdigest() != sha:
            make_folder(path.parent)
            durable.replace(path, archive.store.get(sha), archive.store.tmp, mode=_READABLE)
    restore_record(context, issued.entry.period, issued.entry.scope, archive.store.get(manifest.contents.record))
    reports = tuple(path for path in copies if path.suffix == ".pdf")
    books = tuple(path for path in copies if path.suffix == ".xlsx")
    return Edition(manifest.edition, issued.entry.scope, issued.entry.revision, reports, books, fresh=fresh)


def remembered_from(archive: Archive, context: RunContext, scope: str) -> None:
    """Put the records of earlier editions where they are read, as the archive has them."""
    for issued in archive.earlier(context.job.job, scope):
        record = archive.manifest(issued.manifest).contents.record
        restore_record(context, issued.entry.period, scope, archive.store.get(record))


def what_differs(told: Mapping[str, Any], now: Unit, context: RunContext) -> str:
    """What the issued edition was made from and is another today, in words."""
    if not told:
        return "it was deleted since"
    fresh = json.loads(attached_to(context, now))
    names = [_which(name, told, fresh) for name in fresh if name != "id" and fresh.get(name) != told.get(name)]
    return f"what it is made from has changed since: {', '.join(names) or 'the run'}"


def _which(name: str, told: Mapping[str, Any], fresh: Mapping[str, Any]) -> str:
    """`sources (closing)`: of the sources those that are others now."""
    if name != "sources":
        return name
    others = [one["name"] for one in fresh[name] if one not in told.get(name, ())]
    return f"{name} ({', '.join(others)})" if others else name
