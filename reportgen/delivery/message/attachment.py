"""The PDF as it goes with one mail: the archived file itself, or a copy that is marked or sealed for the recipient."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from reportgen.context import Shelf
from reportgen.delivery.message.addressee import Addressee, Sealed
from reportgen.delivery.message.issued import MailedEdition
from reportgen.delivery.message.parts import FileName, file_name
from reportgen.delivery.message.protect import encrypted, refuse_weak
from reportgen.delivery.message.settings import MailSettings
from reportgen.delivery.message.subject import full_name, unit_name
from reportgen.delivery.message.watermark import watermarked
from reportgen.delivery.message.words import Words


@dataclass(frozen=True, slots=True)
class Copy:
    """The file of one mail."""

    name: FileName
    content: bytes
    pages: int
    plain: str
    """sha256 of the archived file that it was made from: one of the manifest's artefacts."""

    @property
    def sent(self) -> str:
        """sha256 of the file as it goes."""
        return hashlib.sha256(self.content).hexdigest()


def copy_for(edition: MailedEdition, to: Addressee, settings: MailSettings, words: Words, shelf: Shelf) -> Copy:
    """The file. A marked or sealed one is made from the PDF without a signature, which the change would break.

    Raises JobError (exit 2) for a weak password, RenderError (exit 7) for a name that the font cannot print.
    """
    password = to.protection.password if isinstance(to.protection, Sealed) else ""
    changed = bool(password) or settings.watermark
    artefact, content = (edition.plain, edition.plain_content) if changed else (edition.pdf, edition.content)
    if settings.watermark:
        content = watermarked(content, words.fill("watermark", name=to.name, address=to.address), shelf)
    if password:
        refuse_weak(password, to.id, guesses(edition, to))
        content = encrypted(content, password)
    return Copy(_name(edition, words), content, artefact.pages, artefact.sha256)


def guesses(edition: MailedEdition, to: Addressee) -> tuple[str, ...]:
    """What somebody who knows the recipient and the report would try as a password."""
    key = edition.manifest.key
    local, _, domain = to.address.partition("@")
    return (to.id, to.name, *to.known, local, domain.partition(".")[0], key.job, key.scope.partition(":")[2],
            full_name(edition)[1], "reportgen", "password")


def _name(edition: MailedEdition, words: Words) -> FileName:
    key = edition.manifest.key
    own = file_name(edition.document.cover.title, key.period, unit_name(edition), key.revision, gap=words["file_gap"])
    return FileName(file_name(key.job, key.period, key.scope.replace(":", "-"), key.revision), own)
