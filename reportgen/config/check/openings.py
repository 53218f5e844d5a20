"""What further columns would add to a report: the way from the smallest job to a full one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from reportgen.config.check.blocks import dimensions_named, names, needs
from reportgen.config.check.frames import customer_columns
from reportgen.config.dimension import Combination, Groups
from reportgen.config.job import Job
from reportgen.config.loader import open_tree
from reportgen.config.yaml_tree import scalars
from reportgen.context import RunContext
from reportgen.facts.wording import load_words
from reportgen.frames.roles import ROLES

_MADE = frozenset({"rm", *(column for columns in ROLES.values() for column in columns)})
"""Dimensions that are cut without a job's word: managers, and columns of any role; besides, the program's own."""


@dataclass(frozen=True, slots=True)
class Opening:
    """Columns (`role.column`, `two dates`, `job.tiers`) that together open metrics and dimensions."""

    needs: tuple[str, ...]
    sections: tuple[str, ...]
    """Sections of the report that would gain."""
    metrics: tuple[str, ...]
    dimensions: tuple[str, ...]

    @property
    def weight(self) -> int:
        """How much it opens."""
        return len(self.sections) + len(self.metrics) + len(self.dimensions)


def openings(job: Job, context: RunContext) -> tuple[Opening, ...]:
    """Every set of missing columns that the job's report could use, the most fruitful first.

    Read from what the report's sections name, the metrics' `needs` and the dimensions' columns. Raises JobError or
    TemplateError where those files cannot be read.
    """
    from reportgen.document.report import load_report
    from reportgen.facts.definitions import load_metrics

    metrics = load_metrics(context.shared("config", "metrics"))
    dimensions = _dimensions(job, context)
    ready = _MADE | set(load_words(context.shared("config", "dimensions")))
    have = _present(job)
    found: defaultdict[tuple[str, ...], _Gain] = defaultdict(_Gain)

    def note(section: str, wanted: Iterable[str], name: str, kind: str) -> None:
        lacking = tuple(need for need in wanted if need not in have)
        if lacking:
            found[lacking].add(section, name, kind)

    for section in (inner for top in load_report(context, job.report).sections for inner in top.all()):
        for stated in needs(section):
            note(section.id, stated, "", "")
        for name in dimensions_named(section):
            if name not in dimensions and name not in ready:
                column = f"snapshots.{name}"
                own = (column,) if any(column in stated for stated in needs(section)) else ()
                note(section.id, (*own, f"dimensions.{name}"), name, "dimension")
        for name in names(section):
            if name in metrics:
                note(section.id, metrics[name].needs, name, "metric")
            else:
                note(section.id, dimensions.get(name, ()), name, "dimension")
    made = [Opening(lacking, *gain.parts()) for lacking, gain in found.items()]
    return tuple(sorted(made, key=lambda one: (-one.weight, len(one.needs), one.needs)))


class _Gain:
    """What one set of columns would add, in the report's order."""

    def __init__(self) -> None:
        self._sections: dict[str, None] = {}
        self._names: dict[tuple[str, str], None] = {}

    def add(self, section: str, name: str, kind: str) -> None:
        self._sections[section] = None
        if name:
            self._names[name, kind] = None

    def parts(self) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
        """Sections, metrics, dimensions."""
        of = {kind: tuple(name for name, one in self._names if one == kind) for kind in ("metric", "dimension")}
        return tuple(self._sections), of["metric"], of["dimension"]


def _present(job: Job) -> set[str]:
    """Every need this job meets. A customer's columns count whether they stand in snapshots or in customers."""
    have = {f"{role}.{column}" for role, frame in job.frames.items() for column in (*frame.every, *frame.unpivot)}
    have |= {f"{role}.{column}" for column in customer_columns(job) for role in ("snapshots", "customers")}
    if job.period.since:
        have.add("two dates")
    if job.tiers:
        have.add("job.tiers")
    if job.period.history:
        # Whether the sources hold the months only a run can tell; no line of the job would add them.
        have.add("monthly dates")
    return have


def _dimensions(job: Job, context: RunContext) -> dict[str, tuple[str, ...]]:
    """Needs by dimension: the job's, or the defaults where it states none. A report may also cut by a column."""
    known: dict[str, tuple[str, ...]] = {column: (f"snapshots.{column}",) for column in ROLES["snapshots"]}
    if job.dimensions:
        return known | {name: tuple(f"snapshots.{one}" for one in _columns(name, job)) for name in job.dimensions}
    _, root = open_tree(context.shared("config", "dimensions", "defaults.yaml"))
    columns = {str(trail[0]): scalar.text for key, trail, scalar in scalars(root) if key == "column"}
    return known | {name: (f"snapshots.{column}",) for name, column in columns.items()}


def _columns(name: str, job: Job) -> tuple[str, ...]:
    dimension = job.dimensions.get(name)
    if isinstance(dimension, Groups):
        return _columns(dimension.of, job)
    if isinstance(dimension, Combination):
        return tuple(dict.fromkeys(column for part in dimension.combine for column in _columns(part, job)))
    return (dimension.column,) if dimension is not None else ()
