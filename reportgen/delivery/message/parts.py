"""From texts and a file to the bytes of a mail. Nothing in them is chosen by chance: one key and time, one mail."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from email.encoders import encode_base64
from email.header import Header
from email.message import Message
from email.policy import compat32
from email.utils import format_datetime, formataddr, parseaddr
from typing import Any
from urllib.parse import quote

from reportgen.delivery.message.addressee import Addressee, one_line
from reportgen.delivery.message.settings import Naming
from reportgen.errors import JobError, Problem

_POLICY = compat32.clone(linesep="\r\n", max_line_length=76)
_SAFE = "!#$&+-.^_`|~"
"""What RFC 5987 leaves as it is beside letters and digits."""
_FORBIDDEN = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*]+')
"""Signs that some file system refuses in a name."""
_EDGES = " .…-_"
_LONGEST = 80


@dataclass(frozen=True, slots=True)
class FileName:
    """A file's name in ASCII and in the mail's language."""

    ascii: str
    own: str


@dataclass(frozen=True, slots=True)
class Head:
    """What the head of a mail says."""

    sender: str
    to: Addressee
    subject: str
    key: str
    at: datetime
    classification: str
    """public, internal, confidential: the code, as the manifest has it."""

    @property
    def message_id(self) -> str:
        """`<digest of the key@the sender's domain>`: the same for one key, whatever the attempt."""
        domain = parseaddr(self.sender)[1].rpartition("@")[2] or "reportgen.invalid"
        return f"<{_digest(self.key)[:32]}@{domain}>"


def entity(text: str, html: str, file: tuple[FileName, bytes] | None, naming: Naming, key: str) -> Message:
    """Text and HTML, and the PDF behind them where there is one: what S/MIME encrypts as a whole."""
    both = _multipart("alternative", key)
    both.attach(_text(text, "plain"))
    both.attach(_text(html, "html"))
    if file is None:
        return both
    whole = _multipart("mixed", key)
    whole.attach(both)
    whole.attach(_pdf(*file, naming))
    return whole


def message(head: Head, body: Message) -> bytes:
    """The mail: the head's fields before the body's own."""
    made: Message[Any, Any] = Message(policy=_POLICY)
    own = [(name, value) for name, value in body.items() if name.lower() != "mime-version"]
    for name, field in (*_fields(head), *own):
        made[name] = field
    made.set_payload(body.get_payload())
    return made.as_bytes(policy=_POLICY)


def enveloped(content: bytes) -> Message:
    """The part that carries an encrypted entity (DER)."""
    part = Message(policy=_POLICY)
    part["Content-Type"] = 'application/pkcs7-mime; smime-type=enveloped-data; name="smime.p7m"'
    part["Content-Disposition"] = 'attachment; filename="smime.p7m"'
    _in_base64(part, content)
    return part


def as_bytes(part: Message) -> bytes:
    """A part on its own, with CRLF."""
    return part.as_bytes(policy=_POLICY)


def file_name(*parts: str, gap: str = "_") -> str:
    """A name that every file system takes, of at most 80 signs before `.pdf`; the longest part is cut where it must be.

    The others stay whole: two editions of one report never have one name.
    """
    kept = [one for one in map(_tidy, parts) if one]
    over = len(gap.join(kept)) - _LONGEST
    if over > 0:
        at = max(range(len(kept)), key=lambda number: len(kept[number]))
        kept[at] = kept[at][:max(1, len(kept[at]) - over)].rstrip(_EDGES)
    return f"{gap.join(kept)}.pdf"


def _tidy(part: str) -> str:
    return _FORBIDDEN.sub("-", " ".join(one_line(part).split())).strip(_EDGES)


def _fields(head: Head) -> Iterator[tuple[str, str | Header]]:
    name, address = parseaddr(head.sender)
    if not address or not address.isascii() or head.sender != one_line(head.sender):
        raise JobError(Problem("config/delivery.yaml", "`from:` is no sender: 客户部 <reports@bank.example>."),
                       state="This mail was not made.")
    yield "From", _mailbox(name, address, "From")
    yield "To", _mailbox(head.to.name, head.to.address, "To")
    yield "Subject", _header(one_line(head.subject), "Subject")
    yield "Date", format_datetime(head.at)
    yield "Message-ID", head.message_id
    yield "MIME-Version", "1.0"
    yield "Auto-Submitted", "auto-generated"
    yield "X-Auto-Response-Suppress", "All"
    yield "X-Report-Key", one_line(head.key)
    yield "X-Classification", head.classification


def _header(text: str, name: str) -> Header:
    return Header(text, None if _is_plain(text) else "utf-8", maxlinelen=76, header_name=name)


def _mailbox(name: str, address: str, field: str) -> str | Header:
    if _is_plain(name):
        return formataddr((name, address))
    made = Header(name, "utf-8", maxlinelen=76, header_name=field)
    made.append(f"<{address}>", "us-ascii")
    return made


def _is_plain(text: str) -> bool:
    """Whether a header carries the text as it is: ASCII that no reader takes for an encoded word."""
    return text.isascii() and "=?" not in text


def _multipart(kind: str, key: str) -> Message:
    """A container whose boundary follows from the key; `=_` stands in no base64."""
    part = Message(policy=_POLICY)
    part["MIME-Version"] = "1.0"
    part["Content-Type"] = f'multipart/{kind}; boundary="=_{_digest(f"{key} {kind}")[:32]}"'
    part.set_payload([])
    return part


def _text(text: str, kind: str) -> Message:
    part = Message(policy=_POLICY)
    part["Content-Type"] = f'text/{kind}; charset="utf-8"'
    _in_base64(part, text.replace("\r\n", "\n").replace("\n", "\r\n").encode())
    return part


def _pdf(name: FileName, content: bytes, naming: Naming) -> Message:
    part = Message(policy=_POLICY)
    part["Content-Type"] = "application/pdf"
    shown = [] if naming == "rfc2231" else [f'filename="{name.ascii}"']
    if naming != "ascii":
        shown.append(f"filename*=utf-8''{quote(name.own, safe=_SAFE)}")
    part["Content-Disposition"] = "; ".join(["attachment", *shown])
    _in_base64(part, content)
    return part


def _in_base64(part: Message, content: bytes) -> None:
    part.set_payload(content)
    encode_base64(part)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
