"""Sources: the files are there and hold the columns that frames map, read from their head alone."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator
from pathlib import Path

from reportgen.config.frame import Frame
from reportgen.config.job import Job
from reportgen.config.near import near_file
from reportgen.config.positions import Positions
from reportgen.config.source import CsvSource, DemoSource, FileSource
from reportgen.context import RunContext
from reportgen.errors import Problem, nearest
from reportgen.sources import place_of
from reportgen.sources.demo.schema import TABLES

_HEAD_BYTES = 64 * 1024
_LONG_LIST = 40


def source_problems(job: Job, context: RunContext, places: Positions) -> Iterator[Problem]:
    """All files that are missing or lack a mapped column; says which columns they have."""
    heads: dict[str, tuple[str, ...]] = {}
    for name, source in job.sources.items():
        if isinstance(source, DemoSource):
            heads[name] = TABLES[source.table]
            continue
        path = context.root / source.path
        here = places.of("sources", name, "path")
        if path.is_dir():
            yield Problem(here, f"sources.{name}.path: {source.path} is a folder; name a file in it.")
            continue
        if not path.is_file():
            yield Problem(here, f"sources.{name}.path: there is no file {source.path} below {context.root.name}/."
                                f"{_near_file(path, context.root)}")
            continue
        try:
            heads[name] = read_columns(path, source)
        except (OSError, ValueError, csv.Error) as error:
            yield Problem(here, f"sources.{name}: the head of {source.path} cannot be read: {error}.")
    for role, frame in job.frames.items():
        for trail, column in _wanted(frame):
            for name in frame.from_:
                if name in heads and column not in heads[name]:
                    yield Problem(
                        places.of("frames", role, *trail),
                        f"frames.{role}.{'.'.join(trail)}: source '{name}' ({place_of(job.sources[name])}) has no "
                        f"column '{column}'.{nearest(column, heads[name])} It has: {_listed(heads[name])}.",
                    )


def _wanted(frame: Frame) -> Iterator[tuple[tuple[str, ...], str]]:
    """Each column of a source that a frame reads, with its place below the frame."""
    for name, entry in frame.columns.items():
        if entry.column is not None:
            yield ("columns", name), entry.column
    for name, codes in frame.unpivot.items():
        for code, one in codes.items():
            yield ("unpivot", name, code), one.column


def read_columns(path: Path, source: FileSource) -> tuple[str, ...]:
    """The column names of a file. Raises OSError, ValueError or csv.Error where it has no readable head."""
    if isinstance(source, CsvSource):
        with path.open("rb") as file:
            text = decode_head(file.read(_HEAD_BYTES), source.encoding)
        row = next(csv.reader(io.StringIO(text, newline=""), delimiter=source.delimiter), [])
        names = tuple(name.strip() for name in row)
        if not any(names):
            raise ValueError("its first line names no columns")
        return names
    from pyarrow import ArrowException
    from pyarrow.parquet import read_schema

    try:
        return tuple(read_schema(path).names)
    except ArrowException:
        raise ValueError("it is not a Parquet file") from None


def decode_head(data: bytes, encoding: str) -> str:
    """The text of a file's beginning, which may end inside a character; raises ValueError where it is no text."""
    if encoding == "auto":
        if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            encoding = "utf-16"
        else:
            encoding = "utf-8" if _decodes(data, "utf-8") else "gb18030"
    if not _decodes(data, encoding):
        raise ValueError(f"it is not {encoding} text")
    text = codecs.getincrementaldecoder(encoding)("strict").decode(data)
    if "\0" in text:
        raise ValueError("it has NUL characters")
    return text.removeprefix("\ufeff")


def _decodes(data: bytes, encoding: str) -> bool:
    try:
        codecs.getincrementaldecoder(encoding)("strict").decode(data)
    except UnicodeDecodeError:
        return False
    return True


def _near_file(path: Path, root: Path) -> str:
    try:
        there = {one.name for one in path.parent.iterdir() if one.is_file()}
    except OSError:
        inside = path.parent.relative_to(root) if path.parent.is_relative_to(root) else path.parent
        return f" The folder {inside} is missing too."
    return near_file(path.name, sorted(there))


def _listed(names: tuple[str, ...]) -> str:
    more = f" and {len(names) - _LONG_LIST} more" if len(names) > _LONG_LIST else ""
    return ", ".join(names[:_LONG_LIST]) + more
