"""`reportgen run`"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reportgen.cli import failure
from reportgen.cli.log_format import log_format_option
from reportgen.cli.observed import observed
from reportgen.cli.options import output_option, period_option, start
from reportgen.cli.progress import progress
from reportgen.errors import ExitCode, ReportgenError

if TYPE_CHECKING:
    from reportgen.context import RunContext
    from reportgen.issue import Edition


def _reason(context: click.Context, option: click.Parameter, value: str | None) -> str:
    """A reason on one line, as it stands in the log and on the page of the correction."""
    if value is None:
        return ""
    reason = " ".join(value.split())
    if not reason or not reason.isprintable():
        raise click.BadParameter("a reason in words is needed; it is printed in the report.", context, option)
    return reason


@click.command()
@click.argument("job_paths", metavar="JOB...", nargs=-1, required=True)
@period_option
@output_option
@click.option(
    "--scope", "scopes", metavar="S", multiple=True,
    help="Only this unit's report: bank, region:R1, branch:B01; may be repeated. Otherwise those of the job's burst.",
)
@click.option(
    "--restate", metavar="REASON", callback=_reason,
    help="Issue a correction (r02, r03 …) where what was issued is made from other data now; it says REASON.",
)
@click.option(
    "--workers", metavar="N", type=click.IntRange(1), default=None,
    help="Processes that render at a time; as many as there are processor cores otherwise.",
)
@click.option("--no-send", is_flag=True, help="Queue the mails and send none; `reportgen outbox send` does.")
@log_format_option
def run(
    job_paths: tuple[str, ...], period: str | None, output: str, scopes: tuple[str, ...], restate: str,
    workers: int | None, no_send: bool,
) -> int:
    """Make the reports of one period: one PDF and one workbook a language, each path on a line of its own.

    \b
    reportgen run config/jobs/taihu.yaml --period 2011-05
    reportgen run config/jobs/bank_marketing.yaml --period 2010-11 --output /tmp/trial
    reportgen run config/jobs/tiering.yaml --period 2025-12 --scope branch:B07
    reportgen run config/jobs/tiering.yaml config/jobs/life_status.yaml --period 2025-12
    reportgen run config/jobs/tiering.yaml --period 2025-12 --restate "branch B07 sent its list again"

    What was issued from the same data is not made again. From other data it is refused (exit 9) without --restate.
    A report that fails does not stop the others (exit 10). A run that was broken off goes on where it stopped: give
    the same command again. Of several jobs, all are checked before the first begins.
    """
    contexts = [start(path, period, output) for path in job_paths]
    crew = workers or cores()
    failures = [
        code for context in contexts if (code := _made(context, scopes, restate, crew, alone=len(contexts) == 1))
    ]
    unsent = int(ExitCode.DONE)
    if not no_send and any(context.job.delivery for context in contexts):
        from reportgen.cli.sending import sent

        unsent = sent(contexts[0].output, contexts[0].root)
    if not failures:
        return unsent
    return failures[0] if len(failures) == len(contexts) else ExitCode.PARTLY_FAILED


def cores() -> int:
    """Processor cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _made(context: RunContext, scopes: tuple[str, ...], restate: str, workers: int, *, alone: bool) -> ExitCode:
    """Run one job and print its paths; the code of what went wrong, which a single job raises instead."""
    from reportgen.pipeline import run_job

    try:
        with observed(context), progress() as told:
            editions = run_job(context.job, context, told, scopes=scopes, restate=restate, workers=workers)
    except ReportgenError as error:
        _print(getattr(error, "editions", ()), context)
        if alone:
            raise
        click.echo(f"{context.job.path}: not every report was made.", err=True)
        return failure.known(error)
    _print(editions, context)
    return ExitCode.DONE


def _print(editions: Iterable[Edition], context: RunContext) -> None:
    """The paths of what stands now, also where other reports of the run failed."""
    for edition in editions:
        if not edition.fresh:
            click.echo(_standing(edition, context), err=True)
        for path in (*edition.reports, *edition.workbooks):
            click.echo(_shown(path))


def _standing(edition: Edition, context: RunContext) -> str:
    """That nothing was made: the files printed are the issued ones."""
    return (f"{context.job.job} {context.period.label} {edition.scope}: {edition.revision} was issued from the same "
            "inputs already; nothing was made again.")


def _shown(path: Path) -> str:
    """Relative below the working folder, as the user would write it."""
    return os.path.relpath(path) if path.is_relative_to(Path.cwd()) else str(path)
