"""One period that is due: made now, or why not; what became of it is noted in the ledger."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

from reportgen.config import Job
from reportgen.context import RunContext
from reportgen.errors import AlreadyIssued, ClaimHeld, ExitCode, LedgerFailed, Problem, ReportgenError
from reportgen.runs.record import Occurrence, RunRow, Seen
from reportgen.schedule.due import Due
from reportgen.schedule.outcome import MADE, Kind, Outcome, rests, settled


class Laid(Protocol):
    """An edition as a run gives it back."""

    @property
    def reports(self) -> tuple[Path, ...]: ...

    @property
    def workbooks(self) -> tuple[Path, ...]: ...


Run = Callable[[Job, RunContext, Seen], Sequence[Laid]]
"""Makes a period: `pipeline.run_job`, which claims it. Raises ReportgenError, and ClaimHeld also where the period's
latest run is not as given any more: another tick came between the look and the claim."""
Needs = Callable[[Job, RunContext, datetime], Sequence[Problem]]
"""What a job waits for and is not there yet: `needs.unmet`."""
_PATIENCE = timedelta(days=1)
"""A run that fails after its deadline is still tried for so long: the machine may have slept through the deadline."""


class Notes(Protocol):
    """What a tick asks of the run ledger."""

    def occurrences(self, job: str) -> tuple[Occurrence, ...]: ...

    def latest(self, job: str, period: str) -> RunRow | None: ...

    def note_occurrence(self, job: str, period: str, due_at: datetime, outcome: str) -> None: ...

    def note_tick(self, host: str, at: datetime) -> None: ...


@dataclass(frozen=True, slots=True)
class Desk:
    """What every attempt of one tick shares."""

    output: Path
    ledger: Notes
    clock: Callable[[], datetime]
    run: Run
    needs: Needs
    dry: bool
    """Nothing is run, nothing noted."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One job's period at one tick."""

    desk: Desk
    job: Job
    due: Due

    def outcome(self) -> Outcome | None:
        """What became of it; None where another tick settled it meanwhile. Raises LedgerFailed (exit 8)."""
        now = self.desk.clock()
        # Before the note, so that whatever another tick makes from here on refuses this one's claim.
        latest = Seen.of(self._latest())
        note = self._known()
        if note is not None and settled(note, now):
            return None
        if note is not None and rests(note, now):
            said = f"it failed at {note.noted:%Y-%m-%d %H:%M} UTC and is tried again within the hour."
            return self._as(Kind.RETRY, (said,))
        return self._made(note) or self._ready(note, now, latest)

    def _ready(self, note: Occurrence | None, now: datetime, seen: Seen) -> Outcome | None:
        """Wait for what the job needs until the deadline, then do as the job says; else run."""
        context = RunContext.create(self.job, self.due.period, output=self.desk.output, clock=self.desk.clock)
        missing: tuple[str, ...] = ()
        trouble: ReportgenError | None = None
        try:
            missing = tuple(str(problem) for problem in self.desk.needs(self.job, context, now))
        except LedgerFailed:
            raise
        except ReportgenError as error:
            trouble = error
        finally:
            context.clean()
        # Looking at the needs may have taken minutes, in which another tick may have settled it.
        if (known := self._known()) is not None and settled(known, self.desk.clock()):
            return None
        if trouble is not None:
            return self._failed(trouble, note)
        if missing and (self.due.deadline is None or now < self.due.deadline):
            return self._noted(Kind.WAITING, missing)
        if missing:
            assert self.job.schedule is not None
            then = self.job.schedule.then
            missing = (*missing, f"the deadline {self.due.deadline:%Y-%m-%d %H:%M} UTC has passed; then: {then}.")
            if then == "skip":
                return self._noted(Kind.SKIPPED, missing)
            if then == "fail":
                return self._noted(Kind.FAILED, missing, ExitCode.SOURCE)
        return self._as(Kind.DUE, missing) if self.desk.dry else self._run(context, known, seen, missing)

    def _run(self, context: RunContext, note: Occurrence | None, seen: Seen, told: tuple[str, ...]) -> Outcome:
        """Run, unless the latest run is not as it was `seen` any more."""
        if (made := self._made(note)) is not None:
            return made
        if note is None or note.outcome != Kind.RUNNING:
            self._note(Kind.RUNNING)
        before = self._latest()
        try:
            editions = self.desk.run(self.job, context, seen)
        except ClaimHeld as error:
            # Where the other has ended already, `running` may stand over its note.
            return self._made(self._known()) or self._as(Kind.CLAIMED, lines_of(error))
        except AlreadyIssued as error:
            return self._noted(Kind.ISSUED_BEFORE, lines_of(error), error.code)
        except LedgerFailed:
            raise
        except ReportgenError as error:
            return self._failed(error, note, self._left(before))
        except Exception as error:  # noqa: BLE001 - a fault in one job's run must not stop the other jobs
            # The error's own text is never passed on: it may quote a customer's data.
            return self._failed(ReportgenError(
                f"An unexpected error ({type(error).__name__}); a fault of the program, not of the job.",
                hint=f"reportgen --verbose run {self.job.path} --period {self.due.period.label}",
            ), note)
        return replace(self._noted(self._left(before) or Kind.DONE, told), paths=_paths(editions))

    def _failed(self, error: ReportgenError, note: Occurrence | None, left: Kind | None = None) -> Outcome:
        """A failure: what it `left` where editions stand nevertheless, else to be tried again, or given up."""
        now = self.desk.clock()
        over = self.due.deadline is not None and now >= self.due.deadline
        tried = note is not None and now - note.first_noted >= _PATIENCE
        kind = left or (Kind.FAILED if over and tried else Kind.RETRY)
        standing: Sequence[Laid] = getattr(error, "editions", ())  # what was issued although others failed
        return replace(self._noted(kind, lines_of(error), error.code), paths=_paths(standing))

    def _made(self, note: Occurrence | None) -> Outcome | None:
        """How a run ended that began after this date was first seen and that its own tick has not noted (yet)."""
        row = self._latest() if note is not None else None
        if note is None or row is None or row.is_held or row.ended is None or row.ended < note.first_noted:
            return None
        left = _standing(row)
        return self._noted(left, (f"run {row.id} made it; its own tick had not noted that yet.",)) if left else None

    def _left(self, before: RunRow | None) -> Kind | None:
        """How this attempt's run ended, where its editions stand; None where it did not come to a claim."""
        row = self._latest()
        if row is None or (before is not None and (row.id, row.epoch) == (before.id, before.epoch)):
            return None
        return _standing(row)

    def _latest(self) -> RunRow | None:
        return self.desk.ledger.latest(self.job.job, self.due.period.label)

    def _known(self) -> Occurrence | None:
        notes = self.desk.ledger.occurrences(self.job.job)
        return next((note for note in notes if note.period == self.due.period.label), None)

    def _as(self, kind: Kind, told: tuple[str, ...], code: ExitCode = ExitCode.DONE) -> Outcome:
        return Outcome(self.job.job, kind, self.due.period, self.due.at, told, code)

    def _noted(self, kind: Kind, told: tuple[str, ...], code: ExitCode = ExitCode.DONE) -> Outcome:
        self._note(kind)
        return self._as(kind, told, code)

    def _note(self, kind: Kind) -> None:
        if not self.desk.dry:
            self.desk.ledger.note_occurrence(self.job.job, self.due.period.label, self.due.at, kind.value)


def _standing(row: RunRow) -> Kind | None:
    """The outcome a run's state means, where its editions stand in the archive."""
    return Kind(row.state.value) if row.state.value in MADE else None


def _paths(editions: Sequence[Laid]) -> tuple[Path, ...]:
    return tuple(path for edition in editions for path in (*edition.reports, *edition.workbooks))


def lines_of(error: ReportgenError) -> tuple[str, ...]:
    """An error's problems, the state things are in and what to do, a line each."""
    return (*(str(problem) for problem in error.problems), *(line for line in (error.state, error.hint) if line))
