"""Frames: known roles' columns, what each role cannot do without, units of money, and where dates come from."""

from __future__ import annotations

from collections.abc import Iterator

from reportgen.config.frame import ColumnMap, Frame
from reportgen.config.job import Job
from reportgen.config.names import reserved
from reportgen.config.positions import Positions
from reportgen.errors import Problem, nearest
from reportgen.frames.roles import REQUIRED, ROLES
from reportgen.sources import place_of


def frame_problems(job: Job, places: Positions) -> Iterator[Problem]:
    """All problems of `sources` (names) and `frames`."""
    for name in job.sources:
        if reserved(name):
            yield Problem(places.of("sources", name, key=True),
                          f"sources: '{name}' is a device's name on Windows; work files are named after sources.")
    if "snapshots" not in job.frames:
        yield Problem(places.of("frames", key=True),
                      "frames: there is no frame 'snapshots'; every report counts the customers of a date.")
    for role, frame in job.frames.items():
        yield from _origins(job, role, frame, places)
        yield from _required(role, frame, places)
        yield from _columns(role, frame, places)
        for column in frame.unpivot:
            if column not in ROLES[role]:
                yield Problem(
                    places.of("frames", role, "unpivot", column, key=True),
                    f"frames.{role}.unpivot: the role '{role}' has no column '{column}'."
                    f"{nearest(column, list(ROLES[role]))}",
                )
    if "snapshots" in job.frames:
        yield from _dates(job, job.frames["snapshots"], places)


def _columns(role: str, frame: Frame, places: Positions) -> Iterator[Problem]:
    """What is wrong with the columns of every row, and with those a wide table has once a date."""
    for column, entry in frame.columns.items():
        yield from _column(role, frame, column, entry, places)
    for day, wide in frame.dates.items():
        for column, entry in wide.items():
            yield from _column(role, frame, column, entry, places, "dates", day.isoformat())


def kind_of(role: str, column: str, entry: ColumnMap) -> str:
    """How a column is read: by its role, else as the job says; empty where neither knows."""
    return ROLES[role].get(column) or entry.kind or ""


def customer_columns(job: Job) -> dict[str, str]:
    """Column to kind of everything a job knows of a customer: its snapshots' columns and its customers'."""
    kinds: dict[str, str] = {}
    for role in ("customers", "snapshots"):
        frame = job.frames.get(role)
        kinds |= {name: kind_of(role, name, entry) for name, entry in (frame.every.items() if frame else ())}
    if "birth_date" in kinds:
        kinds.setdefault("age", "integer")
    return kinds


def _origins(job: Job, role: str, frame: Frame, places: Positions) -> Iterator[Problem]:
    known = list(job.sources)
    for index, source in enumerate(frame.from_):
        if source not in job.sources:
            yield Problem(
                places.of("frames", role, "from", index),
                f"frames.{role}.from: there is no source '{source}'.{nearest(source, known)} "
                f"Sources: {', '.join(known)}.",
            )
        elif source in frame.from_[:index]:
            yield Problem(places.of("frames", role, "from", index),
                          f"frames.{role}.from: '{source}' stands twice; its rows would count twice.")


def _required(role: str, frame: Frame, places: Positions) -> Iterator[Problem]:
    for column in REQUIRED[role]:
        if column not in frame.every and column not in frame.unpivot:
            yield Problem(
                places.of("frames", role, "columns", key=True),
                f"frames.{role}.columns: '{column}' is missing; the role '{role}' cannot do without it.",
            )


def _column(
    role: str, frame: Frame, column: str, entry: ColumnMap, places: Positions, *under: str
) -> Iterator[Problem]:
    """What is wrong with one column, under `columns` or, of a wide table, under one of its dates."""
    where = under or ("columns",)
    here = ".".join(("frames", role, *where, column))
    kind = kind_of(role, column, entry)
    if not kind:
        yield Problem(
            places.of("frames", role, *where, column, key=True),
            f"{here}: the role '{role}' has no column '{column}'.{nearest(column, list(ROLES[role]))} "
            "For a column of your own, say its kind: category, flag, number, money or date.",
        )
    elif kind == "money" and entry.unit is None and frame.unit is None:
        yield Problem(
            places.of("frames", role, *where, column),
            f"{here}: an amount needs its unit (unit: 元, 万元, main …), its own or the frame's; it is declared, never "
            "guessed.",
        )
    elif kind != "money" and entry.unit is not None:
        yield Problem(
            places.of("frames", role, *where, column, "unit"),
            f"{here}.unit: only amounts have a unit, and '{column}' is read as {kind}.",
        )
    if kind and kind != "date" and entry.format is not None:
        yield Problem(
            places.of("frames", role, *where, column, "format"),
            f"{here}.format: only dates have a format, and '{column}' is read as {kind}.",
        )
    if column in ROLES[role] and entry.kind is not None:
        yield Problem(
            places.of("frames", role, *where, column, "kind"),
            f"{here}.kind: the role '{role}' reads '{column}' as {ROLES[role][column]}; leave the kind out.",
        )


def _dates(job: Job, frame: Frame, places: Positions) -> Iterator[Problem]:
    if "snapshot_date" in frame.every:
        return
    for name in frame.from_:
        source = job.sources.get(name)
        if source is not None and source.as_of in (None, "since", "period_end"):
            yield Problem(
                places.of("sources", name, key=True),
                f"sources.{name}: nothing says which day {place_of(source)} describes. Map a column to "
                'snapshot_date, or write the day itself, as in as_of: "2010-11-30".',
            )
