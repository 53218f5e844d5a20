"""The log's files in the C2SP tlog-tiles layout: rows of 256 hashes, bundles of 256 entries, and where they stand.

`tile/<level>/<N>` holds the hashes of complete subtrees of 256^level entries, 32 bytes each; `tile/entries/<N>` the
entries, each after its length as two bytes, high byte first. The last of a row, while it is not full, is
`<N>.p/<width>`. N is written in groups of three digits: 1234067 is `x001/x234/067`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from reportgen.archive import merkle
from reportgen.errors import ArchiveError, Problem

WIDTH = 256
HASH = 32
LONGEST = 65_535
"""Bytes of an entry at most."""
_PATH = re.compile(r"tile/(0|[1-9]\d?|entries)/((?:x\d{3}/)*)(\d{3})(?:\.p/([1-9]\d?\d?))?")

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Place:
    """One tile or, with level None, one bundle of entries."""

    level: int | None
    index: int
    width: int = WIDTH
    """Hashes or entries in it, 1 to 256."""

    @property
    def path(self) -> str:
        """Relative to the log's folder."""
        groups = [f"{self.index % 1000:03d}"]
        rest = self.index // 1000
        while rest:
            groups.insert(0, f"x{rest % 1000:03d}")
            rest //= 1000
        part = "" if self.width == WIDTH else f".p/{self.width}"
        return f"tile/{'entries' if self.level is None else self.level}/{'/'.join(groups)}{part}"

    @classmethod
    def parse(cls, path: str) -> Place | None:
        """The place of a path relative to the log's folder; None for a path that is no place's own."""
        found = _PATH.fullmatch(path)
        if not found:
            return None
        row, groups, last, width = found.groups()
        place = cls(
            None if row == "entries" else int(row),
            int(groups.replace("x", "").replace("/", "") + last),
            int(width) if width else WIDTH,
        )
        return place if place.path == path and place.width <= WIDTH else None


def counts(size: int) -> Iterator[tuple[int, int]]:
    """Level and number of hashes of each level that a log of `size` entries has."""
    level = 0
    while size:
        yield level, size
        level, size = level + 1, size // WIDTH


def places(size: int) -> Iterator[Place]:
    """All files that a log of `size` entries consists of, entries first."""
    for level, count in ((None, size), *counts(size)):
        yield from row(level, count)


def row(level: int | None, count: int, start: int = 0) -> Iterator[Place]:
    """The files of one level that hold the items from `start` up to `count`."""
    for index in range(start // WIDTH, -(-count // WIDTH)):
        yield Place(level, index, min(WIDTH, count - index * WIDTH))


def pack(entries: Sequence[bytes]) -> bytes:
    """A bundle's bytes. Raises ArchiveError (exit 8) for an entry that is empty or longer than 65,535 bytes."""
    for entry in entries:
        if not 0 < len(entry) <= LONGEST:
            raise ArchiveError(
                Problem("log", f"an entry has {len(entry):,} bytes; 1 to {LONGEST:,} are possible."),
                state="Nothing was added to the log.",
                hint="Shorten its longest text, such as the reason.",
            )
    return b"".join(len(entry).to_bytes(2, "big") + entry for entry in entries)


def unpack(data: bytes, place: str) -> list[bytes]:
    """The entries of a bundle. Raises ArchiveError (exit 8), naming `place`, for a length that does not fit."""
    entries: list[bytes] = []
    at = 0
    while at < len(data):
        end = at + 2 + int.from_bytes(data[at:at + 2], "big")
        if end > len(data) or end <= at + 2:
            raise _damaged(place, f"the length of its entry {len(entries)} does not fit")
        entries.append(data[at + 2:end])
        at = end
    return entries


class Tiles:
    """Reads the files of a log of `size` entries in folder `folder`. Every read checks lengths, none checks hashes.

    A partial file may be superseded while it is looked for; then its beginning is read from the one that came after.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def hashes(self, place: Place) -> list[bytes]:
        """The hashes of a tile. Raises ArchiveError (exit 8), naming the file, where it is missing or too short."""

        def split(data: bytes, name: str) -> list[bytes]:
            if len(data) % HASH:
                raise _damaged(name, f"{len(data)} bytes are not a whole number of hashes")
            return [data[at:at + HASH] for at in range(0, len(data), HASH)]

        return self._read(place, split)

    def bundle(self, place: Place) -> list[bytes]:
        """The entries of a bundle; raises as `hashes` does."""
        return self._read(place, unpack)

    def entries(self, size: int, start: int = 0) -> Iterator[bytes]:
        """The entries from `start` up to `size`."""
        for place in row(None, size, start):
            yield from self.bundle(place)[max(0, start - place.index * WIDTH):]

    def leaves(self, size: int) -> list[bytes]:
        """All leaf hashes of a log of `size` entries."""
        return [one for place in row(0, size) for one in self.hashes(place)]

    def edge(self, level: int | None, count: int) -> list[bytes]:
        """What stands in the last, not full, file of a level of `count` items; nothing where it is full."""
        width = count % WIDTH
        if not width:
            return []
        place = Place(level, count // WIDTH, width)
        return self.bundle(place) if level is None else self.hashes(place)

    def root(self, size: int) -> bytes:
        """The tree's root, from the last tile of each level: what stands in full tiles is in the level above."""
        carried: list[bytes] = []
        for level, count in counts(size):
            nodes = self.edge(level, count) + carried
            carried = [merkle.root(nodes)] if nodes else []
        return carried[0] if carried else merkle.EMPTY

    def _read(self, place: Place, split: Callable[[bytes, str], list[_T]]) -> list[_T]:
        for path in self._candidates(place):
            try:
                data = path.read_bytes()
            except (FileNotFoundError, NotADirectoryError):
                continue
            except OSError as error:
                raise _damaged(str(path), f"it cannot be read: {error.strerror or error}") from None
            name = path.relative_to(self.folder.parent).as_posix()
            found = split(data, name)
            held = Place.parse(path.relative_to(self.folder).as_posix())
            if held is None or len(found) != held.width:
                raise _damaged(name, f"it holds {len(found)} items")
            return found[:place.width]
        raise _damaged(f"{self.folder.name}/{place.path}", "it is missing")

    def _candidates(self, place: Place) -> Iterator[Path]:
        exact = self.folder / place.path
        yield exact
        if place.width == WIDTH:
            return
        try:
            wider = sorted(int(one.name) for one in exact.parent.iterdir() if one.name.isdecimal())
        except (FileNotFoundError, NotADirectoryError):
            wider = []
        yield from (exact.parent / str(width) for width in wider if width > place.width)
        yield self.folder / Place(place.level, place.index).path


def _damaged(place: str, why: str) -> ArchiveError:
    return ArchiveError(
        Problem(place, f"the log is damaged here: {why}."),
        state="Nothing was added to the log.",
        hint="Restore the file from the replica; `reportgen archive verify` names everything that differs.",
    )
