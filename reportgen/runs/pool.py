"""Who calls the work: this process, or a crew of processes on this machine. `protocols.Executor` is their seam.

A worker process that dies or hangs costs its unit one attempt, and nothing else: the unit is tried once more in a fresh
process, the others go on. No worker outlives the generator, or this process.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from multiprocessing.connection import Connection, wait
from multiprocessing.reduction import ForkingPickler
from pathlib import Path

from reportgen.errors import ExitCode
from reportgen.runs.task import Failure, Result, Task

SECONDS = 900.0
"""A unit that takes longer hangs."""
START = 300.0
"""A process that takes longer to load the program hangs."""
UNITS = 50
"""A worker is replaced after so many."""
MEMORY = 1_500_000_000
"""A worker that holds more bytes is replaced."""
ATTEMPTS = 2
ONE_THREAD = ("REPORTGEN_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
"""Set to 1 for a worker, unless the user has said otherwise: the workers are the parallelism."""
_PATIENCE = 5.0

Work = Callable[[Task], Result]


class InProcess:
    """One unit after the other in this process. A crash or a hang is the run's."""

    def run(self, tasks: Iterable[Task], work: Work) -> Generator[Result, None, None]:
        yield from map(work, tasks)


@dataclass(frozen=True, slots=True)
class Local:
    """So many processes on this machine. `work` and what it returns are pickled."""

    workers: int
    seconds: float = SECONDS
    units: int = UNITS
    memory: int = MEMORY

    def run(self, tasks: Iterable[Task], work: Work) -> Generator[Result, None, None]:
        """Results as they are ready. Closing the generator, or an exception in it, ends all workers at once."""
        waiting = _Waiting(iter(tasks))
        crew: list[_Worker] = []
        sent = bytes(ForkingPickler.dumps(work))
        try:
            while waiting or any(one.busy for one in crew):
                self._hand_out(waiting, crew, sent)
                done = list(self._collected(waiting, crew))
                self._hand_out(waiting, crew, sent)  # nobody is idle while the caller takes the results
                yield from done
        except BaseException:
            for one in crew:
                one.kill()
            raise
        finally:
            for one in crew:
                one.dismiss()

    def _hand_out(self, waiting: _Waiting, crew: list[_Worker], work: bytes) -> None:
        """A task for every idle worker, and new workers as long as there are tasks for them."""
        while waiting:
            idle = next((one for one in crew if not one.busy), None)
            if idle is None:
                if len(crew) >= self.workers:
                    return
                crew.append(idle := _Worker.start(work))
            idle.give(*waiting.next())

    def _collected(self, waiting: _Waiting, crew: list[_Worker]) -> Iterator[Result]:
        """What became of the tasks that ended; tasks whose worker was lost wait again, at the end."""
        busy = [one for one in crew if one.busy]
        last = min(one.until(self.seconds) for one in busy)
        ready = wait([one.line for one in busy], timeout=max(0.0, last - time.monotonic()))
        for one in busy:
            if one.line in ready:
                problem = one.collect()
                if not problem and one.result is None:  # it has loaded the program, and begins
                    continue
            elif time.monotonic() >= one.until(self.seconds):
                problem = f"it was not done after {self.seconds:g} seconds, and its process was ended"
            else:
                continue
            task, attempt, took = one.done()
            if problem:
                one.kill()
                crew.remove(one)
            elif one.count >= self.units or one.memory > self.memory:
                one.dismiss()
                crew.remove(one)
            if not problem:
                assert one.result is not None
                yield replace(one.result, attempts=attempt)
            elif attempt < ATTEMPTS:
                waiting.again.append((task, attempt + 1))
            else:
                yield Result(task, None, _lost(problem, attempt), took, attempt)


class _Waiting:
    """Tasks not handed out yet, made one by one, then those to be tried again."""

    def __init__(self, tasks: Iterator[Task]) -> None:
        self._fresh = tasks
        self.again: deque[tuple[Task, int]] = deque()
        self._first = next(self._fresh, None)

    def __bool__(self) -> bool:
        return self._first is not None or bool(self.again)

    def next(self) -> tuple[Task, int]:
        """A task and which attempt it is."""
        if self._first is None:
            return self.again.popleft()
        task, self._first = self._first, next(self._fresh, None)
        return task, 1


def _lost(problem: str, attempts: int) -> Failure:
    return Failure(int(ExitCode.RENDER), (("", f"{problem}, {attempts} times."),), "The report was not made.",
                   "Make this one alone, in the program's own process: --scope S --workers 1.")


@dataclass(slots=True)
class _Worker:
    """A process, the line it takes tasks from, and what it works on."""

    process: subprocess.Popen[bytes]
    line: Connection
    lifeline: int
    task: Task | None = None
    attempt: int = 0
    began: float = 0.0
    loaded: bool = False
    count: int = 0
    memory: int = 0
    result: Result | None = field(default=None, repr=False)

    @classmethod
    def start(cls, work: bytes) -> _Worker:
        ours, theirs = socket.socketpair()
        watched, lifeline = os.pipe()
        # The kernel's own notice is bound to the thread that starts the worker: a passing one must not take it along.
        parent = os.getpid() if threading.current_thread() is threading.main_thread() else 0
        try:
            process = subprocess.Popen(  # noqa: S603 - this very program
                [sys.executable, "-P", "-m", "reportgen.runs.child", str(theirs.fileno()), str(watched), str(parent)],
                pass_fds=(theirs.fileno(), watched), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                env=_environment(), process_group=0,  # Ctrl-C is for the parent, which ends its workers
            )
        finally:
            theirs.close()
            os.close(watched)
        one = cls(process, Connection(ours.detach()), lifeline)
        with suppress(OSError):  # one that died at once is found out when its first result is awaited
            one.line.send(_paths())
            one.line.send_bytes(work)
        return one

    @property
    def busy(self) -> bool:
        return self.task is not None

    def give(self, task: Task, attempt: int) -> None:
        self.task, self.attempt, self.began = task, attempt, time.monotonic()
        with suppress(OSError):
            self.line.send(task)

    def until(self, seconds: float) -> float:
        """When its time is over."""
        return self.began + (seconds if self.loaded else max(seconds, START))

    def collect(self) -> str:
        """Take the result, or that it is loaded; what happened instead where the process is gone."""
        self.result = None
        try:
            told = self.line.recv()
            if told is None:
                self.loaded, self.began = True, time.monotonic()
            else:
                self.result, self.memory = told
        except (EOFError, OSError):
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(_PATIENCE)
            code = self.process.poll()
            how = f"signal {-code}" if code and code < 0 else f"exit code {code}"
            return f"its process ended ({how})"
        return ""

    def done(self) -> tuple[Task, int, float]:
        assert self.task is not None
        task, self.task = self.task, None
        self.count += 1
        return task, self.attempt, time.monotonic() - self.began

    def dismiss(self) -> None:
        """Let it go when it is done; killed where it does not."""
        with suppress(OSError):
            self.line.send(None)
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(0 if self.busy else _PATIENCE)
        self.kill()

    def kill(self) -> None:
        """End it now, and close what leads to it."""
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        if not self.line.closed:
            self.line.close()
            os.close(self.lifeline)


def _paths() -> list[str]:
    """This process's import path, with the working folder named where it is meant."""
    return [one or str(Path.cwd()) for one in sys.path]


def _environment() -> dict[str, str]:
    package = str(Path(__file__).resolve().parents[2])
    before = os.environ.get("PYTHONPATH", "")
    paths = os.pathsep.join(one for one in (package, before) if one)
    return {**dict.fromkeys(ONE_THREAD, "1"), **os.environ, "PYTHONPATH": paths}
