"""The one file that runs a backend: Ibis on DuckDB, in memory, spilling to the run's own folder.

Everything else builds Ibis expressions. Each query that yields facts is kept as SQL under its name, so that
`explain` can show it and the archive can keep it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from reportgen.errors import Problem, SourceError
from reportgen.sources.table import LINE

if TYPE_CHECKING:
    import ibis
    import pandas as pd

_SHOWN = 20
THREADS = "REPORTGEN_THREADS"
"""Environment variable: how many threads a run's queries may use; without it, all cores."""


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


@contextmanager
def _interruptible() -> Iterator[None]:
    """Ctrl-C while a query runs: the engine tells it as a RuntimeError, the program as what it is."""
    try:
        yield
    except RuntimeError as error:
        if "interrupt" in str(error).lower():
            raise KeyboardInterrupt from None
        raise


class DuckEngine:
    """An `Engine` (see `protocols`)."""

    def __init__(self, work: Path) -> None:
        import ibis

        threads = os.environ.get(THREADS, "")
        limit = {"threads": int(threads)} if threads.isdecimal() and int(threads) else {}
        self._connection = ibis.duckdb.connect(temp_directory=str(work), **limit)
        # The program never needs what an extension or the network could add.
        for setting in ("autoinstall_known_extensions", "autoload_known_extensions"):
            self._run(f"SET {setting} = false")
        self.queries: dict[str, str] = {}

    def _run(self, sql: str) -> list[tuple[object, ...]]:
        with _interruptible():
            return list(self._connection.con.execute(sql).fetchall())

    def load_text(self, name: str, columns: Sequence[str], path: str, delimiter: str) -> ibis.Table:
        """A UTF-8 delimited file as text columns with `LINE` (the head is line 1).

        Raises SourceError for rows whose number of cells differs from the head's or whose quotes do not close.
        """
        import duckdb

        types = ", ".join(f"{_literal(column)}: 'VARCHAR'" for column in columns)
        options = (
            f"delim={_literal(delimiter)}, quote='\"', escape='\"', header=true, auto_detect=false, "
            f"strict_mode=true, null_padding=false, columns={{{types}}}, nullstr='', "
            f"store_rejects=true, rejects_table={_literal(name + '_rejects')}, rejects_scan={_literal(name + '_scan')}"
        )
        # Names that differ in case alone are one column to the engine; positions keep them apart.
        try:
            self._run(
                f"CREATE TABLE {_quoted('text_' + name)} AS "
                f"SELECT row_number() OVER () + 1 AS {LINE}, * FROM read_csv({_literal(path)}, {options})"
            )
            rejects = self._run(
                f"SELECT line, error_type::VARCHAR, count(*) FROM {_quoted(name + '_rejects')} GROUP BY 1, 2 ORDER BY 1"
            )
        except duckdb.Error as error:
            first = str(error).strip().splitlines()[0]
            raise SourceError(Problem(f"source '{name}'", f"cannot be read as a table: {first}")) from None
        if rejects:
            self._refuse(name, len(columns), rejects)
        return self._connection.table("text_" + name)

    def _refuse(self, name: str, width: int, rejects: list[tuple[object, ...]]) -> None:
        meanings = {
            "MISSING COLUMNS": f"has fewer cells than the head's {width} (a truncated line?)",
            "TOO MANY COLUMNS": f"has more cells than the head's {width} (an unquoted delimiter?)",
            "UNQUOTED VALUE": "has a quote that does not close",
            "INVALID ENCODING": "is not UTF-8",
            "LINE SIZE OVER MAXIMUM": "is too long",
        }
        problems = [
            Problem(f"source '{name}'", f"line {line} {meanings.get(str(kind), str(kind).lower())}.")
            for line, kind, _count in rejects[:_SHOWN]
        ]
        if len(rejects) > _SHOWN:
            problems.append(Problem(f"source '{name}'", f"and {len(rejects) - _SHOWN:,} further lines."))
        raise SourceError(problems, state="No report was made; a shifted cell would be a wrong number.")

    def load_parquet(self, name: str, path: str) -> ibis.Table:
        """A Parquet file with its own types and `LINE`; raises SourceError where it cannot be read."""
        import duckdb

        try:
            self._run(
                f"CREATE TABLE {_quoted('text_' + name)} AS "
                f"SELECT row_number() OVER () AS {LINE}, * FROM read_parquet({_literal(path)})"
            )
        except duckdb.Error as error:
            first = str(error).strip().splitlines()[0].replace(path, Path(path).name)
            raise SourceError(
                Problem(f"source '{name}'", f"the Parquet file cannot be read: {first}"), state="No report was made."
            ) from None
        return self._connection.table("text_" + name)

    def store(self, name: str, expression: ibis.Table) -> ibis.Table:
        """Compute once and keep under `name`; the SQL is remembered."""
        self._run(f"CREATE TABLE {_quoted(name)} AS {self._compiled(name, expression)}")
        return self._connection.table(name)

    def fetch(self, name: str, expression: ibis.Table) -> pd.DataFrame:
        """Run a query, remember its SQL under `name`, and return its rows."""
        sql = self._compiled(name, expression)
        with _interruptible():
            result = self._connection.con.execute(sql).to_arrow_table()
        frame: pd.DataFrame = result.to_pandas()
        return frame

    def _compiled(self, name: str, expression: ibis.Table) -> str:
        """The SQL of an expression. Compiling costs more than running on small data, so it is done once."""
        sql = str(self._connection.compile(expression))
        self.queries[name] = sql
        return sql

    def close(self) -> None:
        self._connection.disconnect()
