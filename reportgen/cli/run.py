"""`reportgen run`"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reportgen.cli import failure
from reportgen.cli.options import output_option, period_option, start
from reportgen.cli.progress import progress
from reportgen.errors import ExitCode, ReportgenError

if TYPE_CHECKING:
    from reportgen.context import RunContext


@click.command()
@click.argument("job_paths", metavar="JOB...", nargs=-1, required=True)
@period_option
@output_option
@click.option(
    "--scope", "scopes", metavar="S", multiple=True,
    help="Only this unit's report: bank, region:R1, branch:B01; may be repeated. Otherwise those of the job's burst.",
)
def run(job_paths: tuple[str, ...], period: str | None, output: str, scopes: tuple[str, ...]) -> int:
    """Make the reports of one period: one PDF and one workbook a language, each path on a line of its own.

    \b
    reportgen run config/jobs/taihu.yaml --period 2011-05
    reportgen run config/jobs/bank_marketing.yaml --period 2010-11 --output /tmp/trial
    reportgen run config/jobs/tiering.yaml --period 2025-12 --scope branch:B07
    reportgen run config/jobs/tiering.yaml config/jobs/life_status.yaml --period 2025-12

    Of several jobs, all are checked before the first begins; one that fails does not stop the others (exit 10).
    """
    contexts = [start(path, period, output) for path in job_paths]
    failures = [code for context in contexts if (code := _made(context, scopes, alone=len(contexts) == 1))]
    if not failures:
        return ExitCode.DONE
    return failures[0] if len(failures) == len(contexts) else ExitCode.PARTLY_FAILED


def _made(context: RunContext, scopes: tuple[str, ...], *, alone: bool) -> ExitCode:
    """Run one job and print its paths; the code of what went wrong, which a single job raises instead."""
    from reportgen.pipeline import run_job

    try:
        with progress() as told:
            editions = run_job(context.job, context, told, scopes=scopes)
    except ReportgenError as error:
        if alone:
            raise
        click.echo(f"{context.job.path}: not every report was made.", err=True)
        return failure.known(error)
    for edition in editions:
        for path in (*edition.reports, *edition.workbooks):
            click.echo(_shown(path))
    return ExitCode.DONE


def _shown(path: Path) -> str:
    """Relative below the working folder, as the user would write it."""
    return os.path.relpath(path) if path.is_relative_to(Path.cwd()) else str(path)
