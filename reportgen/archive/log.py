"""The archive's log: entries that are only ever added, under one signed root.

`append` writes the new tiles, then replaces `log/checkpoint`: that is the moment from which they are part of the log.
What a killed run left before that moment is removed by the next writer; what it left undone after it does no harm.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from reportgen.archive import checkpoint as notes
from reportgen.archive import durable, merkle
from reportgen.archive.checkpoint import Checkpoint, SignedCheckpoint
from reportgen.archive.entry import parse_entry
from reportgen.archive.keys import KeyHistory
from reportgen.archive.signing_key import SigningKey
from reportgen.archive.tiles import WIDTH, Place, Tiles, counts, pack, places, row
from reportgen.errors import ArchiveError, Problem

_CHECKPOINT = "log/checkpoint"


class Log:
    """The log of the archive in folder `root`. Reading needs no lock; every writer takes `root/lock`."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.folder = root / "log"
        self.tmp = root / "tmp"
        self.lock = root / "lock"
        self.tiles = Tiles(self.folder)
        self._history = KeyHistory()

    @property
    def signed(self) -> SignedCheckpoint | None:
        """The newest checkpoint as it stands in its file, nothing checked but its form; None before the first."""
        try:
            data = (self.root / _CHECKPOINT).read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise _damaged(f"it cannot be read: {error.strerror or error}") from None
        return notes.parse(data)

    @property
    def checkpoint(self) -> Checkpoint | None:
        """The newest checkpoint, as `signed`, without its signature."""
        signed = self.signed
        return signed.checkpoint if signed else None

    @property
    def size(self) -> int:
        """Entries in the log."""
        checkpoint = self.checkpoint
        return checkpoint.size if checkpoint else 0

    def entries(self, start: int = 0) -> Iterator[bytes]:
        """The entries from `start` on, as they were when this was called."""
        return self.tiles.entries(self.size, start)

    def history(self) -> KeyHistory:
        """The keys as the entries up to the checkpoint tell of them. Raises ArchiveError where they do not fit."""
        size = self.size
        if size < self._history.size:
            raise _damaged(f"it has {size} entries; a moment ago there were {self._history.size}")
        history = self._history.copy()
        for entry in self.tiles.entries(size, history.size):
            history.read(entry)
        self._history = history
        return history.copy()

    def trusted(self) -> Checkpoint | None:
        """The newest checkpoint, its signature checked against the key whose turn it was, and its root against the
        last tile of every level; None before the first. Raises ArchiveError (exit 8) where it does not hold.
        """
        signed = self.signed
        if signed is None:
            return None
        self._check_edge(signed.checkpoint)
        history = self.history()
        if signed.checkpoint.origin != history.origin:
            raise _damaged(f"it is of {signed.checkpoint.origin}, the log is {history.origin}")
        return signed.verify(history.at(signed.checkpoint.size))

    def append(self, entries: Sequence[bytes], key: SigningKey) -> Checkpoint:
        """Add entries, all or none; the new checkpoint, durable on return. The first entry ever is `genesis`.

        Raises ArchiveError (exit 8), with nothing added, for an entry out of form, a key whose turn it is not, and a
        log that is damaged.
        """
        with durable.exclusive(self.lock):
            self.recover()
            old = self.trusted()
            if not entries and old:
                return old
            size = old.size if old else 0
            history = self._history.copy()
            for number, entry in enumerate(entries, size):
                parse_entry(entry, f"log entry {number}")
                history.read(entry)
            _its_turn(history, key)
            durable.write_all_new(self._next_files(size, entries), self.tmp)
            new = Checkpoint(history.origin, history.size, self.tiles.root(history.size))
            durable.replace(self.root / _CHECKPOINT, notes.sign(new, key), self.tmp)  # the moment of truth
            self._history = history
            self._drop_superseded(size, new.size)
            return new

    def recover(self, at_least: int = 0) -> tuple[str, ...]:
        """Remove what an interrupted writer left: tiles beyond the checkpoint, superseded ones, drafts in `tmp`.

        Returns what was removed, relative to the archive. Removes nothing and raises ArchiveError (exit 8) where the
        checkpoint is missing though there are editions, where the tiles do not give its root, and where it has
        fewer than `at_least` entries, which the caller knows were committed: that is damage or a rollback.
        """
        with durable.exclusive(self.lock):
            checkpoint = self.checkpoint
            if checkpoint is None and any(_files(self.root / "manifests")) | any(_files(self.root / "keys")):
                raise _damaged("it is missing, though editions were issued")
            size = checkpoint.size if checkpoint else 0
            if size < at_least:
                raise _damaged(f"it has {size} entries; {at_least} were there before")
            if checkpoint:
                self._check_edge(checkpoint)
                # Its writer may have been killed before the sync. What it replaces must not go before it is durable.
                durable.sync_folder(self.folder)
            expected = {place.path for place in places(size)}
            beyond = [
                path for path in _files(self.folder / "tile")
                if (name := path.relative_to(self.folder).as_posix()) not in expected and Place.parse(name)
            ]
            for path in beyond:
                durable.remove(path)
            for folder in _folders(self.folder / "tile"):
                durable.remove_folder(folder)  # if it is empty
            names = [path.relative_to(self.root).as_posix() for path in beyond]
            return (*names, *(f"tmp/{name}" for name in durable.clear(self.tmp)))

    def inclusion_proof(self, index: int, size: int | None = None) -> list[bytes]:
        """The proof that entry `index` is among the first `size`, all by default."""
        return merkle.inclusion_proof(index, self.tiles.leaves(self.size if size is None else size))

    def consistency_proof(self, first: int, size: int | None = None) -> list[bytes]:
        """The proof that the log of `first` entries is the beginning of that of `size`, all by default."""
        return merkle.consistency_proof(first, self.tiles.leaves(self.size if size is None else size))

    def _next_files(self, size: int, entries: Sequence[bytes]) -> dict[Path, bytes]:
        """The files that hold what is new after `size` entries, and the complete content of those it shares."""
        files: dict[Path, bytes] = {}
        bundle = self.tiles.edge(None, size) + list(entries)
        for place, part in _cut(None, size, bundle):
            files[self.folder / place.path] = pack(part)
        fresh = [merkle.leaf_hash(entry) for entry in entries]
        level, count = 0, size
        while fresh:
            full = []
            for place, part in _cut(level, count, self.tiles.edge(level, count) + fresh):
                files[self.folder / place.path] = b"".join(part)
                if place.width == WIDTH:
                    full.append(merkle.root(part))
            level, count, fresh = level + 1, count // WIDTH, full
        return files

    def _drop_superseded(self, old: int, new: int) -> None:
        for level, count in ((None, old), *counts(old)):
            width = count % WIDTH
            grown = new if level is None else new // WIDTH**level
            if width and grown != count:
                path = self.folder / Place(level, count // WIDTH, width).path
                durable.remove(path)
                durable.remove_folder(path.parent)  # if it is empty

    def _check_edge(self, checkpoint: Checkpoint) -> None:
        """The last file of each level is there in its own width, and they give the root.

        An interrupted writer leaves them; a checkpoint put back from an earlier day no longer has them.
        """
        for level, count in ((None, checkpoint.size), *counts(checkpoint.size)):
            if count % WIDTH and not (self.folder / Place(level, count // WIDTH, count % WIDTH).path).is_file():
                raise _damaged(f"the tiles of its {checkpoint.size} entries are not all there")
        leaves = [merkle.leaf_hash(entry) for entry in self.tiles.edge(None, checkpoint.size)]
        if self.tiles.root(checkpoint.size) != checkpoint.root or leaves != self.tiles.edge(0, checkpoint.size):
            raise _damaged("its root is not that of the entries")


def _cut(level: int | None, count: int, items: list[bytes]) -> Iterator[tuple[Place, list[bytes]]]:
    """The items that begin in the last, not full, file of a level of `count`, by file."""
    start = count - count % WIDTH
    for place in row(level, start + len(items), start):
        at = place.index * WIDTH - start
        yield place, items[at:at + place.width]


def _its_turn(history: KeyHistory, key: SigningKey) -> None:
    wanted = history.at(history.size) if history.size else None
    if wanted is None:
        raise ArchiveError(Problem("log", "the first entry must be `genesis`, and there is none."))
    if wanted.id != key.id:
        raise ArchiveError(
            Problem(str(key.path or "signing key"), f"this is key {key.id}; it is the turn of key {wanted.id}."),
            state="Nothing was added to the log.",
            hint="Put the right key in its place, or rotate the key: `reportgen archive key rotate --reason WHY`.",
        )


def _files(folder: Path) -> Iterator[Path]:
    for place, _, names in os.walk(folder):
        yield from (Path(place) / name for name in names)


def _folders(folder: Path) -> Iterator[Path]:
    """All folders below, the deepest first."""
    for place, names, _ in os.walk(folder, topdown=False):
        yield from (Path(place) / name for name in names)


def _damaged(why: str) -> ArchiveError:
    return ArchiveError(
        Problem(_CHECKPOINT, f"the log is damaged or was put back: {why}."),
        state="Nothing was added to the log, and nothing was removed.",
        hint="Compare it with a checkpoint kept elsewhere (`reportgen archive verify --against FILE`) and restore "
             "the archive from the replica.",
    )
