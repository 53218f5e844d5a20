"""`reportgen tick`"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from reportgen.cli import failure
from reportgen.cli.log_format import log_format_option
from reportgen.cli.observed import looked, observed
from reportgen.cli.options import output_option
from reportgen.cli.progress import progress
from reportgen.cli.run import cores
from reportgen.errors import ExitCode, JobError, ReportgenError

if TYPE_CHECKING:
    from reportgen.config import Job
    from reportgen.context import RunContext
    from reportgen.issue import Edition
    from reportgen.runs.record import Seen
    from reportgen.schedule.outcome import Outcome
    from reportgen.schedule.scheduled import Found

F = TypeVar("F", bound=Callable[..., Any])


def jobs_option(function: F) -> F:
    """--jobs: files or patterns, which the program expands, for no scheduler has a shell to rely on."""
    return click.option(
        "--jobs", metavar="PATTERN", multiple=True, default=("config/jobs/*.yaml",), show_default=True,
        help="Job files, or a quoted pattern of them; may be repeated. Those without `schedule:` are left alone.",
    )(function)


def now() -> datetime:
    """The time, for all that a tick decides."""
    return datetime.now(UTC)


@click.command()
@jobs_option
@output_option
@click.option("--workers", metavar="N", type=click.IntRange(1), default=None,
              help="Processes that render at a time; as many as there are processor cores otherwise.")
@click.option("--dry-run", is_flag=True, help="Say what is due and what it waits for; run and note nothing.")
@click.option("--json", "as_json", is_flag=True, help="A JSON object a line.")
@log_format_option
def tick(jobs: tuple[str, ...], output: str, workers: int | None, dry_run: bool, as_json: bool) -> int:
    """Make the reports that are due: each period once, the oldest first. Then end; a scheduler calls it again.

    Safe to call at any time, twice at once, and on several hosts that share a ledger. A period whose needs are not
    there yet waits; one that failed is tried again; one that a killed tick began is gone on with.

    \b
    reportgen tick
    reportgen tick --jobs 'config/jobs/monthly-*.yaml' --output /srv/reports
    reportgen tick --dry-run

    Exit codes: 0 also where something waits or another process is at it; 10 where a job failed and others did not.
    """
    from reportgen.config.operations import ledger_url
    from reportgen.context import project_root
    from reportgen.runs.ledger import Ledger
    from reportgen.schedule.needs import unmet
    from reportgen.schedule.scheduled import scheduled_jobs
    from reportgen.schedule.tick import tick as look

    found = scheduled_jobs(jobs, Path.cwd())
    _print_broken(found, as_json=as_json)
    folder = Path(output).resolve()
    crew = workers or cores()
    with Ledger.of(folder, ledger_url(project_root(Path.cwd()))) as ledger:
        outcomes = look(
            found.jobs, folder, ledger, now, lambda job, context, seen: _made(job, context, crew, seen), unmet,
            tell=_print_json if as_json else _print, dry=dry_run,
        )
        if not dry_run:
            looked(folder, ledger, found, outcomes)
    unsent = ExitCode.DONE if dry_run else _sent(folder)
    if not outcomes and not as_json:
        what = "Nothing is due." if found.jobs else "No job has `schedule:`."
        click.echo(what, err=True)
    return _code(found, outcomes) or unsent


def _sent(folder: Path) -> int:
    """Send the mails that are due; what goes wrong is said, and the next tick tries again."""
    from reportgen.cli.sending import sent
    from reportgen.context import project_root

    try:
        return sent(folder, project_root(Path.cwd()), quietly=True)
    except ReportgenError as error:
        return failure.known(error)


def _made(job: Job, context: RunContext, workers: int, seen: Seen) -> Sequence[Edition]:
    """One period, checked as `reportgen run` checks it. Raises ReportgenError."""
    from reportgen.config.check import in_order, job_problems
    from reportgen.pipeline import run_job

    problems = job_problems(job, context)
    if problems:
        raise JobError(in_order(problems), state="Nothing was run.")
    with observed(context), progress() as told:
        return run_job(job, context, told, workers=workers, seen=seen)


def _code(found: Found, outcomes: Sequence[Outcome]) -> int:
    """0, or the first failure's code where no job is without one, else 10."""
    failed = {outcome.job: outcome.code for outcome in reversed(outcomes) if outcome.code}
    codes = [*(error.code for _, error in found.broken), *failed.values()]
    if not codes:
        return ExitCode.DONE
    return codes[0] if len(failed) == len(found.jobs) else ExitCode.PARTLY_FAILED


def _print_broken(found: Found, *, as_json: bool) -> None:
    for path, error in found.broken:
        if as_json:
            click.echo(json.dumps({"file": path, "outcome": "broken", "told": _lines(error), "code": error.code},
                                  ensure_ascii=False))
        else:
            failure.known(error)


def _lines(error: ReportgenError) -> list[str]:
    return [*map(str, error.problems), *(line for line in (error.state, error.hint) if line)]


def _print(outcome: Outcome) -> None:
    """What became of a period, then why, then the files; a failure goes to standard error."""
    wrong = bool(outcome.code)
    period = f" {outcome.period}" if outcome.period else ""
    click.echo(f"{outcome.job}{period}: {outcome.kind.value.replace('_', ' ')}", err=wrong)
    for line in outcome.told:
        click.echo(failure.printable(f"  {failure.near(line)}"), err=wrong)
    for path in outcome.paths:
        click.echo(failure.near(str(path)))


def _print_json(outcome: Outcome) -> None:
    click.echo(json.dumps({
        "job": outcome.job, "period": outcome.period.label if outcome.period else None,
        "due": outcome.at.isoformat() if outcome.at else None, "outcome": outcome.kind.value,
        "told": list(outcome.told), "code": int(outcome.code), "paths": [str(path) for path in outcome.paths],
    }, ensure_ascii=False))
