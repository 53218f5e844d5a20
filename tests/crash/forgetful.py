"""A disk that forgets at a power cut what was not synced: data, modes and names, all or any part of them.

It does everything for real, for the program reads what it wrote, and keeps beside it a model of what a sync has made
durable. `stop` ends the program before the n-th operation. `survive` lays out a tree that may be found after a power
cut: each name is its durable self or any of its later ones, each file's data and mode likewise, and what was written
since the last sync may be there, lost, torn, or zeros.
"""

from __future__ import annotations

import os
import random
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from reportgen.archive.disk import Disk


class Stopped(BaseException):
    """The process is no more. No error of the program's: nothing may catch it."""


@dataclass(eq=False)
class File:
    """A file, whatever its names. The first of each list is durable, the last is what the program sees."""

    data: list[bytes] = field(default_factory=lambda: [b""])
    modes: list[int] = field(default_factory=lambda: [0o600])

    def synced(self) -> None:
        del self.data[:-1], self.modes[:-1]


@dataclass(eq=False)
class Folder:
    """A folder's names; each is a list from the durable to the present holder, None where there is none."""

    names: dict[str, list[File | Folder | None]] = field(default_factory=dict)

    def now(self, name: str) -> File | Folder | None:
        return self.names.get(name, [None])[-1]

    def put(self, name: str, holder: File | Folder | None) -> None:
        self.names.setdefault(name, [None]).append(holder)

    def synced(self) -> None:
        self.names = {name: held[-1:] for name, held in self.names.items() if held[-1]}


@dataclass(frozen=True, slots=True)
class Keep:
    """How a power cut chooses: `forget` everything, keep `all`, or by chance."""

    seed: int

    def among(self, chance: random.Random, choices: int) -> int:
        """Index of the one that survives."""
        return 0 if self.seed == 0 else choices - 1 if self.seed == 1 else chance.randrange(choices)


class Forgetful(Disk):
    """The disk below folder `base`; what is there at first is durable. Operations are counted from 1."""

    def __init__(self, base: Path, stop: int = 0) -> None:
        super().__init__()
        self.base = base
        self.top = _loaded(base)
        self.stop = stop
        self.count = 0
        self.stopped = False
        self._open: dict[int, File] = {}
        self._catalogues: list[bytes] = []

    def restart(self, stop: int = 0) -> None:
        """A new process on the same machine: it knows nothing, the disk has forgotten nothing."""
        self.stop, self.count, self.stopped = stop, 0, False
        self.settled.clear()

    # Operations ----------------------------------------------------------------------------------------------------

    def create(self, path: Path) -> int:
        self._step()
        descriptor = super().create(path)
        self._open[descriptor] = file = File()
        self._folder(path.parent).put(path.name, file)
        return descriptor

    def write(self, descriptor: int, data: bytes) -> None:
        self._step()
        super().write(descriptor, data)
        file = self._open[descriptor]
        file.data.append(file.data[-1] + bytes(data))

    def sync(self, descriptor: int) -> None:
        self._step()
        self._open[descriptor].synced()

    def change_mode(self, descriptor: int, mode: int) -> None:
        self._step()
        super().change_mode(descriptor, mode)
        self._open[descriptor].modes.append(mode)

    def link(self, source: Path, path: Path) -> None:
        self._step()
        super().link(source, path)
        self._folder(path.parent).put(path.name, self._folder(source.parent).now(source.name))

    def rename(self, source: Path, path: Path) -> None:
        self._step()
        super().rename(source, path)
        self._folder(path.parent).put(path.name, self._folder(source.parent).now(source.name))
        self._folder(source.parent).put(source.name, None)

    def unlink(self, path: Path) -> None:
        self._step()
        super().unlink(path)
        self._folder(path.parent).put(path.name, None)

    def make_folder(self, path: Path) -> None:
        self._step()
        super().make_folder(path)
        self._folder(path.parent).put(path.name, Folder())

    def remove_folder(self, path: Path) -> None:
        self._step()
        super().remove_folder(path)
        self._folder(path.parent).put(path.name, None)

    def sync_folder(self, path: Path) -> None:
        self._step()
        if path.is_relative_to(self.base):
            folder = self._folder(path)
            for one in path.iterdir():  # a folder made behind this class's back gets its name with the others
                if one.is_dir() and folder.now(one.name) is None:
                    folder.put(one.name, Folder())
            folder.synced()
        elif not path.is_dir():
            raise FileNotFoundError(path)

    # A power cut ---------------------------------------------------------------------------------------------------

    def survive(self, into: Path, seed: int) -> None:
        """Lay out below `into` what a power cut leaves now: seed 0 forgets all it may, 1 nothing, others by chance."""
        chance = random.Random(f"{self.count} {seed}")
        self._catalogue()
        laid: dict[File, Path] = {}
        for path, holder in _walk(self.top, into, Keep(seed), chance):
            if isinstance(holder, Folder):
                path.mkdir(exist_ok=True)
            elif holder in laid:
                os.link(laid[holder], path)
            else:
                laid[holder] = path
                path.write_bytes(_left(holder, Keep(seed), chance))
                path.chmod(holder.modes[Keep(seed).among(chance, len(holder.modes))])
        archive = into / "output" / "archive"
        index = _index(self._catalogues, seed, chance)
        if archive.is_dir() and index is not None:
            (archive / "catalogue.sqlite").write_bytes(index)

    def _step(self) -> None:
        if not self.stopped:
            self.count += 1
            self.stopped = self.count == self.stop
            self._catalogue()
        if self.stopped:
            raise Stopped

    def _catalogue(self) -> None:
        """The index is SQLite's own business; it is derived, and may be found in any state."""
        path = self.base / "output" / "archive" / "catalogue.sqlite"
        if path.is_file() and (data := path.read_bytes()) not in self._catalogues[-1:]:
            self._catalogues.append(data)

    def _folder(self, path: Path) -> Folder:
        """The model of a folder; one that was made behind this class's back is there, but was never synced."""
        folder = self.top
        for name in path.relative_to(self.base).parts:
            held = folder.now(name)
            if not isinstance(held, Folder):
                held = Folder()
                folder.put(name, held)
            folder = held
        return folder


def _loaded(path: Path) -> Folder:
    """All below a folder that was just found; hard links count as files of their own, for each is whole."""
    folder = Folder()
    for one in path.iterdir():
        if one.name.startswith("catalogue.sqlite"):
            continue
        held = _loaded(one) if one.is_dir() else File([one.read_bytes()], [stat.S_IMODE(one.stat().st_mode)])
        folder.names[one.name] = [held]
    return folder


def _walk(folder: Folder, at: Path, keep: Keep, chance: random.Random) -> Iterator[tuple[Path, File | Folder]]:
    for name, held in sorted(folder.names.items()):
        survivor = held[keep.among(chance, len(held))]
        if survivor is not None:
            yield at / name, survivor
        if isinstance(survivor, Folder):
            yield from _walk(survivor, at / name, keep, chance)


def _left(file: File, keep: Keep, chance: random.Random) -> bytes:
    data = file.data[keep.among(chance, len(file.data))]
    if keep.seed < 2 or len(file.data) == 1 or chance.random() < 0.5:
        return data
    cut = chance.randrange(len(file.data[-1]) + 1)
    return file.data[-1][:cut] + bytes(chance.choice((0, len(file.data[-1]) - cut)))


def _index(known: list[bytes], seed: int, chance: random.Random) -> bytes | None:
    if not known or seed == 0:
        return None
    if seed == 1:
        return known[-1]
    some = chance.choice(known)
    return chance.choice((some, some[:chance.randrange(len(some) + 1)], bytes(len(some)), b"", known[-1], known[-1]))
