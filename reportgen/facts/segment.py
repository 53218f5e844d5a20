"""Dimensions as the facts know them: their segments, in order, with the words a page uses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Segment:
    """One value of a dimension. `id` is what facts carry; `label` maps a locale to its words."""

    id: str
    label: dict[str, str]


@dataclass(frozen=True, slots=True)
class DimensionView:
    """A dimension and the segments that occur in it, in the order a table prints them."""

    id: str
    kind: Literal["band", "category", "group", "combined"]
    column: str
    """The canonical column it is cut from (of a group: its base dimension's)."""
    label: dict[str, str]
    segments: tuple[Segment, ...]
    unit: str = ""
    """Unit of a band's edges as the job declared it (万元), empty for none."""
    of: str = ""
    """The base dimension of a group."""
    partition: bool = True
    """Whether each customer stands in exactly one segment: false for groups, which may leave some out."""
    tested: bool = True
    """Whether rules look for segments that stand out in it."""

    @property
    def spatial(self) -> bool:
        """Whether its segments are branches or regions, which only the scopes above them may compare."""
        return self.column in ("branch_id", "region_id")

    def segment(self, segment_id: str) -> Segment:
        return next(one for one in self.segments if one.id == segment_id)
