"""A machine that gives no more: its disk is full, read-only or broken, or there are no file handles left."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager

from reportgen.errors import ArchiveError, Problem

SHORTAGES = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO, errno.EMFILE, errno.ENFILE})


@contextmanager
def shortage_told() -> Iterator[None]:
    """Tell such an error, wherever it arose, as something to mend: raises ArchiveError (exit 8)."""
    try:
        yield
    except OSError as error:
        if error.errno not in SHORTAGES:
            raise
        raise ArchiveError(
            Problem(str(error.filename2 or error.filename or "this machine"), f"{error.strerror}."),
            state="The run was broken off; what is issued stands.",
            hint="Check free space, permissions and the limit of open files; the same command goes on from there.",
        ) from error
