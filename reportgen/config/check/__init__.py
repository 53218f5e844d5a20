"""Compares a job with everything it refers to, before a row is read: all problems at once, each at its place.

What concerns the job alone (exit 2) is kept apart from what is wrong in a template (6), what the installation
lacks (3) and what a source lacks (4), so that a run and a check agree on the exit code.
"""

from __future__ import annotations

from collections.abc import Iterable

from reportgen.config.check.classes import class_problems
from reportgen.config.check.delivery import delivery_problems
from reportgen.config.check.dimensions import dimension_problems
from reportgen.config.check.fonts import font_problems
from reportgen.config.check.frames import frame_problems
from reportgen.config.check.named import named_problems
from reportgen.config.check.notices import notices
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

__all__ = [
    "Opening", "font_problems", "in_order", "job_problems", "notices", "openings", "problems", "source_problems",
    "template_problems",
]


def problems(job: Job, context: RunContext) -> tuple[Problem, ...]:
    """Everything to mend before this job can run: the job's lines in order, then rules, templates and fonts."""
    places = Positions(job.path)
    return in_order((
        *job_problems(job, context), *source_problems(job, context, places), *template_problems(job, context),
        *font_problems(context),
    ))


def job_problems(job: Job, context: RunContext) -> tuple[Problem, ...]:
    """What is wrong in the job itself or in the configuration it names."""
    places = Positions(job.path)
    found = [
        *report_problems(job, context, places),
        *period_problems(job, places),
        *frame_problems(job, places),
        *class_problems(job, places),
        *tier_problems(job, places),
        *dimension_problems(job, places),
        *rule_problems(job, context, places),
        *named_problems(job, context, places),
        *delivery_problems(job, context, places),
    ]
    return in_order(found)


def in_order(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Problems file by file, each file's from its first line to its last; files in the order they first occur."""
    files: dict[str, int] = {}

    def key(problem: Problem) -> tuple[int, int, int]:
        path, line, column = [*problem.place.rsplit(":", 2), "", ""][:3]
        placed = line.isdecimal() and column.isdecimal()
        rank = files.setdefault(path if placed else problem.place, len(files))
        return (rank, int(line), int(column)) if placed else (rank, 0, 0)

    return tuple(sorted(dict.fromkeys(problems), key=key))
