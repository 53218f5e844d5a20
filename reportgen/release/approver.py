"""Who approves: the operating-system user, or the holder of a key whose public half the bank lists.

`config/approvers/<name>.pem` holds the public half (Ed25519); the private one stays with its holder, readable by no one
else, encrypted where REPORTGEN_APPROVER_KEY_PASSPHRASE is set.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from reportgen.archive.public_key import PublicKey
from reportgen.archive.signing_key import SigningKey
from reportgen.archive.surroundings import operator
from reportgen.errors import ArchiveError, JobError, Problem

FOLDER, PASSPHRASE = "config/approvers", "REPORTGEN_APPROVER_KEY_PASSPHRASE"
_STATE = "Nothing was approved."


@dataclass(frozen=True, slots=True)
class Approver:
    """A name, and the key that proves it; without a key the name is that of the process's own user."""

    name: str
    key: SigningKey | None = None


def present_user() -> Approver:
    """The operating-system user of this process, whatever USER says."""
    return Approver(operator()["user"])


def holder_of(path: Path, root: Path, environ: Mapping[str, str] = os.environ) -> Approver:
    """The listed holder of a private key's file.

    Raises JobError (exit 2) for a key that cannot be used, that others can read, or that `config/approvers/` of the
    project does not list.
    """
    key = _private(path, environ)
    listed = approvers(root)
    for name, public in listed.items():
        if public.raw == key.raw:
            return Approver(name, key)
    names = ", ".join(listed) or "nobody"
    raise JobError(
        Problem(str(path), f"this is key {key.id}; {FOLDER}/ lists {names}, none of them with it."), state=_STATE,
        hint=f"openssl pkey -in {path} -pubout -out {FOLDER}/NAME.pem, and have the change reviewed.",
    )


def approvers(root: Path) -> dict[str, PublicKey]:
    """Name to public key of everybody the project lets approve, by name. Raises JobError for a file that is none."""
    found = {}
    for path in sorted((root / FOLDER).glob("*.pem")):
        try:
            found[path.stem] = PublicKey.from_pem(path.read_text(encoding="ascii"), f"{FOLDER}/{path.name}")
        except (OSError, UnicodeDecodeError, ArchiveError):
            raise JobError(
                Problem(f"{FOLDER}/{path.name}", "is no Ed25519 public key in PEM, as openssl pkey -pubout writes it."),
                state=_STATE, hint="Write it again from the private key, or remove it.",
            ) from None
    return found


def _private(path: Path, environ: Mapping[str, str]) -> SigningKey:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    passphrase = environ.get(PASSPHRASE, "").encode() or None
    try:
        with path.open("rb") as file:
            mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
            data = file.read()
    except OSError as error:
        raise _unusable(path, f"cannot be read: {error.strerror or error}.", "Name your key: --key FILE.") from None
    if mode & 0o077:
        raise _unusable(path, f"can be read by others (mode {mode:04o}); a key that others hold proves nothing.",
                        f"chmod 600 {path}, and consider whether somebody has read it.")
    try:
        private = load_pem_private_key(data, passphrase)
    except TypeError:
        word = f"is not encrypted, but {PASSPHRASE} is set." if passphrase else "is encrypted."
        raise _unusable(path, word, f"{'Unset' if passphrase else 'Set'} {PASSPHRASE}.") from None
    except (ValueError, UnsupportedAlgorithm):
        raise _unusable(path, "is no private key in PKCS8 PEM, or the passphrase is wrong.",
                        f"Check the file and {PASSPHRASE}.") from None
    if not isinstance(private, Ed25519PrivateKey):
        raise _unusable(path, "is not an Ed25519 key.", "openssl genpkey -algorithm ed25519 makes one.")
    return SigningKey(private, path)


def _unusable(path: Path, why: str, hint: str) -> JobError:
    return JobError(Problem(str(path), f"the approver's key {why}"), state=_STATE, hint=hint)
