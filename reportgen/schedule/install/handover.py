"""What a scheduler is told: which command, where, how often."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from reportgen.errors import JobError

HOUR, DAY = 60, 1440
_UNITS = {"m": 1, "h": HOUR, "d": DAY}


@dataclass(frozen=True, slots=True)
class Handover:
    """One project's tick as a command of the machine that will call it."""

    program: tuple[str, ...]
    """The command without its arguments: an absolute path, or an interpreter and `-m reportgen`."""
    folder: Path
    """The working folder; relative jobs and sources start here."""
    jobs: tuple[str, ...]
    """Patterns of job files as `--jobs` takes them; the program, not a shell, expands them."""
    output: Path
    """Absolute; the only folder the program writes to."""
    every: int = 15
    """Minutes between two looks; divides an hour, or is whole hours that divide a day."""
    user: str = ""
    """Login name the service runs as; none leaves the line out."""
    zone: str = "Etc/UTC"
    """IANA name of the zone in which `every` is counted, where the target asks for one."""
    image: str = ""
    """Container image that holds the program, for Kubernetes."""

    @property
    def arguments(self) -> tuple[str, ...]:
        """`tick --jobs … --output …`"""
        patterns = (part for pattern in self.jobs for part in ("--jobs", pattern))
        return ("tick", *patterns, "--output", str(self.output))

    @property
    def command(self) -> tuple[str, ...]:
        return (*self.program, *self.arguments)

    @property
    def delay(self) -> int:
        """Seconds by which hosts that look at the same minute may be spread: a tenth of the interval, at most 120."""
        return min(self.every * 6, 120)


@dataclass(frozen=True, slots=True)
class Written:
    """Files of one target, and what a person does with them."""

    files: tuple[tuple[str, str], ...]
    """(name, text) pairs."""
    steps: tuple[str, ...]
    """Commands and remarks, in order; `{folder}` is where the files were written."""


def every_minutes(text: str) -> int:
    """Minutes of `15m`, `2h`, `1d`.

    Only what divides an hour or a day evenly: `*/25` in a crontab would look at :00, :25, :50 and :00 again.
    Raises JobError (exit 2).
    """
    match = re.fullmatch(r"([1-9][0-9]{0,3})([mhd])", text)
    minutes = int(match[1]) * _UNITS[match[2]] if match else 0
    if not minutes or minutes > DAY or (HOUR % minutes if minutes < HOUR else minutes % HOUR or DAY % minutes):
        raise JobError(
            f"--every: '{text}' is not an interval that divides an hour or a day evenly.",
            state="Nothing was written.", hint="Such as 5m, 15m, 30m, 1h, 6h or 1d.",
        )
    return minutes


def plain(parts: Sequence[str]) -> None:
    """Refuse what no scheduler's file can hold on one line. Raises JobError (exit 2)."""
    for part in parts:
        if not part.isprintable():
            raise JobError(
                f"{part!r} holds a line break or a control character, which no scheduler's file can carry.",
                state="Nothing was written.", hint="Rename the folder or the pattern.",
            )
