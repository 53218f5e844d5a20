"""Claims between real processes: two at once, one stopped and overtaken, one killed. On SQLite and PostgreSQL."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from reportgen.errors import ClaimHeld, Fenced, LedgerFailed, RenderError
from reportgen.runs.claim import holding
from reportgen.runs.holder import Holder
from reportgen.runs.ledger import Ledger
from reportgen.runs.locks import RunLock
from reportgen.runs.states import RunState, UnitState
from reportgen.runs.tables import runs
from tests.unit.runs.conftest import Clock, Place

ROOT = Path(__file__).resolve().parents[3]
ROUNDS = 50


class Process:
    """A claimant in a process of its own."""

    def __init__(self, place: Place) -> None:
        self.popen = subprocess.Popen(
            [sys.executable, "-m", "tests.unit.runs.claimant", str(place.output / "output"), place.url],
            cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )

    def tell(self, *words: object) -> None:
        assert self.popen.stdin is not None
        self.popen.stdin.write(" ".join(map(str, words)) + "\n")
        self.popen.stdin.flush()

    def answer(self) -> Any:
        assert self.popen.stdout is not None
        return json.loads(self.popen.stdout.readline())

    def ask(self, *words: object) -> Any:
        self.tell(*words)
        return self.answer()

    def end(self) -> None:
        for pipe in (self.popen.stdin, self.popen.stdout):
            assert pipe is not None
            pipe.close()
        self.popen.kill()
        self.popen.wait()


@pytest.fixture
def process(place: Place) -> Iterator[Callable[[], Process]]:
    begun: list[Process] = []

    def begin() -> Process:
        begun.append(Process(place))
        return begun[-1]

    yield begin
    for one in begun:
        one.end()


@pytest.mark.parametrize("hosts", [("here", "here"), ("north", "south")])
def test_of_two_processes_at_once_exactly_one_wins(
    place: Place, process: Callable[[], Process], hosts: tuple[str, str]
) -> None:
    # Every other round is the takeover of a lease that ended, on a host nobody can look at.
    past = Clock()
    for number in range(1, ROUNDS, 2):
        place.ledger(past).claim(f"round{number}", "2026-01", holder=Holder("gone", 1, "otto"))
    two = [process(), process()]
    pids = [one.ask("pid") for one in two]
    start = time.time() + 0.2
    for one, host in zip(two, hosts, strict=True):
        one.tell("race", host, ROUNDS, start, 0.06)
    results = [one.answer() for one in two]
    names = [f"process {pid} since" if host == "here" else f"on {host}, process {pid} since"
             for host, pid in zip(hosts, pids, strict=True)]
    won = [0, 0]
    for number, pair in enumerate(zip(*results, strict=True)):
        epochs = [one for one in pair if isinstance(one, int)]
        assert epochs == [2 if number % 2 else 1], f"round {number}: {pair}"
        winner = 0 if isinstance(pair[0], int) else 1
        code, words = pair[1 - winner]
        assert code == 11
        assert names[winner] in words
        assert "its claim lasts until 20" in words
        won[winner] += 1
    assert sum(won) == ROUNDS
    assert len(place.ledger().runs()) == ROUNDS
    assert {row.epoch for row in place.ledger().runs()} == {1, 2}


def test_a_process_stopped_past_its_lease_is_overtaken_and_fenced(
    place: Place, process: Callable[[], Process]
) -> None:
    one = process()
    assert one.ask("claim", "taihu", "2011-05", 2) == 1
    assert one.ask("hold") is True
    ledger = place.ledger()
    time.sleep(2.5)
    with pytest.raises(ClaimHeld):  # past the first lease: its heart has beaten
        ledger.claim("taihu", "2011-05")
    until = ledger.runs()[0].until
    while ledger.runs()[0].until == until:
        time.sleep(0.01)
    one.popen.send_signal(signal.SIGSTOP)  # right after a beat: not within a transaction
    time.sleep(2.2)
    claim = ledger.claim("taihu", "2011-05")
    assert (claim.epoch, claim.resumed) == (2, True)
    ledger.advance(claim, RunState.LOADING)
    one.popen.send_signal(signal.SIGCONT)
    for order in (["unit", "rendered"], ["advance", "loading"], ["check"], ["renew"], ["finish", "failed"]):
        kind, words = one.ask(*order)
        assert kind == "Fenced", order
        assert f"taken over by {Holder.here()} at" in words
    assert one.ask("lost", 5) is True
    row = ledger.run(claim.run_id)
    assert (row.state, row.epoch, row.holder.pid) == ("loading", 2, os.getpid())
    assert ledger.units(claim.run_id)[0].state is UnitState.PENDING


@pytest.mark.parametrize("collected", [False, True], ids=["zombie", "collected"])
def test_a_killed_process_is_taken_over_at_once(
    place: Place, process: Callable[[], Process], collected: bool
) -> None:
    one = process()
    assert one.ask("claim", "taihu", "2011-05", 3600) == 1
    assert one.ask("unit", "rendered") is True
    ledger = place.ledger()
    with pytest.raises(ClaimHeld):
        ledger.claim("taihu", "2011-05")
    one.popen.kill()
    if collected:
        one.popen.wait()
    else:
        os.waitid(os.P_PID, one.popen.pid, os.WEXITED | os.WNOWAIT)
    claim = ledger.claim("taihu", "2011-05")
    assert (claim.epoch, claim.resumed, claim.found) == (2, True, RunState.CLAIMED)
    assert ledger.units(claim.run_id)[0].state is UnitState.RENDERED


def test_a_process_of_another_container_is_known_dead_by_its_lock(
    place: Place, process: Callable[[], Process]
) -> None:
    one = process()
    one.ask("claim", "taihu", "2011-05", 3600)
    ledger = place.ledger()
    with ledger.database.writing() as connection:
        connection.execute(update(runs).values(space="pid:[1]"))
    for _ in range(2):
        with pytest.raises(ClaimHeld):
            ledger.claim("taihu", "2011-05")
    one.popen.kill()
    one.popen.wait()
    with pytest.raises(ClaimHeld):  # from another output folder nothing is known of it
        place.ledger(output="other").claim("taihu", "2011-05")
    assert ledger.claim("taihu", "2011-05").epoch == 2


def test_the_death_of_a_process_is_told_by_its_kernel_only() -> None:
    here = replace(Holder.here(), machine="one")  # containers have none
    assert here.boot
    assert here.born
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    for other, dead in (
        (here, False),
        (replace(here, pid=gone.pid, born="1"), True),
        (replace(here, born="1"), True),  # the pid was given to us after it
        (replace(here, pid=gone.pid, space="pid:[1]"), False),
        (replace(here, pid=gone.pid, boot="other", machine="other"), False),
        (replace(here, boot="before the power cut"), True),
        (replace(here, boot="before the power cut", machine=""), False),
        (replace(here, boot="before the power cut", host="clone"), False),
        (replace(here, pid=gone.pid, boot=""), False),
        (Holder.here("far"), False),
    ):
        assert other.is_dead(here) is dead, other


@pytest.mark.parametrize("days", [-1, 1])
def test_a_clock_set_anew_ends_no_claim_of_a_living_process(
    place: Place, process: Callable[[], Process], monkeypatch: pytest.MonkeyPatch, days: int
) -> None:
    one = process()
    assert one.ask("claim", "taihu", "2011-05", 3) == 1
    ledger = place.ledger()
    claimed = ledger.runs()[0].claimed
    monkeypatch.setattr(ledger.database, "now", lambda _: claimed + timedelta(days=days))
    with pytest.raises(ClaimHeld):
        ledger.claim("taihu", "2011-05")
    with ledger.database.writing() as connection:  # of another machine only the clock is known
        connection.execute(update(runs).values(boot="other", machine="other"))
    if days > 0:
        assert ledger.claim("taihu", "2011-05").epoch == 2
        return
    with pytest.raises(ClaimHeld):
        ledger.claim("taihu", "2011-05")
    with ledger.database.writing() as connection:
        connection.execute(update(runs).values(boot=Holder.here().boot))
    time.sleep(3)  # the process lives, and did not renew
    assert ledger.claim("taihu", "2011-05").epoch == 2


def test_the_heart_beats_and_stops(place: Place) -> None:
    ledger = place.ledger()
    claim = ledger.claim("taihu", "2011-05", lease=timedelta(seconds=0.8))
    with holding(ledger, claim) as heart:
        time.sleep(1.5)
        until = ledger.run(claim.run_id).until
        assert until is not None
        assert until > claim.until
        heart.check()
        assert not heart.lost.is_set()
        ledger.finish(claim, RunState.INTERRUPTED)
    assert not heart.lost.is_set()
    assert [thread.name for thread in threading.enumerate() if thread.name.startswith("heartbeat")] == []


def test_the_main_thread_learns_that_it_was_overtaken(place: Place) -> None:
    ledger, other = place.ledger(), place.ledger()
    claim = ledger.claim("taihu", "2011-05", lease=timedelta(seconds=0.4))

    def work() -> None:
        with holding(ledger, claim) as heart:
            with other.database.writing() as connection:
                connection.execute(update(runs).values(epoch=7))
            assert heart.lost.wait(5)
            heart.check()

    with pytest.raises(Fenced):
        work()
    row = other.run(claim.run_id)
    assert (row.state, row.is_held, row.epoch) == ("claimed", True, 7)


@pytest.mark.parametrize(("error", "state", "problem"), [
    (RenderError("bank en: a glyph is missing"), "failed", "bank en: a glyph is missing"),
    (KeyError("customer 4711"), "failed", "KeyError"),  # what an unexpected error says may hold data
    (KeyboardInterrupt(), "interrupted", "KeyboardInterrupt"),
])
def test_an_error_leaves_the_run_free_for_the_next(
    place: Place, error: BaseException, state: str, problem: str
) -> None:
    ledger = place.ledger()
    claim = ledger.claim("taihu", "2011-05")
    with pytest.raises(type(error)), holding(ledger, claim):
        raise error
    row = ledger.run(claim.run_id)
    assert (row.state, row.problem, row.is_held) == (state, problem, False)
    assert place.ledger().claim("taihu", "2011-05").epoch == 2


def test_what_the_block_finished_stays_finished(place: Place) -> None:
    ledger = place.ledger()
    claim = ledger.claim("taihu", "2011-05")

    def work() -> None:
        with holding(ledger, claim):
            ledger.finish(claim, RunState.BLOCKED, "duplicate keys")
            raise RenderError("later")

    with pytest.raises(RenderError):
        work()
    assert (ledger.run(claim.run_id).state, ledger.run(claim.run_id).problem) == ("blocked", "duplicate keys")


def test_a_ledger_out_of_reach_for_a_beat_is_no_loss(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    ledger = place.ledger()
    claim = ledger.claim("taihu", "2011-05", lease=timedelta(seconds=1))
    renew, calls = Ledger.renew, []

    def sometimes(self: Ledger, held: Any) -> Any:
        calls.append(held)
        if len(calls) == 1:
            raise LedgerFailed("the network is away")
        return renew(self, held)

    monkeypatch.setattr(Ledger, "renew", sometimes)
    with holding(ledger, claim) as heart:
        time.sleep(1.3)
        assert len(calls) >= 3
        assert not heart.lost.is_set()
        heart.check()
        with pytest.raises(ClaimHeld):
            place.ledger().claim("taihu", "2011-05")
        ledger.finish(claim, RunState.FAILED)


def test_the_lock_file_is_one_holders_and_free_when_it_is_let_go(tmp_path: Path) -> None:
    first = RunLock.attempt(tmp_path, "taihu", "2011-05")
    assert first is not None
    assert (tmp_path / "locks" / "taihu-2011-05.lock").stat().st_mode & 0o777 == 0o600
    assert RunLock.attempt(tmp_path, "taihu", "2011-05") is None
    assert RunLock.attempt(tmp_path, "../taihu", "2011-05") is not None
    assert [path.name for path in (tmp_path / "locks").glob("..*")] == ["..%2Ftaihu-2011-05.lock"]
    first.release()
    first.release()
    again = RunLock.attempt(tmp_path, "taihu", "2011-05")
    assert again is not None
    assert again.identity == first.identity
    again.release()
