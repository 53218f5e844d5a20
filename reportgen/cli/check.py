"""`reportgen check`"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from reportgen.cli.options import any_period, job_argument, output_option, period_option
from reportgen.errors import DependencyMissing, JobError, Problem, ReportgenError, SourceError, TemplateError

if TYPE_CHECKING:
    from reportgen.config.check import Opening
    from reportgen.context import RunContext

_NEEDS = {"two dates": "a second date with period.since", "job.tiers": "tiers in the job"}


@click.command()
@job_argument
@period_option
@output_option
@click.option("--json", "as_json", is_flag=True, help="A JSON object a line for each set of columns that opens more.")
def check(job_path: str, period: str | None, output: str, as_json: bool) -> None:
    """Validate a job, its sources' heads, its report, rules and fonts; nothing is computed.

    All problems come at once, one a line, as file:line:column. For a good job, says which further columns
    would open more of the report.

    \b
    reportgen check config/jobs/taihu.yaml
    reportgen check config/jobs/taihu.yaml --period 2011-05
    """
    context = any_period(job_path, period, output)
    _refuse(context, period)
    from reportgen.config.check import openings

    found = openings(context.job, context)
    if as_json:
        for one in found:
            click.echo(json.dumps(
                {"needs": one.needs, "sections": one.sections, "metrics": one.metrics, "dimensions": one.dimensions},
                ensure_ascii=False,
            ))
        return
    click.echo(f"{job_path}: ok")
    click.echo(f"  {_summary(context)}")
    if found:
        click.echo("Further columns would open:")
    for one in found:
        click.echo(f"  {_opens(one)}")


def _refuse(context: RunContext, period: str | None) -> None:
    """Raise all problems together, with the exit code of the first group: the job, templates, fonts, sources."""
    from reportgen.config.check import font_problems, job_problems, source_problems, template_problems
    from reportgen.config.check.held import periods_held
    from reportgen.config.positions import Positions

    job = context.job
    groups: list[tuple[type[ReportgenError], list[Problem]]] = [
        (JobError, list(job_problems(job, context))),
        (TemplateError, list(template_problems(job, context))),
        (DependencyMissing, list(font_problems(context))),
        (SourceError, list(source_problems(job, context, Positions(job.path)))),
    ]
    held = periods_held(job, context)
    if period is not None and held and context.period.label not in held:
        groups[-1][1].append(Problem(job.path, f"no source holds the end of {context.period}; they hold "
                                              f"{', '.join(held)}."))
    everything = [problem for _, problems in groups for problem in problems]
    if everything:
        kind = next(kind for kind, problems in groups if problems)
        raise kind(everything, state="Nothing was run.")


def _summary(context: RunContext) -> str:
    job = context.job
    columns = sum(len(frame.columns) for frame in job.frames.values())
    return (
        f"report {job.report} in {' and '.join(job.locales)}; {_number(len(job.sources), 'source')}, "
        f"{_number(len(job.frames), 'frame')}, {_number(columns, 'column')}, "
        f"{_number(len(job.dimensions), 'dimension') if job.dimensions else 'the default dimensions'}."
    )


def _opens(one: Opening) -> str:
    what = ", ".join((*one.dimensions, *one.metrics)) or "further exhibits"
    needs = " and ".join(_NEEDS.get(need, need) for need in one.needs)
    return f"{needs}: {what} (in {', '.join(one.sections)})"


def _number(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"
