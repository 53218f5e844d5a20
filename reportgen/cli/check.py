"""`reportgen check`"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from reportgen.cli.failure import near
from reportgen.cli.opening import opening_lines, pasted
from reportgen.cli.options import any_period, job_argument, output_option, period_option
from reportgen.errors import (
    DependencyMissing,
    ExitCode,
    JobError,
    Problem,
    ReportgenError,
    SourceError,
    TemplateError,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from reportgen.config.check import Opening
    from reportgen.context import RunContext


@click.command()
@job_argument
@period_option
@output_option
@click.option("--json", "as_json", is_flag=True,
              help="A JSON object a line: problems, notices, and sets of columns that open more.")
def check(job_path: str, period: str | None, output: str, as_json: bool) -> int:
    """Validate a job, its sources' heads, its report, texts, rules and fonts; nothing is computed.

    All problems come at once, one a line, as file:line:column. For a good job, says what is worth a look and which
    further columns would open more of the report, with the lines to paste.

    \b
    reportgen check config/jobs/taihu.yaml
    reportgen check config/jobs/taihu.yaml --period 2011-05
    """
    try:
        context = any_period(job_path, period, output)
        _refuse(context, period)
    except ReportgenError as error:
        if not as_json:
            raise
        for problem in error.problems:
            click.echo(json.dumps({"kind": "problem", **_row(problem)}, ensure_ascii=False))
        return error.code
    from reportgen.config.check import notices, openings

    noticed, found = notices(context.job, context), openings(context.job, context)
    if as_json:
        _print_json(noticed, found, context)
        return ExitCode.DONE
    click.echo(f"{job_path}: ok")
    click.echo(f"  {_summary(context)}")
    if noticed:
        click.echo("Worth a look:")
    for problem in noticed:
        click.echo(f"  {near(str(problem))}")
    if found:
        click.echo("Further columns would open more, the most fruitful first:")
    for line in opening_lines(found, context):
        click.echo(f"  {line}")
    return ExitCode.DONE


def _print_json(noticed: Iterable[Problem], found: tuple[Opening, ...], context: RunContext) -> None:
    """Notices and openings; a job that lacks nothing prints one opening of nothing, so that no output is no answer."""
    for problem in noticed:
        click.echo(json.dumps({"kind": "notice", **_row(problem)}, ensure_ascii=False))
    rows = [
        {"needs": one.needs, "sections": one.sections, "metrics": one.metrics, "dimensions": one.dimensions,
         "add": [{"under": under, "line": line} for under, line in pasted(one.needs, context)]}
        for one in found
    ]
    for row in rows or [{"needs": [], "sections": [], "metrics": [], "dimensions": [], "add": []}]:
        click.echo(json.dumps({"kind": "opening", **row}, ensure_ascii=False))


def _row(problem: Problem) -> dict[str, object]:
    """A problem taken apart; line and column are null where it concerns a whole file."""
    place = near(problem.place)
    file, line, column = [*place.rsplit(":", 2), "", ""][:3]
    placed = line.isdecimal() and column.isdecimal()
    return {
        "file": file if placed else place, "line": int(line) if placed else None,
        "column": int(column) if placed else None, "message": near(problem.message),
    }


def _refuse(context: RunContext, period: str | None) -> None:
    """Raise all problems together, in the files' order, with the exit code of the first group that has any.

    The groups are the job, templates, fonts and sources.
    """
    from reportgen.config.check import font_problems, in_order, job_problems, source_problems, template_problems
    from reportgen.config.check.held import period_problem
    from reportgen.config.check.period import asked_problem
    from reportgen.config.positions import Positions

    job, places = context.job, Positions(context.job.path)
    wrong_kind = asked_problem(job, context.period, places) if period is not None else None
    unheld = period_problem(job, context, job.path) if period is not None and wrong_kind is None else None
    groups: list[tuple[type[ReportgenError], list[Problem]]] = [
        (JobError, [*job_problems(job, context), *([wrong_kind] if wrong_kind else [])]),
        (TemplateError, list(template_problems(job, context))),
        (DependencyMissing, list(font_problems(context))),
        (SourceError, [*source_problems(job, context, places), *([unheld] if unheld else [])]),
    ]
    of_job, templates, fonts, sources = (problems for _, problems in groups)
    everything = in_order((*of_job, *sources, *templates, *fonts))
    if everything:
        kind = next(kind for kind, problems in groups if problems)
        raise kind(everything, state="Nothing was run.")


def _summary(context: RunContext) -> str:
    job = context.job
    columns = sum(len(frame.every) for frame in job.frames.values())
    return (
        f"report {job.report} in {' and '.join(job.locales)}; {_number(len(job.sources), 'source')}, "
        f"{_number(len(job.frames), 'frame')}, {_number(columns, 'column')}, "
        f"{_number(len(job.dimensions), 'dimension') if job.dimensions else 'the default dimensions'}."
    )


def _number(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"
