"""Inputs sealed to the auditors' key: who writes the archive cannot read them, and nobody can alter them unseen.

Sealed file, version 1 (all numbers big-endian):

    magic       18 bytes  "reportgen-sealed 1" in ASCII
    recipient    8 bytes  first 8 of SHA-256(the auditors' raw X25519 public key)
    ephemeral   32 bytes  raw X25519 public key made for this file alone
    chunks               each ChaCha20-Poly1305 of 65,536 bytes of plain text, the last of 0 to 65,536, 16 bytes of
                         tag at its end; a last chunk is empty only in the file of an empty input

    shared = X25519(ephemeral private, auditors' public)
    key    = HKDF-SHA-256(shared, salt = ephemeral ‖ auditors' public, info = magic, 32 bytes)
    nonce  = number of the chunk from 0 (11 bytes) ‖ 01 for the last chunk, 00 for all others

This is the STREAM construction: a chunk moved, left out, repeated or cut off has another nonce than the one it was
sealed with. Plain text is released chunk by chunk, each proven; only when the iterator ends is it proven whole, so
write it to a draft and keep it after that.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from reportgen.errors import ArchiveError, DependencyMissing, Problem, VerificationFailed

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
    from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

MAGIC = b"reportgen-sealed 1"
CHUNK = 65_536
"""bytes of plain text"""
TAG = 16
HEADER = len(MAGIC) + 8 + 32


def encrypt(stream: BinaryIO, public_pem: bytes) -> Iterator[bytes]:
    """The sealed file of what `stream` holds, in pieces. Sealing twice gives different bytes: the key is new each time.

    Raises ArchiveError (exit 8) where `public_pem` is no X25519 public key.
    """
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

    public = _public(public_pem)
    ephemeral = X25519PrivateKey.generate()
    own, theirs = ephemeral.public_key().public_bytes_raw(), public.public_bytes_raw()
    cipher = _cipher(ephemeral.exchange(public), own, theirs)
    return _sealed(stream, cipher, MAGIC + recipient(theirs) + own)


def _sealed(stream: BinaryIO, cipher: ChaCha20Poly1305, header: bytes) -> Iterator[bytes]:
    yield header
    for number, (chunk, last) in enumerate(_chunks(stream, CHUNK)):
        yield cipher.encrypt(_nonce(number, last), chunk, None)


def decrypt(stream: BinaryIO, private_pem: bytes, passphrase: bytes | None = None) -> Iterator[bytes]:
    """The plain text of a sealed file, chunk by chunk; whole only if the iterator ends without an error.

    Raises ArchiveError (exit 8) for another key than the file's, VerificationFailed (exit 12) for a file that was
    altered, cut off or added to.
    """
    private = _private(private_pem, passphrase)
    theirs = private.public_key().public_bytes_raw()
    header = _read(stream, HEADER)
    if len(header) < HEADER or not header.startswith(MAGIC):
        raise _altered("it does not begin as a sealed file does")
    named, ephemeral = header[len(MAGIC):-32], header[-32:]
    if named != recipient(theirs):
        raise ArchiveError(
            Problem("sealed file", f"it is sealed to key {named.hex()}, and this is key {recipient(theirs).hex()}"),
            hint="Use the private key whose public half the job named when the edition was archived.",
        )
    return _opened(stream, private, ephemeral, theirs)


def _opened(stream: BinaryIO, private: X25519PrivateKey, ephemeral: bytes, theirs: bytes) -> Iterator[bytes]:
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey

    try:
        cipher = _cipher(private.exchange(X25519PublicKey.from_public_bytes(ephemeral)), ephemeral, theirs)
    except ValueError as error:  # a point of low order: nobody sealed a file with it
        raise _altered("its ephemeral key is none") from error
    for number, (chunk, last) in enumerate(_chunks(stream, CHUNK + TAG)):
        try:
            plain = cipher.decrypt(_nonce(number, last), chunk, None)
        except InvalidTag:
            raise _altered(f"chunk {number} is not what was sealed there, or the file ends too early or late") from None
        if last and number and not plain:
            raise _altered("an empty chunk was added at its end")
        yield plain


def create_keys(private_path: Path, public_path: Path, passphrase: bytes | None = None) -> str:
    """A new pair for the auditors: PKCS#8 PEM (mode 0600, under the passphrase if one is given) and public PEM.

    To be run where the auditors are; only the public file belongs here. Returns the recipient's id in hex. Raises
    ArchiveError (exit 8) where one of the files exists: a private key is never written over.
    """
    _cryptography()
    from cryptography.hazmat.primitives import serialization as form
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

    for path in (private_path, public_path):
        if path.exists():
            raise ArchiveError(Problem(str(path), "exists; a key is never written over"), state="No key was made.",
                               hint="Name another file.")
    private = X25519PrivateKey.generate()
    shield = form.BestAvailableEncryption(passphrase) if passphrase else form.NoEncryption()
    with os.fdopen(os.open(private_path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(private.private_bytes(form.Encoding.PEM, form.PrivateFormat.PKCS8, shield))
    public = private.public_key()
    public_path.write_bytes(public.public_bytes(form.Encoding.PEM, form.PublicFormat.SubjectPublicKeyInfo))
    return recipient(public.public_bytes_raw()).hex()


def recipient(raw_public: bytes) -> bytes:
    """The 8 bytes by which a sealed file names whom it is for."""
    return hashlib.sha256(raw_public).digest()[:8]


def _chunks(stream: BinaryIO, size: int) -> Iterator[tuple[bytes, bool]]:
    """Pieces of `size` bytes, the last marked; always at least one, for an empty file is sealed too."""
    piece = _read(stream, size)
    while True:
        following = _read(stream, size) if len(piece) == size else b""
        yield piece, not following
        if not following:
            return
        piece = following


def _read(stream: BinaryIO, size: int) -> bytes:
    """`size` bytes, fewer only at the end: a pipe gives less at a time."""
    found = bytearray()
    while len(found) < size and (piece := stream.read(size - len(found))):
        found += piece
    return bytes(found)


def _nonce(number: int, last: bool) -> bytes:
    return number.to_bytes(11, "big") + (b"\x01" if last else b"\x00")


def _cipher(shared: bytes, ephemeral: bytes, public: bytes) -> ChaCha20Poly1305:
    from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    return ChaCha20Poly1305(HKDF(SHA256(), 32, salt=ephemeral + public, info=MAGIC).derive(shared))


def _public(pem: bytes) -> X25519PublicKey:
    _cryptography()
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    try:
        key = load_pem_public_key(pem)
    except ValueError as error:
        raise _no_key("public", str(error)) from error
    if not isinstance(key, X25519PublicKey):
        raise _no_key("public", "it is of another kind")
    return key


def _private(pem: bytes, passphrase: bytes | None) -> X25519PrivateKey:
    _cryptography()
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        key = load_pem_private_key(pem, passphrase)
    except (ValueError, TypeError) as error:  # TypeError: a passphrase is needed and not given, or the reverse
        raise _no_key("private", str(error)) from error
    if not isinstance(key, X25519PrivateKey):
        raise _no_key("private", "it is of another kind")
    return key


def _cryptography() -> None:
    try:
        import cryptography  # noqa: F401 - asked for, not used
    except ImportError as error:
        raise DependencyMissing(
            "sealing inputs needs the library cryptography, which is not installed.",
            hint="Install the requirements again: pip install reportgen",
        ) from error


def _no_key(kind: str, why: str) -> ArchiveError:
    return ArchiveError(
        Problem("auditors' key", f"no X25519 {kind} key in PEM: {why}"),
        hint="Make a pair with: openssl genpkey -algorithm X25519 -out private.pem; "
             "openssl pkey -in private.pem -pubout -out public.pem",
    )


def _altered(why: str) -> VerificationFailed:
    return VerificationFailed(
        Problem("sealed file", why), state="What was read of it so far is not the whole: discard it.",
        hint="Check the object's sha256 against its name, and take it from the replica.",
    )
