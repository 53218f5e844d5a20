"""The lock file of a running (job, period): while a process holds it, its life is known to the kernel.

The lease decides who may write. The lock only tells sooner: a lock that can be had, of a holder that had it under this
kernel, belongs to a process that has ended, in whatever container it ran.
"""

from __future__ import annotations

import fcntl
import os
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from reportgen.errors import LedgerFailed, Problem


@dataclass(slots=True)
class RunLock:
    """A held lock; `release` it, or end."""

    descriptor: int
    identity: str
    """Device and inode: the same file under whatever path."""

    @classmethod
    def attempt(cls, output: Path, job: str, period: str) -> RunLock | None:
        """The lock of `<output>/locks/<job>-<period>.lock`, or None while another process holds it.

        Raises LedgerFailed (exit 8) where the file cannot be made.
        """
        path = output / "locks" / f"{quote(job, safe='')}-{quote(period, safe='')}.lock"
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise LedgerFailed(
                Problem(str(path), f"the run's lock cannot be made: {error.strerror}."), state="Nothing was run.",
                hint="Check free space and permissions of the output folder, or name another one: --output DIR.",
            ) from None
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:  # another's, or a file system without locks: then the lease alone decides
            os.close(descriptor)
            return None
        status = os.fstat(descriptor)
        return cls(descriptor, f"{status.st_dev}:{status.st_ino}")

    def release(self) -> None:
        """Let go. The file stays: removing it would let two processes lock two files of one name."""
        if self.descriptor >= 0:
            fcntl.flock(self.descriptor, fcntl.LOCK_UN)  # by name: a child forked meanwhile has it open as well
            os.close(self.descriptor)
            self.descriptor = -1
