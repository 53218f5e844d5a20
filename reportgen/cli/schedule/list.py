"""`reportgen schedule list`"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import click

from reportgen.cli import failure
from reportgen.cli import tick as looking
from reportgen.cli.options import output_option
from reportgen.errors import ExitCode, JobError, ReportgenError

if TYPE_CHECKING:
    from reportgen.config import Job
    from reportgen.runs.ledger import Ledger
    from reportgen.runs.record import Occurrence
    from reportgen.schedule.due import Due


@dataclass(frozen=True, slots=True)
class _Plan:
    """One job's schedule as it stands."""

    job: Job
    owed: tuple[Due, ...]
    coming: tuple[Due, ...]
    last: Occurrence | None
    missing: dict[str, tuple[str, ...]]
    """Period to what it waits for, of the periods owed and of a next one that is over already."""
    beyond: str = ""
    """Why nothing can be said of later dates."""


@click.command("list")
@looking.jobs_option
@click.option("--until", metavar="DATE", default=None,
              help="All dates up to and with this day, such as 2027-03-31; the next one of each job otherwise.")
@click.option("--json", "as_json", is_flag=True, help="A JSON object a line, one a job.")
@output_option
def list_(jobs: tuple[str, ...], until: str | None, output: str, *, as_json: bool) -> int:
    """List the scheduled jobs: when next and for which period, what is owed and what it waits for, what was last.

    \b
    reportgen schedule list
    reportgen schedule list --until 2027-03-31 --json
    """
    from reportgen.config.operations import ledger_url
    from reportgen.context import project_root
    from reportgen.runs.ledger import Ledger
    from reportgen.schedule.scheduled import scheduled_jobs

    found = scheduled_jobs(jobs, Path.cwd())
    day = _day(until)
    folder = Path(output).resolve()
    codes = [int(error.code) for _, error in found.broken]
    with Ledger.of(folder, ledger_url(project_root(Path.cwd()))) as ledger:
        for job in found.jobs:
            plan = _plan(job, ledger, folder, day)
            codes += [ExitCode.JOB] if plan.beyond else []
            _print_json(plan) if as_json else _print(plan)
    for _, error in found.broken:
        failure.known(error)
    if not found.jobs:
        click.echo("No job has `schedule:`.", err=True)
    if not codes:
        return ExitCode.DONE
    return codes[0] if len(codes) >= len(found.jobs) + len(found.broken) else ExitCode.PARTLY_FAILED


def _day(text: str | None) -> date | None:
    try:
        return None if text is None else date.fromisoformat(text)
    except ValueError:
        raise JobError(f"--until: '{text}' is not a day.", hint="Write it as 2027-03-31.") from None


def _plan(job: Job, ledger: Ledger, output: Path, until: date | None) -> _Plan:
    from reportgen.schedule.tick import owed

    now = looking.now()
    notes = ledger.occurrences(job.job)
    owing: tuple[Due, ...] = ()
    coming: tuple[Due, ...] = ()
    beyond = ""
    try:
        owing = owed(job, notes, now)
        coming = _coming(job, now, until)
    except ReportgenError as error:
        beyond = " ".join(str(problem) for problem in error.problems)
    over = now.astimezone(ZoneInfo(job.period.zone)).date()
    asked = (*owing, *(one for one in coming[:1] if one.period.end <= over))
    return _Plan(job, owing, coming, notes[-1] if notes else None,
                 {one.period.label: _missing(job, one, output) for one in asked}, beyond)


def _coming(job: Job, now: datetime, until: date | None) -> tuple[Due, ...]:
    """The next date, or all up to the end of a day in the job's zone. Raises CalendarUnknown."""
    from reportgen.schedule.due import upcoming

    one = upcoming(job, now)
    if until is None:
        return (one,) if one else ()
    end = datetime.combine(until + timedelta(days=1), datetime.min.time(), ZoneInfo(job.period.zone))
    dates: tuple[Due, ...] = ()
    while one is not None and one.at < end:
        dates = (*dates, one)
        one = upcoming(job, one.at)
    return dates


def _missing(job: Job, one: Due, output: Path) -> tuple[str, ...]:
    from reportgen.context import RunContext
    from reportgen.schedule.needs import unmet

    context = RunContext.create(job, one.period, output=output, clock=looking.now)
    try:
        return tuple(str(problem) for problem in unmet(job, context, context.clock()))
    except ReportgenError as error:
        return tuple(map(str, error.problems))
    finally:
        context.clean()


def _print(plan: _Plan) -> None:
    click.echo(f"{plan.job.job}  ({plan.job.path}; times in {plan.job.period.zone})")
    for line in _lines(plan):
        click.echo(failure.printable(failure.near(f"  {line}")))


def _lines(plan: _Plan) -> Iterator[str]:
    def local(at: datetime) -> str:
        return f"{at.astimezone(ZoneInfo(plan.job.period.zone)):%Y-%m-%d %H:%M}"

    for one in plan.owed:
        yield f"owed  {one.period} since {local(one.at)}{_until(one, local)}"
        for reason in plan.missing.get(one.period.label, ()):
            yield f"        waits for {reason}"
    for one in plan.coming:
        yield f"next  {local(one.at)} for {one.period}{_until(one, local)}"
        for reason in plan.missing.get(one.period.label, ()):
            yield f"        would wait for {reason}"
    if plan.beyond:
        yield f"then  unknown: {plan.beyond}"
    last = plan.last
    yield f"last  {last.period}: {last.outcome.replace('_', ' ')}, due {local(last.due)}" if last else "last  none yet"


def _until(one: Due, local: Callable[[datetime], str]) -> str:
    return f", waits until {local(one.deadline)}" if one.deadline else ""


def _print_json(plan: _Plan) -> None:
    zone = ZoneInfo(plan.job.period.zone)

    def row(one: Due) -> dict[str, Any]:
        told = plan.missing.get(one.period.label)
        return {
            "period": one.period.label, "due": one.at.astimezone(zone).isoformat(),
            "deadline": one.deadline.astimezone(zone).isoformat() if one.deadline else None,
            "missing": told,
        }

    last = plan.last
    click.echo(json.dumps({
        "job": plan.job.job, "file": plan.job.path, "zone": plan.job.period.zone,
        "owed": [row(one) for one in plan.owed], "next": [row(one) for one in plan.coming],
        "last": {"period": last.period, "outcome": last.outcome, "due": last.due.astimezone(zone).isoformat(),
                 "noted": last.noted.astimezone(UTC).isoformat()} if last else None,
        "unknown": plan.beyond or None,
    }, ensure_ascii=False))


list = list_  # noqa: A001 - the command's name
