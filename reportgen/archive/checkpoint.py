"""A checkpoint: the log's size and root, signed. C2SP tlog-checkpoint in a signed note with one Ed25519 signature.

    reportgen/3f0c…            origin
    1234                       entries in the log
    base64 of the root
                               (an empty line)
    — reportgen/3f0c… base64 of 4 bytes that name the key and 64 of signature
"""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass
from typing import Protocol

from reportgen.errors import ArchiveError, Problem

_NOTE = re.compile(
    r"(?P<origin>[!-*,-~]{1,200})\n(?P<size>0|[1-9]\d{0,17})\n(?P<root>[A-Za-z0-9+/]{43}=)\n"
    r"\n— (?P<name>[!-*,-~]{1,200}) (?P<signature>[A-Za-z0-9+/]{91}=)\n"
)
"""Names are visible ASCII without `+`, which the key format of signed notes keeps for itself."""


class Signs(Protocol):
    """A private key as this module needs it: `keys.SigningKey`."""

    @property
    def raw(self) -> bytes: ...

    def sign(self, message: bytes) -> bytes: ...


class Verifies(Protocol):
    """A public key as this module needs it: `keys.PublicKey`."""

    @property
    def id(self) -> str: ...

    @property
    def raw(self) -> bytes: ...

    def verify(self, signature: bytes, message: bytes) -> bool: ...


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What is signed: which log, how many entries, their root (32 bytes)."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> bytes:
        """The signed bytes, up to and with the newline before the empty line."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n".encode()


@dataclass(frozen=True, slots=True)
class SignedCheckpoint:
    """A checkpoint as it was read. The signature is not checked until `verify`."""

    checkpoint: Checkpoint
    key_hash: bytes
    """4 bytes that name the key under the log's name."""
    signature: bytes
    place: str = "log/checkpoint"

    @property
    def note(self) -> bytes:
        """The file's bytes."""
        line = base64.b64encode(self.key_hash + self.signature).decode()
        return self.checkpoint.text + f"\n— {self.checkpoint.origin} {line}\n".encode()

    def verify(self, key: Verifies) -> Checkpoint:
        """The checkpoint, if `key` signed it. Raises ArchiveError (exit 8) if not."""
        if self.key_hash != key_hash(self.checkpoint.origin, key.raw):
            raise _refused(self.place, f"it is not signed by key {key.id}, whose turn it was")
        if not key.verify(self.signature, self.checkpoint.text):
            raise _refused(self.place, f"its signature by key {key.id} is not valid")
        return self.checkpoint


def key_hash(name: str, raw: bytes) -> bytes:
    """The 4 bytes that name an Ed25519 key (`raw`: 32 bytes) in a signature line."""
    return hashlib.sha256(name.encode() + b"\n\x01" + raw).digest()[:4]


def sign(checkpoint: Checkpoint, key: Signs) -> bytes:
    """The signed note. Raises ArchiveError (exit 8) for an origin that a note cannot carry."""
    signed = SignedCheckpoint(
        checkpoint, key_hash(checkpoint.origin, key.raw), key.sign(checkpoint.text)
    )
    return parse(signed.note).note


def parse(data: bytes, place: str = "log/checkpoint") -> SignedCheckpoint:
    """The parts of a signed note. Raises ArchiveError (exit 8), naming `place`, for any byte out of form."""
    try:
        found = _NOTE.fullmatch(data.decode("utf-8"))
    except UnicodeDecodeError:
        found = None
    if found is None or found["name"] != found["origin"]:
        raise _refused(place, "it is not a signed checkpoint of three lines and one signature")
    signature = base64.b64decode(found["signature"], validate=True)
    checkpoint = Checkpoint(found["origin"], int(found["size"]), base64.b64decode(found["root"], validate=True))
    signed = SignedCheckpoint(checkpoint, signature[:4], signature[4:], place)
    if signed.note != data:  # base64 has spare bits
        raise _refused(place, "its base64 is not in its only form")
    return signed


def _refused(place: str, why: str) -> ArchiveError:
    return ArchiveError(
        Problem(place, f"this checkpoint cannot be trusted: {why}."),
        state="Nothing was added to the log.",
        hint="Compare it with a checkpoint kept elsewhere: `reportgen archive verify --against FILE`.",
    )
