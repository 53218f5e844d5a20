"""Where a run's rows came from: what the appendix and the archive say of a source."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Origin:
    """One source as it was read. Holds no rows."""

    name: str
    type: str
    location: str
    """The path as the job wrote it; never a machine's absolute path, never a password."""
    sha256: str
    rows: int
    columns: tuple[str, ...]
    encoding: str = ""
    as_of: str = ""
    """ISO dates the rows describe, joined by `, `."""
    attribution: str = ""
    """Licence and author the source's licence asks to name."""
