"""From what a run made to an issued edition: objects first, then the manifest, then the log.

Pages are put into the store as they are rendered (`put_page`), in whatever process; the edition is issued from the
objects when all its languages are there.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from io import BytesIO
from pathlib import Path
from typing import Literal

from reportgen.archive import services, surroundings
from reportgen.archive.archive import Archive
from reportgen.archive.canonical import dumps
from reportgen.archive.encrypt import encrypt
from reportgen.archive.entry import utc
from reportgen.archive.frozen import freeze
from reportgen.archive.manifest import (
    Artefact,
    Code,
    Contents,
    Input,
    Key,
    Manifest,
    Operator,
    Quality,
    Retention,
    Span,
    Supersedes,
)
from reportgen.archive.objects import ObjectStore
from reportgen.archive.record import Record, record_bytes
from reportgen.archive.retention import retention_of
from reportgen.archive.sign import ready_to_sign, sign_pdf
from reportgen.archive.state import Issued
from reportgen.archive.tree import gather_home, plant
from reportgen.config.model import Locale
from reportgen.context import RunContext
from reportgen.document.model import Document
from reportgen.edition import EditionIds
from reportgen.errors import ArchiveError, Problem
from reportgen.facts.publish import value_text
from reportgen.facts.table import FactSet
from reportgen.findings.finding import Findings
from reportgen.render.attached import facts_csv

TOTALS = ("customers_total", "aum_point", "customers_lost", "customers_net_new")
"""Metrics whose unsegmented facts stand in the manifest, so that a ledger can be held against it without a PDF."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A file in the store: its sha256, its size, and of a PDF its pages."""

    sha256: str
    bytes: int
    pages: int = 0


@dataclass(frozen=True, slots=True)
class Stored:
    """One scope's report in one language, all of it in the store. The texts are sha256 of objects."""

    scope: str
    locale: Locale
    edition: str
    """The edition's short id."""
    title: str
    pdf: Kept
    workbook: Kept
    document: str
    findings: str
    edition_json: str
    facts_csv: str

    def objects(self) -> tuple[str, ...]:
        """All that must be in the store."""
        return (self.pdf.sha256, self.workbook.sha256, self.document, self.findings, self.edition_json, self.facts_csv)


@dataclass(frozen=True, slots=True)
class Made:
    """One scope's finished edition."""

    scope: str
    ids: EditionIds
    facts: FactSet
    """What the scope's report may know, with statistics."""
    pages: tuple[Stored, ...]
    """One a language."""
    record: Record
    supersedes: Supersedes | None = None


def put_page(
    store: ObjectStore, scope: str, edition: str, facts: FactSet, findings: Findings, attached: bytes,
    document: Document, locale: Locale, pdf: bytes, workbook: bytes,
) -> Stored:
    """Put a rendered report with all its edition consists of into the store; durable on return.

    Raises ArchiveError (exit 8). Until the edition is issued nothing names these objects.
    """
    parts = (pdf, workbook, freeze(document), freeze(findings), attached, facts_csv(facts, scope))
    shas = store.put_all(parts)
    return Stored(scope, locale, edition, document.cover.title, Kept(shas[0], len(pdf), _pages(pdf)),
                  Kept(shas[1], len(workbook)), *shas[2:])


class Deposit:
    """One run's editions on their way into the archive. What they share is stored once."""

    def __init__(self, archive: Archive, context: RunContext, everything: FactSet, started: datetime) -> None:
        self.archive = archive
        self.context = context
        self.everything = everything
        self.started = started
        self.signing = services.signing(context.root)
        self._once = _Once(archive.store)

    def prepare(self) -> None:
        """Try what signing needs, where `config/archive.yaml` asks for it, before the first page is made.

        Raises DependencyMissing (exit 3) without the extra, ArchiveError (exit 8) for a key or certificate.
        """
        if self.signing:
            ready_to_sign(self.signing, self.context.root)

    def issue(self, made: Made, fence: Callable[[], None] = lambda: None) -> Issued:
        """Store what the edition consists of and commit it. Raises ArchiveError (exit 8), AlreadyIssued (exit 9).

        `fence` is called when all is ready but the entry in the log, and stops the issue by raising.
        """
        return self.archive.issue(self._manifest(made), fence)

    def _manifest(self, made: Made) -> Manifest:
        job, context, store = self.context.job, self.context, self.archive.store
        period, page = context.period, made.pages[0]
        return Manifest(
            key=Key(job=job.job, period=period.label, scope=made.scope, revision=made.ids.edition),
            edition=made.ids.short, report=job.report,
            title={one.locale: one.title for one in made.pages},
            supersedes=made.supersedes,
            artefacts=[one for stored in made.pages for one in self._artefacts(stored)],
            contents=Contents(
                facts=self._facts, facts_csv=page.facts_csv, findings=page.findings,
                documents={one.locale: one.document for one in made.pages},
                edition_json=page.edition_json, record=store.put(record_bytes(made.record)),
                queries=self._queries, job=store.put_file(Path(job.path)),
                home=plant(gather_home(context, made.scope), self._once), lock=self._lock,
            ),
            inputs=[
                Input(name=one.name, type=one.type, location=one.location, sha256=one.sha256, rows=one.rows,
                      columns=list(one.columns), as_of=one.as_of, kept=self._kept.get(one.name, ""))
                for one in made.facts.origins
            ],
            quality=[
                Quality(gate=one.gate, source=one.source, column=one.column, count=one.count, total=one.total,
                        verdict=one.verdict)
                for one in made.facts.quality
            ],
            totals=_totals(made.facts, made.scope), currency=made.facts.currency,
            period=Span(start=period.start.isoformat(), end=period.end.isoformat(), zone=job.period.zone),
            as_of=made.facts.as_of, classification=job.classification,
            retention=Retention(**retention_of(job, context.clock())), code=self._code,
            operator=Operator(**surroundings.operator()), started=utc(self.started), finished=utc(context.clock()),
        )

    @cached_property
    def _facts(self) -> str:
        return self.archive.store.put(freeze(self.everything))

    @cached_property
    def _queries(self) -> str:
        told = {"queries": dict(self.everything.queries), "query_of": dict(self.everything.query_of)}
        return self.archive.store.put(dumps(told))

    @cached_property
    def _kept(self) -> dict[str, str]:
        """Source to the object of its copy, sealed to the auditors' key; empty where the job keeps none.

        Raises ArchiveError (exit 8) where a file is no longer what the run read: a copy of something else is none.
        """
        rule, kept = self.context.job.archive.keep_inputs, dict[str, str]()
        if rule is None:
            return kept
        public = self.context.root.joinpath(rule.to).read_bytes()
        for one in self.everything.origins:
            path = self.context.root / one.location
            if not path.is_file():
                continue  # a table that no file holds: the demonstration bank is made from its seed
            with path.open("rb") as source:
                if hashlib.file_digest(source, "sha256").hexdigest() != one.sha256:
                    raise ArchiveError(Problem(one.location, "has changed since the run read it."),
                                       state="Nothing was issued.", hint="Run again, on data that stand still.")
                source.seek(0)
                sealed = self.context.path(f"{one.name}.sealed")
                with sealed.open("wb") as target:
                    target.writelines(encrypt(source, public))
            kept[one.name] = self.archive.store.put_file(sealed)
        return kept

    @cached_property
    def _lock(self) -> str:
        path = surroundings.lock_file(self.context.home)
        return self.archive.store.put_file(path) if path else ""

    @cached_property
    def _code(self) -> Code:
        return Code.model_validate(surroundings.code())

    def _artefacts(self, stored: Stored) -> Iterator[Artefact]:
        """The files; of a PDF that is signed the unsigned one too, for that is the one that can be made again."""
        path = self.context.report_path(stored.scope, stored.locale, "pdf")
        if self.signing is None:
            yield self._artefact("pdf", stored.locale, path.name, stored.pdf)
        else:
            content = self.archive.store.get(stored.pdf.sha256)
            signed = sign_pdf(content, self.signing, self.context.root, self.context.clock())
            kept = Kept(self.archive.store.put(signed), len(signed), _pages(signed))
            yield self._artefact("pdf", stored.locale, f"{path.stem}.unsigned.pdf", stored.pdf)
            yield self._artefact("pdf-signed", stored.locale, path.name, kept)
        yield self._artefact("xlsx", stored.locale, path.with_suffix(".xlsx").name, stored.workbook)

    def _artefact(self, role: Literal["pdf", "pdf-signed", "xlsx"], locale: Locale, name: str, kept: Kept) -> Artefact:
        sm3 = ""
        if self.context.job.archive.sm3:
            sm3 = hashlib.new("sm3", self.archive.store.get(kept.sha256)).hexdigest()
        return Artefact(
            role=role, locale=locale, name=name, sha256=kept.sha256, bytes=kept.bytes, pages=kept.pages, sm3=sm3
        )


class _Once:
    """The store for files that every edition of a run has in common: one that looks unchanged is not read again."""

    def __init__(self, store: ObjectStore) -> None:
        self.put, self.get = store.put, store.get
        self._put_file = store.put_file
        self._known: dict[tuple[str, int, int, int], str] = {}

    def put_file(self, path: Path) -> str:
        found = path.stat()
        seen = (str(path), found.st_ino, found.st_size, found.st_mtime_ns)
        if seen not in self._known:
            self._known[seen] = self._put_file(path)
        return self._known[seen]


def _pages(pdf: bytes) -> int:
    import pikepdf

    with pikepdf.open(BytesIO(pdf)) as opened:
        return len(opened.pages)


def _totals(facts: FactSet, scope: str) -> dict[str, str]:
    found = (facts.find(name, scope=scope) for name in TOTALS)
    return {fact.id: value_text(fact, facts.currency) for fact in found if fact is not None}


def manifest_json(manifest: Manifest) -> str:
    """The manifest for reading: indented, keys in the order of the model."""
    return json.dumps(manifest.model_dump(mode="json"), ensure_ascii=False, indent=1)
