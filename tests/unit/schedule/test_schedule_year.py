"""A simulated year of months and quarters on a real ledger, with outages, deaths, failures and late data."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from reportgen.config import Job
from reportgen.context import RunContext
from reportgen.errors import SourceError
from reportgen.runs.record import Seen
from reportgen.runs.states import RunState
from tests.unit.schedule.simulated import Bank, Clock, Killed, Laid, kinds, noted, utc

START, QUIET, END = utc("2026-01-01T00:00"), utc("2026-12-15T00:00"), utc("2026-12-31T00:00")
"""From QUIET on nothing goes wrong any more: the last dates' data came, what was left over is made up."""
THIRDS = (6, 4, 4, 3, 8, 3, 3, 5, 3, 10, 4, 3)
"""The third working days of 2026, counted by hand in the State Council's notice; 08:30 in Shanghai is 00:30 UTC."""
LABELS = ("2025-12", *(f"2026-{month:02}" for month in range(1, 12)))
DUE = {
    "monthly": {label: datetime(2026, month, day, 0, 30, tzinfo=START.tzinfo)
                for month, (label, day) in enumerate(zip(LABELS, THIRDS, strict=True), start=1)},
    "quarterly": {label: datetime(2026, month, 10, 1, tzinfo=START.tzinfo)
                  for label, month in (("2025-Q4", 1), ("2026-Q1", 4), ("2026-Q2", 7), ("2026-Q3", 10))},
}


@dataclass
class Rough(Bank):
    """A bank whose machine sleeps and dies, whose runs fail, and whose data come late."""

    luck: random.Random = field(default_factory=random.Random)
    there: dict[tuple[str, str], datetime] = field(default_factory=dict)
    """When a period's data come, known from when they are first asked for."""
    met: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.missing = self._missing
        self.hurt = self._hurt

    def run(self, job: Job, context: RunContext, seen: Seen | None = None) -> tuple[Laid, ...]:
        made = super().run(job, context, seen)
        if self._strikes(0.1):
            raise Killed  # after the run, before its note
        return made

    def year(self, *jobs: Job) -> None:
        while self.clock.now < END:
            try:
                self.met.update(kind for _, kind in kinds(self.tick(*jobs)))
            except Killed:
                self.met["killed"] += 1
            asleep = self._strikes(0.06)
            step = timedelta(hours=24 * self.luck.randint(5, 70) if asleep else self.luck.choice((6, 24, 24, 72)))
            self.clock.now = min(self.clock.now + step, QUIET if self.clock.now < QUIET else END)

    def _missing(self, job: Job, period: str, now: datetime) -> bool:
        late = timedelta(days=self.luck.choice((0, 0, 1, 9, 40)))
        return now < min(QUIET, self.there.setdefault((job.job, period), now + late))

    def _hurt(self, job: str, period: str, state: RunState) -> None:
        if self._strikes(0.05):
            raise Killed
        if state in (RunState.LOADING, RunState.RENDERING) and self._strikes(0.15):
            raise SourceError("the database is away.")

    def _strikes(self, share: float) -> bool:
        return self.clock.now < QUIET and self.luck.random() < share


@pytest.mark.parametrize("seed", range(6))
def test_a_year_ends_with_each_period_issued_once(tmp_path: Path, seed: int) -> None:
    (tmp_path / "templates").mkdir()
    bank = Rough(tmp_path, Clock(START), luck=random.Random(seed))
    jobs = bank.job(), bank.job("quarterly", "day 10, 09:00 Asia/Shanghai", "quarter")
    with bank.ledger() as ledger:  # as the year before left it
        ledger.note_occurrence("monthly", "2025-11", utc("2025-12-03T00:30"), "done")
        ledger.note_occurrence("quarterly", "2025-Q3", utc("2025-10-10T01:00"), "done")
    bank.year(*jobs)
    for job, dates in DUE.items():
        assert Counter(bank.periods(job)) == Counter(dates.keys())
        assert all(at >= dates[period] for one, period, at in bank.issued if one == job)
        assert list(noted(bank, job).values()) == ["done"] * (len(dates) + 1)
        with bank.ledger() as ledger:
            rows = ledger.runs(job)
        assert Counter((row.period, row.version, row.state) for row in rows) == Counter(
            (period, 1, RunState.DONE) for period in dates)
    bank.clock.now = END - timedelta(hours=1)
    assert bank.tick(*jobs) == ()
    assert min(bank.met[what] for what in ("killed", "waiting", "done")) > 0
