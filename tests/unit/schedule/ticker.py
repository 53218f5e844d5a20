"""A process that looks at the clock once, with a host's name of its own, and prints what it did as lines of JSON.

    python -m tests.unit.schedule.ticker FOLDER URL HOST START JOB.yaml…

In each run it waits until the other process has met a period that was taken: so two of them surely meet.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

from reportgen.config import load_job
from reportgen.runs.states import RunState
from reportgen.schedule.outcome import Kind, Outcome
from reportgen.schedule.tick import tick
from tests.unit.schedule.simulated import JANUARY, Bank, Clock

_PATIENCE = 30.0


def main() -> None:
    folder, url, host, start, *jobs = sys.argv[1:]
    bank = Bank(Path(folder), Clock(JANUARY), url, host=host, output=f"output{host}")
    met = bank.folder / "met"

    def wait(job: str, period: str, state: RunState) -> None:
        until = time.monotonic() + _PATIENCE
        while state is RunState.RENDERING and not met.exists():
            assert time.monotonic() < until, "the other process never met a claim"
            time.sleep(0.005)

    def tell(outcome: Outcome) -> None:
        if outcome.kind is Kind.CLAIMED:
            met.touch()
        made = [path.name for path in outcome.paths]
        print(json.dumps([outcome.job, outcome.kind.value, int(outcome.code), made]), flush=True)  # noqa: T201

    bank.hurt = wait
    loaded = [load_job(bank.folder / job) for job in jobs]
    with bank.ledger() as ledger:
        while time.time() < float(start):
            pass  # awake, so that both go at the same moment
        tick(loaded, bank.folder / bank.output, ledger, bank.clock, bank.run, bank.needs, tell=tell, host=host)
    with (bank.folder / "issued").open("a", encoding="utf-8") as log:
        log.writelines(f"{host} {job} {period}\n" for job, period, _ in bank.issued)


if __name__ == "__main__":
    main()
