"""How customers are cut into segments: bands of a number, categories, groups of segments, combinations."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise
from typing import Annotated, Any

from pydantic import Discriminator, Field, Tag, field_validator

from reportgen.config.frame import MoneyUnit
from reportgen.config.model import Id, Label, MisplacedError, Model


class _Labelled(Model):
    label: Label | None = Field(None, description="Name of the dimension on the page.")
    labels: dict[str, Label] = Field(default_factory=dict, description="Segment id to its words.")
    tested: bool = Field(True, description="Whether rules look for segments that stand out; false only counts.")


class Bands(_Labelled):
    """Half-open bands [lo, hi) of a number: edges 30, 40 give `<30`, `30-40`, `40+`."""

    column: Id = Field(description="Canonical column of numbers or amounts to cut.")
    edges: tuple[Decimal, ...] = Field(min_length=1, description="Rising numbers; the unit of amounts goes to `unit`.")
    unit: MoneyUnit | None = Field(None, description="Unit of the edges, for money.")

    @field_validator("edges")
    @classmethod
    def _ascending(cls, edges: tuple[Decimal, ...]) -> tuple[Decimal, ...]:
        for index, (low, high) in enumerate(pairwise(edges), 1):
            if high <= low:
                raise MisplacedError(f"edges must rise, without a repeat: {high} stands after {low}", index)
        return edges

    @property
    def ids(self) -> list[str]:
        """The segment ids that facts carry: `<30`, `30-40`, …, `60+`."""
        edges = [f"{edge:f}" for edge in self.edges]
        between = [f"{low}-{high}" for low, high in pairwise(edges)]
        return [f"<{edges[0]}", *between, f"{edges[-1]}+"]


class Categories(_Labelled):
    """One segment a value of the column."""

    column: Id = Field(description="Canonical column whose values are the segments.")
    order: tuple[str, ...] = Field((), description="Segments in the order to print; others follow by size.")


class Groups(_Labelled):
    """Sums of another dimension's segments, so that a printed sum is a fact too."""

    of: Id = Field(description="Dimension whose segments are added up.")
    groups: dict[str, tuple[str, ...]] = Field(
        min_length=1, description="Group to the segments it holds; a segment stands in one group at most."
    )


class Combination(_Labelled):
    """Each combination of several dimensions' segments, joined by `&`."""

    combine: tuple[Id, ...] = Field(min_length=2, description="Dimensions to cross.")


def _kind(value: Any) -> str:
    for key, tag in (("edges", "bands"), ("of", "groups"), ("combine", "combination")):
        if (isinstance(value, dict) and key in value) or hasattr(value, key):
            return tag
    return "categories"


Dimension = Annotated[
    Annotated[Bands, Tag("bands")]
    | Annotated[Categories, Tag("categories")]
    | Annotated[Groups, Tag("groups")]
    | Annotated[Combination, Tag("combination")],
    Discriminator(_kind),
]
