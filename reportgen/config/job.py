"""The job: one file that says everything about one periodic report."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field, PrivateAttr, StringConstraints, field_validator, model_validator

from reportgen.config.amount import MINOR_UNITS, parse_amount
from reportgen.config.dimension import Dimension
from reportgen.config.frame import Frame, Role
from reportgen.config.gates import Gates
from reportgen.config.model import Id, Label, Locale, MisplacedError, Model
from reportgen.config.names import reserved
from reportgen.config.source import Source

Currency = Literal["CNY", "EUR", "USD", "GBP", "HKD", "CHF", "SGD", "TWD", "JPY"]
assert set(Currency.__args__) == set(MINOR_UNITS)  # type: ignore[attr-defined]
Scalar = bool | int | Decimal | str


class PeriodRule(Model):
    every: Literal["month", "quarter", "year", "day"] = "month"
    zone: str = Field("Asia/Shanghai", description="IANA time zone of the bank's days.")
    since: Literal["year_open", "previous", "year_ago"] | None = Field(
        None, description="Opening of the comparison: 较年初, 环比, 同比; none compares nothing."
    )


class Tier(Model):
    """A tier's floor with the days it was valid: floors are configuration, not constants."""

    tier: Annotated[str, StringConstraints(min_length=1, max_length=48)]
    floor: str = Field(description="Amount such as 500万元.")
    valid_from: dt.date
    valid_to: dt.date | None = None
    source: str | None = Field(None, description="Document that set the floor.")


class Job(Model):
    job: Id = Field(description="Name of the job; its folder under output/reports.")
    report: Id = Field(description="Folder under templates/.")
    title: Label | None = Field(None, description="Title on the cover instead of the report's own.")
    locales: tuple[Locale, ...] = Field(("zh-CN",), min_length=1)
    theme: Literal["report"] = "report"
    currency: Currency
    classification: Literal["public", "internal", "confidential", "secret"] = "internal"
    organisation: Label | None = Field(None, description="Whose report it is; stands on the cover.")
    department: Label | None = None
    approver: Label | None = Field(None, description="The approving role on the cover.")
    period: PeriodRule = Field(default_factory=PeriodRule)
    sources: dict[Id, Source] = Field(min_length=1)
    frames: dict[Role, Frame]
    population: dict[Id, str | tuple[str, ...]] = Field(
        default_factory=dict, description="Column to the value or values a customer must have to count."
    )
    tiers: tuple[Tier, ...] = ()
    dimensions: dict[Id, Dimension] = Field(default_factory=dict)
    medians: tuple[Id, ...] = Field(
        (), description="Dimensions whose medians are wanted; `total` for the population's. Medians cost time."
    )
    concentration: Literal["exact", "histogram"] = Field(
        "exact", description="histogram: logarithmic bins, for sizes that cannot be sorted (error under 2e-5)."
    )
    gates: Gates = Field(default_factory=Gates)
    rules: dict[Id, dict[Id, Scalar]] = Field(default_factory=dict, description="Thresholds of rules to change.")
    rounding: Literal["half_up", "half_even"] = "half_up"

    _path: str = PrivateAttr("")
    _digest: str = PrivateAttr("")

    @property
    def path(self) -> str:
        """The file it was read from, as the user wrote it."""
        return self._path

    @property
    def digest(self) -> str:
        """sha256 of the file's bytes."""
        return self._digest

    def floor_of(self, tier: str, day: dt.date) -> int | None:
        """The tier's floor on a day in minor units, or None where none is declared."""
        for one in self.tiers:
            if one.tier == tier and one.valid_from <= day and (one.valid_to is None or day <= one.valid_to):
                return parse_amount(one.floor, self.currency)
        return None

    @field_validator("job")
    @classmethod
    def _names_a_folder(cls, job: str) -> str:
        if reserved(job):
            raise ValueError(f"'{job}' is a device's name on Windows; the reports' folder could not be copied there")
        return job

    @model_validator(mode="after")
    def _floors_are_amounts(self) -> Job:
        for index, tier in enumerate(self.tiers):
            try:
                parse_amount(tier.floor, self.currency)
            except ValueError as error:
                raise MisplacedError(str(error), "tiers", index, "floor") from None
        return self
