"""How a run ends: which state it rests in, and what is said where something failed or is held."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from reportgen.archive.state import Issued
from reportgen.config import Job
from reportgen.errors import DataRefused, PartlyFailed, Problem, ReportgenError
from reportgen.issue import Edition
from reportgen.runs.reconcile import Reconciliation
from reportgen.runs.states import RunState
from reportgen.runs.summary import Summary
from reportgen.runs.task import Result

_SHOWN = 20


class SomeFailed(PartlyFailed):
    """Some reports failed (exit 10); `editions` are the others, which are issued."""

    editions: tuple[Edition, ...] = ()


@dataclass
class Outcome:
    """The state a run rests in and the error that says so, if any."""

    state: RunState
    error: ReportgenError | None = None
    said: str = ""
    """One line for the ledger and the progress."""
    differing: tuple[Reconciliation, ...] = ()
    editions: tuple[Edition, ...] = field(default=())

    @property
    def is_sound(self) -> bool:
        """Whether the numbers may be laid out for people."""
        return not self.differing and self.state is not RunState.FAILED

    def demand(self) -> tuple[Edition, ...]:
        """The editions; raises the run's error."""
        if self.error is None:
            return self.editions
        if isinstance(self.error, SomeFailed):
            self.error.editions = self.editions
        raise self.error


def outcome_of(
    job: Job, summary: Summary, reconciliation: Sequence[Reconciliation], issued: Mapping[str, Issued]
) -> Outcome:
    """What follows from the units and the sums by the job's release rule."""
    summary.reconciliation = reconciliation
    failed, rule = summary.failed, job.release
    differing = tuple(one for one in reconciliation if not one.holds)
    if failed and not issued:
        assert failed[0].failure is not None
        alone = failed[0].failure.error() if _alike(failed) else _some_failed(job, summary, "")
        return Outcome(RunState.FAILED, alone, str(failed[0].failure), differing)
    if differing:
        said = "Held: the sums do not agree."
        return Outcome(RunState.HELD, _differ(differing, len(issued)), said, differing)
    if rule.too_many(len(failed), summary.units):
        limit = f"release.max_failed_units is {rule.max_failed_units}."
        said = f"Held: {len(failed):,} of {summary.units:,} reports failed, and {limit}"
        return Outcome(RunState.HELD, _some_failed(job, summary, f" They are held, for {limit}"), said)
    error = _some_failed(job, summary, "") if failed else None
    if rule.approval and any(one.approval is None for one in issued.values()):
        said = f"awaits another person's approval: reportgen approve {job.path} --period {summary.claim.period}"
        return Outcome(RunState.AWAITING_APPROVAL, error, said)
    return Outcome(RunState.DONE_WITH_ERRORS if failed else RunState.DONE, error)


def _alike(failed: Sequence[Result]) -> bool:
    """Whether one cause stopped all, or the only one: then it is told as it is."""
    return len({str(one.failure) for one in failed}) == 1


def _some_failed(job: Job, summary: Summary, held: str) -> SomeFailed:
    failed = [one for one in summary.failed if one.failure is not None]
    problems = [Problem(f"{one.task.scope} {one.task.locale}", f"exit {one.failure.code if one.failure else 0}: "
                                                               f"{one.failure}") for one in failed[:_SHOWN]]
    if len(failed) > _SHOWN:
        problems.append(Problem("", f"and {len(failed) - _SHOWN:,} more, which the run's summary.json lists."))
    standing = f"{summary.archived:,} of {summary.units:,} reports are issued."
    return SomeFailed(
        problems, state=standing + held,
        hint=f"Mend the cause and give the same command again, which makes what is missing: "
             f"reportgen run {job.path} --period {summary.claim.period}",
    )


def _differ(differing: Sequence[Reconciliation], editions: int) -> DataRefused:
    return DataRefused(
        [Problem("", str(one)) for one in differing],
        state=f"{editions:,} editions are archived and held: nothing is laid out or sent.",
        hint="Find the difference, mend the data and correct the period with --restate.",
    )


def summary_path(output: Path, run_id: str) -> Path:
    """`<output>/runs/<run id>/summary.json`."""
    return output / "runs" / run_id / "summary.json"
