"""What several commands take, and how a job, a period and a folder become a run."""

from __future__ import annotations

import shlex
import unicodedata
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

import click

from reportgen.errors import JobError

if TYPE_CHECKING:
    from reportgen.context import RunContext
    from reportgen.period import Period

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
        "--output", metavar="DIR", default="output", show_default=True, callback=_named,
        help="Folder for reports and work files.",
    )(function)


def _named(context: click.Context, option: click.Parameter, value: str) -> str:
    """A folder's name; an empty one would mean the working folder and is a script's unset variable."""
    if not value.strip():
        raise click.BadParameter("a folder's name is needed, and this is empty.", context, option)
    return value


def start(job_path: str, period: str | None, output: str, *, fact_id: str | None = None) -> RunContext:
    """A job as a run. Raises JobError (exit 2) for a wrong job, a period of another kind, and where none is given.

    What the sources lack is left to the run itself, which reads them (exit 4). `fact_id` is what `explain` was
    asked for, so that the command it suggests is whole.
    """
    from reportgen.config.check import in_order, job_problems
    from reportgen.config.check.period import asked_problem
    from reportgen.config.positions import Positions

    context = any_period(job_path, period, output)
    found = job_problems(context.job, context)
    wrong_kind = asked_problem(context.job, context.period, Positions(context.job.path)) if period else None
    if found or wrong_kind:
        raise JobError(in_order((*found, *([wrong_kind] if wrong_kind else []))), state="Nothing was run.")
    if period is None:
        _ask_for_period(context, job_path, explained=fact_id is not None)
    return context


def _ask_for_period(context: RunContext, job_path: str, *, explained: bool) -> NoReturn:
    """Say which dates the sources hold, and the command with the newest period among them."""
    from reportgen.config.check.held import days_words, periods_held
    from reportgen.config.check.period import label_of

    held, words = periods_held(context.job, context), days_words(context.job, context)
    newest = held[-1] if held else label_of(context.job.period.every, context.clock().date())
    command = f"reportgen {click.get_current_context().info_name} {shlex.quote(job_path)}"
    rest = f"bank/customers_total@{newest}" if explained else f"--period {newest}"
    said = "the fact's id names no period, and --period is missing." if explained else "--period is missing."
    raise JobError(
        f"{said}{f' The sources: {words}.' if words else ''}", state="Nothing was run.",
        hint=f"{command} {rest}",
    )


def any_period(job_path: str, period: str | None, output: str) -> RunContext:
    """A job unchecked. Without a period the day of the clock stands in, which only paths and checks may use."""
    from reportgen.config import load_job
    from reportgen.context import RunContext
    from reportgen.period import Period

    job = load_job(job_path)
    run_id: str | None = click.get_current_context().obj
    if period is not None:
        return RunContext.create(job, _parsed(period), output=output, run_id=run_id)
    today = RunContext.create(job, Period.parse("2000"), output=output, run_id=run_id).clock().date()
    return RunContext.create(job, Period.parse(today.isoformat()), output=output, run_id=run_id)


def _parsed(text: str) -> Period:
    """The period of a text in plain digits: full-width ones would make a second name for the same folder."""
    from reportgen.period import Period

    plain = unicodedata.normalize("NFKC", text).strip()
    if not text.isascii():
        near = f" Write {plain}." if plain.isascii() else ""
        raise JobError(f"'{text}' is not a period: only the digits 0 to 9, Q and - make one.{near}",
                       state="Nothing was run.")
    return Period.parse(text)
