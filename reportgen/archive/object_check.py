"""Reads every object and compares its bytes with its name, for as long as there is time; goes on from there."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from reportgen.archive.inventory import Inventory, object_name
from reportgen.errors import Problem

FORMAT = "reportgen-verification 1"
Progress = Callable[[int, int], None]
"""Called with objects read and objects to read in all."""


@dataclass
class ObjectCheck:
    """One pass over the objects in the order of their hashes. `position` outlives it where the time was too short."""

    inventory: Inventory
    archive: str
    """The log's origin: a position belongs to one archive."""
    position: Path | None = None
    read: int = 0
    """Objects read in this pass."""
    before: int = 0
    """Objects that earlier passes of the same round have read."""
    size: int = 0
    """Bytes read in this pass."""
    finished: bool = False
    vanished: set[str] = field(default_factory=set)
    """Names of objects that were there when the folder was listed and are not any more."""

    def check(self, late: Callable[[], bool], progress: Progress | None) -> Iterator[Problem]:
        """Objects that are damaged or cannot be read; stops when `late()`, after one object at least.

        Those that are gone meanwhile go to `vanished`: whether one was needed is for the caller to find out.
        """
        todo = list(self.inventory.objects())
        after = self._resumed()
        self.before = sum(1 for sha in todo if sha <= after)
        for sha in todo[self.before:]:
            if self.read and late():
                self._keep(after)
                return
            yield from self._one(object_name(sha), sha)
            after = sha
            self.read += 1
            if progress:
                progress(self.before + self.read, len(todo))
        self.finished = True
        if self.position:
            self.position.unlink(missing_ok=True)

    def _one(self, name: str, sha: str) -> Iterator[Problem]:
        try:
            with (self.inventory.root / name).open("rb") as file:
                found = hashlib.file_digest(file, "sha256").hexdigest()
        except FileNotFoundError:
            self.vanished.add(name)
            return
        except OSError as error:
            yield Problem(name, f"cannot be read: {error.strerror or error}.")
            return
        self.size += self.inventory.files[name].st_size
        if found != sha:
            yield Problem(name, f"is damaged: its bytes have the hash {found}.")

    def _resumed(self) -> str:
        """The last object of the pass before; empty where a new round begins."""
        if self.position is None:
            return ""
        try:
            kept = json.loads(self.position.read_bytes())
            mine = kept["format"] == FORMAT and kept["archive"] == self.archive
            return str(kept["after"]) if mine else ""
        except (OSError, ValueError, KeyError, TypeError):
            return ""  # a lost position costs time, no certainty

    def _keep(self, after: str) -> None:
        if self.position is None:
            return
        self.position.parent.mkdir(parents=True, exist_ok=True)
        draft = self.position.with_suffix(f".{os.getpid()}.tmp")
        draft.write_text(json.dumps({"format": FORMAT, "archive": self.archive, "after": after}) + "\n", "utf-8")
        draft.replace(self.position)
