"""What several commands take, and how a job, a period and a folder become a run."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

from reportgen.errors import JobError

if TYPE_CHECKING:
    from reportgen.context import RunContext

F = TypeVar("F", bound=Callable[..., Any])


def job_argument(function: F) -> F:
    """JOB: the path of a job file."""
    return click.argument("job_path", metavar="JOB")(function)


def period_option(function: F) -> F:
    return click.option("--period", metavar="P", help="Month 2011-05, quarter 2011-Q2, year 2011 or day 2011-05-31.")(
        function
    )


def output_option(function: F) -> F:
    return click.option(
        "--output", metavar="DIR", default="output", show_default=True, help="Folder for reports and work files."
    )(function)


def start(job_path: str, period: str | None, output: str) -> RunContext:
    """A job as a run. Raises JobError (exit 2) for a wrong job, and where the period is missing.

    What the sources lack is left to the run itself, which reads them (exit 4).
    """
    from reportgen.config.check import job_problems
    from reportgen.config.check.held import periods_held

    context = any_period(job_path, period, output)
    found = job_problems(context.job, context)
    if found:
        raise JobError(found, state="Nothing was run.")
    if period is None:
        held = periods_held(context.job, context)
        words = f" The sources hold {', '.join(held[-12:])}." if held else ""
        command = click.get_current_context().info_name
        raise JobError(
            f"--period is missing.{words}", state="Nothing was run.",
            hint=f"reportgen {command} {job_path} --period {held[-1] if held else '2011-05'}",
        )
    return context


def any_period(job_path: str, period: str | None, output: str) -> RunContext:
    """A job unchecked. Without a period the day of the clock stands in, which only paths and checks may use."""
    from reportgen.config import load_job
    from reportgen.context import RunContext
    from reportgen.period import Period

    job = load_job(job_path)
    run_id: str | None = click.get_current_context().obj
    if period is not None:
        return RunContext.create(job, Period.parse(period), output=output, run_id=run_id)
    today = RunContext.create(job, Period.parse("2000"), output=output, run_id=run_id).clock().date()
    return RunContext.create(job, Period.parse(today.isoformat()), output=output, run_id=run_id)
