"""What is no error and still worth a look: customers in no group, dimensions the report shows nowhere."""

from __future__ import annotations

from collections.abc import Iterator

from reportgen.config.check.blocks import names
from reportgen.config.check.report import sound_report
from reportgen.config.dimension import Bands, Categories, Combination, Groups
from reportgen.config.job import Job
from reportgen.config.positions import Positions
from reportgen.context import RunContext
from reportgen.errors import Problem


def notices(job: Job, context: RunContext) -> tuple[Problem, ...]:
    """Every notice on a job without problems, at its place in the job."""
    places = Positions(job.path)
    return (*_ungrouped(job, places), *_unprinted(job, context, places))


def _ungrouped(job: Job, places: Positions) -> Iterator[Problem]:
    for name, dimension in job.dimensions.items():
        if not isinstance(dimension, Groups):
            continue
        taken = {member for members in dimension.groups.values() for member in members}
        left = [segment for segment in _segments(job, dimension.of) if segment not in taken]
        if left:
            yield Problem(
                places.of("dimensions", name, "groups", key=True),
                f"dimensions.{name}.groups: no group holds {', '.join(left)} of '{dimension.of}'; their customers "
                "stand in no group and only in the total.",
            )


def _segments(job: Job, name: str) -> list[str]:
    """The segments a dimension is sure to have: bands, or the categories the job itself names."""
    dimension = job.dimensions.get(name)
    if isinstance(dimension, Bands):
        return _peopled(dimension, job)
    if not isinstance(dimension, Categories):
        return []
    frame = job.frames.get("snapshots")
    entry = frame.every.get(dimension.column) if frame else None
    return list(dict.fromkeys((*dimension.order, *(entry.values.values() if entry else ()))))


def _peopled(dimension: Bands, job: Job) -> list[str]:
    """The bands without the lowest one where the population is a tier, whose floor leaves it empty."""
    floored = dimension.column == "aum" and "tier" in job.population and job.tiers
    return dimension.ids[1:] if floored else dimension.ids


def _unprinted(job: Job, context: RunContext, places: Positions) -> Iterator[Problem]:
    report = sound_report(job, context)
    if report is None:
        return
    shown = {name for top in report.sections for section in top.all() for name in names(section)}
    parts = {part for dimension in job.dimensions.values() for part in _made_of(dimension)}
    for name, dimension in job.dimensions.items():
        if name in shown or name in parts or getattr(dimension, "column", None) in shown:
            continue
        tested = " and in the issues, where a rule finds one" if dimension.tested else ""
        yield Problem(
            places.of("dimensions", name, key=True),
            f"dimensions.{name}: the report '{job.report}' has no table or chart by this dimension; it stands only in "
            f"`reportgen facts`{tested}.",
        )


def _made_of(dimension: object) -> tuple[str, ...]:
    if isinstance(dimension, Groups):
        return (dimension.of,)
    return dimension.combine if isinstance(dimension, Combination) else ()
