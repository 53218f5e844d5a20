"""Whose report: the bank's, a region's, a branch's (`bank`, `region:R1`, `branch:B01`)."""

from __future__ import annotations

import re
from collections.abc import Sequence

from reportgen.config import Job
from reportgen.errors import JobError, Problem, nearest
from reportgen.facts.table import FactSet

_KINDS = ["bank", "region", "branch"]
_FORM = re.compile(r"bank|(region|branch):.+")


def check_scopes(asked: Sequence[str]) -> None:
    """JobError for one that names no unit, before the data are read."""
    if wrong := [one for one in asked if not _FORM.fullmatch(one)]:
        raise JobError(
            [Problem("--scope", f"{one} is no scope.{nearest(one.partition(':')[0], _KINDS)}") for one in wrong],
            state="Nothing was read.",
            hint="A scope is bank, region:CODE or branch:CODE, with the code that the data hold.",
        )


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
