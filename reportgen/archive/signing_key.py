"""The private key that signs checkpoints, in its file.

It lives outside the archive, `output/keys/archive.pem` unless REPORTGEN_ARCHIVE_KEY names another path;
REPORTGEN_ARCHIVE_KEY_PASSPHRASE encrypts it. Rotation writes the next key beside it, under its id, before the log
knows it: a run that is killed in between finds the key that the log expects by that id.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from reportgen.archive import durable
from reportgen.archive.disk import current
from reportgen.archive.public_key import PublicKey
from reportgen.errors import ArchiveError, Problem

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

PATH, PASSPHRASE = "REPORTGEN_ARCHIVE_KEY", "REPORTGEN_ARCHIVE_KEY_PASSPHRASE"
_PRIVATE = 0o600


@dataclass(frozen=True, repr=False)
class SigningKey:
    """A private key. Its text form says its id and nothing else."""

    private: Ed25519PrivateKey
    path: Path | None = None
    """The file it came from."""

    def __repr__(self) -> str:
        return f"SigningKey({self.id})"

    @cached_property
    def public(self) -> PublicKey:
        return PublicKey(self.private.public_key().public_bytes_raw())

    @property
    def id(self) -> str:
        return self.public.id

    @property
    def pem(self) -> str:
        """The public key."""
        return self.public.pem

    @property
    def raw(self) -> bytes:
        """The public key's 32 bytes."""
        return self.public.raw

    def sign(self, message: bytes) -> bytes:
        """The Ed25519 signature, 64 bytes."""
        return self.private.sign(message)

    @classmethod
    def of(cls, seed: bytes) -> SigningKey:
        """The key of 32 secret bytes."""
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        return cls(Ed25519PrivateKey.from_private_bytes(seed))

    @classmethod
    def create(cls, path: Path, environ: Mapping[str, str] = os.environ) -> SigningKey:
        """A new key in a new file, readable by its owner only, encrypted where a passphrase is set.

        Raises ArchiveError (exit 8) where the file exists: a key is never written over.
        """
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        return _saved(cls(Ed25519PrivateKey.generate(), path), environ)

    @classmethod
    def create_next(cls, path: Path, environ: Mapping[str, str] = os.environ) -> SigningKey:
        """The key that shall follow the one in `path`, in a file beside it until `install` puts it in its place."""
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        key = cls(Ed25519PrivateKey.generate())
        return _saved(cls(key.private, _beside(path, key.id)), environ)

    @classmethod
    def load(cls, path: Path, wanted: str = "", environ: Mapping[str, str] = os.environ) -> SigningKey:
        """The key of a file or, where that has another id than `wanted`, the one kept beside it under that id.

        Raises ArchiveError (exit 8), with the way out, for a missing file, one that others can read, one that is no
        Ed25519 key, and a passphrase that is missing, wrong or not needed.
        """
        key = cls._read(path, environ)
        beside = _beside(path, wanted)
        return cls._read(beside, environ) if wanted and key.id != wanted and beside.exists() else key

    def install(self, path: Path, environ: Mapping[str, str] = os.environ) -> SigningKey:
        """Put this key's file in the place of `path`, after the log took it; the old one is kept beside it by its id.

        May be repeated after an interruption.
        """
        tmp, old = _tmp(path), self._read(path, environ)
        durable.clear(tmp)
        if old.id != self.id:
            durable.write_new(_beside(path, old.id), path.read_bytes(), tmp, mode=_PRIVATE)
            durable.replace(path, _beside(path, self.id).read_bytes(), tmp, mode=_PRIVATE)
        durable.remove(_beside(path, self.id))
        durable.remove_folder(tmp)
        return SigningKey(self.private, path)

    @classmethod
    def _read(cls, path: Path, environ: Mapping[str, str]) -> SigningKey:
        from cryptography.exceptions import UnsupportedAlgorithm
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
        from cryptography.hazmat.primitives.serialization import load_pem_private_key

        passphrase = environ.get(PASSPHRASE, "").encode() or None
        try:
            with path.open("rb") as file:
                mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
                data = file.read()
        except OSError as error:
            raise _unusable(path, f"cannot be read: {error.strerror or error}.",
                            f"Restore it from where it is kept safe, or name another by {PATH}.") from None
        if mode & 0o077:
            raise _unusable(path, f"can be read by others (mode {mode:04o}).",
                            f"chmod 600 {path}, and consider whether somebody has read it.")
        try:
            private = load_pem_private_key(data, passphrase)
        except TypeError:
            if passphrase:
                raise _unusable(path, f"is not encrypted, but {PASSPHRASE} is set.",
                                f"Unset it, or encrypt the key: openssl pkcs8 -topk8 -in {path}.") from None
            raise _unusable(path, "is encrypted.", f"Set {PASSPHRASE}.") from None
        except (ValueError, UnsupportedAlgorithm):
            raise _unusable(path, "is not a private key in PKCS8 PEM, or the passphrase is wrong.",
                            f"Check the file and {PASSPHRASE}.") from None
        if not isinstance(private, Ed25519PrivateKey):
            raise _unusable(path, "is not an Ed25519 key.", "openssl genpkey -algorithm ed25519 makes one.")
        return cls(private, path)


def key_path(output: Path, environ: Mapping[str, str] = os.environ) -> Path:
    """Where the private key of the archive in `output` is."""
    named = environ.get(PATH, "")
    return Path(named) if named else output / "keys" / "archive.pem"


def settle(path: Path) -> None:
    """Make the name of a key's file durable: a run that was killed while it wrote the key may not have come so far."""
    durable.make_folder(path.parent)
    with suppress(PermissionError):  # one may be let to read a key and not to list the folder it is in
        current().sync_folder(path.parent)


def clear_drafts(path: Path) -> None:
    """Remove what a killed run left of a key it was writing beside `path`: nobody shall find half a secret there."""
    durable.clear(_tmp(path))
    durable.remove_folder(_tmp(path))


def _saved(key: SigningKey, environ: Mapping[str, str]) -> SigningKey:
    from cryptography.hazmat.primitives.serialization import (
        BestAvailableEncryption,
        Encoding,
        NoEncryption,
        PrivateFormat,
    )

    assert key.path is not None
    passphrase = environ.get(PASSPHRASE, "").encode()
    cipher = BestAvailableEncryption(passphrase) if passphrase else NoEncryption()
    data = key.private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, cipher)
    tmp = _tmp(key.path)
    durable.clear(tmp)  # a killed run leaves a private key there
    durable.write_new(key.path, data, tmp, mode=_PRIVATE)
    durable.remove_folder(tmp)
    return key


def _tmp(path: Path) -> Path:
    return path.parent / f".{path.stem}.tmp"


def _beside(path: Path, key_id: str) -> Path:
    return path.with_name(f"{path.stem}.{key_id}{path.suffix}")


def _unusable(path: Path, why: str, hint: str) -> ArchiveError:
    return ArchiveError(
        Problem(str(path), f"the archive's signing key {why}"), state="Nothing was archived.", hint=hint,
    )
