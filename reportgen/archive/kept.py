"""An issued edition for reading: its facts as its scope may know them, its findings, its job."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from reportgen.archive.archive import Archive
from reportgen.archive.frozen import thaw
from reportgen.archive.manifest import Manifest
from reportgen.archive.state import Issued
from reportgen.archive.tree import open_home, restore
from reportgen.config.job import Job
from reportgen.context import RunContext
from reportgen.document.report import load_report
from reportgen.errors import ArchiveError, Problem
from reportgen.facts.table import FactSet
from reportgen.findings.finding import Findings


@dataclass(frozen=True, slots=True)
class Kept:
    """What the pages of one edition were made from."""

    issued: Issued
    manifest: Manifest
    facts: FactSet
    """With the statistics of its findings."""
    findings: Findings
    job: Job

    @property
    def scope(self) -> str:
        return self.manifest.key.scope


def kept_edition(archive: Archive, issued: Issued) -> Kept:
    """Read an edition from the archive alone. Raises ArchiveError (exit 8) for one that was deleted or is damaged."""
    if issued.deletion is not None:
        raise ArchiveError(
            Problem(str(issued), f"was deleted on {issued.deletion.time[:10]}: {issued.deletion.reason}."),
            state="Its manifest is all that is left.",
        )
    manifest = archive.manifest(issued.manifest)
    contents, store = manifest.contents, archive.store
    findings = thaw(store.get(contents.findings), Findings)
    with _home(archive, manifest) as (context, scope):
        job, compared = context.job, load_report(context, context.job.report).compared()
    facts = thaw(store.get(contents.facts), FactSet).seen_from(scope, compared)
    return Kept(issued, manifest, facts.with_statistics(findings.statistics), findings, job)


def kept_job(archive: Archive, issued: Issued) -> Job:
    """The job that an edition was made by. Raises ArchiveError (exit 8) where the archive is damaged."""
    with _home(archive, archive.manifest(issued.manifest)) as (context, _):
        return context.job


@contextmanager
def _home(archive: Archive, manifest: Manifest) -> Iterator[tuple[RunContext, str]]:
    """The files an edition was made from, laid out for as long as they are looked at; and its scope."""
    with tempfile.TemporaryDirectory(prefix="reportgen-") as folder:
        restore(manifest.contents.home, archive.store, Path(folder))
        yield open_home(Path(folder), archive.clock)
