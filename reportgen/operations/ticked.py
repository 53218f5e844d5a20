"""What a tick has to tell the owners beside its runs, which tell of themselves: what was given up, what never began."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

from reportgen.operations.happening import Happening
from reportgen.runs.ledger import Ledger
from reportgen.schedule.outcome import GIVEN_UP, Outcome
from reportgen.schedule.scheduled import Found


def happenings(found: Found, outcomes: Sequence[Outcome], ledger: Ledger, at: datetime) -> Iterator[Happening]:
    """Late periods, runs that could not begin, jobs that cannot be scheduled, and those that can be again.

    A job whose file cannot be read is told of by the file's name. Raises LedgerFailed (exit 8).
    """
    stuck = {Path(path).stem for path, _ in found.broken}
    stuck |= {one.job for one in outcomes if one.period is None and one.code}
    for name in sorted(stuck):
        yield Happening("failure", name, "", "not_scheduled", at)
    for name in sorted({name for job in found.jobs for name in (job.job, Path(job.path).stem)} - stuck):
        yield Happening("recovery", name, "", "scheduled", at)
    for one in outcomes:
        if one.period is None or one.at is None or ledger.latest(one.job, one.period.label) is not None:
            continue
        if one.kind in GIVEN_UP and one.code:
            yield Happening("late", one.job, one.period.label, "late", at, due=one.at)
        elif one.code:
            yield Happening("failure", one.job, one.period.label, "not_begun", at, due=one.at)
