"""What operators get to see after a run or a tick: fresh figures, and a notice where one is due. It never raises."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path

from reportgen.config.operations import load_operations
from reportgen.errors import ReportgenError
from reportgen.operations.happening import Happening, failure_of, recovery_of
from reportgen.operations.metrics import write_metrics
from reportgen.operations.notice import notify
from reportgen.runs.ledger import Ledger
from reportgen.runs.record import RunRow
from reportgen.runs.states import UnitState


def _now() -> datetime:
    return datetime.now(UTC)


def afterwards(
    output: Path, root: Path, ledger: Ledger, *, job: str = "", period: str = "",
    others: Iterable[Happening] = (), clock: Callable[[], datetime] = _now,
) -> tuple[str, ...]:
    """Write the metrics; tell of the latest run of (job, period), where one is named, and of what `others` happened.

    `root` is the project's. What went wrong, in words for standard error: a run is never worse off for a notice that
    could not be sent.
    """
    troubles: list[str] = []
    try:
        write_metrics(output, ledger)
    except ReportgenError as error:
        troubles.append(f"metrics not written: {error.problems[0]}")
    except OSError as error:
        troubles.append(f"metrics not written: {error.strerror}")
    try:
        notice = load_operations(root).notice
        happenings = list(others) if notice is not None else []
        if job and notice is not None:
            run = ledger.latest(job, period)
            happenings += of_run(ledger, run, clock()) if run else []
    except ReportgenError as error:
        return (*troubles, *(f"no notice: {problem}" for problem in error.problems))
    if notice is not None:
        for one in happenings:
            troubles += notify(one, notice, output)
    return tuple(troubles)


def of_run(ledger: Ledger, run: RunRow, at: datetime) -> list[Happening]:
    """The failure or recovery that a run at rest is, if it is one. Raises LedgerFailed (exit 8)."""
    counts = ledger.unit_counts(run.id)
    units = counts[UnitState.ARCHIVED], counts[UnitState.FAILED]
    return [one for one in (failure_of(run, *units, at), recovery_of(run, *units, at)) if one]
