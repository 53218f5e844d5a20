"""A copy of the archive where nobody can delete it: an S3 bucket with Object Lock; extra `reportgen[s3]`.

Everything that never changes is put once, under its own path, with its sha256 as checksum, `If-None-Match: *` and a
COMPLIANCE lock until its retention ends. What may change (`log/checkpoint` and the shipped files) is put as a new
version. The checkpoint goes last: a replica that shows a checkpoint holds all that it speaks of. A run that was cut
off is simply run again; one over a complete replica copies nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from reportgen.archive import checkpoint as notes
from reportgen.archive import merkle
from reportgen.archive.bucket import Bucket, Replica, differs, digest, failed, locked
from reportgen.archive.lock import exclusive
from reportgen.archive.tiles import Tiles
from reportgen.errors import ArchiveError, Problem, VerificationFailed

CHECKPOINT = "log/checkpoint"
CHANGING = ("FORMAT", "FORMAT.md", "README.txt", "verify.py")
"""Files that a later program may ship anew."""
FIXED = ("objects", "manifests", "keys", "log")
"""Folders whose files never change, in the order they are copied; the log's checkpoint is not among them."""


@dataclass(frozen=True, slots=True)
class Replication:
    """What one run did."""

    copied: int
    """Files put."""
    bytes: int
    """Their bytes."""
    present: int
    """Files that were there already."""
    extended: int
    """Locks made longer, as an edition of longer retention came to share the object."""
    size: int
    """Entries of the log as copied."""
    checkpoint_version: str
    """The bucket's version id of the checkpoint that speaks of all this."""


def replicate(
    root: Path, replica: Replica, client: Any, now: datetime, *, default: datetime,
    until: Mapping[str, datetime] | None = None, thorough: bool = False,
) -> Replication:
    """Bring the bucket up to the archive in folder `root` and check it by listing.

    `until` gives the end of retention by path in the archive (`objects/ab/cd…`) for what new editions reach, `default`
    for everything else, the log included: the longest there is. Both aware. `thorough` asks the store for the checksum
    of every file, not only of those copied now. Raises ArchiveError (exit 8) where the store refuses or the bucket has
    no Object Lock, VerificationFailed (exit 12) where the replica holds something else or more than the archive.
    """
    locked(client, replica)
    bucket = Bucket(client, replica, now, default, until or {})
    with exclusive(root / "lock"):
        checkpoint = _checkpoint(root)
        files = dict(_files(root))
    _follows(root, checkpoint, bucket.read(CHECKPOINT))
    there = bucket.listing()
    copied = total = extended = 0
    for path, early in files.items():
        size = len(early) if early is not None else _stat(root / path)
        if path in there and path not in CHANGING:
            bucket.same_size(path, there[path], size)
            extended += bucket.extend(path) if path in bucket.until else 0
            continue
        if bucket.put(path, early if early is not None else root / path, size, once=path not in CHANGING):
            copied, total = copied + 1, total + size
    _verified(bucket, files, root, thorough, before=there)
    version = bucket.put_newest(CHECKPOINT, checkpoint)
    bucket.same(CHECKPOINT, digest(checkpoint))
    return Replication(copied, total, len(files) - copied, extended, notes.parse(checkpoint).checkpoint.size, version)


def replicated_size(replica: Replica, client: Any) -> int:
    """Entries of the log that the replica holds; 0 for an empty one. Entries from there on are new to it."""
    never = datetime.max.replace(tzinfo=UTC)  # nothing is put here
    found = Bucket(client, replica, never, never, {}).read(CHECKPOINT)
    return _there(found).checkpoint.size if found else 0


def _verified(
    bucket: Bucket, files: Mapping[str, bytes | None], root: Path, thorough: bool, before: Mapping[str, int]
) -> None:
    there = bucket.listing()
    for path, early in files.items():
        if path not in there:
            raise failed(bucket.place(path), "it was copied and the bucket does not list it")
        bucket.same_size(path, there[path], len(early) if early is not None else _stat(root / path))
        if thorough or path not in before:
            bucket.same(path, digest(early if early is not None else root / path))


def _files(root: Path) -> Iterator[tuple[str, bytes | None]]:
    """(path, bytes) of all that is evidence, in the order it is copied; bytes only of what a later commit removes."""
    for folder in FIXED:
        for file in sorted((root / folder).rglob("*")):
            path = file.relative_to(root).as_posix()
            if path != CHECKPOINT and file.is_file() and not file.is_symlink():
                yield path, file.read_bytes() if ".p/" in path else None
    for path in CHANGING:
        if (root / path).is_file():
            yield path, (root / path).read_bytes()


def _follows(root: Path, ours: bytes, theirs: bytes | None) -> None:
    """Raise VerificationFailed unless the replica's log is the beginning of the archive's."""
    if theirs is None:
        return
    own, there = notes.parse(ours).checkpoint, _there(theirs).checkpoint
    if there.origin != own.origin:
        raise differs(CHECKPOINT, f"the replica is of the archive {there.origin}, this is {own.origin}")
    if there.size > own.size:
        raise differs(CHECKPOINT, f"the replica's log has {there.size} entries, the archive's only {own.size}: "
                                   "the archive was rolled back")
    if merkle.root(Tiles(root / "log").leaves(own.size)[:there.size]) != there.root:
        raise differs(CHECKPOINT, f"the first {there.size} entries are not the replica's: history was rewritten")


def _there(note: bytes) -> notes.SignedCheckpoint:
    try:
        return notes.parse(note, "the replica's log/checkpoint")
    except ArchiveError as error:
        raise VerificationFailed(error.problems, state=error.state, hint="Look at the older versions of it.") from error


def _checkpoint(root: Path) -> bytes:
    try:
        return (root / CHECKPOINT).read_bytes()
    except FileNotFoundError:
        raise ArchiveError(Problem(str(root / CHECKPOINT), "there is no archive here"), state="Nothing was copied.",
                           hint="Archive an edition first.") from None


def _stat(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        raise failed(str(path), "it was deleted while the archive was copied") from None
