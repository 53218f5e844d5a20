# ruff: noqa: T201 - a program of the lab
"""Ends the full way of a run inside a system call, under strace, then runs it again and judges what stands.

A process that has everything imported forks one child a point; strace, attached before the child's first step, kills
it as it enters the n-th call of a kind. The points are the calls by which the program changes something: files below
its output folder, and words to a PostgreSQL server. Every way is tried on both ledgers.

Beside the kills there are power cuts, at operations of the archive's disk: `Forgetful` drops what was not synced. What
SQLite or the server has committed stands: that is their word.
"""

from __future__ import annotations

import os
import random
import re
import shutil
import signal
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from reportgen.archive.disk import using
from reportgen.errors import ReportgenError
from tests import postgres
from tests.crash import sweeping
from tests.crash.forgetful import Forgetful
from tests.crash.issuing import WAYS, Way, faults, interrupted
from tests.crash.killing import _child, attached, unavailable

LEDGERS = ("sqlite", "postgresql")
VARIABLE = "REPORTGEN_LEDGER"
CALLS = (
    "openat", "write", "pwrite64", "writev", "ftruncate", "fallocate", "fsync", "fdatasync", "fchmod", "chmod",
    "link", "linkat", "rename", "renameat", "renameat2", "unlink", "unlinkat", "mkdir", "mkdirat", "rmdir", "fcntl",
    "flock", "connect", "sendto", "recvfrom",
)
CUT = "power cut"
POINTS = 800
"""Of the whole lab, on both ledgers together."""
CUTS = 0.2
"""Share of the points that are power cuts."""
SEEDS = (0, 2)
"""All is lost that may be; some of it is."""
_MARGIN = 0.05
"""Share of points that may be missed: the program's threads do not always call alike."""
_LINE = re.compile(r"(\d+) +(\w+)\((.*)")


@dataclass(frozen=True, slots=True)
class Point:
    """Before the n-th system call of a kind on a way, counted from 1."""

    way: str
    ledger: str
    call: str
    number: int

    def __str__(self) -> str:
        return f"{self.way} on {self.ledger}, {self.call} {self.number}"


class Cutting(Forgetful):
    """The power is cut before the n-th operation: the process ends, with two trees laid out that may be found then."""

    def __init__(self, base: Path, into: Path, stop: int) -> None:
        super().__init__(base, stop)
        self.into = into

    def _step(self) -> None:
        if self.count + 1 == self.stop:
            for seed in SEEDS:
                tree = self.into / str(seed)
                tree.mkdir()
                self.survive(tree, seed)
                for name in ("reportgen.db", "reportgen.db-wal"):
                    if (path := self.base / "output" / name).is_file():
                        (tree / "output").mkdir(exist_ok=True)
                        shutil.copy(path, tree / "output" / name)
            os.kill(os.getpid(), signal.SIGKILL)
        super()._step()


class Lab:
    """One ledger's folder and server. Every point is tried at the same place, from a copy of what was prepared."""

    def __init__(self, top: Path, cluster: postgres.Cluster | None) -> None:
        self.top = top
        self.root = top / "root"
        self.cluster = cluster
        self.name = "postgresql" if cluster else "sqlite"
        self._prepared: dict[str, str] = {}

    def prepare(self, way: Way) -> None:
        """Make once what stands before the way is gone."""
        if way.name in self._prepared:
            return
        self._prepared[way.name] = database = f"base_{len(self._prepared)}"
        self._forget()
        self.root.mkdir()
        with self._ledger(database):
            status, _, told = _child(lambda _: way.prepare(self.root))
        assert status in {0, -signal.SIGKILL}, told
        shutil.copytree(self.root, self.top / way.name)

    @contextmanager
    def begun(self, way: Way) -> Iterator[None]:
        """What was prepared, at the place."""
        self.prepare(way)
        self._forget()
        shutil.copytree(self.top / way.name, self.root)
        with self._ledger("point", self._prepared[way.name]):
            yield

    def _forget(self) -> None:
        shutil.rmtree(self.root, ignore_errors=True)

    @contextmanager
    def _ledger(self, name: str, template: str = "template0") -> Iterator[None]:
        os.environ.pop(VARIABLE, None)
        if self.cluster:
            with psycopg.connect(self.cluster.url(), autocommit=True) as connection:
                if template != "template0":
                    connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'.encode())
                connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"'.encode())
            os.environ[VARIABLE] = self.cluster.url(name)
        try:
            yield
        finally:
            os.environ.pop(VARIABLE, None)

    def traced(self, way: Way, options: Sequence[str]) -> tuple[int, list[str], str]:
        """The way in a child under strace: its status, nothing, how it failed."""
        return _child(lambda _: way.go(self.root, 0), attached(options))

    def judged(self, way: Way) -> list[str]:
        """What is wrong with what was left at the place, now and after the next run."""
        try:
            found = interrupted(self.root)
            status, _, told = _child(lambda _: way.go(self.root, 2))
            if status:
                found.append(f"the next run ended with {status}: {told}")
            return found + faults(self.root, way)
        except (ReportgenError, OSError, AssertionError):
            return [traceback.format_exc()]


def cuts(lab: Lab, way: Way) -> list[Point]:
    """Every operation of the archive's disk on the undisturbed way."""

    def go(say: Callable[[str], None]) -> None:
        with using(disk := Forgetful(lab.root)):
            way.go(lab.root, 0)
        say(str(disk.count))

    with lab.begun(way):
        status, said, told = _child(go)
        assert status == 0, told
    return [Point(way.name, lab.name, CUT, number) for number in range(1, int(said[0]) + 1)]


def cut(lab: Lab, point: Point) -> tuple[bool, list[str]]:
    """As `tried`, for a cut: two trees are judged, each with the ledger as it was."""
    way, into, found = _way(point), lab.top / "cut", list[str]()
    into.mkdir()

    def go(_: object) -> None:
        with using(Cutting(lab.root, into, point.number)):
            way.go(lab.root, 0)

    try:
        status = 0
        for seed in SEEDS:
            if seed == SEEDS[0] or lab.cluster:  # a server's ledger goes on; a file is laid out with each tree
                shutil.rmtree(into)
                into.mkdir()
                with lab.begun(way):
                    status, _, told = _child(go)
                    if status != -signal.SIGKILL:
                        return False, [f"{point}: was not cut but ended with {status}: {told}"] if status else []
                    found += _found(lab, way, into / str(seed), f"{point}, variant {seed}")
            else:
                found += _found(lab, way, into / str(seed), f"{point}, variant {seed}")
    finally:
        shutil.rmtree(into)
    return True, found


def _found(lab: Lab, way: Way, tree: Path, place: str) -> list[str]:
    """The judgement of a tree that is found after a power cut."""
    shutil.rmtree(lab.root)
    tree.rename(lab.root)
    return [f"{place}: {one}" for one in lab.judged(way)]


def _way(point: Point) -> Way:
    return next(one for one in WAYS if one.name == point.way)


def points(lab: Lab, way: Way) -> list[Point]:
    """Every call by which the undisturbed way changes something, in order."""
    trace = lab.top / "trace"
    with lab.begun(way):
        status, _, told = lab.traced(way, ["-y", "-s", "0", "-o", str(trace), "-e", "trace=" + ",".join(CALLS)])
        assert status == 0, told
        assert faults(lab.root, way) == []
    counts, first = Counter[str](), ""
    found: list[Point] = []
    for line in trace.read_text(errors="replace").splitlines():
        if not (match := _LINE.match(line)):
            continue
        thread, call, rest = match.groups()
        first = first or thread
        if thread != first:
            continue  # the heartbeat; strace counts each thread for itself
        counts[call] += 1
        if _changes(call, rest, lab.root / "output"):
            found.append(Point(way.name, lab.name, call, counts[call]))
    return found


def _changes(call: str, rest: str, output: Path) -> bool:
    if call in {"connect", "sendto", "recvfrom"}:
        return True
    if call == "openat" and "O_CREAT" not in rest:
        return False
    return str(output) in rest


def tried(lab: Lab, point: Point) -> tuple[bool, list[str]]:
    """Whether the program was ended there, and what is wrong then: nothing, or the lab has found something."""
    if point.call == CUT:
        return cut(lab, point)
    way = _way(point)
    with lab.begun(way):
        options = ["-o", os.devnull, "-e", f"trace={point.call}",
                   "--inject", f"{point.call}:signal=KILL:when={point.number}"]
        status, _, told = lab.traced(way, options)
        found = [] if status in {0, -signal.SIGKILL} else [f"was not killed but ended with {status}: {told}"]
        return status != 0, [f"{point}: {one}" for one in found + lab.judged(way)]


@contextmanager
def laboratory(ledger: str) -> Iterator[Lab]:
    with ExitStack() as stack:
        top = stack.enter_context(sweeping.folder())
        cluster = stack.enter_context(postgres.running()) if ledger == "postgresql" else None
        yield Lab(top, cluster)


def warm(*names: str) -> None:
    """Do everything once in this process, so that no child spends its time on imports."""
    with sweeping.folder() as root:
        for name in names:
            way, place = next(one for one in WAYS if one.name == name), root / name
            place.mkdir()
            way.prepare(place)
            way.go(place, 0)


def chosen(known: dict[str, list[Point]], many: int, chance: random.Random) -> list[Point]:
    """So many of all points: of each way a like share, spread over its whole length."""
    weights = {way.name: 1 if way.slow else 4 for way in WAYS if way.name in known}
    found: list[Point] = []
    for name, there in known.items():
        share = min(len(there), -(-many * weights[name] // sum(weights.values())))
        start = chance.random()
        found += [there[int((number + start) * len(there) / share)] for number in range(share)]
    return found


def main(arguments: list[str]) -> int:
    """`interrupting.py [PART OF]`: all, or the PART-th of OF parts; `interrupting.py sample N SEED LEDGER`: a few.

    Prints what was found and the counts; exit code 1 where something was, or too many points were missed.
    """
    if reason := unavailable() or postgres.unavailable():
        print(reason)
        return 1
    sample = arguments[:1] == ["sample"]
    ledgers = arguments[3:] if sample else LEDGERS
    many = int(arguments[1]) if sample else POINTS // len(LEDGERS)
    chance = random.Random(int(arguments[2]) if sample else 0)
    part, of = (0, 1) if sample or not arguments else (int(one) for one in arguments)
    warm("catch-up", *(() if sample else ("pages",)))
    bad, missed, done, began = 0, 0, Counter[str](), time.monotonic()
    total: dict[str, int] = {}
    for ledger in ledgers:
        with laboratory(ledger) as lab:
            ways = [way for way in WAYS if not (sample and way.slow)]
            kills, powers = ({way.name: find(lab, way) for way in ways} for find in (points, cuts))
            total[ledger] = sum(len(there) for known in (kills, powers) for there in known.values())
            wanted = chosen(kills, round(many * (1 - CUTS)), chance) + chosen(powers, round(many * CUTS), chance)
            for point in wanted[part::of]:
                killed, found = tried(lab, point)
                missed += not killed
                bad += len(found)
                for line in found:
                    print(line, flush=True)
                done[f"{point.way} {point.ledger} {CUT if point.call == CUT else 'kill'}"] += 1
    print(f"interrupting {' '.join(arguments)}: {sum(done.values())} points, {bad} findings, {missed} missed:",
          ", ".join(f"{name} {count}" for name, count in done.items()) + ";",
          f"of {total} in {time.monotonic() - began:.0f} s", flush=True)
    return bool(bad) or missed > max(1, _MARGIN * sum(done.values()))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
