"""Calendar files a bank drops into `config/calendars/`: `cn-2027.yaml` holds the year 2027 of the calendar CN."""

from __future__ import annotations

import datetime as dt
import hashlib
from pathlib import Path
from typing import Annotated

from pydantic import Field, StringConstraints, model_validator

from reportgen.config.model import MisplacedError, Model
from reportgen.errors import JobError, Problem
from reportgen.schedule.calendar import SATURDAY, CalendarYear

_STATE = "Nothing was run; a calendar must be right to the day."


class CalendarFile(Model):
    """One year as a bank states it."""

    calendar: Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9-]{1,15}$")] = Field(
        description="Code of the calendar: CN, DE, DE-BY, or a name of the bank's own."
    )
    year: int = Field(ge=1900, le=2999, description="The one year it describes.")
    source: Annotated[str, StringConstraints(min_length=8)] = Field(
        description="Where the days were decreed: the notice's address or number."
    )
    holidays: tuple[dt.date, ...] = Field(min_length=1, description="Every day off, weekends included or not.")
    working_weekends: tuple[dt.date, ...] = Field(
        description="Saturdays and Sundays that are worked (调休); [] where there are none."
    )

    @model_validator(mode="after")
    def _fits_together(self) -> CalendarFile:
        for key, days in (("holidays", self.holidays), ("working_weekends", self.working_weekends)):
            for index, day in enumerate(days):
                if day.year != self.year:
                    raise MisplacedError(f"{day} is no day of {self.year}", key, index)
                if day in days[:index]:
                    raise MisplacedError(f"{day} stands twice", key, index)
        for index, day in enumerate(self.working_weekends):
            if day.weekday() < SATURDAY:
                raise MisplacedError(
                    f"{day} is a {day:%A}; only Saturdays and Sundays need to be named as worked",
                    "working_weekends", index,
                )
            if day in self.holidays:
                raise MisplacedError(f"{day} is a day off as well", "working_weekends", index)
        return self


def file_name(code: str, year: int) -> str:
    return f"{code.lower()}-{year}.yaml"


def read_year(folder: Path, code: str, year: int) -> CalendarYear | None:
    """The file's year, or None where there is no file. Raises JobError where the file cannot be right."""
    from reportgen.config.loader import read

    path = folder / file_name(code, year)
    if not path.is_file():
        return None
    shown = f"config/calendars/{path.name}"
    stated = read(path, CalendarFile, state=_STATE)
    if (stated.calendar, stated.year) != (code, year):
        raise JobError(
            Problem(str(path), f"it says {stated.calendar} {stated.year}, but its name says {code} {year}."),
            state=_STATE,
            hint=f"Rename it to {file_name(stated.calendar, stated.year)} or mend what it says.",
        )
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return CalendarYear(
        off=frozenset(stated.holidays),
        worked=frozenset(stated.working_weekends),
        source=f"{shown} (sha256 {digest}), from {stated.source}",
    )


def misnamed(folder: Path, code: str, year: int) -> str:
    """A sentence on files that look meant for this year but are not read under their name; empty without any."""
    if not folder.is_dir():
        return ""
    wanted = file_name(code, year)
    near = sorted(
        path.name for path in folder.iterdir()
        if path.name != wanted and str(year) in path.name and path.name.lower().startswith(code.lower())
    )
    return f" The file {near[0]} there is not read: its name must be {wanted}." if near else ""
