"""A worker process: `python -m reportgen.runs.child TASKS LIFELINE PARENT`, two descriptors and a process id.

It is sent the parent's `sys.path`, then the work, and says when it has them; then one task after the other, and answers
each with the result and the bytes of memory it uses. It ends when told and when its parent ends. Ctrl-C is the
parent's.
"""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import sys
import threading
from multiprocessing.connection import Connection
from pathlib import Path

_DIE_WITH_PARENT = 1
"""PR_SET_PDEATHSIG of prctl(2)."""


def serve(tasks: int, lifeline: int, parent: int) -> None:
    """Work until there is no more to do."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if parent:
        _die_with_parent(parent)
    threading.Thread(target=_end_with, args=(lifeline,), daemon=True).start()
    line = Connection(tasks)
    sys.path[:] = line.recv()
    work = line.recv()
    line.send(None)  # from here on the time counts
    while (task := line.recv()) is not None:
        line.send((work(task), memory()))


def memory() -> int:
    """Bytes of memory this process holds now; where the system does not tell, the most it ever held."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    except (OSError, ValueError):
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return pages * os.sysconf("SC_PAGE_SIZE")


def _die_with_parent(parent: int) -> None:
    """Be killed by the kernel with the parent, even while stopped; where there is no such call the lifeline does."""
    try:
        ctypes.CDLL(None).prctl(_DIE_WITH_PARENT, signal.SIGKILL)
    except (OSError, AttributeError):
        return
    if os.getppid() != parent:  # it ended before the call
        os._exit(1)


def _end_with(lifeline: int) -> None:
    """The parent never writes to it: reading ends when the parent does, whatever ended it."""
    os.read(lifeline, 1)
    os._exit(1)


if __name__ == "__main__":
    try:
        serve(*map(int, sys.argv[1:4]))
    except (EOFError, ConnectionError):  # the parent is gone
        os._exit(1)
