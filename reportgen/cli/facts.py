"""`reportgen facts`"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reportgen.cli.options import job_argument, output_option, period_option, start
from reportgen.cli.progress import progress
from reportgen.errors import JobError, Problem

if TYPE_CHECKING:
    from reportgen.context import RunContext
    from reportgen.facts.table import FactSet


@click.command()
@job_argument
@period_option
@output_option
@click.option("--format", "kind", type=click.Choice(["csv", "json", "parquet"]), default="csv", show_default=True,
              help="json prints one object a line.")
@click.option("--out", "target", metavar="F", help="Write to this file instead of standard output.")
def facts(job_path: str, period: str | None, output: str, kind: str, target: str | None) -> None:
    """Print the fact table: every number a report may print, with its parts, base and interval.

    Money stands in the currency's main unit, shares and rates as fractions.

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
            gathered.frame().to_parquet(target, index=False)
        return
    from reportgen.facts.publish import to_csv, to_json

    text = to_csv(gathered) if kind == "csv" else to_json(gathered)
    if target is None:
        click.echo(text, nl=False)
        return
    with _written(target):
        Path(target).write_text(text, encoding="utf-8", newline="")


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
