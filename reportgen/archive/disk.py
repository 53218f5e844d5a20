"""The operations that change a disk, one method each: the seam at which a test stops the world.

Everything the archive writes goes through `current()`. A crash lab puts its own `Disk` there by `using`: one that
raises at the k-th call, or one that forgets what was not synced.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from reportgen.errors import ArchiveError, Problem

_UNFINISHED = "Nothing was added to the archive under this name."


class Disk:
    """The real disk. Every method is one step that a crash may come before or after."""

    def __init__(self) -> None:
        self.settled: set[Path] = set()
        """Folders whose own name this process has made durable."""

    def create(self, path: Path) -> int:
        """A new file, readable by its owner only, open for writing: its descriptor."""
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)

    def write(self, descriptor: int, data: bytes) -> None:
        left = memoryview(data)
        while left:
            left = left[os.write(descriptor, left):]

    def sync(self, descriptor: int) -> None:
        os.fsync(descriptor)

    def change_mode(self, descriptor: int, mode: int) -> None:
        os.fchmod(descriptor, mode)

    def link(self, source: Path, path: Path) -> None:
        os.link(source, path)

    def rename(self, source: Path, path: Path) -> None:
        os.rename(source, path)  # noqa: PTH104 - the system call by its own name

    def unlink(self, path: Path) -> None:
        os.unlink(path)  # noqa: PTH108

    def make_folder(self, path: Path) -> None:
        os.mkdir(path)  # noqa: PTH102

    def remove_folder(self, path: Path) -> None:
        os.rmdir(path)  # noqa: PTH106

    def sync_folder(self, path: Path) -> None:
        descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


_installed = [Disk()]


def current() -> Disk:
    """The disk in use."""
    return _installed[-1]


@contextmanager
def using(disk: Disk) -> Iterator[None]:
    """Let `disk` stand in for the real one, in this process."""
    _installed.append(disk)
    try:
        yield
    finally:
        _installed.remove(disk)


@contextmanager
def told(path: Path, state: str = _UNFINISHED) -> Iterator[None]:
    """An error of the file system, told with the place, the state things are in and what to do."""
    try:
        yield
    except (FileNotFoundError, FileExistsError) as error:
        raise ArchiveError(Problem(str(path), f"the archive's folder is not as expected: {error}."), state=state,
                           hint="Check that no other program removes or creates files there.") from error
    except OSError as error:
        raise ArchiveError(
            Problem(str(path), f"cannot be written: {error.strerror or error}."), state=state,
            hint="Check free space and permissions of the archive's folder, then run the command again.",
        ) from error
