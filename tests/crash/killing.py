# ruff: noqa: T201 - a program of the lab
"""Ends the archiving program inside a system call, under strace, once for every call it makes.

A process that has everything imported forks one child a point; strace is attached to the child before its first step
and kills it as it enters the n-th call of a kind, or lets that call fail. Then the program runs again, and
`archiving.faults` judges. Calls that only read are not among the points: what is on the disk is the same as at the
next one that writes.
"""

from __future__ import annotations

import ctypes
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from reportgen.errors import ArchiveError
from tests.crash.archiving import committed, faults, issue_both

CALLS = (
    "openat", "close", "flock", "fcntl", "write", "pwrite64", "writev", "ftruncate", "fsync", "fdatasync", "fchmod",
    "chmod", "link", "linkat", "rename", "renameat", "renameat2", "unlink", "unlinkat", "mkdir", "mkdirat", "rmdir",
)
FAILING = {
    "ENOSPC": ("write", "pwrite64", "ftruncate", "link", "rename", "mkdir"),
    "EIO": ("write", "pwrite64", "fsync", "fdatasync", "fchmod", "link", "rename", "unlink", "mkdir", "openat", "read"),
}
"""Errors that a disk may answer with, and the calls that may meet them."""
_ANY_TRACER = (0x59616D61, ctypes.c_ulong(2**64 - 1))
"""prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY): strace is a sibling, not the parent."""
_REFUSED, _CRASHED = 3, 4


@dataclass(frozen=True, slots=True)
class Point:
    """Before the n-th system call of a kind, counted from 1: killed, or answered with an error."""

    call: str
    number: int
    error: str = ""
    lasting: bool = False
    """Whether all later calls of the kind fail as well."""

    @property
    def injection(self) -> str:
        what = f"error={self.error}" if self.error else "signal=KILL"
        return f"{self.call}:{what}:when={self.number}{'+' if self.lasting else ''}"


def unavailable() -> str:
    """Why there is no tracing here; empty where there is."""
    if not shutil.which("strace"):
        return "strace is not installed: nothing was killed inside its system calls"
    tried = subprocess.run(["strace", "-o", os.devnull, "true"], capture_output=True, text=True, check=False)
    return f"strace may not trace here: {tried.stderr.strip()}" if tried.returncode else ""


def counted() -> Counter[str]:
    """How often the undisturbed program makes each call, its imports aside."""
    with _folder() as name:
        warm = Path(name) / "warm"
        warm.mkdir()
        issue_both(warm)
        assert not faults(warm, [])
        trace = Path(name) / "trace"
        options = ["-o", str(trace), "-e", "trace=" + ",".join({*CALLS, *FAILING["EIO"]})]
        status, said, told = _traced(Path(name) / "output", options)
        assert status == 0, told
        assert len(said) == 3, said
        return Counter(re.findall(r"^\d+ +(\w+)\(", trace.read_text(), re.MULTILINE))


def points(counts: Counter[str]) -> Iterator[Point]:
    """Every kill there is in a run with these counts."""
    for call in CALLS:
        for number in range(1, counts[call] + 1):
            yield Point(call, number)


def failures(counts: Counter[str]) -> Iterator[Point]:
    """Every error there is: each call failing once, and each failing from then on."""
    for error, calls in FAILING.items():
        for call in calls:
            for number in range(1, counts[call] + 1):
                yield Point(call, number, error)
                yield Point(call, number, error, lasting=True)


def tried(point: Point) -> list[str]:
    """What went wrong at a point: nothing, or the lab has found something."""
    with _folder() as name:
        output = Path(name) / "output"
        options = ["-o", os.devnull, "-e", f"trace={point.call}", "--inject", point.injection]
        status, said, told = _traced(output, options)
        found = _ended(point, status, told)
        try:
            there = committed(output)
        except ArchiveError as error:
            found.append(f"cannot be read after the crash: {error}")
            there = {}
        found += [f"acknowledged and not in the log: {line}" for line in said
                  if line != "ready" and line.split()[1] not in there.values()]
        status, again, told = _child(lambda say: issue_both(output, say, run=1))
        if status:
            found.append(f"the next run ended with {status}: {told}")
        found += faults(output, said + again)
        return [f"{point.injection}: {one}" for one in found]


def _ended(point: Point, status: int, told: str) -> list[str]:
    if not point.error:
        return [] if status == -signal.SIGKILL else [f"was not killed but ended with {status}: {told}"]
    return [] if status in {0, _REFUSED} else [f"the run ended with {status}: {told}"]


def _folder() -> tempfile.TemporaryDirectory[str]:
    memory = Path("/dev/shm")  # a disk that need not turn: what is tested is the order of calls
    return tempfile.TemporaryDirectory(dir=memory if os.access(memory, os.W_OK) else None)


def _traced(output: Path, options: list[str]) -> tuple[int, list[str], str]:
    """Run the program in a child under strace: its status, what it acknowledged, how it failed."""
    return _child(lambda say: issue_both(output, say), attached(options))


def attached(options: Sequence[str]) -> Callable[[int], subprocess.Popen[bytes]]:
    """What attaches strace to a child, before the child's first step."""

    def attach(child: int) -> subprocess.Popen[bytes]:
        tracer = subprocess.Popen(["strace", "-f", *options, "-p", str(child)], stderr=subprocess.PIPE)
        assert tracer.stderr
        line = tracer.stderr.readline()
        assert b"attached" in line, f"strace may not trace here: {line!r}"
        return tracer

    return attach


def _child(
    work: Callable[[Callable[[str], None]], None], attach: Callable[[int], subprocess.Popen[bytes]] | None = None
) -> tuple[int, list[str], str]:
    """Do `work` in a child. What it says goes through a file: a pipe's writes would count as the program's own."""
    start, go = os.pipe()
    with tempfile.TemporaryFile() as said, tempfile.TemporaryFile() as told:
        pid = os.fork()
        if pid == 0:
            _perform(work, start, said.fileno(), told.fileno())
        os.close(start)
        tracer = None
        try:
            tracer = attach(pid) if attach else None
            os.write(go, b"g")
        except BaseException:
            os.kill(pid, signal.SIGKILL)
            raise
        finally:
            os.close(go)
            status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
            if tracer:
                tracer.communicate()
        said.seek(0)
        told.seek(0)
        return status, said.read().decode().splitlines(), told.read().decode()


def _perform(work: Callable[[Callable[[str], None]], None], start: int, said: int, told: int) -> None:
    status = _CRASHED
    acknowledged: list[str] = []

    def say(line: str) -> None:
        acknowledged.append(line)
        os.pwritev(said, [f"{line}\n".encode()], sum(len(one) + 1 for one in acknowledged[:-1]))

    try:
        ctypes.CDLL(None).prctl(*_ANY_TRACER, 0, 0, 0)
        os.readv(start, [bytearray(1)])  # no `read`, which is the program's to make
        work(say)
        status = 0
    except ArchiveError as error:
        status = _REFUSED
        os.pwritev(told, [str(error).encode()], 0)
    except BaseException as error:  # noqa: BLE001 - a child never returns
        os.pwritev(told, ["".join(traceback.format_exception(error)).encode()], 0)
    finally:
        os._exit(status)


def main(arguments: list[str]) -> int:
    """`killing.py [PART OF]`: try every point, or the PART-th of OF equal parts; `killing.py sample N SEED`: a few.

    Prints what was found and the counts; exit code 1 where something was.
    """
    if reason := unavailable():
        print(reason)
        return 1
    counts = counted()
    wanted = [*points(counts), *failures(counts)]
    if arguments[:1] == ["sample"]:
        wanted = random.Random(int(arguments[2])).sample(wanted, int(arguments[1]))
    elif arguments:
        wanted = wanted[int(arguments[0])::int(arguments[1])]
    bad = 0
    done: Counter[str] = Counter()
    for point in wanted:
        for line in tried(point):
            bad += 1
            print(line, flush=True)
        done[f"{point.call} {point.error or 'KILL'}"] += 1
    print(f"killing {' '.join(arguments)}: {sum(done.values())} points, {bad} findings:",
          ", ".join(f"{name} {count}" for name, count in sorted(done.items())), flush=True)
    return bool(bad)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
