"""`type: demo` as a source: a table of the demonstration bank, made on first use and then read like Parquet."""

from __future__ import annotations

import hashlib
from dataclasses import replace

from reportgen.config.source import DemoSource
from reportgen.context import RunContext
from reportgen.protocols import Engine, Progress, Silent
from reportgen.sources.demo.files import Recipe, ensured
from reportgen.sources.demo.generate import VERSION
from reportgen.sources.origin import Origin
from reportgen.sources.table import LINE, SourceTable


def recipe_of(spec: DemoSource) -> Recipe:
    return Recipe(spec.seed, spec.customers, VERSION, spec.shuffled)


def open_demo(
    name: str, spec: DemoSource, context: RunContext, engine: Engine, progress: Progress | None = None
) -> SourceTable:
    """One table of text with its origin `demo:<table>`. Raises JobError where the output folder cannot be written."""
    path = ensured(context.output / "demo", recipe_of(spec), spec.table, progress or Silent())
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    table = engine.load_parquet(name, str(path))
    columns = tuple(column for column in table.columns if column != LINE)
    counted = engine.fetch(f"rows of {name}", table.aggregate(rows=table.count()))
    location = f"demo:{spec.table}{' (shuffled)' if spec.shuffled else ''}"
    origin = Origin(name, spec.type, location, digest, 0, columns, attribution=spec.attribution or "")
    return SourceTable(replace(origin, rows=int(counted["rows"].iloc[0])), table)
