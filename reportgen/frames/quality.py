"""Quality of the data as values: what a gate counted, and what the job said should happen then."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Verdict = Literal["pass", "warn", "block"]


@dataclass(frozen=True, slots=True)
class QualityResult:
    """One gate on one source and column. A row list never carries a personal value."""

    gate: str
    """Gate id: duplicate_key, wrong_date, unparsable, negative_aum, missing_amount, missing_value, …"""
    source: str
    column: str
    count: int
    """Rows the gate counted."""
    total: int
    """Rows it looked at."""
    verdict: Verdict
    rows: tuple[int, ...] = ()
    """The first rows concerned, as line numbers of the source's own file (the head is line 1)."""
    samples: tuple[str, ...] = ()
    """Values met there, only for columns that are not personal."""
