"""What a job says of its release: who must agree, how much may fail, which sums must agree before anything leaves."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Self

from pydantic import Field, StringConstraints, field_validator, model_validator

from reportgen.config.amount import MULTIPLES
from reportgen.config.model import Id, Model

Share = Annotated[str, StringConstraints(pattern=r"^(100(\.0{1,4})?|[0-9]{1,2}(\.[0-9]{1,4})?)%$")]


class LedgerTotal(Model):
    """A total that the general ledger states for the bank: given here, or the sum of a file's column."""

    value: Decimal | None = Field(None, description="The total itself, quoted: \"123456.78\".")
    file: str | None = Field(None, description="CSV with the total: data/gl-{period}.csv; {period} is filled in.")
    column: str | None = Field(None, description="The file's column of amounts or counts; its sum is the total.")
    unit: str = Field("main", description="Unit of an amount: main, 元, 万元, 亿元, minor, 分. Counts have none.")
    within: Decimal = Field(Decimal(0), ge=0, description="Difference still accepted, in the same unit, quoted.")

    @field_validator("unit")
    @classmethod
    def _is_a_unit(cls, unit: str) -> str:
        if unit not in MULTIPLES:
            raise ValueError(f"'{unit}' is no unit of money; write one of {', '.join(MULTIPLES)}")
        return unit

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.value is None) == (self.file is None):
            raise ValueError("give either value or file")
        if (self.file is None) != (self.column is None):
            raise ValueError("file and column go together")
        return self


class ReleaseRule(Model):
    """What must hold before an edition leaves the bank's archive."""

    approval: bool = Field(False, description="A person other than the maker approves before anything leaves.")
    max_failed_units: Share | Annotated[int, Field(ge=0, strict=True)] = Field(
        "1%", description="More failed reports than this hold all of the run's: a share (1%) or a number."
    )
    reconcile: tuple[Id, ...] = Field(
        ("customers_total", "aum_point"),
        description="Additive metrics whose branches must sum to the bank, where the facts have branches.",
    )
    ledger_totals: dict[Id, LedgerTotal] = Field(
        default_factory=dict, description="Metric to the bank's total by the general ledger."
    )
    big_movement: Share = Field(
        "20%", description="`plan` names headline figures that moved by more than this since the last edition."
    )

    def too_many(self, failed: int, total: int) -> bool:
        """Whether so many failed units of a run hold the delivery of all."""
        most = self.max_failed_units
        return failed > most if isinstance(most, int) else failed > share(most) * total


def share(text: str) -> Fraction:
    """`1%` as 1/100, exactly."""
    return Fraction(Decimal(text.removesuffix("%"))) / 100
