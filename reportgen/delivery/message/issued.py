"""What a mail is made of: the frozen objects of an issued edition, read from the archive and nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from reportgen.archive.archive import Archive
from reportgen.archive.frozen import thaw
from reportgen.archive.manifest import Artefact, Manifest
from reportgen.archive.state import Issued
from reportgen.config.model import Locale
from reportgen.document.model import Document
from reportgen.errors import ArchiveError, Problem


@dataclass(frozen=True, slots=True)
class Approved:
    """Who released the edition, and on which day in the job's time zone (ISO)."""

    by: str
    day: str


@dataclass(frozen=True, slots=True)
class MailedEdition:
    """One issued edition in one language."""

    manifest: Manifest
    sha256: str
    """The manifest's own name in the archive."""
    locale: Locale
    document: Document
    pdf: Artefact
    """As people get it; with a signature where there is one."""
    content: bytes
    plain: Artefact
    """Without a signature, which no sealed or marked copy could keep."""
    plain_content: bytes
    checkpoint: str
    """The archive's signed note, which covers this edition."""
    approved: Approved | None = None


def mailed_edition(archive: Archive, issued: Issued, locale: Locale) -> MailedEdition:
    """The edition in `locale`, or in the first language it was issued in where it was not in this one.

    Raises ArchiveError (exit 8) for an edition that was deleted, and for objects that are missing or damaged.
    """
    if issued.standing == "deleted":
        raise ArchiveError(Problem(str(issued), "was deleted."), state="No mail was made of it.")
    manifest = archive.manifest(issued.manifest)
    documents = manifest.contents.documents
    chosen = locale if locale in documents else next(iter(documents))
    document = thaw(archive.store.get(documents[chosen]), Document)
    plain = next(one for one in manifest.artefacts if one.role == "pdf" and one.locale == chosen)
    pdf = next(one for one in manifest.for_readers() if one.role.startswith("pdf") and one.locale == chosen)
    content = archive.store.get(pdf.sha256)
    return MailedEdition(
        manifest, issued.manifest, "zh-CN" if chosen == "zh-CN" else "en", document, pdf, content,
        plain, content if plain == pdf else archive.store.get(plain.sha256),
        archive.log.folder.joinpath("checkpoint").read_text("utf-8"), _approved(issued, manifest.period.zone),
    )


def _approved(issued: Issued, zone: str) -> Approved | None:
    if issued.approval is None:
        return None
    day = datetime.fromisoformat(issued.approval.time).astimezone(ZoneInfo(zone)).date()
    return Approved(issued.approval.by, day.isoformat())
