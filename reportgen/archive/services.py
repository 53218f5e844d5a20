"""`config/archive.yaml`: the outsiders who bear witness: who stamps the checkpoints, who holds the copy."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic import Field

from reportgen.archive.bucket import Replica
from reportgen.archive.tsa import TimeStampAuthority
from reportgen.config.loader import read
from reportgen.config.model import Model
from reportgen.errors import JobError, Problem

PLACE = Path("config", "archive.yaml")
EXAMPLES = {
    "timestamps": "timestamps: {url: https://tsa.example/tsr, roots: [config/certificates/tsa.pem]}",
    "replica": "replica: {bucket: reports-archive, prefix: reportgen/, region: cn-north-1}",
}
"""A line of the file for each service."""


class Services(Model):
    """Paths start at the project's root; passwords come from the environment, never from here."""

    timestamps: TimeStampAuthority | None = Field(None, description="Authority that stamps the log's checkpoints.")
    replica: Replica | None = Field(None, description="S3 bucket with Object Lock that holds the copy.")


def time_stamps(root: Path) -> TimeStampAuthority:
    """The authority that the project in folder `root` names. Raises JobError (exit 2) with an example where none is."""
    found = _asked(root, "timestamps")
    assert isinstance(found, TimeStampAuthority)
    return found


def replica(root: Path) -> Replica:
    """The bucket that the project names, likewise."""
    found = _asked(root, "replica")
    assert isinstance(found, Replica)
    return found


def _asked(root: Path, name: str) -> Any:
    path = root / PLACE
    found = getattr(read(path, Services, state="Nothing was done."), name) if path.is_file() else None
    if found is None:
        why = f"does not say `{name}`." if path.is_file() else f"there is no such file; it says which `{name}` to use."
        raise JobError(Problem(str(path), why), state="Nothing was done.", hint=f"Write into it: {EXAMPLES[name]}")
    return found
