"""What lies in an archive's folder, and what may lie there."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from reportgen.archive.entry import SHIPPED
from reportgen.errors import Problem

WORKING = ("tmp", "quarantine")
"""Folders whose content is no evidence."""
DERIVED = ("catalogue.sqlite", "catalogue.sqlite-wal", "catalogue.sqlite-shm", "catalogue.sqlite-journal")
_FOLDER = re.compile(r"(?:objects|log|manifests)(?:/.*)?|keys")
_OBJECT = re.compile(r"objects/([0-9a-f]{2})/([0-9a-f]{62})")
_WRITABLE = stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH


def object_name(sha: str) -> str:
    """Where an object stands, relative to the archive."""
    return f"objects/{sha[:2]}/{sha[2:]}"


@dataclass
class Inventory:
    """Every regular file by its path relative to the archive, and what is no file of an archive at all."""

    root: Path
    files: dict[str, os.stat_result] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    known: set[str] = field(default_factory=lambda: {*SHIPPED, "lock", *DERIVED})
    """Files that belong there; whoever reads one, or finds it needed, adds it."""

    @classmethod
    def of(cls, root: Path) -> Inventory:
        """Raises OSError for a folder that cannot be listed."""
        found = cls(root)
        found._walk("")
        return found

    def _walk(self, folder: str) -> None:
        with os.scandir(self.root / folder) as items:
            for item in sorted(items, key=lambda one: one.name):
                name = f"{folder}/{item.name}" if folder else item.name
                self._take(name, item.stat(follow_symlinks=False))

    def _take(self, name: str, info: os.stat_result) -> None:
        if stat.S_ISREG(info.st_mode) and name not in WORKING:
            self.files[name] = info
            if _OBJECT.fullmatch(name) and info.st_mode & _WRITABLE:
                self.problems.append(Problem(name, "can be written to; an object has mode 0444."))
        elif not stat.S_ISDIR(info.st_mode):
            self.problems.append(Problem(name, "is neither a file nor a folder that belongs here."))
        elif _FOLDER.fullmatch(name):
            self._walk(name)
        elif name not in WORKING:
            self.problems.append(Problem(name, "is no folder of an archive."))

    def read(self, name: str, why: str = "") -> bytes:
        """A file's bytes. Raises LookupError where it is not there; its text says so and, with `why`, who needs it."""
        self.known.add(name)
        if name not in self.files:
            raise LookupError(f"is missing{why}.")
        return (self.root / name).read_bytes()

    def objects(self) -> Iterator[str]:
        """The hashes that the names under `objects/` state, sorted; a name that states none is a problem."""
        for name in sorted(self.files):
            if found := _OBJECT.fullmatch(name):
                yield found[1] + found[2]

    def leftovers(self, orphan: Callable[[Problem], None]) -> Iterator[Problem]:
        """Files that nothing in the archive accounts for; objects among them go to `orphan`."""
        for name in sorted(self.files.keys() - self.known):
            if _OBJECT.fullmatch(name):
                orphan(Problem(name, "no edition needs it that could be read; an interrupted run leaves such."))
            elif name.startswith(("manifests/", "keys/")):
                yield Problem(name, "does not belong here: the log does not name it. The log was put back to an "
                                    "earlier day, or the file was added.")
            else:
                yield Problem(name, "does not belong here. A writer that was interrupted may have left it; "
                                    "the next one removes what is its own.")
