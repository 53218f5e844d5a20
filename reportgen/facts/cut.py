"""Dimensions made ready: the defaults, the ones this data can carry, segment ids, order and words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

from pydantic import RootModel

from reportgen.config import Job
from reportgen.config.dimension import Bands, Categories, Combination, Dimension, Groups
from reportgen.config.loader import read
from reportgen.config.model import Id, words
from reportgen.facts.segment import DimensionView, Segment
from reportgen.facts.table import Default, Omission
from reportgen.facts.wording import MISSING, ColumnWords, band_words, code_words, combined_words


class DefaultDimensions(RootModel[dict[Id, Dimension]]):
    """`config/dimensions/defaults.yaml`: what a job gets that states no dimension."""


def column_of(name: str, dimensions: Mapping[str, Dimension]) -> tuple[str, ...]:
    """The canonical columns a dimension is cut from."""
    dimension = dimensions[name]
    if isinstance(dimension, Groups):
        return column_of(dimension.of, dimensions)
    if isinstance(dimension, Combination):
        return tuple(column for part in dimension.combine for column in column_of(part, dimensions))
    return (dimension.column,)


def choose_dimensions(
    job: Job, columns: Iterable[str], folder: Path
) -> tuple[dict[str, Dimension], list[Default], list[Omission]]:
    """The dimensions this run cuts by: the job's, or the defaults whose columns the data has."""
    have = set(columns)
    if job.dimensions:
        usable, left = {}, []
        for name in job.dimensions:
            lacking = [column for column in column_of(name, job.dimensions) if column not in have]
            if lacking:
                left.append(Omission(name, tuple(f"snapshots.{column}" for column in lacking)))
            else:
                usable[name] = job.dimensions[name]
        return usable, [], left
    known = read(folder / "defaults.yaml", DefaultDimensions).root
    usable = {name: one for name, one in known.items() if have.issuperset(column_of(name, known))}
    return usable, [Default(f"dimensions.{name}", _spell(one)) for name, one in usable.items()], []


def _spell(dimension: Dimension) -> str:
    if isinstance(dimension, Bands):
        edges = ", ".join(_plain(edge) for edge in dimension.edges)
        return f"{dimension.column}: {edges} {dimension.unit or ''}".strip()
    return getattr(dimension, "column", "")


def _plain(edge: Decimal) -> str:
    return f"{edge:f}"


def band_ids(band: Bands) -> list[str]:
    """`<30`, `30-40`, …, `60+`."""
    edges = [_plain(edge) for edge in band.edges]
    between = [f"{low}-{high}" for low, high in pairwise(edges)]
    return [f"<{edges[0]}", *between, f"{edges[-1]}+"]


def view(
    name: str,
    dimensions: Mapping[str, Dimension],
    sizes: Mapping[str, int],
    dictionary: Mapping[str, ColumnWords],
    currency: str,
) -> DimensionView:
    """A dimension with the segments that occur (`sizes`: segment id to customers), in print order."""
    dimension = dimensions[name]
    column = column_of(name, dimensions)[0]
    known = dictionary.get(column)
    label = words(dimension.label, "") if dimension.label else words(known.label if known else None, name)
    kind, of, unit, partition = "category", "", "", True
    if isinstance(dimension, Bands):
        kind, unit = "band", dimension.unit or ""
        ids = band_ids(dimension)
        # An open end nobody stands in is no part of the picture; an empty band between others is.
        ids = [one for place, one in enumerate(ids) if 0 < place < len(ids) - 1 or sizes.get(one)]
    elif isinstance(dimension, Groups):
        kind, of, ids, partition = "group", dimension.of, list(dimension.groups), False
        base = dimensions[dimension.of]
        unit = base.unit or "" if isinstance(base, Bands) else ""
    else:
        stated = dimension.order if isinstance(dimension, Categories) else ()
        ids = [one for one in stated if one in sizes]
        others = [one for one in sizes if one not in ids and one != MISSING]
        ids += sorted(others, key=lambda one: (-sizes[one], one))
        kind = "combined" if isinstance(dimension, Combination) else "category"
    if sizes.get(MISSING) and MISSING not in ids:
        ids.append(MISSING)
    parts = [column_of(part, dimensions)[0] for part in dimension.combine] if isinstance(dimension, Combination) else []
    segments = []
    for one in ids:
        own = dimension.labels.get(one)
        if own is not None:
            text = words(own, one)
        elif kind in ("band", "group") and one != MISSING:
            text = band_words(one, column, unit, currency)
        elif parts and one != MISSING:
            text = combined_words(one, parts, dictionary)
        else:
            text = code_words(one, known)
        segments.append(Segment(one, text))
    return DimensionView(name, kind, column, label, tuple(segments), unit, of, partition, dimension.tested)  # type: ignore[arg-type]
