"""A job, a clock that moves when told, and a run that is quick: it claims in the real ledger and issues nothing twice.

The simulated archive is a list of (job, period, hour it was made at); what a run would refuse, it refuses.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from reportgen.config import Job, load_job
from reportgen.context import RunContext
from reportgen.errors import Problem
from reportgen.runs.holder import Holder
from reportgen.runs.ledger import Ledger
from reportgen.runs.record import Seen
from reportgen.runs.states import RunState
from reportgen.schedule.outcome import Outcome
from reportgen.schedule.tick import tick

JOB = """\
job: {name}
report: private_banking
currency: CNY
period: {{every: {every}}}
sources: {{closing: {{type: csv, path: closing.csv}}}}
frames:
  snapshots: {{from: closing, columns: {{customer_id: a, snapshot_date: b, aum: {{column: c, unit: 元}}}}}}
schedule:
  when: {when}
"""
THIRD = "3rd working day, 08:30 Asia/Shanghai, calendar CN"
JANUARY = datetime(2026, 1, 6, 0, 30, tzinfo=UTC)
"""The third working day of January 2026, 08:30 in Shanghai: December is due."""
STEPS = (RunState.LOADING, RunState.VALIDATED, RunState.RENDERING, RunState.ARCHIVED, RunState.RELEASED)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


class Killed(BaseException):
    """As SIGKILL: nothing after it is done, no lock is let go but by the kernel."""


@dataclass
class Clock:
    now: datetime

    def __call__(self) -> datetime:
        return self.now

    def go(self, **span: float) -> None:
        self.now += timedelta(**span)


@dataclass(frozen=True)
class Laid:
    reports: tuple[Path, ...]
    workbooks: tuple[Path, ...] = ()


@dataclass
class Bank:
    """One output folder with its ledger and what was issued into it."""

    folder: Path
    clock: Clock
    url: str = ""
    issued: list[tuple[str, str, datetime]] = field(default_factory=list)
    missing: Callable[[Job, str, datetime], bool] = lambda job, period, now: False
    """Whether a job still waits for a period's data."""
    hurt: Callable[[str, str, RunState], None] = lambda job, period, state: None
    """Called before each step of a run; raises what is to go wrong there."""
    loads: int = 0
    host: str = ""
    """Another name makes a stranger of this process."""
    output: str = "output"
    """Hosts with outputs of their own have nothing but the ledger in common: no file's lock."""

    def job(self, name: str = "monthly", when: str = THIRD, every: str = "month", more: str = "") -> Job:
        path = self.folder / f"{name}.yaml"
        path.write_text(JOB.format(name=name, when=when, every=every) + more, encoding="utf-8")
        return load_job(path)

    def ledger(self) -> Ledger:
        return Ledger.of(self.folder / self.output, self.url, self.clock)

    def tick(self, *jobs: Job, dry: bool = False) -> tuple[Outcome, ...]:
        """One tick in a program of its own, as far as the ledger can tell."""
        with self.ledger() as ledger:
            return tick(jobs, self.folder / self.output, ledger, self.clock, self.run, self.needs, dry=dry)

    def needs(self, job: Job, context: RunContext, now: datetime) -> tuple[Problem, ...]:
        if self.missing(job, context.period.label, now):
            return (Problem("closing.csv", f"is not there for {context.period}."),)
        return ()

    def run(self, job: Job, context: RunContext, seen: Seen | None = None) -> tuple[Laid, ...]:
        """Claim, go through the states, issue once, rest."""
        period = context.period.label
        with self.ledger() as ledger:
            claim = ledger.claim(job.job, period, holder=Holder.here(self.host), seen=seen)
            try:
                for state in STEPS:
                    self.hurt(job.job, period, state)
                    if state is RunState.LOADING:
                        self.loads += 1
                    if state is RunState.ARCHIVED:
                        ledger.check(claim)
                        if (job.job, period) not in [(one, its) for one, its, _ in self.issued]:  # the archive's own no-op
                            self.issued.append((job.job, period, self.clock()))
                    ledger.advance(claim, state)
                self.hurt(job.job, period, RunState.DONE)
                ledger.finish(claim, RunState.DONE)
            except Exception:
                ledger.finish(claim, RunState.FAILED, "it failed")
                raise
        return (Laid((self.folder / f"{period}.pdf",)),)

    def periods(self, job: str = "monthly") -> list[str]:
        """Of what was issued, in the order it was."""
        return [period for one, period, _ in self.issued if one == job]


def kinds(outcomes: tuple[Outcome, ...]) -> list[tuple[str, str]]:
    """(period, outcome) pairs."""
    return [(str(one.period), one.kind.value) for one in outcomes]


def noted(bank: Bank, job: str = "monthly") -> dict[str, str]:
    """What the ledger keeps: period to outcome."""
    with bank.ledger() as ledger:
        return {note.period: note.outcome for note in ledger.occurrences(job)}
