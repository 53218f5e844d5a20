"""A mail as its bytes say it is, opened as its recipient would open it. The gate believes nothing else."""

from __future__ import annotations

import csv
import email
import hashlib
import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email.header import decode_header, make_header
from email.message import Message
from email.policy import compat32
from email.utils import parseaddr
from io import BytesIO
from typing import Any

from reportgen.delivery.message import content_digest
from reportgen.render.reading import texts
from reportgen.render.structure import read_structure

_TAG = re.compile(r"<style.*?</style>|<[^>]+>", re.DOTALL)


class UnreadableError(Exception):
    """The bytes are not a mail of ours, or do not open with what the recipient has."""


@dataclass(frozen=True, slots=True)
class OpenedPdf:
    """The attached report."""

    sha256: str
    pages: int
    stamp: dict[str, str]
    text: str
    scopes: frozenset[str]
    """Scopes of the facts attached to it."""
    digest: Callable[[], str] = field(compare=False, default=lambda: "")
    """`content_digest` of it: what it holds without a recipient's mark or lock."""


@dataclass(frozen=True, slots=True)
class OpenedMail:
    """What a mail says."""

    sha256: str
    to: str
    key: str
    message_id: str
    text: str
    """Subject and bodies as people read them."""
    pdf: OpenedPdf | None
    """None where the mail has a link in its place."""


@dataclass(frozen=True, slots=True)
class Unlock:
    """What opens a mail: the recipient's password for the PDF, this sender's certificate and key for S/MIME."""

    password: str = field(default="", repr=False)
    certificate: bytes = field(default=b"", repr=False)
    key: bytes = field(default=b"", repr=False)


def open_mail(content: bytes, unlock: Unlock) -> OpenedMail:
    """Raises UnreadableError, which says why."""
    import pikepdf

    mail = email.message_from_bytes(content, policy=compat32)
    body: Message[Any, Any] = mail
    if mail.get_content_type() == "application/pkcs7-mime":
        body = email.message_from_bytes(_decrypted(mail, unlock), policy=compat32)
    files = [part for part in body.walk() if part.get_content_type() == "application/pdf"]
    others = [part for part in body.walk() if not part.is_multipart() and part not in files
              and part.get_content_type() not in ("text/plain", "text/html")]
    if len(files) > 1 or others:
        raise UnreadableError("it has another attachment than one PDF")
    subject = str(make_header(decode_header(str(mail.get("Subject", "")))))
    words = "\n".join([subject, *(_words(part) for part in body.walk() if part.get_content_maintype() == "text")])
    try:
        pdf = _pdf(files[0].get_payload(decode=True), unlock) if files else None
    except pikepdf.PasswordError:
        raise UnreadableError("its PDF does not open with the recipient's password") from None
    except (pikepdf.PdfError, ValueError, KeyError) as error:
        raise UnreadableError(f"its PDF cannot be read ({type(error).__name__})") from None
    to, key, message_id = (str(mail.get(name, "")).strip() for name in ("To", "X-Report-Key", "Message-ID"))
    return OpenedMail(hashlib.sha256(content).hexdigest(), parseaddr(to)[1], key, message_id, words, pdf)


def _pdf(content: Any, unlock: Unlock) -> OpenedPdf:
    import pikepdf

    with pikepdf.open(BytesIO(content), password=unlock.password) as opened:
        if opened.is_encrypted != bool(unlock.password):
            raise UnreadableError("its PDF is closed for a recipient without a password" if opened.is_encrypted
                                  else "its PDF is open, and the recipient has a password")
        structure = read_structure(opened)
        plain = content
        if opened.is_encrypted:
            clear = BytesIO()
            opened.save(clear, encryption=False)
            plain = clear.getvalue()
    return OpenedPdf(
        hashlib.sha256(content).hexdigest(), structure.pages, structure.stamp, "\n".join(texts(plain)),
        frozenset(_scopes(structure.attachments)), lambda: content_digest(content, unlock.password),
    )


def _scopes(attachments: dict[str, bytes]) -> Iterator[str]:
    for name, data in attachments.items():
        if name.endswith(".csv"):
            yield from (row.get("scope") or "" for row in csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))


def _words(part: Message[Any, Any]) -> str:
    data = part.get_payload(decode=True)
    text = data.decode("utf-8", "replace") if isinstance(data, bytes) else ""
    if part.get_content_type() != "text/html":
        return text
    import html

    return html.unescape(_TAG.sub(" ", text))


def _decrypted(mail: Message[Any, Any], unlock: Unlock) -> bytes:
    """The encrypted entity, by this sender's own key."""
    if not unlock.key:
        raise UnreadableError("it is encrypted, and `protect:` in config/delivery.yaml names no key to look into it")
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import load_pem_private_key
    from cryptography.hazmat.primitives.serialization.pkcs7 import pkcs7_decrypt_der

    data = mail.get_payload(decode=True)
    try:
        key: Any = load_pem_private_key(unlock.key, None)
        return pkcs7_decrypt_der(data, x509.load_pem_x509_certificate(unlock.certificate), key, [])  # type: ignore[arg-type]
    except (ValueError, TypeError):
        raise UnreadableError("it is encrypted, and this sender's key does not open it") from None
