"""The lock of an archive's writers: one process at a time, and within it one thread, which may enter again.

Reading needs no lock; who must see no append half done takes it together with other readers.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import RLock

from reportgen.archive.disk import told
from reportgen.archive.folder import make_folder
from reportgen.errors import ArchiveError, Problem


@contextmanager
def exclusive(path: Path, *, seconds: float = 600.0) -> Iterator[None]:
    """Hold the lock of an archive's writers; the thread that holds it may enter again.

    Waits up to `seconds` for another process. Raises ArchiveError (exit 8) when it does not let go.
    """
    held = _held(path)
    with held.threads:
        if held.depth == 0 or held.process != os.getpid():  # a forked child does not own its parent's lock
            with told(path):
                make_folder(path.parent)
                held.descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
                _wait(held.descriptor, path, seconds)
            held.process, held.depth = os.getpid(), 0
        held.depth += 1
        try:
            yield
        finally:
            held.depth -= 1
            if held.depth == 0:
                # Unlocked by name: a child forked meanwhile has the descriptor open as well.
                fcntl.flock(held.descriptor, fcntl.LOCK_UN)
                os.close(held.descriptor)


@contextmanager
def quiet(path: Path, *, seconds: float = 600.0) -> Iterator[None]:
    """No process writes to the archive meanwhile; nothing is created. A copy without a lock has no writers.

    Waits up to `seconds` for the writer of now. Raises ArchiveError (exit 8) when it does not let go.
    """
    held = _held(path)
    with held.threads:
        descriptor = -1 if held.depth and held.process == os.getpid() else _existing(path)
        if descriptor < 0:
            yield
            return
        _wait(descriptor, path, seconds, shared=True)
        try:
            yield
        finally:
            fcntl.flock(descriptor, fcntl.LOCK_UN)
            os.close(descriptor)


def writing(path: Path) -> bool:
    """Whether somebody holds the lock of an archive's writers at this moment."""
    descriptor = _existing(path)
    try:
        return descriptor >= 0 and not try_lock(descriptor, shared=True)
    finally:
        if descriptor >= 0:
            os.close(descriptor)


@dataclass(slots=True)
class _Held:
    threads: RLock = field(default_factory=RLock)
    descriptor: int = -1
    process: int = 0
    depth: int = 0


_LOCKS: dict[Path, _Held] = {}


def _held(path: Path) -> _Held:
    return _LOCKS.setdefault(Path(os.path.abspath(path)), _Held())  # noqa: PTH100 - the last part may not exist yet


def _existing(path: Path) -> int:
    """The lock opened for reading; -1 where there is none to be had."""
    try:
        return os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOFOLLOW)
    except OSError:
        return -1


def _wait(descriptor: int, path: Path, seconds: float, *, shared: bool = False) -> None:
    until = time.monotonic() + seconds
    while not try_lock(descriptor, shared=shared):
        if time.monotonic() >= until:
            os.close(descriptor)
            raise ArchiveError(
                Problem(str(path), f"another process has been writing to this archive for {seconds:g} seconds."),
                state="Nothing was written.",
                hint="Wait for it to end and run the command again; `fuser` on this file names the process.",
            )
        time.sleep(0.01)


def try_lock(descriptor: int, *, shared: bool = False) -> bool:
    """Whether the lock on an open file could be had at once; closing the file lets it go."""
    try:
        fcntl.flock(descriptor, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
