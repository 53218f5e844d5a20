"""The last look before a mail leaves: its bytes, opened, against the row, the manifest and today's entitlement.

Each layer alone stops the report of one unit on its way to the reader of another; no layer relies on what another one
reads. `layers` is for the tests that take one away and show that the rest still hold.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from zoneinfo import ZoneInfo

from reportgen.archive.archive import Archive
from reportgen.archive.frozen import thaw
from reportgen.archive.manifest import Manifest
from reportgen.config.delivery import Protection
from reportgen.config.recipients import Recipients
from reportgen.config.secrets import resolve
from reportgen.delivery.entitlement import refusal
from reportgen.delivery.message import content_digest
from reportgen.delivery.opened import OpenedMail, OpenedPdf, Unlock, UnreadableError, open_mail
from reportgen.delivery.outbox.row import Mail, Subject
from reportgen.delivery.unit_names import UnitNames
from reportgen.document.model import Document
from reportgen.errors import ArchiveError, Problem, ReportgenError
from reportgen.facts.table import FactSet

LAYERS = ("address", "key", "entitlement", "edition", "stamp", "content", "facts", "names", "bytes")


@dataclass(frozen=True)
class Expected:
    """What the archive says of the edition that a row names."""

    manifest: Manifest
    standing: str
    """`issued`, `superseded` or `deleted`."""
    names: UnitNames
    own: frozenset[str]
    """Words of its cover that may stand in it whatever units there are."""
    digests: Callable[[], Collection[str]] = field(compare=False, default=tuple)
    """`content_digest` of its PDFs."""

    @property
    def pages(self) -> Mapping[str, int]:
        """sha256 of each of its PDFs to its pages."""
        return {one.sha256: one.pages for one in self.manifest.artefacts if one.role.startswith("pdf")}


def judge(
    mail: Mail, opened: OpenedMail, expected: Expected, recipients: Recipients, day: dt.date,
    layers: Collection[str] = LAYERS,
) -> str:
    """Why the mail may not go, by the first of the layers that stops it; empty where it may."""
    reasons = looks(mail, opened, expected, recipients, day)
    found = ((layer, reasons[layer]()) for layer in LAYERS if layer in layers)
    return next((f"{layer}: {why}" for layer, why in found if why), "")


def looks(
    mail: Mail, opened: OpenedMail, expected: Expected, recipients: Recipients, day: dt.date
) -> dict[str, Callable[[], str]]:
    """Layer to its look, which says why the mail may not go, or nothing."""
    row = mail.subject
    return {
        "address": lambda: "" if opened.to == row.address else "it is addressed to somebody else",
        "key": lambda: _other_key(mail, opened),
        "entitlement": lambda: refusal(recipients, row.recipient, row.address, row.job, row.scope, day),
        "edition": lambda: _other_edition(row, expected),
        "stamp": lambda: _other_stamp(row, expected, opened.pdf),
        "content": lambda: _other_content(expected, opened.pdf),
        "facts": lambda: _other_facts(row.scope, expected, opened.pdf),
        "names": lambda: _other_names(row.scope, expected, opened),
        "bytes": lambda: "" if opened.sha256 == mail.content else "it is not what was stored",
    }


def _other_key(mail: Mail, opened: OpenedMail) -> str:
    if mail.key != mail.subject.key:
        return "the row is not of this edition and recipient"
    return "" if (opened.key, opened.message_id) == (mail.key, mail.message_id) else "it is another delivery's mail"


def _other_edition(row: Subject, expected: Expected) -> str:
    key = expected.manifest.key
    if (row.job, row.period, row.scope, row.revision) != (key.job, key.period, key.scope, key.revision):
        return f"the row's manifest is of {key}"
    return "" if expected.standing == "issued" else f"{key} is {expected.standing}"


def _other_stamp(row: Subject, expected: Expected, pdf: OpenedPdf | None) -> str:
    if pdf is None:
        return ""
    wanted = {"Job": row.job, "Period": row.period, "Scope": row.scope, "Edition": row.revision}
    wrong = [name for name, value in wanted.items() if pdf.stamp.get(name) != value]
    if pdf.stamp.get("Report") != expected.manifest.report:
        wrong.append("Report")
    return f"its PDF bears another stamp ({', '.join(wrong)})" if wrong else ""


def _other_content(expected: Expected, pdf: OpenedPdf | None) -> str:
    if pdf is None or expected.pages.get(pdf.sha256) == pdf.pages:
        return ""
    if pdf.pages not in expected.pages.values():
        return f"its PDF has {pdf.pages} pages, as no PDF of the edition"
    return "" if pdf.digest() in expected.digests() else "its PDF is not one of the edition's"


def _other_facts(scope: str, expected: Expected, pdf: OpenedPdf | None) -> str:
    above = {scope, "bank", expected.names.regions.get(scope, "")}
    others = sorted(pdf.scopes - above) if pdf and scope != "bank" else []
    return f"its PDF carries facts of {others[0]}" if others else ""


def _other_names(scope: str, expected: Expected, opened: OpenedMail) -> str:
    for text in (opened.text, opened.pdf.text if opened.pdf else ""):
        if found := expected.names.foreign(text, scope, expected.own):
            return (f"it names {found}; where that is an ordinary word, add it to `ordinary_words:` in "
                    "config/delivery.yaml")
    return ""


@dataclass
class Gate:
    """Looks at mails against one archive and the recipients of today. Reads each run's facts once."""

    archive: Archive
    recipients: Recipients
    protect: Protection
    root: Path
    clock: Callable[[], dt.datetime]
    ordinary: tuple[str, ...] = ()
    layers: Collection[str] = LAYERS
    _names: dict[str, UnitNames] = field(default_factory=dict)

    def __call__(self, mail: Mail, content: bytes) -> str:
        """Why the mail may not go now; empty where it may."""
        try:
            expected = self.expected(mail.subject.manifest)
            opened = open_mail(content, self.unlock(mail.subject.recipient))
        except UnreadableError as error:
            return str(error)
        except ReportgenError as error:
            return " ".join(str(one) for one in error.problems)
        day = self.clock().astimezone(ZoneInfo(expected.manifest.period.zone)).date()
        return judge(mail, opened, expected, self.recipients, day, self.layers)

    def expected(self, sha: str) -> Expected:
        """Of a manifest. Raises ArchiveError (exit 8) for one that the log does not know."""
        issued = self.archive.state().issued.get(sha)
        if issued is None:
            raise ArchiveError(Problem(sha[:12], "the row's edition is not in the archive's log."))
        manifest = self.archive.manifest(sha)
        facts = manifest.contents.facts
        if facts not in self._names:
            everything = thaw(self.archive.store.get(facts), FactSet)
            self._names = {facts: UnitNames.of(everything, self.ordinary)}
        return Expected(manifest, issued.standing, self._names[facts],
                        frozenset(self._own(manifest)), lambda: self._digests(manifest))

    def _own(self, manifest: Manifest) -> Iterator[str]:
        for sha in manifest.contents.documents.values():
            cover = thaw(self.archive.store.get(sha), Document).cover
            yield from (cover.organisation, cover.department)

    def _digests(self, manifest: Manifest) -> Collection[str]:
        return {content_digest(self.archive.store.get(one.sha256)) for one in manifest.artefacts if one.role == "pdf"}

    def unlock(self, recipient: str) -> Unlock:
        """What opens the recipient's mails. Raises JobError (exit 2) where a secret is not where it should be."""
        one = self.recipients.of(recipient)
        password = resolve(one.password) if one and one.password else ""
        return Unlock(password, *(self._own_key if one and one.certificate else (b"", b"")))

    @cached_property
    def _own_key(self) -> tuple[bytes, bytes]:
        """This sender's certificate and private key."""
        if not (self.protect.certificate and self.protect.key):
            return b"", b""
        return (self.root / self.protect.certificate).read_bytes(), resolve(self.protect.key).encode()
