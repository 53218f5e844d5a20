"""Ways to falsify an archive: flipped bits, and files dropped, swapped, doubled, cut short or put back."""

from __future__ import annotations

import os
import random
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from archive_case import Remembering, evidence, findings, standalone

from reportgen.archive import merkle
from reportgen.archive.checkpoint import Checkpoint, sign
from reportgen.archive.signing_key import SigningKey
from reportgen.archive.tiles import pack, places, unpack
from reportgen.archive.verify import verify


@dataclass(frozen=True)
class Verifiers:
    """Both verifiers; each gives the lines in which it finds fault."""

    module: ModuleType

    @classmethod
    def ready(cls) -> Verifiers:
        module = standalone()
        module.subprocess = Remembering(module.subprocess)
        return cls(module)

    def verdicts(self, root: Path, against: Path | None = None) -> dict[str, list[str]]:
        return {
            "shipped": findings(self.module, root, against),
            "program": [str(one) for one in verify(root, against=against).problems],
        }

    def misses(self, root: Path, places: set[str], against: Path | None = None) -> list[str]:
        """What a verifier did not find, or blamed on none of the places."""
        wrong = []
        for who, found in self.verdicts(root, against).items():
            if not found:
                wrong.append(f"{who}: undetected")
            elif not any(place in line for place in places for line in found):
                wrong.append(f"{who}: none of {sorted(places)} named, but {found[:3]}")
        return wrong


@contextmanager
def written(path: Path, data: bytes) -> Iterator[None]:
    """A file with other bytes, in place: a second name of it has them too. Its mode stays."""
    before, mode = path.read_bytes(), path.stat().st_mode
    path.chmod(0o644)
    try:
        path.write_bytes(data)
        path.chmod(mode)
        yield
    finally:
        path.chmod(0o644)
        path.write_bytes(before)
        path.chmod(mode)


def flipped(data: bytes, bit: int) -> bytes:
    changed = bytearray(data)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)


def bits(root: Path, names: list[str]) -> list[tuple[str, int]]:
    """Every bit of the files."""
    return [(name, bit) for name in names for bit in range((root / name).stat().st_size * 8)]


def precious(root: Path) -> list[str]:
    """Manifests with their objects, log, keys and shipped files: every bit of these counts."""
    manifests = {(root / name).read_bytes() for name in evidence(root) if name.startswith("manifests/")}
    return [
        name for name in evidence(root)
        if not name.startswith("objects/") or (root / name).read_bytes() in manifests
    ]


def flip_all(verifiers: Verifiers, root: Path, cases: list[tuple[str, int]]) -> list[str]:
    """Flip one bit after the other; the misses."""
    wrong = []
    for name, bit in cases:
        with written(root / name, flipped((root / name).read_bytes(), bit)):
            wrong += [f"{name} bit {bit}: {miss}" for miss in verifiers.misses(root, {name})]
    return wrong


@dataclass
class Edit:
    """One structural edit: what was done, and the files one of which must be named."""

    what: str
    places: set[str]


def edits() -> tuple[Callable[[Path, random.Random], Edit | None], ...]:
    return drop, swap, double, truncate, lengthen, move, link, rewrite


def _pick(root: Path, dice: random.Random) -> str:
    """A file of evidence; orphans, which nobody misses, are left out."""
    needed = [name for name in evidence(root) if name not in _orphans(root)]
    groups: dict[str, list[str]] = {}
    for name in needed:
        groups.setdefault(name.split("/", 1)[0], []).append(name)
    return dice.choice(groups[dice.choice(sorted(groups))])


def _orphans(root: Path) -> set[str]:
    if root not in _seen:
        _seen[root] = {one.place for one in verify(root, "quick").notices}
    return _seen[root]


_seen: dict[Path, set[str]] = {}
"""Every copy stands in the same place and has the same orphans."""


def drop(root: Path, dice: random.Random) -> Edit | None:
    name = _pick(root, dice)
    (root / name).unlink()
    return Edit(f"drop {name}", {name})


def swap(root: Path, dice: random.Random) -> Edit | None:
    one, two = root / _pick(root, dice), root / _pick(root, dice)
    if one.read_bytes() == two.read_bytes():
        return None
    between = root / "tmp" / "between"
    os.replace(one, between)  # noqa: PTH105
    os.replace(two, one)  # noqa: PTH105
    os.replace(between, two)  # noqa: PTH105
    names = {path.relative_to(root).as_posix() for path in (one, two)}
    return Edit(f"swap {names}", names)


def double(root: Path, dice: random.Random) -> Edit | None:
    name = _pick(root, dice)
    copy = root / f"{name}{dice.choice(['~', '.bak', '2', ' (1)'])}"
    shutil.copy2(root / name, copy)
    return Edit(f"double {name}", {copy.relative_to(root).as_posix()})


def truncate(root: Path, dice: random.Random) -> Edit | None:
    name = _pick(root, dice)
    data = (root / name).read_bytes()
    _put(root / name, data[:dice.randrange(len(data))])
    return Edit(f"truncate {name}", {name})


def lengthen(root: Path, dice: random.Random) -> Edit | None:
    name = _pick(root, dice)
    data = (root / name).read_bytes()
    _put(root / name, data + dice.choice([b"\0", b"\n", b" ", data[-1:], data]))
    return Edit(f"lengthen {name}", {name})


def move(root: Path, dice: random.Random) -> Edit | None:
    name = _pick(root, dice)
    target = root / f"{Path(name).parent}/moved-{Path(name).name}"
    (root / name).rename(target)
    return Edit(f"move {name}", {name, target.relative_to(root).as_posix()})


def link(root: Path, dice: random.Random) -> Edit | None:
    """The same bytes, but in a place outside the archive."""
    name = _pick(root, dice)
    outside = root.parent / f"outside-{dice.random()}"
    (root / name).rename(outside)
    (root / name).symlink_to(outside)
    return Edit(f"link {name}", {name})


def rewrite(root: Path, dice: random.Random) -> Edit | None:
    """One entry of the log repeated, dropped or exchanged with its neighbour, with all tiles made again."""
    entries = entries_of(root)
    at = dice.randrange(1, len(entries) - 1)
    kind = dice.choice(["twice", "lost", "swapped"])
    if kind == "twice":
        entries.insert(at, entries[at])
    elif kind == "lost":
        del entries[at]
    else:
        entries[at], entries[at + 1] = entries[at + 1], entries[at]
    relog(root, entries)
    return Edit(f"entry {at} {kind}", {"log/checkpoint"})


def entries_of(root: Path) -> list[bytes]:
    """The entries of a log of less than 256."""
    return unpack(next((root / "log" / "tile" / "entries").glob("*.p/*")).read_bytes(), "entries")


def relog(root: Path, entries: list[bytes], key: SigningKey | None = None) -> None:
    """Write the log anew, without any rule; signed where a key is given, else under the checkpoint that stands."""
    shutil.rmtree(root / "log" / "tile")
    leaves = [merkle.leaf_hash(one) for one in entries]
    for place in places(len(entries)):
        target = root / "log" / place.path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(pack(entries) if place.level is None else b"".join(leaves))
    if key:
        path = root / "log" / "checkpoint"
        origin = path.read_text("utf-8").split("\n", 1)[0]
        _put(path, sign(Checkpoint(origin, len(entries), merkle.root(leaves)), key))


def _put(path: Path, data: bytes) -> None:
    mode = path.stat().st_mode
    path.unlink()
    path.write_bytes(data)
    path.chmod(mode)


def structural(verifiers: Verifiers, whole: Path, work: Path, count: int, seed: int) -> list[str]:
    """Make `count` edits, each on a fresh copy; the misses."""
    dice, wrong, done = random.Random(seed), [], 0
    while done < count:
        root = work / "edited"
        shutil.copytree(whole, root, copy_function=os.link)  # no edit writes into a file it did not make
        try:
            edit = dice.choice(edits())(root, dice)
            if edit:
                done += 1
                wrong += [f"{edit.what}: {miss}" for miss in verifiers.misses(root, edit.places)]
        finally:
            shutil.rmtree(root)
    return wrong
