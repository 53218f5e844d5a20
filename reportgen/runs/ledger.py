"""The run ledger: which process makes which (job, period), how far it came, and what is left.

Every step is one transaction that compares before it sets: the run must be in a state the step may leave, and the
claim's epoch must be the run's. A process that was overtaken meets `Fenced` (exit 11) at its next word.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Self

from sqlalchemy import Connection, Row, Select, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from reportgen.errors import ClaimHeld, JobError, WrongState
from reportgen.runs.database import Database
from reportgen.runs.holder import Holder, uptime
from reportgen.runs.locks import RunLock
from reportgen.runs.record import Claim, Now, Occurrence, RunRow, Seen, Step, Tick, UnitRow
from reportgen.runs.states import ISSUED, RESTING, RunState, UnitState, before
from reportgen.runs.tables import occurrences, runs, steps, ticks, units
from reportgen.runs.transition import (
    begin_again,
    claimed,
    fenced,
    latest_run,
    left,
    renewed,
    run_of,
    step,
    unit_of,
)

LEASE = timedelta(minutes=10)
_RACES = 8
"""Attempts at a claim that another process came between; each of them was somebody's success."""
_RUN_FIELDS = frozenset({"digest", "problem", "reason"})
_UNIT_FIELDS = frozenset({"edition", "pdf", "workbook", "manifest", "problem", "code", "seconds"})


class Ledger:
    """The ledger of one output folder, or of a team where a URL names PostgreSQL. Threads may share it."""

    def __init__(self, database: Database, output: Path, clock: Callable[[], datetime] | None = None) -> None:
        self.database = database
        self.output = output
        self._clock = clock
        self._locks: dict[str, RunLock] = {}

    @classmethod
    def of(cls, output: Path, url: str = "", clock: Callable[[], datetime] | None = None) -> Ledger:
        """The ledger at `url`, else at the environment's REPORTGEN_LEDGER, else `<output>/reportgen.db`.

        Nothing is opened yet. Without a `clock` times are the machine's, on PostgreSQL the server's.
        """
        return cls(Database.of(output, url), output, clock)

    def close(self) -> None:
        """Close connections and let go the lock files of runs that were not finished."""
        for lock in self._locks.values():
            lock.release()
        self._locks.clear()
        self.database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # The claim

    def claim(
        self, job: str, period: str, *, holder: Holder | None = None, lease: timedelta = LEASE, reason: str = "",
        waiting: bool = False, seen: Seen | None = None,
    ) -> Claim:
        """The sole right to write to the run of (job, period) until the lease ends; `renew` it before.

        Continues the latest run unless that is done, else begins a new one. Takes over a lease that ended, and one
        whose holder is dead for certain. With `waiting` the run must be held, awaiting approval or released, and
        stays in that state; otherwise it is `claimed`. With `seen`, the latest run as the caller knows
        it, any claim or step since then refuses this one, also where that run is over. Raises ClaimHeld (exit 11),
        which names the holder.
        """
        holder = holder or Holder.here()
        lock = RunLock.attempt(self.output, job, period)
        try:
            for _ in range(_RACES):
                try:
                    with self.database.writing() as connection:
                        claim = claimed(connection, job, period, self._now(connection), holder=holder,
                                        lease=lease, reason=reason, lock=lock, waiting=waiting, seen=seen)
                except IntegrityError:  # another process began the same run
                    continue
                if claim is not None:
                    break
            else:
                raise ClaimHeld(f"{job} {period} is being claimed by others at this moment.",
                                state="Nothing was run.", hint="Try again in a minute.")
        except BaseException:
            if lock is not None:
                lock.release()
            raise
        if lock is not None:
            self._locks[claim.run_id] = lock
        return claim

    def renew(self, claim: Claim) -> Claim:
        """The claim with a whole lease before it. Raises Fenced (exit 11) when it was overtaken or let go."""
        with self.database.writing() as connection:
            fenced(connection, claim)
            return renewed(connection, claim, self._now(connection))

    def check(self, claim: Claim) -> None:
        """Assure, right before an archive is appended to, that the claim holds, and for half a lease to come.

        Raises Fenced (exit 11). A lease that ended while nobody else claimed the run is good again.
        """
        with self.database.writing() as connection:
            row, now = fenced(connection, claim), self._now(connection)
            if left(row, now) < claim.lease / 2:
                renewed(connection, claim, now)

    def restart(self, claim: Claim, problem: str) -> Claim:
        """Give the run up as failed and begin a new one of the same (job, period), held by the same process.

        For a run whose inputs are no longer those it began with: one run is made from one state of the data.
        """
        with self.database.writing() as connection:
            row, now = fenced(connection, claim), self._now(connection)
            step(connection, row, RunState.FAILED, now, {"until": None, "ended": now.at, "problem": problem})
            fresh = begin_again(connection, claim, row, now)
        if claim.run_id in self._locks:
            self._locks[fresh.run_id] = self._locks.pop(claim.run_id)
        return fresh

    # Steps

    def advance(self, claim: Claim, to: RunState, **fields: str) -> None:
        """The run's next state, with `digest`, `problem` or `reason`. Raises WrongState, or Fenced (exit 11)."""
        _check_fields(fields, _RUN_FIELDS)
        with self.database.writing() as connection:
            step(connection, fenced(connection, claim), RunState(to), self._now(connection), fields)

    def finish(self, claim: Claim, state: RunState, problem: str = "") -> None:
        """Leave the run in a state of rest and let the claim go. Raises WrongState, or Fenced (exit 11)."""
        state = RunState(state)
        if state not in RESTING:
            raise WrongState(f"Run {claim.run_id} cannot be let go as {state}.")
        try:
            with self.database.writing() as connection:
                row, now = fenced(connection, claim), self._now(connection)
                step(connection, row, state, now, {"until": None, "ended": now.at, "problem": problem}, stay=True)
        finally:
            self.unlock(claim)

    def unlock(self, claim: Claim) -> None:
        """Let go the lock file of a claim. Where the claim was not let go by `finish`, the next one takes it over."""
        lock = self._locks.pop(claim.run_id, None)
        if lock is not None:
            lock.release()

    def plan_units(self, claim: Claim, wanted: Iterable[tuple[str, str]]) -> None:
        """Note the run's units, (scope, locale) each, as pending; those that are noted stay as they are."""
        with self.database.writing() as connection:
            fenced(connection, claim)
            known = {tuple(row) for row in connection.execute(
                select(units.c.scope, units.c.locale).where(units.c.run == claim.run_id)
            )}
            fresh = [{"run": claim.run_id, "scope": scope, "locale": locale, "state": UnitState.PENDING.value,
                      "epoch": claim.epoch} for scope, locale in dict.fromkeys(wanted) if (scope, locale) not in known]
            if fresh:
                connection.execute(insert(units), fresh)

    def unit(self, claim: Claim, scope: str, locale: str, to: UnitState, **fields: str | float) -> None:
        """A unit's next state, with `edition`, `pdf`, `workbook`, `manifest`, `problem`, `code` or `seconds`.

        Raises WrongState, also for a unit that was not planned, or Fenced (exit 11).
        """
        _check_fields(fields, _UNIT_FIELDS)
        to = UnitState(to)
        values: dict[str, Any] = {"state": to.value, "epoch": claim.epoch, **fields}
        if to in (UnitState.RENDERED, UnitState.FAILED):
            values["attempts"] = units.c.attempts + 1
        if to is not UnitState.FAILED:
            values.setdefault("problem", "")
            values.setdefault("code", 0)
        one = (units.c.run == claim.run_id) & (units.c.scope == scope) & (units.c.locale == locale)
        with self.database.writing() as connection:
            fenced(connection, claim)
            changed = connection.execute(
                update(units).where(one, units.c.state.in_([state.value for state in before(to)])).values(values)
            )
            if changed.rowcount == 0:
                state = connection.execute(select(units.c.state).where(one)).scalar()
                raise WrongState(f"Unit {scope} {locale} of run {claim.run_id} is {state or 'not planned'}; "
                                 f"it cannot become {to}.")

    # What the ledger knows

    def runs(
        self, job: str = "", period: str = "", state: str = "", limit: int | None = None
    ) -> tuple[RunRow, ...]:
        """Runs, the latest first."""
        query = select(runs).order_by(runs.c.started.desc(), runs.c.version.desc(), runs.c.id)
        for column, value in ((runs.c.job, job), (runs.c.period, period), (runs.c.state, str(state))):
            if value:
                query = query.where(column == value)
        return tuple(map(run_of, self._read(query.limit(limit))))

    def run(self, run_id: str) -> RunRow:
        """The run of an id, or of the beginning of one. Raises JobError (exit 2) where none or several have it."""
        found = self._read(select(runs).where(runs.c.id.startswith(run_id, autoescape=True)).order_by(runs.c.id))
        if len(found) == 1:
            return run_of(found[0])
        several = ", ".join(row.id for row in found[:5])
        raise JobError(f"{len(found)} runs have an id that begins with '{run_id}': {several}." if found
                       else f"No run has the id '{run_id}'.", hint="`reportgen runs list` names them.")

    def latest(self, job: str, period: str) -> RunRow | None:
        """The last run of a job for a period, whatever its state."""
        found = self._read(latest_run(job, period))
        return run_of(found[0]) if found else None

    def units(self, run_id: str, state: str = "") -> tuple[UnitRow, ...]:
        """The units of a run, by scope and locale."""
        query = select(units).where(units.c.run == run_id).order_by(units.c.scope, units.c.locale)
        return tuple(map(unit_of, self._read(query.where(units.c.state == str(state)) if state else query)))

    def unit_counts(self, run_id: str) -> dict[UnitState, int]:
        """State to how many of the run's units are in it; every state is there."""
        counted = self._read(
            select(units.c.state, func.count()).where(units.c.run == run_id).group_by(units.c.state)
        )
        return dict.fromkeys(UnitState, 0) | {UnitState(state): count for state, count in counted}

    def history(self, run_id: str) -> tuple[Step, ...]:
        """Every step of a run, the first first."""
        found = self._read(select(steps).where(steps.c.run == run_id).order_by(steps.c.number))
        return tuple(Step(row.run, row.at, row.epoch, RunState(row.before), RunState(row.after), row.by, row.problem)
                     for row in found)

    # The schedule

    def issued_periods(self, job: str) -> tuple[str, ...]:
        """Periods whose editions are archived, as far as they could be made."""
        query = select(runs.c.period).where(runs.c.job == job, runs.c.state.in_([state.value for state in ISSUED]))
        return tuple(row.period for row in self._read(query.distinct().order_by(runs.c.period)))

    def note_occurrence(self, job: str, period: str, due_at: datetime, outcome: str) -> None:
        """What became of the date on which a period was due; a later outcome takes the place of an earlier one."""
        for _ in range(_RACES):
            try:
                with self.database.writing() as connection:
                    now = self._now(connection).at
                    changed = connection.execute(
                        update(occurrences).where(occurrences.c.job == job, occurrences.c.period == period)
                        .values(due=due_at, outcome=outcome, noted=now)
                    )
                    if changed.rowcount == 0:
                        connection.execute(insert(occurrences).values(
                            job=job, period=period, due=due_at, outcome=outcome, noted=now, first_noted=now))
                return
            except IntegrityError:  # another tick noted it first
                continue

    def occurrences(self, job: str) -> tuple[Occurrence, ...]:
        """What became of a job's dates, the earliest first."""
        found = self._read(select(occurrences).where(occurrences.c.job == job).order_by(occurrences.c.due))
        return tuple(Occurrence(**row._mapping) for row in found)  # noqa: SLF001 - sqlalchemy's public name

    def last_scheduled(self, job: str) -> Occurrence | None:
        """The latest date of the job's schedule that anything is noted of."""
        known = self.occurrences(job)
        return known[-1] if known else None

    def note_tick(self, host: str, at: datetime) -> None:
        """Note that `tick` ran; one time is kept for each host."""
        for _ in range(_RACES):
            try:
                with self.database.writing() as connection:
                    if connection.execute(update(ticks).where(ticks.c.host == host).values(at=at)).rowcount == 0:
                        connection.execute(insert(ticks).values(host=host, at=at))
                return
            except IntegrityError:
                continue

    def last_tick(self) -> Tick | None:
        """The latest tick of any host."""
        found = self._read(select(ticks).order_by(ticks.c.at.desc()).limit(1))
        return Tick(found[0].host, found[0].at) if found else None

    def _read(self, query: Select[Any]) -> list[Row[Any]]:
        if not self.database.is_there:
            return []
        with self.database.reading() as connection:
            return list(connection.execute(query))

    def _now(self, connection: Connection) -> Now:
        if self._clock:
            return Now(self._clock().astimezone(UTC))
        return Now(self.database.now(connection), uptime())


def _check_fields(given: dict[str, Any], known: frozenset[str]) -> None:
    if strange := given.keys() - known:
        raise TypeError(f"no such field: {', '.join(sorted(strange))}; there are {', '.join(sorted(known))}")
