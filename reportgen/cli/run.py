"""`reportgen run`"""

from __future__ import annotations

import os
from pathlib import Path

import click

from reportgen.cli.options import job_argument, output_option, period_option, start
from reportgen.cli.progress import progress


@click.command()
@job_argument
@period_option
@output_option
def run(job_path: str, period: str | None, output: str) -> None:
    """Make the reports of one period: one PDF a language, its path printed on a line of its own.

    \b
    reportgen run config/jobs/taihu.yaml --period 2011-05
    reportgen run config/jobs/bank_marketing.yaml --period 2010-11 --output /tmp/trial
    """
    context = start(job_path, period, output)
    from reportgen.pipeline import run_job

    with progress() as told:
        edition = run_job(context.job, context, told)
    for report in edition.reports:
        click.echo(_shown(report))


def _shown(path: Path) -> str:
    """Relative below the working folder, as the user would write it."""
    return os.path.relpath(path) if path.is_relative_to(Path.cwd()) else str(path)
