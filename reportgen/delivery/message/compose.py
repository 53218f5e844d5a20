"""One mail from one issued edition to one recipient.

    made = compose(mailed_edition(archive, issued, "zh-CN"), to, settings, key, at, shelf)
    made.content        # the bytes to store, then to send: sent again they are the same

Same edition, addressee, settings, key and time: the same bytes. Only encryption draws fresh random keys, so a mail
with a password or a certificate is kept, not made again.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import quote

from reportgen.context import Shelf
from reportgen.delivery.message.addressee import Addressee, Enveloped, Sealed, checked, one_line
from reportgen.delivery.message.attachment import Copy, copy_for
from reportgen.delivery.message.body import Letter, html_body, text_body
from reportgen.delivery.message.certificate import envelope
from reportgen.delivery.message.issued import MailedEdition
from reportgen.delivery.message.parts import Head, as_bytes, entity, enveloped, message
from reportgen.delivery.message.settings import MailSettings
from reportgen.delivery.message.subject import chosen, subject
from reportgen.delivery.message.summary import summarised
from reportgen.delivery.message.words import Words, load_words
from reportgen.errors import JobError, Problem


@dataclass(frozen=True, slots=True)
class Attached:
    """A file that went with a mail."""

    name: str
    plain: str
    """sha256 of the archived file."""
    sent: str
    """sha256 of the copy in the mail; another where it was sealed or marked."""


@dataclass(frozen=True, slots=True)
class Composed:
    """A mail, ready to be stored and sent."""

    content: bytes
    message_id: str
    subject: str
    attachments: tuple[Attached, ...]
    """Empty where the mail holds a link."""
    link: str
    inner: bytes
    """What S/MIME encrypted, for the gate to look into; empty for other mails, whose content it can read itself."""
    headline: bool
    """Whether the subject has a figure."""


def compose(
    edition: MailedEdition, to: Addressee, settings: MailSettings, key: str, at: datetime, shelf: Shelf, *,
    as_link: bool = False,
) -> Composed:
    """The mail; `key` names the delivery (its Message-ID and boundaries follow from it), `at` is its Date.

    A mail that would be larger than the settings allow, or for which `as_link` is asked, has a link in place of the
    attachment. Raises JobError (exit 2) for an address, password or certificate that cannot be used and where a link
    is needed and none is set; TemplateError (6) for the mail's templates; RenderError (7) for a watermark.
    """
    checked(to)
    words = load_words(shelf, edition.locale)
    file = copy_for(edition, to, settings, words, shelf)
    made = _composed(edition, to, settings, words, key, at, shelf, file, link="")
    if as_link or len(made.content) > settings.limit:
        made = _composed(edition, to, settings, words, key, at, shelf, file, link=_link(edition, settings))
    return made


def _composed(
    edition: MailedEdition, to: Addressee, settings: MailSettings, words: Words, key: str, at: datetime, shelf: Shelf,
    file: Copy, *, link: str,
) -> Composed:
    withheld = isinstance(to.protection, Sealed) and settings.summary == "sealed"
    inside = isinstance(to.protection, Enveloped)
    tile = None if withheld or inside else chosen(edition, settings.headline)
    told = one_line(subject(edition, words, tile))
    head = Head(settings.sender, to, told, key, at, edition.manifest.classification)
    letter = _letter(edition, to, settings, words, file, link, withheld=withheld)
    letter = replace(letter, subject=head.subject)
    body = entity(
        text_body(letter, words, shelf), html_body(letter, words, shelf), None if link else (file.name, file.content),
        settings.attachment_name, key,
    )
    inner = b""
    if isinstance(to.protection, Enveloped):
        inner, own = as_bytes(body), to.protection
        body = enveloped(envelope(inner, own.certificate, own.also, to.id, to.address, at))
    name = file.name.ascii if settings.attachment_name == "ascii" else file.name.own
    attached = () if link else (Attached(name, file.plain, file.sent),)
    return Composed(message(head, body), head.message_id, head.subject, attached, link, inner, tile is not None)


def _letter(
    edition: MailedEdition, to: Addressee, settings: MailSettings, words: Words, file: Copy, link: str, *,
    withheld: bool,
) -> Letter:
    cover, manifest = edition.document.cover, edition.manifest
    pages = words["one_page"] if file.pages == 1 else words.fill("some_pages", count=str(file.pages))
    sealed = isinstance(to.protection, Sealed)
    how = "linked" if link else "attached_sealed" if sealed else "attached"
    about = [words.fill(how, pages=pages)]
    if settings.watermark and not link:
        about.append(words["attached_marked"])
    own = file.sent == file.plain
    proof = [(words["v_edition"], f"{manifest.key.revision} · {manifest.edition}")]
    if not link:
        proof.append((words["v_attached_own" if own else "v_attached"], file.sent))
    if link or not own:
        proof.append((words["v_archived"], file.plain))
    approved = edition.approved
    mark = words.fill("mark", text=cover.classification)
    return Letter(
        edition.locale, "", mark + (words.fill("mark", text=words["corrected"]) if manifest.supersedes else ""),
        summarised(edition, words, figures=not withheld), words["sealed"] if withheld else "", tuple(about), link,
        words.fill("approved", by=approved.by, day=approved.day) if approved else "", tuple(proof),
        (*(() if link else (words["v_how_pdf"],)), words["v_how"]), tuple(edition.checkpoint.rstrip("\n").split("\n")),
        (words.fill("to", name=to.name, address=to.address),
         words.fill("confined", classification=cover.classification), words["automatic"]),
    )


def _link(edition: MailedEdition, settings: MailSettings) -> str:
    """Where the archived file is found; JobError where the settings do not say, or say it without https."""
    if not settings.link.startswith("https://"):
        raise JobError(
            Problem("config/delivery.yaml", f"the mail would be larger than {settings.limit} bytes, and `size: link:` "
                    "names no https address."),
            state="This mail was not made.", hint='link: "https://reports.bank.example/{edition}/{file}"',
        )
    made = settings.link
    for name, value in (("{edition}", edition.manifest.edition), ("{file}", edition.pdf.name)):
        made = made.replace(name, quote(value))
    if "{" in made or "}" in made:
        raise JobError(Problem("config/delivery.yaml", f"`size: link:` {settings.link} has what is no placeholder."),
                       state="This mail was not made.", hint="It may hold {edition} and {file}.")
    return made
