"""Files that are there whole after a power cut, or not there at all.

A new file is written in a `tmp` folder, made read-only, synced and linked to its name; the folder is synced after it.
A name that exists is never written again: equal content is fine, other content is corruption. Only `replace` renames
over a name. Every writer of an archive holds `exclusive`.
"""

from __future__ import annotations

import errno
import os
import uuid
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from reportgen.archive.disk import current, told
from reportgen.archive.folder import make_folder
from reportgen.archive.lock import exclusive, try_lock
from reportgen.errors import ArchiveError, Problem

__all__ = [
    "SEALED", "Draft", "clear", "draft", "exclusive", "make_folder", "remove", "remove_folder", "replace",
    "sync_folder", "told", "write_all_new", "write_new",
]

SEALED = 0o444
_CHUNK = 1 << 20
_AT_ONCE = 64
"""Drafts open at one time."""
_LINKS_REFUSED = {errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EMLINK}


@dataclass(slots=True)
class Draft:
    """A file being written in `tmp`. Its lock tells `clear` that the writer lives."""

    path: Path
    descriptor: int

    def write(self, data: bytes) -> None:
        current().write(self.descriptor, data)

    def publish(self, path: Path, mode: int = SEALED) -> bool:
        """Link the finished draft to `path`, whose folder is not synced yet; False where an equal file was there.

        Raises ArchiveError (exit 8) where `path` holds other content.
        """
        disk = current()
        disk.change_mode(self.descriptor, mode)  # before the sync, which makes it durable as well
        disk.sync(self.descriptor)
        make_folder(path.parent)
        try:
            try:
                disk.link(self.path, path)
            except OSError as error:
                if error.errno not in _LINKS_REFUSED:
                    raise
                if path.exists():
                    raise FileExistsError from error
                disk.rename(self.path, path)  # a file system without links
        except FileExistsError:
            self._same_as(path)
            return False
        return True

    def _same_as(self, path: Path) -> None:
        if path.is_symlink() or not path.is_file() or not _equal(self.path, path):
            raise ArchiveError(
                Problem(str(path), "a file of this name exists and holds other content."),
                state="The archive was not changed; what it holds under this name is not what belongs there.",
                hint="`reportgen archive verify --full` says what differs; restore the file from the replica.",
            )


@contextmanager
def draft(tmp: Path) -> Iterator[Draft]:
    """A new file in `tmp`, removed again at the end whatever became of it."""
    with told(tmp):
        make_folder(tmp)
        one = _begin(tmp)
    try:
        yield one
    finally:
        with told(one.path), suppress(FileNotFoundError):  # a rename took it
            os.close(one.descriptor)
            current().unlink(one.path)


def write_new(path: Path, data: bytes | Iterable[bytes], tmp: Path, *, mode: int = SEALED) -> None:
    """Write a file that must not exist, or exists with the same content; durable on return.

    Raises ArchiveError (exit 8) for other content under that name, and for a file system that refuses.
    """
    write_all_new({path: data}, tmp, mode=mode)


def write_all_new(files: Mapping[Path, bytes | Iterable[bytes]], tmp: Path, *, mode: int = SEALED) -> None:
    """Several files as by `write_new`; cheaper, for the disk is made to wait for many writes at once."""
    paths = list(files)
    for start in range(0, len(paths), _AT_ONCE):
        with ExitStack() as drafts:
            written = []
            for path in paths[start:start + _AT_ONCE]:
                with told(path):
                    one = drafts.enter_context(draft(tmp))
                    data = files[path]
                    for piece in (data,) if isinstance(data, bytes) else data:
                        one.write(piece)
                    written.append((path, one))
            for path, one in written:
                with told(path):
                    one.publish(path, mode)
    for folder in dict.fromkeys(path.parent for path in paths):
        sync_folder(folder)


def replace(path: Path, data: bytes, tmp: Path, *, mode: int = SEALED) -> None:
    """Put `data` in the place of `path` in one step; durable on return."""
    with told(path), draft(tmp) as one:
        one.write(data)
        disk = current()
        disk.change_mode(one.descriptor, mode)
        disk.sync(one.descriptor)
        make_folder(path.parent)
        disk.rename(one.path, path)
        disk.sync_folder(path.parent)


def remove(path: Path) -> None:
    """Unlink a file that may be gone already. Not synced: what is removed is of no more use, there or not."""
    with told(path), suppress(FileNotFoundError):
        current().unlink(path)


def remove_folder(path: Path) -> None:
    """Remove an empty folder; one that holds something stays."""
    with suppress(OSError):
        current().remove_folder(path)


def sync_folder(path: Path) -> None:
    """Make the names in a folder durable."""
    with told(path):
        current().sync_folder(path)


def clear(tmp: Path) -> tuple[str, ...]:
    """Remove the drafts of dead writers, and return their names; a living writer's draft is locked and stays."""
    gone = []
    for path in sorted(tmp.iterdir()) if tmp.is_dir() else ():
        if path.is_symlink() or not path.is_file():
            continue
        with suppress(FileNotFoundError), _opened(path) as descriptor:
            if try_lock(descriptor):
                current().unlink(path)
                gone.append(path.name)
    return tuple(gone)


def _begin(tmp: Path) -> Draft:
    """A new draft. `clear` may take one in the moment before it is locked; then another is begun."""
    while True:
        path = tmp / f"{os.getpid()}-{uuid.uuid4().hex}"
        descriptor = current().create(path)
        if try_lock(descriptor) and os.fstat(descriptor).st_nlink:
            return Draft(path, descriptor)
        os.close(descriptor)


@contextmanager
def _opened(path: Path) -> Iterator[int]:
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _equal(one: Path, other: Path) -> bool:
    if one.stat().st_size != other.stat().st_size:
        return False
    with one.open("rb") as left, other.open("rb") as right:
        while piece := left.read(_CHUNK):
            if piece != right.read(_CHUNK):
                return False
    return True
