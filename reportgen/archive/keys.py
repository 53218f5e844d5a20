"""Whose turn it is to sign: the keys as the log's own entries add and revoke them.

A checkpoint of n entries must be signed by the key that was added last among those n and is not revoked among them.
"""

from __future__ import annotations

import base64
from bisect import bisect_right
from collections.abc import Iterable

from reportgen.archive.entry import Genesis, Key, KeyAdded, KeyRevoked, parse_entry
from reportgen.archive.public_key import PublicKey
from reportgen.archive.signing_key import PASSPHRASE, PATH, SigningKey, key_path
from reportgen.errors import ArchiveError, Problem

__all__ = ["PASSPHRASE", "PATH", "KeyHistory", "PublicKey", "SigningKey", "key_path"]

_MARKS = (b'"type":"genesis"', b'"type":"key"')
"""One of them stands in every entry that matters here; quotes inside a text are escaped, so no text holds one."""


class KeyHistory:
    """Which key signs at which size of the log. `read` takes the entries one by one, in order."""

    def __init__(self) -> None:
        self.size = 0
        """Entries read so far."""
        self.origin = ""
        """The name under which checkpoints are signed."""
        self.known: dict[str, PublicKey] = {}
        """All keys that ever were, by id, in order."""
        self.unvouched: list[str] = []
        """Keys that were added without the word of the key before them: anybody who can write here could have."""
        self._living: list[str] = []
        self._turns: list[tuple[int, str]] = []

    @classmethod
    def of(cls, entries: Iterable[bytes]) -> KeyHistory:
        """The history that these entries tell, the log's first one first."""
        history = cls()
        for entry in entries:
            history.read(entry)
        return history

    def copy(self) -> KeyHistory:
        """Another that can read on without changing this one."""
        other = KeyHistory()
        other.size, other.origin, other.known = self.size, self.origin, dict(self.known)
        other.unvouched = list(self.unvouched)
        other._living, other._turns = list(self._living), list(self._turns)
        return other

    def read(self, entry: bytes) -> None:
        """Take the next entry.

        Raises ArchiveError (exit 8) for a log that does not begin with its `genesis`, a key that is added twice,
        by a false word of the key before it, or revoked without being in use, and the revocation of the only key.
        """
        place = f"log entry {self.size}"
        found = parse_entry(entry, place) if self.size == 0 or any(mark in entry for mark in _MARKS) else None
        if isinstance(found, Genesis) != (self.size == 0):
            raise _refused(place, "is not `genesis`" if self.size == 0 else "is `genesis`, which only the first can be")
        if isinstance(found, Genesis):
            self.origin = found.origin
            self._add(found.key, place)
        elif isinstance(found, KeyAdded):
            self._check_word(found, place)
            self._add(found.key, place)
        elif isinstance(found, KeyRevoked):
            self._revoke(found.id, place)
        self.size += 1

    def at(self, size: int) -> PublicKey:
        """The key that must have signed a checkpoint of `size` entries. Raises IndexError beyond those read."""
        if not 0 < size <= self.size:
            raise IndexError(f"{size} of {self.size} entries")
        turn = bisect_right(self._turns, size, key=lambda one: one[0]) - 1
        return self.known[self._turns[turn][1]]

    def _check_word(self, added: KeyAdded, place: str) -> None:
        if not added.vouched:
            self.unvouched.append(added.key.id)
        elif not self.known[self._living[-1]].verify(base64.b64decode(added.vouched), added.message):
            raise _refused(place, f"adds key {added.key.id} by a signature that key {self._living[-1]} did not make")

    def _add(self, key: Key, place: str) -> None:
        public = PublicKey.from_pem(key.pem, place)
        if public.id != key.id:
            raise _refused(place, f"calls the key {public.id} by the id {key.id}")
        if key.id in self.known:
            raise _refused(place, f"adds key {key.id} again")
        self.known[key.id] = public
        self._living.append(key.id)
        self._turns.append((self.size + 1, key.id))

    def _revoke(self, key_id: str, place: str) -> None:
        if key_id not in self._living:
            raise _refused(place, f"revokes key {key_id}, which is not in use")
        if len(self._living) == 1:
            raise _refused(place, f"revokes the only key, {key_id}; add another first")
        self._living.remove(key_id)
        self._turns.append((self.size + 1, self._living[-1]))


def _refused(place: str, why: str) -> ArchiveError:
    return ArchiveError(
        Problem(place, f"{why}."), state="Nothing was added to the log.",
        hint="`reportgen archive verify` says which of the archive's keys are in use.",
    )
