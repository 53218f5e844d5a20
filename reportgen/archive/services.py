"""`config/archive.yaml`: the outsiders who bear witness: who stamps the checkpoints, signs PDFs, holds the copy."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic import Field

from reportgen.archive.bucket import Replica
from reportgen.archive.sign import Signing
from reportgen.archive.tsa import TimeStampAuthority
from reportgen.config.loader import read
from reportgen.config.model import Model
from reportgen.errors import JobError, Problem

PLACE = Path("config", "archive.yaml")
EXAMPLES = {
    "timestamps": "timestamps: {url: https://tsa.example/tsr, roots: [config/certificates/tsa.pem]}",
    "signing": "signing: {certificate: config/certificates/bank.p12, passphrase_env: BANK_P12_PASSPHRASE, roots: "
               "[config/certificates/root.pem], tsa: {url: https://tsa.example/tsr, roots: "
               "[config/certificates/tsa.pem]}, revocation: [config/certificates/root.crl]}",
    "replica": "replica: {bucket: reports-archive, prefix: reportgen/, region: cn-north-1}",
}
"""A line of the file for each service."""


class Services(Model):
    """Paths start at the project's root; passwords come from the environment, never from here."""

    timestamps: TimeStampAuthority | None = Field(None, description="Authority that stamps the log's checkpoints.")
    signing: Signing | None = Field(None, description="Who signs every PDF that is issued from now on.")
    replica: Replica | None = Field(None, description="S3 bucket with Object Lock that holds the copy.")


def time_stamps(root: Path) -> TimeStampAuthority:
    """The authority that the project in folder `root` names. Raises JobError (exit 2) with an example where none is."""
    found = _asked(root, "timestamps")
    assert isinstance(found, TimeStampAuthority)
    return found


def witness(root: Path) -> TimeStampAuthority | None:
    """The same authority, None where the project names none."""
    return _services(root).timestamps


def replica(root: Path) -> Replica:
    """The bucket that the project names, likewise."""
    found = _asked(root, "replica")
    assert isinstance(found, Replica)
    return found


def signing(root: Path) -> Signing | None:
    """Who signs what the project issues; None where it names nobody. Raises JobError (exit 2) for a wrong file."""
    return _services(root).signing


def _services(root: Path) -> Services:
    path = root / PLACE
    return read(path, Services, state="Nothing was done.") if path.is_file() else Services()


def _asked(root: Path, name: str) -> Any:
    path = root / PLACE
    found = getattr(_services(root), name)
    if found is None:
        why = f"does not say `{name}`." if path.is_file() else f"there is no such file; it says which `{name}` to use."
        raise JobError(Problem(str(path), why), state="Nothing was done.", hint=f"Write into it: {EXAMPLES[name]}")
    return found
