"""The tables as files: Parquet or CSV, the same bytes each time, put in place whole."""

from __future__ import annotations

import csv
import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from reportgen.errors import JobError
from reportgen.protocols import Progress
from reportgen.sources.demo.cells import Cells
from reportgen.sources.demo.generate import VERSION, generate
from reportgen.sources.demo.schema import TABLES

Format = Literal["parquet", "csv"]
_STAMP = "demo.json"
"""Says what a folder of tables was made of; there last, so that it also says they are complete."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """What decides every byte of the bank."""

    seed: int
    customers: int
    version: str
    shuffled: bool = False

    @property
    def folder(self) -> str:
        """`1-20240101-20000`, `1-20240101-20000-shuffled`."""
        return f"{self.version}-{self.seed}-{self.customers}{'-shuffled' if self.shuffled else ''}"


@dataclass(frozen=True, slots=True)
class Written:
    """One file: where it stands and how many rows it holds."""

    path: Path
    rows: int


def write_bank(folder: Path, recipe: Recipe, form: Format, progress: Progress) -> tuple[Written, ...]:
    """Write all tables into `folder`, replacing the files of an earlier bank there and nothing else.

    Until all are made, the folder is as it was. Raises JobError (exit 2) where the folder holds anything else or
    cannot be written.
    """
    _refuse_strangers(folder)
    with _made(folder, recipe, form, progress) as (fresh, written):
        folder.mkdir(exist_ok=True)
        (folder / _STAMP).unlink(missing_ok=True)
        for one in written:
            one.path.replace(folder / one.path.name)
        for name in TABLES:
            (folder / f"{name}.{'csv' if form == 'parquet' else 'parquet'}").unlink(missing_ok=True)
        (fresh / _STAMP).replace(folder / _STAMP)
    return tuple(Written(folder / one.path.name, one.rows) for one in written)


def ensured(folder: Path, recipe: Recipe, table: str, progress: Progress) -> Path:
    """The Parquet file of one table below `folder`, made on first use with all its sisters.

    They appear by one rename. Two runs at once both make the bank; the second finds the first one's in place and
    takes it, for the bytes are the same. Raises JobError (exit 2) where the folder cannot be written.
    """
    home = folder / recipe.folder
    if not (home / _STAMP).is_file():
        progress.stage("demo", f"making the demonstration bank {recipe.folder}")
        with _made(home, recipe, "parquet", progress) as (fresh, _):
            try:
                fresh.rename(home)
            except OSError:
                if not (home / _STAMP).is_file():
                    raise
    return home / f"{table}.parquet"


@contextmanager
def _made(
    folder: Path, recipe: Recipe, form: Format, progress: Progress
) -> Iterator[tuple[Path, tuple[Written, ...]]]:
    """All files in a folder of their own beside `folder`, gone afterwards unless it was renamed."""
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=f".{folder.name}.", dir=folder.parent) as made:
            fresh = Path(made) / folder.name
            fresh.mkdir()
            written = tuple(_tables(fresh, recipe, form, progress))
            stamp = {"seed": recipe.seed, "customers": recipe.customers, "version": recipe.version,
                     "shuffled": recipe.shuffled, "rows": {one.path.stem: one.rows for one in written}}
            (fresh / _STAMP).write_text(json.dumps(stamp, indent=2) + "\n", encoding="utf-8")
            yield fresh, written
    except OSError as error:
        raise JobError(
            f"{folder}: the demonstration bank cannot be written: {error.strerror or type(error).__name__}.",
            state="Nothing was finished there.", hint="Name a folder that can be written: reportgen demo DIR.",
        ) from None


def _refuse_strangers(folder: Path) -> None:
    """Raise where `folder` is a file, or holds anything but tables of this bank and banks that jobs had made."""
    if folder.exists() and not folder.is_dir():
        raise JobError(f"{folder}: there is a file of that name.", state="Nothing was written.",
                       hint="Name a folder: reportgen demo DIR.")
    if not folder.is_dir():
        return
    own = {_STAMP, *(f"{name}.{form}" for name in TABLES for form in ("parquet", "csv"))}
    strange = sorted(
        one.name for one in folder.iterdir() if one.name not in own and not (one / _STAMP).is_file()
        and not one.name.startswith(f".{VERSION}-")  # a job is making one just now
    )
    if strange:
        raise JobError(
            f"{folder}: the folder holds something else than the demonstration bank: {strange[0]}.",
            state="Nothing was written.", hint="Name an empty or a new folder: reportgen demo DIR.",
        )


def _tables(folder: Path, recipe: Recipe, form: Format, progress: Progress) -> Iterator[Written]:
    made = generate(recipe.seed, recipe.customers, shuffled=recipe.shuffled)
    for number, (name, table) in enumerate(made, start=1):
        progress.stage(f"table {number}/{len(TABLES)}", name)
        path = folder / f"{name}.{form}"
        if form == "parquet":
            from pyarrow import parquet

            parquet.write_table(table, path, compression="zstd")
        else:
            _write_csv(path, table)
        _flushed(path)
        yield Written(path, table.num_rows)


def _flushed(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())


def _write_csv(path: Path, table: Cells) -> None:
    """UTF-8 without byte order mark, one row a line, missing cells empty."""
    import pyarrow as pa
    import pyarrow.compute as pc

    columns = [
        pc.if_else(column, "true", "false") if pa.types.is_boolean(column.type) else pc.cast(column, pa.string())
        for column in table.columns
    ]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(table.column_names)
        writer.writerows(zip(*(column.to_pylist() for column in columns), strict=True))
