"""When a job is due, what must be there before it runs, and what becomes of dates that were missed."""

from __future__ import annotations

from collections.abc import Collection
from decimal import Decimal
from pathlib import PurePosixPath
from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag, field_validator, model_validator

from reportgen.config.amount import to_minor
from reportgen.config.frame import MoneyUnit
from reportgen.config.model import Id, MisplacedError, Model
from reportgen.errors import nearest
from reportgen.schedule.placeholder import PLACEHOLDERS, names_in
from reportgen.schedule.when import When, WhenError, parse_when


def _below_the_root(path: str) -> str:
    """A path that can only lie below the project's root, with known placeholders."""
    parts = PurePosixPath(path).parts
    if not parts or path.startswith(("/", "~")) or ".." in parts or "\\" in path or ":" in parts[0]:
        raise ValueError(f"'{path}' must be a path below the project's root, with '/' and without '..'")
    for name in names_in(path):
        if name in ("{", "}"):
            raise ValueError(f"'{path}' has a '{name}' without its partner")
        if name not in PLACEHOLDERS:
            known = ", ".join(f"{{{one}}}" for one in PLACEHOLDERS)
            raise ValueError(f"unknown placeholder '{{{name}}}'.{nearest(name, PLACEHOLDERS)} Known: {known}")
    return path


class FileNeed(Model):
    """A file that is there, not empty, and unchanged for 60 seconds."""

    file: str = Field(description="File below the project's root; {period} and {period_end} are filled in.")

    @field_validator("file")
    @classmethod
    def _safe(cls, file: str) -> str:
        return _below_the_root(file)


class Partition(Model):
    """Rows of one value in a column."""

    column: str = Field(description="Column of the source, as its head names it.")
    value: str = Field(
        description="period_end (the period's last day, in any spelling of dates), period (2011-05), or a text."
    )


class Total(Model):
    """A control total: the exact sum of a column."""

    column: str = Field(description="Column of amounts, as the source's head names it.")
    unit: MoneyUnit = Field(description="Unit of the column and of the total.")
    equals: Decimal | None = Field(None, description='The total, quoted: "123456.78".')
    file: str | None = Field(None, description="A text file that holds the total alone; placeholders as in `file`.")
    within: Decimal = Field(Decimal(0), ge=0, description="The largest difference that still passes.")

    @field_validator("file")
    @classmethod
    def _safe(cls, file: str | None) -> str | None:
        return None if file is None else _below_the_root(file)

    @model_validator(mode="after")
    def _one_total(self) -> Total:
        if (self.equals is None) == (self.file is None):
            raise ValueError("a total needs either equals or file")
        return self


class SourceNeed(Model):
    """What a source must hold: of the partition's rows, where one is named, else of all."""

    source: Id = Field(description="A source of this job.")
    rows: int | None = Field(None, ge=1, description="At least so many rows.")
    partition: Partition | None = Field(None, description="At least one row has this value.")
    total: Total | None = Field(None, description="The sum of a column is this.")

    @model_validator(mode="after")
    def _something(self) -> SourceNeed:
        if self.rows is None and self.partition is None and self.total is None:
            raise ValueError("a need of a source says what it must hold: rows, partition or total")
        return self


def _kind(value: Any) -> str:
    named = set(value) if isinstance(value, dict) else getattr(value, "model_fields_set", set())
    return "source" if named & set(SourceNeed.model_fields) else "file"


Need = Annotated[
    Annotated[FileNeed, Tag("file")] | Annotated[SourceNeed, Tag("source")],
    Discriminator(_kind),
]


class ScheduleRule(Model):
    """When `reportgen tick` runs the job."""

    when: str = Field(
        description="A day, time, zone and calendar: 3rd working day, 08:30 Asia/Shanghai, calendar CN; "
        "last working day, …; every working day, …; month end, quarter end, year end; day 5, 09:00; cron 30 8 * * 1."
    )
    needs: tuple[Need, ...] = Field((), description="All of this must hold before the run begins.")
    until: str | None = Field(
        None, description="How long to wait for the needs, such as 10th working day, 18:00; for ever without it."
    )
    then: Literal["fail", "run", "skip"] = Field("fail", description="What to do when `until` has passed.")
    catch_up: Literal["all", "latest", "none"] = Field(
        "all", description="Which of several missed periods to make up; each reports its own period."
    )

    @model_validator(mode="after")
    def _readable(self) -> ScheduleRule:
        when = _parsed("when", self.when)
        if self.until is not None:
            _parsed("until", self.until, when.zone, when.calendar)
        elif "then" in self.model_fields_set:
            raise MisplacedError("`then` says what happens after `until`, which is missing", "then")
        return self

    def due(self, zone: str) -> When:
        """`when`, read; `zone` holds where it names none."""
        return parse_when(self.when, zone)

    def deadline(self, zone: str) -> When | None:
        """`until`, read, with the zone and calendar of `when` where it names none."""
        if self.until is None:
            return None
        when = self.due(zone)
        return parse_when(self.until, when.zone, when.calendar)

    def fit(self, sources: Collection[str], zone: str, currency: str) -> None:
        """Raise MisplacedError where the schedule does not fit the rest of its job."""
        try:
            when = self.due(zone)
        except WhenError:  # the line itself was read before
            raise MisplacedError(f"'{zone}' is no IANA time zone", "period", "zone") from None
        if when.zone != zone:
            raise MisplacedError(
                f"the schedule is in {when.zone}, but period.zone is {zone}: a period ends at one midnight only",
                "schedule", "when",
            )
        for index, need in enumerate(self.needs):
            if not isinstance(need, SourceNeed):
                continue
            at = ("schedule", "needs", index, "source")  # the last is the union's tag
            if need.source not in sources:
                raise MisplacedError(
                    f"there is no source '{need.source}'.{nearest(need.source, list(sources))} "
                    f"Known: {', '.join(sources)}",
                    *at, "source",
                )
            for key in ("equals", "within") if need.total else ():
                amount = getattr(need.total, key)
                try:
                    assert need.total is not None
                    to_minor(amount or Decimal(0), need.total.unit, currency)
                except ValueError as error:
                    raise MisplacedError(str(error), *at, "total", key) from None


def _parsed(key: str, text: str, zone: str = "", calendar: str = "") -> When:
    try:
        return parse_when(text, zone, calendar) if zone else parse_when(text)
    except WhenError as error:
        raise MisplacedError(error.problems[0].message, key) from None
