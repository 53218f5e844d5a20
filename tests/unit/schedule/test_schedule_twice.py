"""Two ticks at once, as two real processes: on one host over SQLite, on two hosts over one PostgreSQL."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from reportgen.runs.ledger import Ledger
from reportgen.runs.states import RunState
from tests.postgres import Cluster, postgres  # noqa: F401 - a fixture
from tests.unit.schedule.simulated import JANUARY, Bank, Clock

ROOT = Path(__file__).resolve().parents[3]
NAMES = [f"job{number}" for number in range(8)]
IMPORTS = 2.0
"""Seconds until both processes stand at the start; one that comes later is let in by the wait in the first run."""


def at_once(bank: Bank, url: str, hosts: tuple[str, str]) -> list[list[Any]]:
    """What two processes told, each a list of [job, outcome, code, files laid out]."""
    start = str(time.time() + IMPORTS)
    both = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.unit.schedule.ticker", str(bank.folder), url, host, start,
             *(f"{name}.yaml" for name in NAMES)],
            cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        ) for host in hosts
    ]
    told = []
    for one in both:
        out, err = one.communicate(timeout=120)
        assert one.returncode == 0, err
        told.append([json.loads(line) for line in out.splitlines()])
    return told


@pytest.mark.parametrize("place", ["one host", "two hosts"])
def test_two_ticks_at_once_make_one_run(place: str, bank: Bank, request: pytest.FixtureRequest) -> None:
    url, hosts = f"sqlite:///{bank.folder / 'ledger.db'}", ("", "")
    if place == "two hosts":
        cluster: Cluster = request.getfixturevalue("postgres")
        url, hosts = cluster.database(), ("alpha", "beta")
    for name in NAMES:
        bank.job(name)
    told = at_once(bank, url, hosts)
    outcomes = [one for lines in told for one in lines]
    # Between a run's end and its note the other tick may see that it is done; only the one that made it lays it out.
    assert sorted(job for job, _, _, made in outcomes if made == ["2025-12.pdf"]) == NAMES
    assert {kind for _, kind, _, _ in outcomes} == {"done", "claimed"}
    assert {code for _, _, code, _ in outcomes} == {0}
    issued = [line.split()[-2:] for line in (bank.folder / "issued").read_text(encoding="utf-8").splitlines()]
    assert sorted(issued) == [[name, "2025-12"] for name in NAMES]
    with Ledger.of(bank.folder / "output", url, Clock(JANUARY)) as ledger:
        runs = ledger.runs()
        assert Counter((run.job, run.version, run.epoch, run.state) for run in runs) == Counter(
            (name, 1, 1, RunState.DONE) for name in NAMES)
        assert {note.outcome for name in NAMES for note in ledger.occurrences(name)} == {"done"}
