# ruff: noqa: T201 - a program of the lab
"""A file system that forgets, and every tree it may be found with: the power cuts of `sweeping`, but none by chance.

`SimFs` rides on `Forgetful`, whose model knows for each name, each file's data and each mode what a sync has made
durable and what came after. Before every operation of one run it lists the trees that a power cut may leave:

- nothing that was not synced, and everything;
- every name, content and mode that is not durable lost alone or kept alone, in each of its states: so names come
  and go in any order until their folder was synced;
- where there are few, every combination of them;
- data not synced torn at blocks of 512 bytes: cut off there, zeros from there, zeros up to there;
- the index of SQLite absent, torn, or zeros.

Trees that are equal are one; drafts in `tmp` are equal whatever their names. Each goes to the judgement of `sweeping`,
with what the run had acknowledged by then. What is written behind the seam is noted by an audit hook: it must be known.
"""

from __future__ import annotations

import functools
import hashlib
import itertools
import os
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from reportgen.archive.disk import using
from tests.crash import sweeping
from tests.crash.archiving import issue_both
from tests.crash.forgetful import File, Folder, Forgetful

BLOCK = 512
COMBINED = 64
"""Combinations at most that are all tried at one moment."""
TMP = ("output", "archive", "tmp")
BEHIND = {("open", "archive/lock"), ("os.mkdir", "archive")}
"""What archiving changes without the seam: the lock that stands before the first operation, and the folder it is in,
whose name is synced as that of every folder found. (SQLite's calls raise no audit events; its file is derived.)"""

Choice = Mapping[object, object]
"""What survives of an item where it is not what survives of all others."""


@dataclass(frozen=True, slots=True)
class Torn:
    """The newest data of a file, blocks of it lost: `data[:to]`, zeros before `since` and after `to` up to `size`."""

    since: int
    to: int
    size: int

    def of(self, data: bytes) -> bytes:
        there = bytes(self.since) + data[self.since:self.to]
        return there + bytes(max(0, self.size - len(there)))


@dataclass(frozen=True, slots=True)
class Node:
    """A name in a tree: a folder, where there are no data, or a file that may have several names."""

    inode: int
    data: bytes | None = None
    mode: int = 0o755


Tree = dict[tuple[str, ...], Node]


@dataclass(slots=True)
class State:
    """A tree that a power cut may leave, and what had been acknowledged when it first and last could be found."""

    tree: Tree
    first: int
    last: int
    said: tuple[str, ...]
    how: str

    def lay(self, into: Path) -> None:
        """Make the tree real, below a folder that is there."""
        made: dict[int, Path] = {}
        for parts, node in self.tree.items():
            path = into.joinpath(*parts)
            if node.data is None:
                path.mkdir()
            elif node.inode in made:
                os.link(made[node.inode], path)
            else:
                made[node.inode] = path
                path.write_bytes(node.data)
                path.chmod(node.mode)


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that a power cut decides: a name in a folder, the data of a file, its mode."""

    key: object
    ways: tuple[object, ...]
    """The first is durable, the last is what the program saw; for data, ways to be torn are between."""
    draft: bool
    """Whether only a name in `tmp` leads to it."""


class SimFs(Forgetful):
    """The disk below folder `base`; `states` holds what may be found after a power cut at any operation."""

    def __init__(self, base: Path, said: Sequence[str] = ()) -> None:
        super().__init__(base)
        self.said = said
        self.states: dict[str, State] = {}
        self.moments: Counter[str] = Counter()
        """Trees listed, equal ones counted every time, by how they came about."""

    def _step(self) -> None:
        super()._step()
        self.look()

    def end(self) -> None:
        """The program has ended: the power may be cut still."""
        self.count += 1
        self._catalogue()
        self.look()

    def look(self) -> None:
        """Add what may be found if the power is cut now."""
        items = list(self._items())
        self._add("nothing", 0, {})
        self._add("everything", -1, {})
        drafts = [one for one in items if one.draft]
        kept = [one for one in items if not one.draft]
        for one in [*kept, *drafts[-3:]]:  # `tmp` is never synced: what was there before was tried before
            for way in one.ways:
                if way != one.ways[0]:
                    self._add("one kept", 0, {one.key: way})
                if way != one.ways[-1]:
                    self._add("torn" if isinstance(way, Torn) else "one lost", -1, {one.key: way})
        total = 1
        for one in kept:
            total *= len(one.ways)
        if kept and total <= COMBINED:
            keys = [one.key for one in kept]
            for ways in itertools.product(*(one.ways for one in kept)):
                for base in (0, -1):
                    self._add("combined", base, dict(zip(keys, ways, strict=True)))
        for kind in ("absent", "half", "zeros"):
            self._add("index", -1, {"index": kind})

    def _items(self) -> Iterator[Item]:
        """All that is not durable, wherever some choice may lead to it."""
        met: dict[File, bool] = {}

        def below(folder: Folder, at: tuple[str, ...]) -> Iterator[Item]:
            for name, held in folder.names.items():
                draft = at == TMP
                if len(held) > 1:
                    yield Item((folder, name), tuple(range(len(held))), draft)
                for one in held:
                    if isinstance(one, File):
                        met[one] = met.get(one, True) and draft
                    elif one is not None:
                        yield from below(one, (*at, name))

        yield from below(self.top, ())
        for file, draft in met.items():
            if len(file.data) > 1:
                yield Item((file, "data"), (0, *_tears(file), *range(1, len(file.data))), draft)
            if len(file.modes) > 1:
                yield Item((file, "mode"), tuple(range(len(file.modes))), draft)

    def _add(self, how: str, base: int, choice: Choice) -> None:
        self.moments[how] += 1
        tree: Tree = {}
        self._plant(self.top, (), base, choice, tree)
        digest = _digest(tree)
        if known := self.states.get(digest):
            known.last, known.said = self.count, tuple(self.said)
        else:
            self.states[digest] = State(tree, self.count, self.count, tuple(self.said), how)

    def _plant(self, folder: Folder, at: tuple[str, ...], base: int, choice: Choice, tree: Tree) -> None:
        for name, held in sorted(folder.names.items()):
            way = choice.get((folder, name), base)
            assert isinstance(way, int)
            found = held[way]
            if isinstance(found, Folder):
                tree[(*at, name)] = Node(id(found))
                self._plant(found, (*at, name), base, choice, tree)
            elif found is not None:
                tree[(*at, name)] = _surviving(found, base, choice)
        if at == TMP[:2] and (index := self._index_of(base, choice)) is not None:
            tree[(*at, "catalogue.sqlite")] = Node(0, index, 0o644)

    def _index_of(self, base: int, choice: Choice) -> bytes | None:
        kind = choice.get("index", "absent" if base == 0 else "")
        if kind == "absent" or not self._catalogues:
            return None
        newest = self._catalogues[-1]
        return newest if not kind else newest[:len(newest) // 2] if kind == "half" else bytes(len(newest))


def _tears(file: File) -> Iterator[Torn]:
    """Ways in which the newest data are there in part; the first, second and last edge of a block and one between."""
    durable, size = len(file.data[0]), len(file.data[-1])
    edges = [at for at in range(0, size, BLOCK) if at >= durable - durable % BLOCK]
    for at in sorted({*edges[:2], *edges[len(edges) // 2:][:1], *edges[-1:]}):
        cut = max(at, durable)
        if durable < cut < size:
            yield Torn(0, cut, 0)
        if cut < size:
            yield Torn(0, cut, size)
        if at and not durable:
            yield Torn(at, size, size)


def _surviving(file: File, base: int, choice: Choice) -> Node:
    way, mode = choice.get((file, "data"), base), choice.get((file, "mode"), base)
    assert isinstance(mode, int)
    data = way.of(file.data[-1]) if isinstance(way, Torn) else file.data[way] if isinstance(way, int) else b""
    return Node(id(file), data, file.modes[mode])


def _digest(tree: Tree) -> str:
    """Equal for trees that no program can tell apart; names of drafts are chance."""
    named, drafts = [], []
    for parts, node in tree.items():
        content = "" if node.data is None else _hash(node.data)
        if parts[:len(TMP)] == TMP and len(parts) > len(TMP):
            drafts.append((content, node.mode))
        else:
            named.append((parts, content, node.mode if node.data is not None else 0))
    return hashlib.sha256(repr((sorted(named), sorted(drafts))).encode()).hexdigest()


@functools.lru_cache(4096)
def _hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


# What is written behind the seam -----------------------------------------------------------------------------------

_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_CHANGES = {"os.rename": 2, "os.link": 2, "os.remove": 1, "os.mkdir": 1, "os.rmdir": 1, "os.chmod": 1, "os.truncate": 1,
            "os.symlink": 2}
"""Audit events and how many of their arguments are paths."""


@dataclass
class Watch:
    """Every change of a name below a folder that this process made: the event, the path, and the seam's part in it."""

    below: Path
    behind: list[tuple[str, str]] = field(default_factory=list)
    through: int = 0

    def told(self, event: str, arguments: tuple[object, ...]) -> None:
        if event == "open":
            flags = arguments[2]
            if not isinstance(flags, int) or not flags & _WRITING:
                return
            paths = arguments[:1]
        elif event in _CHANGES:
            paths = arguments[:_CHANGES[event]]
        else:
            return
        named = [path for one in paths if isinstance(one, str | bytes | os.PathLike)
                 and (path := Path(os.fsdecode(one))).is_relative_to(self.below)]
        if not named:
            return
        frame = sys._getframe(2)
        if frame.f_code.co_filename.endswith(os.path.join("archive", "disk.py")):  # noqa: PTH118 - a suffix
            self.through += 1
        else:
            self.behind += [(event, path.relative_to(self.below).as_posix()) for path in named]


_watches: list[Watch] = []
_hooked: list[Callable[..., None]] = []


@contextmanager
def watching(below: Path) -> Iterator[Watch]:
    """Note what changes below a folder while this lasts."""
    if not _hooked:  # a hook stays for the life of the process

        def hook(event: str, arguments: tuple[object, ...], watches: list[Watch] = _watches) -> None:
            for watch in watches:  # not by the module's name, which is gone when the interpreter ends
                watch.told(event, arguments)

        _hooked.append(hook)
        sys.addaudithook(hook)
    _watches.append(watch := Watch(below))
    try:
        yield watch
    finally:
        _watches.remove(watch)


# The archiving program ---------------------------------------------------------------------------------------------


def recorded(program: Callable[[Path, Callable[[str], None]], None] = issue_both) -> SimFs:
    """Run the program once; every state that a power cut may leave on the way."""
    with sweeping.folder() as base:
        said: list[str] = []
        disk = SimFs(base, said)
        with using(disk):
            program(base / "output", said.append)
        disk.end()
        return disk


def judged(state: State) -> list[str]:
    """What is wrong where the next run finds this tree: nothing, or the lab has found something."""
    with sweeping.folder() as base:
        state.lay(base)
        place = f"power cut at operations {state.first} to {state.last}, {state.how}"
        return sweeping._judged(base, list(state.said), place)


def main(arguments: list[str]) -> int:
    """`simfs.py [PART OF]`: judge every state, or the PART-th of OF equal parts; print the counts."""
    part, of = (int(one) for one in arguments) if arguments else (0, 1)
    disk, bad = recorded(), 0
    states = list(disk.states.values())
    for state in states[part::of]:
        for line in judged(state):
            bad += 1
            print(line, flush=True)
    kinds = Counter(state.how for state in states[part::of])
    print(f"simfs {' '.join(arguments)}: {len(states[part::of])} points, {bad} findings:",
          ", ".join(f"{name} {count}" for name, count in sorted(kinds.items())) + ";",
          f"{disk.count - 1} operations, {sum(disk.moments.values())} trees, {len(states)} of them different", flush=True)
    return bool(bad)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
