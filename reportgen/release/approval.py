"""Release by a second person: the editions of a period are approved in the log, then their run is let go.

The log is the truth. A process killed between the log and the ledger leaves the run waiting, and so does an approver
who may not write the ledger; `settle`, called by the next `approve` or tick, finds the approvals and lets it go.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from reportgen.archive.approval import approve
from reportgen.archive.archive import Archive
from reportgen.archive.kept import kept_job
from reportgen.archive.state import Issued
from reportgen.context import project_root
from reportgen.errors import ArchiveError, ClaimHeld, LedgerFailed
from reportgen.release.approver import Approver
from reportgen.runs.ledger import Ledger
from reportgen.runs.record import RunRow
from reportgen.runs.states import RunState, UnitState

_WAITS = (RunState.AWAITING_APPROVAL, RunState.RELEASED)


@dataclass(frozen=True, slots=True)
class Released:
    """What an approval changed."""

    approved: tuple[Issued, ...]
    """Approved now."""
    before: tuple[Issued, ...]
    """Approved already."""
    pending: tuple[Issued, ...]
    """Editions of the period that nobody has approved yet."""
    run: RunRow | None
    """The period's latest run, as it is now; None where the ledger knows none."""
    trouble: str = ""
    """Why the run could not be let go; the approvals stand."""


def release(
    archive: Archive, ledger: Ledger, job: str, period: str, approver: Approver, scopes: Sequence[str] = (),
    root: Path | None = None,
) -> Released:
    """Approve the newest editions of a period, those of `scopes` or all, and let their run go once none is pending.

    Raises ArchiveError (exit 8) where nothing was issued, and for the maker, a superseded or deleted edition.
    """
    asked = _asked(archive, job, period, scopes)
    fresh = approve(archive, asked, approver.name, approver.key)
    now = [archive.state().issued[one.manifest] for one in asked]
    done = {one.manifest for one in fresh}
    run, trouble = None, ""
    try:
        run = settle(archive, ledger, job, period, root)
    except LedgerFailed as error:  # the ledger belongs to the user who runs the jobs; the log has the approval
        trouble = str(error.problems[0])
    return Released(
        tuple(one for one in now if one.manifest in done), tuple(one for one in now if one.manifest not in done),
        pending(archive, job, period), run, trouble,
    )


def pending(archive: Archive, job: str, period: str, scopes: Sequence[str] = ()) -> tuple[Issued, ...]:
    """The newest editions of a period, of `scopes` or all, that nobody has approved and nobody deleted."""
    return tuple(one for one in _newest(archive, job, period)
                 if one.approval is None and one.deletion is None and (not scopes or one.entry.scope in scopes))


def settle(archive: Archive, ledger: Ledger, job: str, period: str, root: Path | None = None) -> RunRow | None:
    """Let the period's latest run go if it waits for approval and has it; the run as it is then.

    Its mails are queued before; `root` is the project whose settings they follow, that of the working folder otherwise.

    Raises ClaimHeld (exit 11) while another process works on it, and LedgerFailed (exit 8).
    """
    run = ledger.latest(job, period)
    if run is None or run.state not in _WAITS:
        return run
    units = ledger.units(run.id)
    made = sorted({one.scope for one in units if one.state == UnitState.ARCHIVED})
    if pending(archive, job, period, made):
        return run
    claim = ledger.claim(job, period, waiting=True)
    try:
        if claim.found == RunState.AWAITING_APPROVAL:
            ledger.advance(claim, RunState.RELEASED)
        _queue(archive, ledger, [one for one in _newest(archive, job, period) if one.entry.scope in made], root)
        failed = any(one.state != UnitState.ARCHIVED for one in units)
        ledger.finish(claim, RunState.DONE_WITH_ERRORS if failed else RunState.DONE)
    finally:
        ledger.unlock(claim)
    return ledger.run(run.id)


def _queue(archive: Archive, ledger: Ledger, released: Sequence[Issued], root: Path | None) -> None:
    """Keep the mails, as the job asked for them when the editions were made."""
    standing = [one for one in released if one.deletion is None]
    if not standing:
        return
    rule = kept_job(archive, standing[0]).delivery
    if rule is not None and rule.send:
        from reportgen.delivery.post import Post

        Post.of(archive.root.parent, root or project_root(Path.cwd()), ledger.database, archive).queue(rule, standing)


def settle_all(archive: Archive, ledger: Ledger, root: Path | None = None) -> tuple[RunRow, ...]:
    """Let go every run that waits and has its approvals in the log; those that were let go now, as they are then.

    A run that another process works on is left to the next call. Raises ArchiveError, LedgerFailed (exit 8).
    """
    found = []
    for one in (run for state in _WAITS for run in ledger.runs(state=state)):
        try:
            now = settle(archive, ledger, one.job, one.period, root)
        except ClaimHeld:
            continue
        if now is not None and now.id == one.id and now.state not in _WAITS:
            found.append(now)
    return tuple(found)


def _newest(archive: Archive, job: str, period: str) -> list[Issued]:
    state = archive.required()
    return [state.issued[sha] for subject, sha in state.newest.items() if subject[:2] == (job, period)]


def _asked(archive: Archive, job: str, period: str, scopes: Sequence[str]) -> list[Issued]:
    found = {one.entry.scope: one for one in _newest(archive, job, period)}
    missing = next((one for one in scopes if one not in found), "")
    if missing or not found:
        raise ArchiveError(
            f"{job} {period}{f' {missing}' if missing else ''}: nothing was issued that could be approved.",
            state="Nothing was approved.", hint=f"reportgen archive list --job {job} shows what there is.",
        )
    living = [scope for scope, one in found.items() if one.deletion is None]
    return [found[one] for one in dict.fromkeys(scopes or living or found)]
