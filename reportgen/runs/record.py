"""What the ledger knows, as values: runs, units, claims, steps, occurrences and ticks. Times are aware, in UTC."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from reportgen.runs.holder import Holder
from reportgen.runs.states import RunState, UnitState


@dataclass(frozen=True, slots=True)
class Now:
    """The time of a step."""

    at: datetime
    uptime: float | None = None
    """Seconds since the kernel's start, which no setting of the clock changes; None under an injected clock."""


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to write to one run, passed to every step. A later claim of the same run has a higher epoch."""

    run_id: str
    job: str
    period: str
    epoch: int
    until: datetime
    lease: timedelta
    version: int = 1
    resumed: bool = False
    """True where the claim continues a run that an earlier one had begun."""
    found: RunState = RunState.PLANNED
    """The state an earlier claim had left the run in; `planned` for a new one."""


@dataclass(frozen=True, slots=True)
class RunRow:
    """One run of one job for one period. While `until` is set somebody holds it."""

    id: str
    job: str
    period: str
    version: int
    """1, 2 … within (job, period): a new one begins where the run before it is done."""
    state: RunState
    epoch: int
    holder: Holder
    """Who holds the claim, or held it last."""
    made_by: str
    """The operating system's user who began the run."""
    started: datetime
    claimed: datetime
    until: datetime | None
    ended: datetime | None
    digest: str = ""
    """Of the inputs, set with `advance(claim, state, digest=…)`."""
    reason: str = ""
    """Why an issued period is made again."""
    problem: str = ""

    @property
    def is_held(self) -> bool:
        """Whether a claim was made and not let go; its holder may be dead."""
        return self.until is not None


@dataclass(frozen=True, slots=True)
class Seen:
    """The latest run of a (job, period) as somebody knew it; without any, as it stands here."""

    epoch: int = 0
    state: RunState = RunState.PLANNED

    @classmethod
    def of(cls, run: RunRow | None) -> Seen:
        return cls(run.epoch, run.state) if run else cls()


@dataclass(frozen=True, slots=True)
class UnitRow:
    """One scope in one language of a run."""

    run: str
    scope: str
    locale: str
    state: UnitState
    epoch: int
    """Of the claim that wrote it last."""
    edition: str = ""
    pdf: str = ""
    """sha256 of the PDF in the archive's store."""
    workbook: str = ""
    """sha256 of the workbook in the archive's store."""
    manifest: str = ""
    """sha256 of the manifest that issued it."""
    problem: str = ""
    code: int = 0
    """Exit code of the problem."""
    seconds: float = 0.0
    """Of the last attempt."""
    attempts: int = 0
    """How often it was rendered or failed."""


@dataclass(frozen=True, slots=True)
class Step:
    """One change of a run's state, as it was written."""

    run: str
    at: datetime
    epoch: int
    before: RunState
    after: RunState
    by: str
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Occurrence:
    """What became of one date of a schedule."""

    job: str
    period: str
    due: datetime
    outcome: str
    noted: datetime
    """When the outcome was written."""
    first_noted: datetime
    """When the occurrence was first seen."""


@dataclass(frozen=True, slots=True)
class Tick:
    """A look at what is due."""

    host: str
    at: datetime
