"""Whose report: the bank's, a region's, a branch's (`bank`, `region:R1`, `branch:B01`)."""

from __future__ import annotations

from collections.abc import Sequence

from reportgen.config import Job
from reportgen.errors import JobError, Problem, nearest
from reportgen.facts.table import FactSet


def chosen_scopes(job: Job, facts: FactSet, asked: Sequence[str]) -> tuple[str, ...]:
    """The scopes asked for, else all of the kinds in `burst`, the bank first. JobError for one without data."""
    held = facts.scopes()
    unknown = [one for one in asked if one not in held]
    if unknown:
        raise JobError(
            [Problem("--scope", f"there is no {one} in the data.{nearest(one, held)}") for one in unknown],
            state="No report was made.",
            hint=f"It holds: {', '.join(held[:20])}{', …' if len(held) > 20 else ''}.",
        )
    return tuple(asked) or tuple(one for kind in job.burst for one in held if one.partition(":")[0] == kind)
