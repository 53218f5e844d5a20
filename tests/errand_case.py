"""Errands for worker processes, and what befalls them. Light, so that a worker that imports it starts quickly."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from reportgen.errors import ExitCode, Problem, RenderError
from reportgen.runs.task import Failure, Result, Task


def befall(fault: str, marker: Path) -> None:
    """`refuse`, `break`, `die`, `die once`, `hang`, `slow`: leaves a line with the process's id in `marker`."""
    befell = marker.exists()
    if fault:
        with marker.open("a", encoding="ascii") as file:
            file.write(f"{os.getpid()}\n")
    if fault == "refuse":
        raise RenderError(Problem("page 3", "a glyph is missing."), state="No PDF was written.")
    if fault == "break":
        raise ValueError("customer Wang Xiaoming, 6,000,000")
    if fault == "die" or (fault == "die once" and not befell):
        os.kill(os.getpid(), signal.SIGKILL)
    if fault == "hang":
        time.sleep(600)
    if fault == "slow":
        time.sleep(1.5)


@dataclass(frozen=True)
class Errand:
    """A work without pages: answers with the process's id as the failure's message."""

    folder: Path
    faults: Mapping[str, str] = field(default_factory=dict)

    def __call__(self, task: Task) -> Result:
        befall(self.faults.get(task.scope, ""), self.folder / task.scope)
        threads = os.environ.get("REPORTGEN_THREADS", "")
        return Result(task, None, Failure(int(ExitCode.DONE), ((threads, str(os.getpid())),)))


def tasks(*scopes: str) -> list[Task]:
    return [Task(scope, "en", "", "r01") for scope in scopes]


def pids_in(marker: Path) -> list[int]:
    """The processes that something befell."""
    return [int(line) for line in marker.read_text(encoding="ascii").split()] if marker.exists() else []


def is_alive(pid: int) -> bool:
    """Whether a process is there and no zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def gone(*pids: int, within: float = 10.0) -> bool:
    """Whether all have ended, soon."""
    until = time.monotonic() + within
    while any(map(is_alive, pids)):
        if time.monotonic() > until:
            return False
        time.sleep(0.05)
    return True
