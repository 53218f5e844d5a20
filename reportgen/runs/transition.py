"""The statements of a claim and of a run's steps, each within the caller's transaction.

`fenced` comes first in every step: it locks the run's row, so that on PostgreSQL, too, no takeover comes between the
comparison and what is written after it.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import fields, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, Select, insert, select, update

from reportgen.errors import ClaimHeld, Fenced, WrongState
from reportgen.runs.holder import Holder
from reportgen.runs.locks import RunLock
from reportgen.runs.record import Claim, Now, RunRow, Seen, UnitRow
from reportgen.runs.states import WAITING, RunState, UnitState, may_claim, may_step
from reportgen.runs.tables import runs, steps

_OF_HOLDER = {"host": "host", "pid": "pid", "user": "holder", "machine": "machine", "boot": "boot", "space": "space",
              "born": "born"}
"""Field of `Holder` to its column."""


def claimed(
    connection: Connection, job: str, period: str, now: Now, *, holder: Holder, lease: timedelta, reason: str,
    lock: RunLock | None, waiting: bool, seen: Seen | None = None,
) -> Claim | None:
    """The claim, or None where another process changed the run meanwhile. Raises ClaimHeld, WrongState."""
    row = connection.execute(latest_run(job, period)).first()
    found = RunState(row.state) if row else RunState.PLANNED
    if seen is not None and seen != Seen(row.epoch if row else 0, found):
        raise ClaimHeld(f"{job} {period} is another process's at this moment, or was until now.",
                        state="Nothing was run.", hint="`reportgen runs list` says what became of it.")
    if waiting and found not in WAITING:
        raise WrongState(f"{job} {period} is {found if row else 'not run yet'}: it waits for nobody.",
                         state="Nothing was changed.", hint="`reportgen runs list` says how far each run is.")
    columns = _columns(holder) | {"lock": lock.identity if lock else ""}
    if row is None or not may_claim(found):
        claim = Claim(uuid.uuid4().hex[:12], job, period, row.epoch + 1 if row else 1, now.at + lease, lease,
                      row.version + 1 if row else 1)
        begin(connection, claim, columns, now, reason, holder)
        return claim
    if row.until is not None and _lasts(row, holder, now) and not _is_dead(row, holder, lock):
        raise _held(row)
    to = found if waiting else RunState.CLAIMED
    claim = Claim(row.id, job, period, row.epoch + 1, now.at + lease, lease, row.version, resumed=True, found=found)
    values = columns | _lease(claim, now) | {"state": to.value, "epoch": claim.epoch, "claimed": now.at, "ended": None}
    if not waiting:
        values["problem"] = ""
    if reason:
        values["reason"] = reason
    same = (runs.c.id == row.id, runs.c.epoch == row.epoch, runs.c.state == row.state)
    if connection.execute(update(runs).where(*same).values(values)).rowcount == 0:
        return None
    note(connection, row.id, now, claim.epoch, found, to, holder)
    return claim


def begin(
    connection: Connection, claim: Claim, holder_columns: dict[str, Any], now: Now, reason: str, holder: Holder
) -> None:
    """Write a new run, claimed. Two at once break the law that a version is there once: IntegrityError."""
    connection.execute(insert(runs).values(
        id=claim.run_id, job=claim.job, period=claim.period, version=claim.version, state=RunState.CLAIMED.value,
        epoch=claim.epoch, made_by=holder.user, started=now.at, claimed=now.at, ended=None, reason=reason,
        **_lease(claim, now), **holder_columns,
    ))
    note(connection, claim.run_id, now, claim.epoch, RunState.PLANNED, RunState.CLAIMED, holder)


def begin_again(connection: Connection, claim: Claim, row: Row[Any], now: Now) -> Claim:
    """A new run in the place of `row`, held by the same process."""
    fresh = replace(claim, run_id=uuid.uuid4().hex[:12], epoch=claim.epoch + 1, until=now.at + claim.lease,
                    version=claim.version + 1, resumed=False, found=RunState.PLANNED)
    holder = run_of(row).holder
    begin(connection, fresh, _columns(holder) | {"lock": row.lock}, now, row.reason, holder)
    return fresh


def fenced(connection: Connection, claim: Claim) -> Row[Any]:
    """The claim's run, locked until the transaction ends. Raises Fenced when the claim holds no more."""
    row = connection.execute(select(runs).where(runs.c.id == claim.run_id).with_for_update()).first()
    if row is not None and row.epoch == claim.epoch and row.until is not None:
        return row
    what = f"Run {claim.run_id} ({claim.job} {claim.period})"
    if row is not None and row.epoch != claim.epoch:
        problem = f"{what} was taken over by {run_of(row).holder} at {_clock(row.claimed)}."
    else:
        problem = f"{what} was let go; this process may not write to it any more."
    raise Fenced(problem, state="This step was not done. What was recorded before stands, and the other goes on.",
                 hint=f"`reportgen runs show {claim.run_id}` says how far it is.")


def renewed(connection: Connection, claim: Claim, now: Now) -> Claim:
    """The claim with a whole lease before it."""
    longer = replace(claim, until=now.at + claim.lease)
    connection.execute(
        update(runs).where(runs.c.id == claim.run_id, runs.c.epoch == claim.epoch).values(_lease(longer, now))
    )
    return longer


def left(row: Row[Any], now: Now) -> timedelta:
    """What remains of a lease for its holder, by the clock or by the time since the start, whichever is less."""
    by_clock: timedelta = row.until - now.at
    if row.until_uptime is None or now.uptime is None:
        return by_clock
    return min(by_clock, timedelta(seconds=row.until_uptime - now.uptime))


def step(
    connection: Connection, row: Row[Any], to: RunState, now: Now, values: Mapping[str, Any], *, stay: bool = False
) -> None:
    """Set a fenced run's state, and whatever else. Raises WrongState; `stay` lets it remain what it is."""
    state = RunState(row.state)
    if not (may_step(state, to) or (stay and state is to)) or to is RunState.CLAIMED:
        raise WrongState(f"Run {row.id} is {state}; it cannot become {to}.", state="Nothing was changed.")
    same = (runs.c.id == row.id, runs.c.epoch == row.epoch, runs.c.state == row.state)
    changed = connection.execute(update(runs).where(*same).values({"state": to.value, **values}))
    if changed.rowcount == 0:
        raise Fenced(f"Run {row.id} was changed by another process at this moment.", state="This step was not done.")
    if state is not to:
        note(connection, row.id, now, row.epoch, state, to, run_of(row).holder, str(values.get("problem", "")))


def note(
    connection: Connection, run: str, now: Now, epoch: int, before: RunState, after: RunState, by: Holder,
    problem: str = "",
) -> None:
    """Write a step into the run's history."""
    connection.execute(insert(steps).values(run=run, at=now.at, epoch=epoch, before=before.value, after=after.value,
                                            by=str(by), problem=problem))


def latest_run(job: str, period: str) -> Select[Any]:
    """The query for the last run of a job for a period."""
    return select(runs).where(runs.c.job == job, runs.c.period == period).order_by(runs.c.version.desc()).limit(1)


def run_of(row: Row[Any]) -> RunRow:
    """A row of the runs as a value."""
    values = row._mapping  # noqa: SLF001 - sqlalchemy's public name
    plain = {one.name: values[one.name] for one in fields(RunRow) if one.name not in ("state", "holder")}
    holder = Holder(**{name: values[column] for name, column in _OF_HOLDER.items()})
    return RunRow(**plain, state=RunState(row.state), holder=holder)


def unit_of(row: Row[Any]) -> UnitRow:
    """A row of the units as a value."""
    return UnitRow(**{**row._mapping, "state": UnitState(row.state)})  # noqa: SLF001 - sqlalchemy's public name


def _columns(holder: Holder) -> dict[str, Any]:
    return {column: getattr(holder, name) for name, column in _OF_HOLDER.items()}


def _lease(claim: Claim, now: Now) -> dict[str, Any]:
    uptime = None if now.uptime is None else now.uptime + claim.lease.total_seconds()
    return {"until": claim.until, "until_uptime": uptime}


def _lasts(row: Row[Any], holder: Holder, now: Now) -> bool:
    """Whether a lease has time left. Under one kernel its uptime tells, so that a clock set anew ends no claim."""
    if row.until_uptime is not None and now.uptime is not None and run_of(row).holder.same_kernel(holder):
        return bool(row.until_uptime > now.uptime)
    return bool(row.until > now.at)


def _is_dead(row: Row[Any], holder: Holder, lock: RunLock | None) -> bool:
    """Whether the run's holder has ended, by the kernel's process table or by its lock file, which we hold now."""
    other = run_of(row).holder
    if lock is not None and row.lock == lock.identity and other.same_kernel(holder):
        return True
    return other.is_dead(holder)


def _held(row: Row[Any]) -> ClaimHeld:
    other = run_of(row)
    return ClaimHeld(
        f"{other.job} {other.period} is being run by {other.holder} since {_clock(other.claimed)} (run {other.id}, "
        f"{other.state}); its claim lasts until {_clock(row.until)} unless it is renewed.",
        state="Nothing was run.",
        hint="Wait for it, or end that process. A claim whose process has ended is taken over at once on its own "
             "host, elsewhere when its time is over.",
    )


def _clock(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC"
