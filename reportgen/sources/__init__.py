"""Where rows come from. `type:` in the job chooses; a new kind is one file and one line here."""

from __future__ import annotations

from reportgen.config.source import CsvSource, DemoSource, ParquetSource, Source
from reportgen.context import RunContext
from reportgen.protocols import Engine
from reportgen.sources.file import open_csv, open_parquet
from reportgen.sources.table import SourceTable


def open_source(name: str, spec: Source, context: RunContext, engine: Engine) -> SourceTable:
    """Open one source of the job as a table of text. Raises SourceError (exit 4)."""
    match spec:
        case CsvSource():
            return open_csv(name, spec, context, engine)
        case ParquetSource():
            return open_parquet(name, spec, context, engine)
        case DemoSource():
            from reportgen.sources.demo.source import open_demo

            return open_demo(name, spec, context, engine)


def place_of(spec: Source) -> str:
    """What a message calls a source: its file, or the table of the demonstration bank."""
    return getattr(spec, "path", "") or f"{spec.type}:{getattr(spec, 'table', '')}"
