"""An Ed25519 public key: its id, its PEM, and whether it made a signature."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property

from reportgen.errors import ArchiveError, Problem


@dataclass(frozen=True)
class PublicKey:
    """An Ed25519 public key by its 32 bytes."""

    raw: bytes

    @classmethod
    def from_pem(cls, pem: str, place: str = "key") -> PublicKey:
        """Raises ArchiveError (exit 8) for what is no Ed25519 key, or one in another spelling than `pem` gives."""
        from cryptography.exceptions import UnsupportedAlgorithm
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
        from cryptography.hazmat.primitives.serialization import load_pem_public_key

        try:
            found = load_pem_public_key(pem.encode())
        except (ValueError, UnsupportedAlgorithm):
            found = None
        if isinstance(found, Ed25519PublicKey):
            key = cls(found.public_bytes_raw())
            if key.pem == pem:
                return key
        raise ArchiveError(
            Problem(place, "is not an Ed25519 public key in PEM."), state="No signature was checked with it.",
        )

    @cached_property
    def id(self) -> str:
        """First 16 hex digits of the sha256 of the key's 32 bytes."""
        return hashlib.sha256(self.raw).hexdigest()[:16]

    @cached_property
    def pem(self) -> str:
        """SubjectPublicKeyInfo, as `keys/<id>.pem` and the log hold it."""
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
        from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

        key = Ed25519PublicKey.from_public_bytes(self.raw)
        return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()

    def verify(self, signature: bytes, message: bytes) -> bool:
        """Whether this key made the signature (64 bytes)."""
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

        try:
            Ed25519PublicKey.from_public_bytes(self.raw).verify(signature, message)
        except InvalidSignature:
            return False
        return True
