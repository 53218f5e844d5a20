# ruff: noqa: T201 - a program of the lab
"""Takes from a run what it needs of its machine, under strace: room on the disk, leave to write, file handles.

From the n-th call of a kind on, every one is refused until the process ends, as by a disk that is full and stays full.
The run must end with an error that names what to do, or get through; then the machine is well again, and the next run
finishes what stands.
"""

from __future__ import annotations

import os
import random
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from reportgen.errors import ReportgenError
from tests import postgres
from tests.crash.interrupting import Lab, laboratory, warm
from tests.crash.issuing import WAYS, Way
from tests.crash.killing import _child, attached, unavailable

SHORTAGES = {
    "ENOSPC": ("write", "pwrite64", "ftruncate", "fallocate", "link", "rename", "mkdir"),
    "EROFS": ("openat", "link", "rename", "unlink", "mkdir", "fchmod", "ftruncate"),
    "EMFILE": ("openat", "socket", "dup", "pipe2"),
}
"""What the system answers, and the calls that may meet it."""


@dataclass(frozen=True, slots=True)
class Shortage:
    """An answer to all calls of a kind from the n-th on, counted from 1."""

    way: str
    ledger: str
    error: str
    call: str
    number: int

    def __str__(self) -> str:
        return f"{self.way} on {self.ledger}, {self.error} from {self.call} {self.number} on"


def starved(lab: Lab, shortage: Shortage) -> tuple[bool, list[str]]:
    """Whether the run was stopped by it, and what is wrong then or after the next run."""
    way = next(one for one in WAYS if one.name == shortage.way)
    with lab.begun(way):
        options = ["-o", os.devnull, "-e", f"trace={shortage.call}",
                   "--inject", f"{shortage.call}:error={shortage.error}:when={shortage.number}+"]
        status, said, told = _child(_refused(lab, way), attached(options))
        found = [f"ended with {status}: {told}"] if status else []
        return bool(said), [f"{shortage}: {one}" for one in found + lab.judged(way)]


def _refused(lab: Lab, way: Way) -> Callable[[Callable[[str], None]], None]:
    """The way in a child; an error of ours is said, any other ends the child with its trace."""
    def go(say: Callable[[str], None]) -> None:
        try:
            way.go(lab.root, 0)
        except ReportgenError as error:
            say(f"{int(error.code)} {error.problems[0]}")
    return go


def counted(lab: Lab, way: Way) -> Counter[str]:
    """How often the undisturbed way makes each call."""
    calls = sorted({call for some in SHORTAGES.values() for call in some})
    trace = lab.top / "trace"
    with lab.begun(way):
        status, _, told = lab.traced(way, ["-o", str(trace), "-e", "trace=" + ",".join(calls)])
        assert status == 0, told
    lines = (line.split(None, 2) for line in trace.read_text(errors="replace").splitlines())
    return Counter(words[1].split("(")[0] for words in lines if len(words) > 1 and "(" in words[1])


def shortages(lab: Lab, way: Way, each: int, chance: random.Random) -> list[Shortage]:
    """Some of each error and call, spread over the way."""
    counts, found = counted(lab, way), list[Shortage]()
    for error, calls in SHORTAGES.items():
        for call in calls:
            many = counts[call]
            numbers = {int((place + chance.random()) * many / each) + 1 for place in range(min(each, many))}
            found += [Shortage(way.name, lab.name, error, call, number) for number in sorted(numbers)]
    return found


def main(arguments: list[str]) -> int:
    """`starving.py EACH SEED LEDGER [WAY …]`: so many of each error and call; all runs without a way named.

    Prints what was found and the counts; exit code 1 where something was, or nothing was stopped.
    """
    if reason := unavailable() or postgres.unavailable():
        print(reason)
        return 1
    each, chance, ledger = int(arguments[0]), random.Random(int(arguments[1])), arguments[2]
    ways = [way for way in WAYS if way.name in (arguments[3:] or ("fresh", "resume", "restate"))]
    warm("restate")
    bad, stopped, done = 0, 0, Counter[str]()
    with laboratory(ledger) as lab:
        for way in ways:
            for one in shortages(lab, way, each, chance):
                refused, found = starved(lab, one)
                stopped += refused
                done[one.error] += 1
                bad += len(found)
                for line in found:
                    print(line, flush=True)
    print(f"starving {' '.join(arguments)}: {sum(done.values())} points, {bad} findings, {stopped} runs stopped:",
          ", ".join(f"{name} {count}" for name, count in sorted(done.items())), flush=True)
    return bool(bad) or not stopped


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
