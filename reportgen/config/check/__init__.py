"""Compares a job with everything it refers to, before a row is read: all problems at once, each at its place.

What concerns the job alone (exit 2) is kept apart from what is wrong in a template (6), what the installation
lacks (3) and what a source lacks (4), so that a run and a check agree on the exit code.
"""

from __future__ import annotations

from reportgen.config.check.dimensions import dimension_problems
from reportgen.config.check.fonts import font_problems
from reportgen.config.check.frames import frame_problems
from reportgen.config.check.openings import Opening, openings
from reportgen.config.check.period import period_problems
from reportgen.config.check.report import report_problems, template_problems
from reportgen.config.check.rules import rule_problems
from reportgen.config.check.sources import source_problems
from reportgen.config.check.tiers import tier_problems
from reportgen.config.job import Job
from reportgen.config.positions import Positions
from reportgen.context import RunContext
from reportgen.errors import Problem

__all__ = ["Opening", "font_problems", "job_problems", "openings", "problems", "source_problems", "template_problems"]


def problems(job: Job, context: RunContext) -> tuple[Problem, ...]:
    """Everything to mend before this job can run, in the job's own order, then templates, fonts, sources."""
    places = Positions(job.path)
    return (
        *job_problems(job, context), *template_problems(job, context), *font_problems(context),
        *source_problems(job, context, places),
    )


def job_problems(job: Job, context: RunContext) -> tuple[Problem, ...]:
    """What is wrong in the job itself or in the configuration it names."""
    places = Positions(job.path)
    found = [
        *report_problems(job, context, places),
        *period_problems(job, places),
        *frame_problems(job, places),
        *tier_problems(job, places),
        *dimension_problems(job, places),
        *rule_problems(job, context, places),
    ]
    return tuple(sorted(found, key=_by_line))


def _by_line(problem: Problem) -> tuple[str, int, int]:
    path, line, column = [*problem.place.rsplit(":", 2), "", ""][:3]
    return (path, int(line), int(column)) if line.isdigit() and column.isdigit() else (problem.place, 0, 0)
