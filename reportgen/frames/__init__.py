"""Roles and columns, units, encodings, keys and types, and the gates that judge them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from reportgen.context import RunContext
from reportgen.errors import JobError, Problem
from reportgen.frames.dates import AsOf, refuse_missing_dates
from reportgen.frames.quality import QualityResult
from reportgen.protocols import Engine
from reportgen.sources import place_of
from reportgen.sources.table import SourceTable

if TYPE_CHECKING:
    from reportgen.frames.typed import TypedFrame


@dataclass(frozen=True, slots=True)
class Frames:
    """All typed frames of a run by role, and what the gates counted."""

    by_role: Mapping[str, TypedFrame]
    quality: tuple[QualityResult, ...]
    held: Mapping[str, tuple[dt.date, ...]]
    """Each source of the snapshots to the dates it holds."""

    @property
    def days(self) -> frozenset[dt.date]:
        """Every date of which there is a snapshot."""
        return frozenset(day for days in self.held.values() for day in days)


def build_frames(
    sources: dict[str, SourceTable], context: RunContext, engine: Engine, asof: AsOf, roles: Collection[str] = ()
) -> Frames:
    """Type and judge the frames of the job, or those of `roles`.

    Raises SourceError (exit 4) for a missing column or a period no source holds, DataRefused (exit 5) for what
    a gate blocks, JobError (exit 2) where a file's date cannot be told.
    """
    from reportgen.frames.gates import examine, held_dates, refuse_blocked, with_cells
    from reportgen.frames.typed import type_frame

    job = context.job
    _dates_are_told(context)
    frames: dict[str, TypedFrame] = {
        role: type_frame(role, frame, sources, job, asof, engine)
        for role, frame in job.frames.items()
        if not roles or role in roles
    }
    held = held_dates(frames["snapshots"], engine)
    refuse_missing_dates(job, asof, held)
    quality: tuple[QualityResult, ...] = ()
    for frame in frames.values():
        quality += with_cells(examine(frame, job, asof, engine), sources, job, engine)
    refuse_blocked(quality)
    return Frames(frames, quality, {name: tuple(sorted(days)) for name, days in held.items()})


def _dates_are_told(context: RunContext) -> None:
    job = context.job
    if "snapshots" not in job.frames:
        raise JobError(
            Problem(job.path, "frames: there is no frame 'snapshots'; every report counts customers of a date."),
            state="Nothing was run.",
        )
    if "snapshot_date" in job.frames["snapshots"].every:
        return
    problems = [
        Problem(
            job.path,
            f"sources.{name}: neither a snapshot_date column nor a fixed as_of date says which day "
            f"{place_of(job.sources[name])} describes.",
        )
        for name in job.frames["snapshots"].from_
        if job.sources[name].as_of in (None, "since", "period_end")
    ]
    if problems:
        raise JobError(
            problems,
            state="Nothing was run.",
            hint='Write the date the file describes, such as as_of: "2010-11-30".',
        )
