"""The log, read anew for verification: every tile against the entries, the entries against the signed root."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reportgen.archive import checkpoint as notes
from reportgen.archive import merkle
from reportgen.archive.checkpoint import SignedCheckpoint
from reportgen.archive.inventory import Inventory
from reportgen.archive.state import State
from reportgen.archive.tiles import WIDTH, Place, row, unpack
from reportgen.errors import Problem

CHECKPOINT = "log/checkpoint"


class Difference(Exception):  # noqa: N818 - what it says: this place differs
    """The place and the reason for which an archive cannot be trusted there."""

    def __init__(self, place: str, message: str) -> None:
        self.problem = Problem(place, message)
        super().__init__(str(self.problem))


@dataclass(frozen=True, slots=True)
class CheckedLog:
    """A log whose tiles, entries, root and signature agree."""

    signed: SignedCheckpoint
    entries: tuple[bytes, ...]
    leaves: tuple[bytes, ...]
    state: State
    """The entries replayed."""

    @property
    def size(self) -> int:
        return len(self.entries)

    def accepts(self, data: bytes, place: str) -> SignedCheckpoint:
        """An earlier checkpoint, if the log is its continuation. Raises Difference, or ArchiveError for its form."""
        old = notes.parse(data, place)
        stated = old.checkpoint
        if stated.origin != self.signed.checkpoint.origin:
            raise Difference(place, f"is of another archive, {stated.origin}.")
        if stated.size > self.size:
            raise Difference(place, f"ROLLED BACK: it was signed for {stated.size} entries, the log has {self.size}.")
        if stated.size == 0 or merkle.root(self.leaves[:stated.size]) != stated.root:
            raise Difference(place, f"FORKED: the first {stated.size} entries were others when it was signed.")
        old.verify(self.state.history.at(stated.size))
        return old


def check_log(inventory: Inventory) -> CheckedLog:
    """The log of an archive. Raises Difference naming the file, or ArchiveError naming the entry, that is wrong."""
    signed = notes.parse(_read(inventory, CHECKPOINT), CHECKPOINT)
    size, root = signed.checkpoint.size, signed.checkpoint.root
    why = f", or {CHECKPOINT} with its {size} entries is not this log's"
    bundles = list(row(None, size))
    parts = [_bundle(inventory, place, why) for place in bundles]
    entries = tuple(entry for part in parts for entry in part)
    leaves = [merkle.leaf_hash(entry) for entry in entries]
    tiles = {place: _read(inventory, _name(place), why) for place in row(0, size)}
    if not entries or merkle.root(leaves) != root:
        _blame(bundles, parts, list(tiles.values()))
    _check_rows(inventory, leaves)
    state = State.of(entries)
    if signed.checkpoint.origin != state.history.origin:
        raise Difference(CHECKPOINT, f"is of {signed.checkpoint.origin}; the log is {state.history.origin}.")
    signed.verify(state.history.at(size))
    return CheckedLog(signed, entries, tuple(leaves), state)


def _read(inventory: Inventory, name: str, why: str = "") -> bytes:
    try:
        return inventory.read(name, why)
    except LookupError as error:
        raise Difference(name, str(error.args[0])) from None


def _name(place: Place) -> str:
    return f"log/{place.path}"


def _bundle(inventory: Inventory, place: Place, why: str) -> list[bytes]:
    found = unpack(_read(inventory, _name(place), why), _name(place))
    if len(found) != place.width:
        raise Difference(_name(place), f"holds {len(found)} entries instead of {place.width}.")
    return found


def _blame(bundles: Sequence[Place], parts: Sequence[Sequence[bytes]], tiles: Sequence[bytes]) -> None:
    """Entries and root disagree; the tiles say which of the two was changed."""
    for place, part, tile in zip(bundles, parts, tiles, strict=True):
        if b"".join(map(merkle.leaf_hash, part)) != tile:
            raise Difference(_name(place), "its entries are not those that were signed.")
    raise Difference(CHECKPOINT, "its root is not that of the entries.")


def _check_rows(inventory: Inventory, leaves: list[bytes]) -> None:
    level, hashes = 0, leaves
    while hashes:
        above = []
        for place in row(level, len(hashes)):
            part = hashes[place.index * WIDTH:place.index * WIDTH + place.width]
            if _read(inventory, _name(place)) != b"".join(part):
                raise Difference(_name(place), "is not the tile of the entries.")
            if place.width == WIDTH:
                above.append(merkle.root(part))
        level, hashes = level + 1, above
