"""A time-stamping authority (RFC 3161): where it is, whom its tokens must come from, and one question put to it.

Anchors of the log and PDF signatures ask the same authority. The request is 50-odd bytes of DER of one fixed shape,
so it is written here by hand: an anchor needs no library beyond the standard one.
"""

from __future__ import annotations

import base64
import hashlib
import os
import urllib.error
import urllib.request
from pathlib import Path
from typing import Annotated

from pydantic import Field, StringConstraints

from reportgen.config.model import Model
from reportgen.errors import ArchiveError, Problem

LONGEST_REPLY = 1 << 20
"""bytes; a token with its certificates has a few thousand."""
SHA256 = bytes.fromhex("300d06096086480165030402010500")
"""AlgorithmIdentifier of SHA-256 in DER."""


class TimeStampAuthority(Model):
    """Where tokens come from. Paths start at the project's home."""

    url: Annotated[str, StringConstraints(pattern=r"^https?://[^\s]+$")] = Field(description="Address, http or https.")
    roots: tuple[str, ...] = Field(min_length=1, description="PEM files of the roots its certificates must lead to.")
    intermediates: tuple[str, ...] = Field(default=(), description="PEM files of certificates in between.")
    user: str = Field(default="", description="User name, where the authority asks for one.")
    password_env: str = Field(default="", description="Environment variable that holds the password.")
    timeout: float = Field(default=20, gt=0, le=300, description="Seconds to wait for an answer.")


def query(data: bytes, nonce: bytes) -> bytes:
    """The DER of a TimeStampReq for sha256(`data`), asking for the certificates; `nonce` is 8 bytes, first below 0x80.

    TimeStampReq ::= SEQUENCE { version 1, messageImprint { sha256, hash }, nonce INTEGER, certReq TRUE }
    """
    if len(nonce) != 8 or not 0 < nonce[0] < 0x80:
        raise ValueError("a nonce is 8 bytes, the first of them 01 to 7f")
    imprint = _der(0x30, SHA256 + _der(0x04, hashlib.sha256(data).digest()))
    return _der(0x30, _der(0x02, b"\x01") + imprint + _der(0x02, nonce) + _der(0x01, b"\xff"))


def fresh_nonce() -> bytes:
    """8 random bytes as `query` wants them."""
    return b"\x01" + os.urandom(7)


def ask(authority: TimeStampAuthority, request: bytes) -> bytes:
    """The authority's TimeStampResp (DER) to a TimeStampReq, unchecked.

    Raises ArchiveError (exit 8) where it cannot be reached in time or answers with something else.
    """
    headers = {"Content-Type": "application/timestamp-query", "Accept": "application/timestamp-reply"}
    if authority.user:
        pair = f"{authority.user}:{_password(authority)}".encode()
        headers["Authorization"] = "Basic " + base64.b64encode(pair).decode()
    question = urllib.request.Request(authority.url, request, headers)  # noqa: S310 - the model admits http(s) only
    try:
        with urllib.request.build_opener(_NoRedirect).open(question, timeout=authority.timeout) as answer:
            reply: bytes = answer.read(LONGEST_REPLY + 1)
            kind = answer.headers.get_content_type()
    except (OSError, ValueError) as error:  # URLError, HTTPError and time-outs are OSErrors
        raise _refused(authority, f"no answer: {error}") from error
    if kind != "application/timestamp-reply" or len(reply) > LONGEST_REPLY:
        raise _refused(authority, f"expected a time-stamp reply, got {kind} of {len(reply)} bytes")
    return reply


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirected POST would become a GET somewhere else, password and all; the 3xx is an error instead."""

    def redirect_request(self, *_: object, **__: object) -> None:
        return None


def pem_files(home: Path, names: tuple[str, ...]) -> bytes:
    """The PEM files one after the other; raises ArchiveError for one that is missing or holds no certificate."""
    found = []
    for name in names:
        try:
            content = (home / name).read_bytes()
        except OSError as error:
            raise ArchiveError(
                Problem(name, f"certificates cannot be read: {error.strerror}"),
                hint="Set `roots` (and `intermediates`) to PEM files.",
            ) from error
        if b"-----BEGIN CERTIFICATE-----" not in content:
            raise ArchiveError(Problem(name, "holds no PEM certificate"), hint="Convert it with openssl x509.")
        found.append(content.rstrip(b"\n") + b"\n")
    return b"".join(found)


def _password(authority: TimeStampAuthority) -> str:
    try:
        return os.environ[authority.password_env]
    except KeyError:
        raise ArchiveError(
            Problem(authority.url, f"the password's variable {authority.password_env!r} is not set"),
            hint="Set the environment variable that `password_env` names.",
        ) from None


def _refused(authority: TimeStampAuthority, why: str) -> ArchiveError:
    return ArchiveError(
        Problem(authority.url, f"time-stamping authority: {why}"),
        state="No token was stored; what is archived stays as it is.",
        hint="Check `url` and the network, then ask again: nothing but the token is missing.",
    )


def _der(tag: int, content: bytes) -> bytes:
    assert len(content) < 0x80, "only short forms are written here"
    return bytes((tag, len(content))) + content
