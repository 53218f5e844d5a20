"""Holding a claim while a run works: a heartbeat renews it, and says when it was lost."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from threading import Event, Thread

from reportgen.errors import Fenced, LedgerFailed, ReportgenError
from reportgen.runs.ledger import Ledger
from reportgen.runs.record import Claim
from reportgen.runs.states import RunState

_BEATS = 4
"""Renewals within one lease."""


@dataclass(slots=True)
class Heartbeat:
    """The claim of a running job. `lost` is set once another process has taken the run over."""

    ledger: Ledger
    claim: Claim
    lost: Event = field(default_factory=Event)
    _stopped: Event = field(default_factory=Event)

    def check(self) -> None:
        """Raise Fenced (exit 11) when the claim holds no more; else it holds for half a lease to come."""
        self.ledger.check(self.claim)

    def beat(self) -> None:
        """Renew until told to stop."""
        while not self._stopped.wait(self.claim.lease.total_seconds() / _BEATS):
            # A ledger out of reach may come back before the lease ends; if it does not, `check` says so.
            with suppress(LedgerFailed):
                try:
                    self.ledger.renew(self.claim)
                except Fenced:
                    if not self._stopped.is_set():
                        self.lost.set()
                    return

    def stop(self) -> None:
        self._stopped.set()


@contextmanager
def holding(ledger: Ledger, claim: Claim) -> Iterator[Heartbeat]:
    """Keep `claim` alive for as long as the block runs.

    The block lets the claim go by `ledger.finish`. Where an error keeps it from that, the run is left `failed`, or
    `interrupted` by Ctrl-C, with the error's first line, so that the next claim need not wait for the lease's end.
    """
    heart = Heartbeat(ledger, claim)
    thread = Thread(target=heart.beat, name=f"heartbeat-{claim.run_id}", daemon=True)
    thread.start()
    try:
        yield heart
    except BaseException as error:
        heart.stop()
        thread.join()
        _let_go(ledger, heart.claim, error)
        raise
    finally:
        heart.stop()
        thread.join()
        ledger.unlock(heart.claim)


def _let_go(ledger: Ledger, claim: Claim, error: BaseException) -> None:
    stopped = not isinstance(error, Exception)  # Ctrl-C, or told to exit
    problem = str(error.problems[0]) if isinstance(error, ReportgenError) else type(error).__name__
    # Finished by the block, overtaken, or a ledger that cannot be written: the error itself is what matters.
    with suppress(ReportgenError):
        ledger.finish(claim, RunState.INTERRUPTED if stopped else RunState.FAILED, problem)
