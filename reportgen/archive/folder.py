"""Folders whose names are durable, from the archive's own up to the mount point."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from reportgen.archive.disk import current


def make_folder(path: Path) -> None:
    """Make a folder and its parents; the name of each is durable on return.

    A folder that is there may be so only in memory, its maker killed before the sync: the first time in a process,
    its name is synced again, and that of every folder above it.
    """
    disk, path = current(), path.absolute()
    if path in disk.settled and path.is_dir():
        return
    if not path.is_mount():
        make_folder(path.parent)
        try:
            disk.make_folder(path)
            disk.sync_folder(path.parent)
        except FileExistsError:
            with suppress(PermissionError):  # above the archive one may enter what one may not list
                disk.sync_folder(path.parent)
    disk.settled.add(path)
