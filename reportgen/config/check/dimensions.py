"""Dimensions, population and medians: what they are cut from exists, nothing goes in a circle, members are real.

A band of numbers gets no nearest match: another band is another band.

A dimension on a column that the program knows but this bank has not mapped is no error: the report leaves it out
and says so. A name nobody knows is a slip of the pen.
"""

from __future__ import annotations

from collections.abc import Iterator

from reportgen.config.check.frames import customer_columns
from reportgen.config.dimension import Bands, Categories, Combination, Dimension, Groups
from reportgen.config.job import Job
from reportgen.config.positions import Positions
from reportgen.errors import Problem, nearest
from reportgen.frames.roles import ROLES

_MISSING = "missing"
_NUMERIC = ("money", "integer", "number")


def dimension_problems(job: Job, places: Positions) -> Iterator[Problem]:
    """All problems of `dimensions`, `population` and `medians`."""
    kinds = customer_columns(job)
    for name, dimension in job.dimensions.items():
        if isinstance(dimension, Bands | Categories):
            yield from _column(name, dimension, kinds, places)
        if isinstance(dimension, Bands):
            yield from _labels(name, dimension, dimension.ids, places)
        elif isinstance(dimension, Groups):
            yield from _groups(name, dimension, job, places)
        elif isinstance(dimension, Combination):
            yield from _combination(name, dimension, job, places)
        if name in _below(name, job, ()):
            yield Problem(places.of("dimensions", name, key=True), f"dimensions.{name}: is made of itself.")
    yield from _population(job, kinds, places)
    for index, name in enumerate(job.medians):
        if name != "total" and job.dimensions and name not in job.dimensions:
            yield Problem(
                places.of("medians", index),
                f"medians: there is no dimension '{name}'.{nearest(name, ['total', *job.dimensions])}",
            )


def _population(job: Job, kinds: dict[str, str], places: Positions) -> Iterator[Problem]:
    for column in job.population:
        if column not in kinds:
            yield Problem(
                places.of("population", column, key=True),
                f"population: there is no column '{column}' of the customer in any frame."
                f"{nearest(column, list(kinds))} Columns: {', '.join(kinds)}.",
            )


def _column(name: str, dimension: Bands | Categories, kinds: dict[str, str], places: Positions) -> Iterator[Problem]:
    column = dimension.column
    known = {**ROLES["snapshots"], **ROLES["customers"], **kinds}
    here = places.of("dimensions", name, "column")
    if column not in known:
        yield Problem(here, f"dimensions.{name}.column: there is no column '{column}'.{nearest(column, list(known))} "
                            f"This job has: {', '.join(kinds)}.")
        return
    kind = kinds.get(column) or known[column]
    if isinstance(dimension, Categories):
        if kind in ("money", "date"):
            yield Problem(here, f"dimensions.{name}: '{column}' is read as {kind}, so each value would be a segment "
                                "of its own; give edges.")
        return
    if kind not in _NUMERIC:
        yield Problem(here, f"dimensions.{name}: edges need a number, and '{column}' is read as {kind}.")
    elif kind == "money" and dimension.unit is None:
        yield Problem(places.of("dimensions", name, "edges"),
                      f"dimensions.{name}: edges of an amount need a unit (unit: 万元, main …); it is never guessed.")
    elif kind != "money" and dimension.unit is not None:
        yield Problem(places.of("dimensions", name, "unit"),
                      f"dimensions.{name}.unit: only amounts have a unit, and '{column}' is read as {kind}.")


def _labels(name: str, dimension: Dimension, ids: list[str], places: Positions) -> Iterator[Problem]:
    for segment in dimension.labels:
        if segment not in (*ids, _MISSING):
            yield Problem(
                places.of("dimensions", name, "labels", segment, key=True),
                f"dimensions.{name}.labels: there is no segment '{segment}'."
                f"{'' if isinstance(dimension, Bands) else nearest(segment, ids)} Segments: {', '.join(ids)}.",
            )


def _groups(name: str, dimension: Groups, job: Job, places: Positions) -> Iterator[Problem]:
    base = job.dimensions.get(dimension.of)
    if base is None:
        yield _unknown(name, "of", dimension.of, job, places.of("dimensions", name, "of"))
        return
    if isinstance(base, Groups) and base is not dimension:
        yield Problem(places.of("dimensions", name, "of"),
                      f"dimensions.{name}.of: '{dimension.of}' is a group itself; group the dimension below it.")
    yield from _labels(name, dimension, list(dimension.groups), places)
    ids = base.ids if isinstance(base, Bands) else []
    claimed: dict[str, str] = {}
    for group, members in dimension.groups.items():
        for index, member in enumerate(members):
            here = places.of("dimensions", name, "groups", group, index)
            if ids and member not in (*ids, _MISSING):
                yield Problem(here, f"dimensions.{name}.groups.{group}: '{dimension.of}' has no segment '{member}'. "
                                    f"Segments: {', '.join(ids)}.")
            elif member in members[:index]:
                yield Problem(here, f"dimensions.{name}.groups.{group}: '{member}' stands twice and would count twice.")
            elif member in claimed:
                both = f"'{claimed[member]}' and '{group}' both claim '{member}'"
                yield Problem(here, f"dimensions.{name}.groups: {both}. Each customer must fall in exactly one group; "
                                    "totals would count them twice.")
            claimed.setdefault(member, group)


def _combination(name: str, dimension: Combination, job: Job, places: Positions) -> Iterator[Problem]:
    for index, part in enumerate(dimension.combine):
        here = places.of("dimensions", name, "combine", index)
        if part not in job.dimensions:
            yield _unknown(name, "combine", part, job, here)
        elif isinstance(job.dimensions[part], Groups):
            yield Problem(here, f"dimensions.{name}.combine: '{part}' is a group, and its customers overlap or miss "
                                "some; combine the dimension below it.")
        elif part in dimension.combine[:index]:
            yield Problem(here, f"dimensions.{name}.combine: '{part}' stands twice.")


def _unknown(name: str, key: str, other: str, job: Job, here: str) -> Problem:
    known = [one for one in job.dimensions if one != name]
    return Problem(here, f"dimensions.{name}.{key}: there is no dimension '{other}'.{nearest(other, known)} "
                         f"Dimensions: {', '.join(known)}.")


def _below(name: str, job: Job, seen: tuple[str, ...]) -> set[str]:
    """All dimensions that one is made of, at any depth."""
    dimension = job.dimensions.get(name)
    parts = dimension.combine if isinstance(dimension, Combination) else ()
    parts = (dimension.of,) if isinstance(dimension, Groups) else parts
    found = set(parts)
    for part in parts:
        if part not in seen:
            found |= _below(part, job, (*seen, part))
    return found
