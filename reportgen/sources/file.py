"""Files as sources: found below the project's root, hashed, and loaded as text."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

from reportgen.config.source import CsvSource, FileSource, ParquetSource
from reportgen.context import RunContext
from reportgen.errors import Problem, SourceError
from reportgen.protocols import Engine
from reportgen.sources.encoding import transcode
from reportgen.sources.head import read_head
from reportgen.sources.origin import Origin
from reportgen.sources.table import LINE, SourceTable


def _locate(name: str, spec: FileSource, context: RunContext) -> Path:
    path = context.root / spec.path
    if not path.is_file():
        raise SourceError(
            Problem(f"source '{name}'", f"there is no file {spec.path} below {context.root.name}/."),
            state="No report was made.",
            hint=f"Put the file there or mend sources.{name}.path in {context.job.path}.",
        )
    return path


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _origin(name: str, spec: CsvSource | ParquetSource, digest: str, columns: tuple[str, ...]) -> Origin:
    return Origin(name, spec.type, spec.path, digest, 0, columns, attribution=spec.attribution or "")


def open_csv(name: str, spec: CsvSource, context: RunContext, engine: Engine) -> SourceTable:
    """A delimited text file. Raises SourceError for anything that cannot be read exactly."""
    path = _locate(name, spec, context)
    place = f"source '{name}' ({spec.path})"
    digest = _sha256(path)
    clean = context.path(f"{name}.utf8.csv")
    encoding = transcode(path, clean, spec.encoding, place)
    columns = read_head(clean, spec.delimiter, place, "utf-8")
    if len(columns) == 1:
        other = next((mark for mark in ";\t|," if mark != spec.delimiter and mark in columns[0]), None)
        if other:
            raise SourceError(
                Problem(
                    place,
                    f"line 1 has one column by '{spec.delimiter}' but holds {other!r}.",
                ),
                state="No report was made.",
                hint=f"State sources.{name}.delimiter in the job.",
            )
    table = engine.load_text(name, columns, str(clean), spec.delimiter)
    if _sha256(path) != digest:
        raise SourceError(
            Problem(place, "the file changed while it was read."),
            state="No report was made.",
            hint="Run again when whoever writes it has finished.",
        )
    origin = replace(_origin(name, spec, digest, columns), encoding=encoding.removesuffix("-sig"))
    return SourceTable(replace(origin, rows=_count(engine, name, table)), table)


def open_parquet(name: str, spec: ParquetSource, context: RunContext, engine: Engine) -> SourceTable:
    """A Parquet file; its values are taken as text, like those of any other source."""
    path = _locate(name, spec, context)
    digest = _sha256(path)
    table = engine.load_parquet(name, str(path))
    columns = tuple(column for column in table.columns if column != LINE)
    return SourceTable(replace(_origin(name, spec, digest, columns), rows=_count(engine, name, table)), table)


def _count(engine: Engine, name: str, table: object) -> int:
    frame = engine.fetch(f"rows of {name}", table.aggregate(rows=table.count()))  # type: ignore[attr-defined]
    return int(frame["rows"].iloc[0])
