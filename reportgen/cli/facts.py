"""`reportgen facts`"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reportgen.cli.options import job_argument, output_option, period_option, start
from reportgen.cli.progress import progress
from reportgen.errors import JobError, Problem

if TYPE_CHECKING:
    import pandas as pd

    from reportgen.context import RunContext
    from reportgen.facts.table import FactSet

_DOUBLES = ("value", "low", "high", "q")


@click.command()
@job_argument
@period_option
@output_option
@click.option("--format", "kind", type=click.Choice(["csv", "json", "parquet"]), default="csv", show_default=True,
              help="json prints one object a line.")
@click.option("--out", "target", metavar="F", help="Write to this file instead of standard output.")
@click.option("--ids", is_flag=True, help="Print a first column `id`: what explain takes.")
def facts(job_path: str, period: str | None, output: str, kind: str, target: str | None, ids: bool) -> None:
    """Print the fact table: every number a report may print, with its parts, base and interval.

    Money stands in the currency's main unit, shares and rates as fractions. csv and json hold numbers as texts, so
    that nothing is rounded; parquet has value, low, high and q as doubles and n as a whole number.

    \b
    reportgen facts config/jobs/taihu.yaml --period 2011-05
    reportgen facts config/jobs/taihu.yaml --period 2011-05 --format parquet --out facts.parquet
    """
    if kind == "parquet" and target is None:
        raise JobError("--format parquet needs --out F: a terminal cannot show it.", state="Nothing was run.")
    if target is not None and not Path(target).parent.is_dir():
        raise JobError(Problem(target, "there is no such folder."), state="Nothing was run.")
    gathered = gather_facts(start(job_path, period, output))
    if kind == "parquet":
        assert target is not None
        with _written(target):
            _typed(gathered, ids).to_parquet(target, index=False)
        return
    text = _as_csv(gathered, ids) if kind == "csv" else _as_json(gathered, ids)
    if target is None:
        click.echo(text, nl=False)
        return
    with _written(target):
        Path(target).write_text(text, encoding="utf-8", newline="")


def _as_csv(gathered: FactSet, ids: bool) -> str:
    from reportgen.facts.publish import ids as ids_of
    from reportgen.facts.publish import to_csv

    text = to_csv(gathered)
    if not ids:
        return text
    head, *rows = csv.reader(io.StringIO(text, newline=""))
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(("id", *head))
    writer.writerows((name, *row) for name, row in zip(ids_of(gathered), rows, strict=True))
    return out.getvalue()


def _as_json(gathered: FactSet, ids: bool) -> str:
    from reportgen.facts.publish import ids as ids_of
    from reportgen.facts.publish import to_json

    text = to_json(gathered)
    if not ids:
        return text
    rows = (json.loads(line) for line in text.splitlines())
    return "".join(
        json.dumps({"id": name, **row}, ensure_ascii=False) + "\n"
        for name, row in zip(ids_of(gathered), rows, strict=True)
    )


def _typed(gathered: FactSet, ids: bool) -> pd.DataFrame:
    """The table for Parquet: numbers a program reckons with as numbers, exact parts (num, den) as texts."""
    import pandas as pd

    from reportgen.facts.publish import ids as ids_of
    from reportgen.facts.publish import to_frame

    frame = to_frame(gathered)
    for column in _DOUBLES:
        frame[column] = pd.to_numeric(frame[column].replace("", pd.NA)).astype("Float64")
    frame["n"] = pd.to_numeric(frame["n"].replace("", pd.NA)).astype("Int64" if gathered.suppressed else "int64")
    if ids:
        frame.insert(0, "id", pd.Series(list(ids_of(gathered)), dtype="string"))
    return frame


def gather_facts(context: RunContext) -> FactSet:
    """The facts of a run with their statistics; its work files are removed again."""
    from reportgen.pipeline import gather, judge

    try:
        with progress() as told:
            gathered = gather(context.job, context, told)
            return gathered.with_statistics(judge(context.job, context, gathered).statistics)
    finally:
        context.clean()


@contextmanager
def _written(target: str) -> Iterator[None]:
    """Turns a failure to write into a sentence."""
    try:
        yield
    except OSError as error:
        raise JobError(
            Problem(target, f"cannot be written: {error.strerror}."), state="The facts were not kept.",
            hint="Name another file.",
        ) from None
