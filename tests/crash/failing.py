"""A disk that is full, or broken: the n-th operation fails, once or from then on."""

from __future__ import annotations

import errno
import os
from pathlib import Path

from reportgen.archive.disk import Disk

SPARED = {errno.ENOSPC: {"sync", "change_mode", "unlink", "remove_folder", "sync_folder"}, errno.EIO: set[str]()}
"""What still works on a disk with that error."""


class Failing(Disk):
    """Operations are counted from 1; a full disk counts only those that need room."""

    def __init__(self, error: int, number: int, *, lasting: bool = False) -> None:
        super().__init__()
        self.error = error
        self.number = number
        self.lasting = lasting
        self.count = 0

    def _step(self, name: str) -> None:
        if name in SPARED[self.error]:
            return
        self.count += 1
        if self.number and (self.count == self.number or (self.lasting and self.count > self.number)):
            raise OSError(self.error, os.strerror(self.error))

    def create(self, path: Path) -> int:
        self._step("create")
        return super().create(path)

    def write(self, descriptor: int, data: bytes) -> None:
        try:
            self._step("write")
        except OSError:
            super().write(descriptor, data[:len(data) // 2])  # the room that was left
            raise
        super().write(descriptor, data)

    def sync(self, descriptor: int) -> None:
        self._step("sync")
        super().sync(descriptor)

    def change_mode(self, descriptor: int, mode: int) -> None:
        self._step("change_mode")
        super().change_mode(descriptor, mode)

    def link(self, source: Path, path: Path) -> None:
        self._step("link")
        super().link(source, path)

    def rename(self, source: Path, path: Path) -> None:
        self._step("rename")
        super().rename(source, path)

    def unlink(self, path: Path) -> None:
        self._step("unlink")
        super().unlink(path)

    def make_folder(self, path: Path) -> None:
        self._step("make_folder")
        super().make_folder(path)

    def remove_folder(self, path: Path) -> None:
        self._step("remove_folder")
        super().remove_folder(path)

    def sync_folder(self, path: Path) -> None:
        self._step("sync_folder")
        super().sync_folder(path)
