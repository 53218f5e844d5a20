"""Metrics: what a number means. Definitions live in `config/metrics/*.yaml`, one entry an id of the catalogue."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from reportgen.facts.fact import Unit

Additivity = Literal["additive", "ratio", "whole"]
"""additive: branches sum to the bank. ratio: numerators and denominators do. whole: computed for each scope."""


@dataclass(frozen=True, slots=True)
class Metric:
    """One id, one value, one unit."""

    id: str
    unit: Unit
    additivity: Additivity
    label: dict[str, str]
    """Locale to label, as it stands in a table's head."""
    definition: dict[str, str]
    """Locale to the sentence printed in the appendix."""
    needs: tuple[str, ...]
    """`role.column` the metric cannot do without; `two dates` for a flow."""
    flow: bool = False
    """A flow compares two dates and carries `since`; a stock is taken at one."""
    event: bool = False
    """An event is counted in the days of its period, so that months add up to a year."""
