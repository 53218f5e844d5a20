"""A process that claims runs as it is told on its standard input, and answers each line with one line of JSON.

    python -m tests.unit.runs.claimant OUTPUT URL
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any

from reportgen.errors import ReportgenError
from reportgen.runs.claim import Heartbeat, holding
from reportgen.runs.holder import Holder
from reportgen.runs.ledger import Ledger
from reportgen.runs.record import Claim
from reportgen.runs.states import RunState, UnitState


class Claimant:
    """One claim at a time, held by a heartbeat where asked."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self.claim: Claim | None = None
        self.heart: Heartbeat | None = None
        self.held = ExitStack()

    def obey(self, order: str, *words: str) -> Any:
        match order:
            case "pid":
                return os.getpid()
            case "claim":
                self.claim = self.ledger.claim(words[0], words[1], lease=timedelta(seconds=float(words[2])))
                self.ledger.plan_units(self.claim, [("bank", "en")])
                return self.claim.epoch
            case "hold":
                assert self.claim is not None
                self.heart = self.held.enter_context(holding(self.ledger, self.claim))
            case "lost":
                assert self.heart is not None
                return self.heart.lost.wait(float(words[0]))
            case "race":
                return self.race(words[0], int(words[1]), float(words[2]), float(words[3]))
            case _:
                assert self.claim is not None
                self.write(self.claim)[order](*words)
        return True

    def write(self, claim: Claim) -> dict[str, Callable[..., object]]:
        return {
            "renew": lambda: self.ledger.renew(claim),
            "check": lambda: self.ledger.check(claim),
            "advance": lambda state: self.ledger.advance(claim, RunState(state)),
            "unit": lambda state: self.ledger.unit(claim, "bank", "en", UnitState(state), pdf=f"by {os.getpid()}"),
            "finish": lambda state: self.ledger.finish(claim, RunState(state)),
        }

    def race(self, host: str, rounds: int, start: float, every: float) -> list[Any]:
        """Claim `round0`, `round1` … each at its moment: the epoch, or the exit code and message of the refusal."""
        result: list[Any] = []
        holder = Holder.here(host if host != "here" else "")
        for number in range(rounds):
            while time.time() < start + number * every:
                pass  # awake, so that both go at the same moment
            try:
                result.append(self.ledger.claim(f"round{number}", "2026-01", holder=holder).epoch)
            except ReportgenError as error:
                result.append([int(error.code), str(error)])
        return result


def main() -> None:
    one = Claimant(Ledger.of(Path(sys.argv[1]), sys.argv[2]))
    for line in sys.stdin:
        try:
            answer = one.obey(*line.split())
        except ReportgenError as error:
            answer = [type(error).__name__, str(error)]
        print(json.dumps(answer), flush=True)  # noqa: T201 - its answer


if __name__ == "__main__":
    main()
