"""The job: one file that says everything about one periodic report."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field, PrivateAttr, StringConstraints, field_validator, model_validator

from reportgen.config.amount import AMOUNT_PATTERN, MINOR_UNITS, parse_amount
from reportgen.config.archive import ArchiveRule
from reportgen.config.dimension import Dimension
from reportgen.config.disclosure import DisclosureRule
from reportgen.config.frame import Frame, Role
from reportgen.config.gates import Gates
from reportgen.config.job_delivery import DeliveryRule
from reportgen.config.model import Id, Label, Locale, MisplacedError, Model
from reportgen.config.names import reserved
from reportgen.config.release import ReleaseRule
from reportgen.config.schedule import ScheduleRule
from reportgen.config.source import Source

Currency = Literal["CNY", "EUR", "USD", "GBP", "HKD", "CHF", "SGD", "TWD", "JPY"]
assert set(Currency.__args__) == set(MINOR_UNITS)  # type: ignore[attr-defined]
Scalar = bool | int | Decimal | str


class PeriodRule(Model):
    every: Literal["month", "quarter", "year", "day"] = Field(
        "month", description="How long a reporting period is. A single day may always be asked for."
    )
    zone: str = Field("Asia/Shanghai", description="IANA time zone of the bank's days.")
    since: Literal["year_open", "previous", "year_ago"] | None = Field(
        None, description="Opening of the comparison: 较年初, 环比, 同比; none compares nothing."
    )
    history: int = Field(
        24, ge=0, le=60, description="Earlier periods to read for trends, as far as the sources hold them."
    )


class Tier(Model):
    """A tier's floor with the days it was valid: floors are configuration, not constants."""

    tier: Annotated[str, StringConstraints(min_length=1, max_length=48)] = Field(
        description="Code of the tier, as the column `tier` has it after its `values`."
    )
    floor: str = Field(
        description="Amount with its unit, such as 500万元 or 50000 main.",
        json_schema_extra={"pattern": AMOUNT_PATTERN},
    )
    valid_from: dt.date = Field(description="First day of this floor, quoted: \"2010-01-01\".")
    valid_to: dt.date | None = Field(None, description="Last day of this floor; none where it still holds.")
    source: str | None = Field(None, description="Document that set the floor.")


Unit = Literal["bank", "region", "branch"]


class Job(Model):
    data: str | None = Field(
        None, description="File with what several jobs share: sources, frames, tiers, dimensions and more."
    )
    job: Id = Field(description="Name of the job; its folder under output/reports.")
    report: Id = Field(description="Folder under templates/.")
    title: Label | None = Field(None, description="Title on the cover instead of the report's own.")
    locales: tuple[Locale, ...] = Field(
        ("zh-CN",), min_length=1, description="Languages of the report, one PDF each: zh-CN, en."
    )
    theme: Literal["report", "gongwen"] = Field(
        "report", description="Look of the pages: report (compact, colour), gongwen (after GB/T 9704, black)."
    )
    currency: Currency = Field(description="ISO 4217 code of all amounts.")
    classification: Literal["public", "internal", "confidential", "secret"] = Field(
        "internal", description="Who may see the report; stands on the cover and every page."
    )
    organisation: Label | None = Field(None, description="Whose report it is; stands on the cover.")
    department: Label | None = Field(None, description="Who issues it; stands on the cover.")
    approver: Label | None = Field(None, description="The approving role on the cover.")
    units: str | None = Field(None, description="File with the names of branches, regions and managers.")
    burst: tuple[Unit, ...] = Field(
        ("bank",), min_length=1, description="Whose reports a run makes: the bank's, one a region, one a branch."
    )
    answers: str | None = Field(
        None, description="Owners' answers to earlier findings, YAML or CSV; answers/<job>.yaml or .csv by default."
    )
    period: PeriodRule = Field(
        default_factory=PeriodRule, description="Length of a period, time zone, and what it is compared with."
    )
    sources: dict[Id, Source] = Field(min_length=1, description="Name to the file rows come from.")
    frames: dict[Role, Frame] = Field(
        description="Role to its columns: snapshots (customers at a date), customers, holdings, contacts and others."
    )
    population: dict[Id, str | tuple[str, ...]] = Field(
        default_factory=dict, description="Column to the value or values a customer must have to count."
    )
    tiers: tuple[Tier, ...] = Field((), description="Floors of the tiers with the days they held.")
    dimensions: dict[Id, Dimension] = Field(
        default_factory=dict,
        description="How customers are cut into segments; without any, config/dimensions/defaults.yaml.",
    )
    medians: tuple[Id, ...] = Field(
        (), description="Dimensions whose medians are wanted; `total` for the population's. Medians cost time."
    )
    concentration: Literal["exact", "histogram"] = Field(
        "exact", description="histogram: logarithmic bins, for sizes that cannot be sorted (error under 2e-5)."
    )
    gates: Gates = Field(default_factory=Gates, description="What each doubt about the data does: allow, warn, block.")
    rules: dict[Id, dict[Id, Scalar]] = Field(
        default_factory=dict, description="Thresholds of rules to change; a share is 0 to 1."
    )
    archive: ArchiveRule = Field(default_factory=ArchiveRule, description="Retention of the editions, kept inputs.")
    release: ReleaseRule = Field(default_factory=ReleaseRule, description="What must hold before editions leave.")
    schedule: ScheduleRule | None = Field(None, description="When the job is due; `reportgen tick` runs it then.")
    delivery: DeliveryRule | None = Field(None, description="Mail the reports to those who may read them.")
    disclosure: DisclosureRule | None = Field(None, description="Withhold figures that stand for few customers.")
    rounding: Literal["half_up", "half_even"] = Field("half_up", description="How printed figures are rounded.")

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

    def columns_of(self, sensitivity: str) -> frozenset[str]:
        """The canonical columns that the job puts into this class (C1, C2 or C3)."""
        return frozenset(column for frame in self.frames.values() for column, entry in frame.every.items()
                         if entry.sensitivity == sensitivity)

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

    @model_validator(mode="after")
    def _schedule_fits(self) -> Job:
        if self.schedule is not None:
            self.schedule.fit(self.sources, self.period.zone, self.currency)
        return self
