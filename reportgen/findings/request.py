"""What a report's `test` block asks: do two dimensions go together?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal


@dataclass(frozen=True, slots=True)
class TestRequest:
    """A cross table to test: segments of `dimension` against segments of `against`, at one of the two dates."""

    __test__: ClassVar[bool] = False  # the name is the domain's; pytest need not look inside
    dimension: str
    against: str
    at: Literal["since", "period"] = "period"
