"""Who holds a claim: a process, named so that another one can tell whether it still lives.

A wrong "dead" does no harm beyond a wasted run, for the epoch fences the one overtaken; a wrong "alive" costs a wait
until the lease ends. So a process is called dead only on evidence of this machine's kernel.
"""

from __future__ import annotations

import os
import pwd
import socket
import time
from dataclasses import dataclass
from pathlib import Path

_GONE = frozenset("ZXx")
"""States of a process that has ended and was not yet collected by its parent."""


@dataclass(frozen=True, slots=True)
class Holder:
    """One process on one host."""

    host: str
    pid: int
    user: str
    """The operating system's name of the user, not the environment's, which anyone can set."""
    machine: str = ""
    """The installation's id; empty where there is none."""
    boot: str = ""
    """The running kernel's id, another one after every start; empty where there is none: never known dead."""
    space: str = ""
    """The process namespace: the same pid in another container is another process."""
    born: str = ""
    """Start of the process in the kernel's ticks since boot, which tells a pid used again."""

    @classmethod
    def here(cls, host: str = "") -> Holder:
        """This process. Another `host` makes a stranger of it, whose death nobody here can know."""
        user, pid = _user(), os.getpid()
        if host and host != socket.gethostname():
            return cls(host, pid, user)
        return cls(socket.gethostname(), pid, user, _text("/etc/machine-id"),
                   _text("/proc/sys/kernel/random/boot_id"), _space(), _state(pid)[1])

    def is_dead(self, seen_from: Holder) -> bool:
        """Whether this process has certainly ended: gone from the kernel both run under, or from before its start."""
        if not self.boot or not seen_from.boot:
            return False
        if self.boot != seen_from.boot:
            return bool(self.machine) and (self.machine, self.host) == (seen_from.machine, seen_from.host)
        if self.space != seen_from.space or not self.born:
            return False
        state, born = _state(self.pid)
        return state in _GONE or not state or born != self.born

    def same_kernel(self, other: Holder) -> bool:
        """Whether both run under one kernel, so that its file locks speak for either."""
        return bool(self.boot) and self.boot == other.boot

    def __str__(self) -> str:
        return f"{self.user} on {self.host}, process {self.pid}"


def uptime() -> float | None:
    """Seconds since this machine's start, sleep included; None where the kernel does not tell."""
    clock = getattr(time, "CLOCK_BOOTTIME", None)
    return None if clock is None else time.clock_gettime(clock)


def _user() -> str:
    uid = os.getuid()
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"uid {uid}"


def _text(path: str) -> str:
    try:
        return Path(path).read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        return ""


def _space() -> str:
    try:
        return os.readlink("/proc/self/ns/pid")  # noqa: PTH115 - not a path
    except OSError:
        return ""


def _state(pid: int) -> tuple[str, str]:
    """State letter and start of a process; two empty texts where there is none."""
    # The name stands in parentheses and may hold anything, parentheses and spaces as well.
    fields = _text_of_process(pid).rpartition(")")[2].split()
    return (fields[0], fields[19]) if len(fields) > 19 else ("", "")


def _text_of_process(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
