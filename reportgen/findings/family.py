"""The family of tests of one report: everything that was looked at, shown or not, corrected together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from reportgen.findings.statistics import q_values


@dataclass(frozen=True)
class Family:
    """p-values by test name (a fact's id where there is one) and the q-values of Benjamini–Hochberg."""

    p: Mapping[str, float]
    q: Mapping[str, float] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "q", q_values(self.p))

    def __len__(self) -> int:
        return len(self.p)
