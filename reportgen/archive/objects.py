"""Content under its own hash: `objects/ab/cdef…`, sha256, read-only, never written twice.

A damaged object cannot be mistaken for a whole one: its bytes no longer give its name.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from reportgen.archive import durable
from reportgen.errors import ArchiveError, Problem

_SHA = re.compile(r"[0-9a-f]{64}")
_CHUNK = 1 << 20


class ObjectStore:
    """The objects of the archive in folder `root`. Hashes are 64 lower-case hex digits."""

    def __init__(self, root: Path) -> None:
        self.folder = root / "objects"
        self.tmp = root / "tmp"
        self._seen: dict[str, int] = {}
        """Objects whose bytes this process has put or compared, with their sizes."""

    def path(self, sha: str) -> Path:
        """Where an object stands, or would stand. Raises ArchiveError for what is no hash: it may be a path."""
        if not _SHA.fullmatch(sha):
            raise ArchiveError(Problem("objects", f"{sha!r} is not a sha256 in 64 lower-case hex digits."))
        return self.folder / sha[:2] / sha[2:]

    def has(self, sha: str) -> bool:
        """Whether an object's file is there; its bytes are not read."""
        path = self.path(sha)
        return path.is_file() and not path.is_symlink()

    def put(self, data: bytes) -> str:
        """Keep `data` and return its hash; durable on return.

        Raises ArchiveError (exit 8) where a damaged object stands under that hash.
        """
        return self.put_all([data])[0]

    def put_all(self, contents: Iterable[bytes]) -> list[str]:
        """Keep several, much cheaper than one by one; their hashes in the same order."""
        found = [(hashlib.sha256(data).hexdigest(), data) for data in contents]
        new = {sha: data for sha, data in found if not self._known(sha, len(data))}
        durable.write_all_new({self.path(sha): data for sha, data in new.items()}, self.tmp)
        self._seen |= {sha: len(data) for sha, data in new.items()}
        return [sha for sha, _ in found]

    def put_file(self, path: Path) -> str:
        """Keep a file's content, read in pieces, and return its hash. Raises as `put`, and for an unreadable file."""
        try:
            source = path.open("rb")
        except OSError as error:
            raise ArchiveError(Problem(str(path), f"cannot be read: {error.strerror or error}.")) from None
        total, size = hashlib.sha256(), 0
        with source, durable.told(self.folder), durable.draft(self.tmp) as draft:
            while piece := source.read(_CHUNK):
                total.update(piece)
                size += len(piece)
                draft.write(piece)
            sha = total.hexdigest()
            if not self._known(sha, size):
                draft.publish(self.path(sha))
                durable.sync_folder(self.path(sha).parent)
        self._seen[sha] = size
        return sha

    def get(self, sha: str) -> bytes:
        """An object's bytes, checked. Raises ArchiveError (exit 8) naming one that is missing or damaged."""
        path = self.path(sha)
        try:
            data = path.read_bytes()
        except OSError as error:
            raise _lost(sha, path, f"cannot be read: {error.strerror or error}") from None
        if hashlib.sha256(data).hexdigest() != sha:
            raise _lost(sha, path, "is damaged: its bytes do not give its name")
        return data

    def check(self, sha: str) -> int:
        """An object's size in bytes, after reading it in pieces; raises as `get` does."""
        path = self.path(sha)
        try:
            with path.open("rb") as source:
                found = hashlib.file_digest(source, "sha256").hexdigest()
                size = source.tell()
        except OSError as error:
            raise _lost(sha, path, f"cannot be read: {error.strerror or error}") from None
        if found != sha:
            raise _lost(sha, path, "is damaged: its bytes do not give its name")
        return size

    def all(self) -> Iterator[str]:
        """The hashes of all objects, sorted; files whose names are no hashes are for `verify` to name."""
        for folder in sorted(self.folder.iterdir()) if self.folder.is_dir() else ():
            for path in sorted(folder.iterdir()) if folder.is_dir() else ():
                if _SHA.fullmatch(folder.name + path.name) and len(folder.name) == 2:
                    yield folder.name + path.name

    def _known(self, sha: str, size: int) -> bool:
        """Whether this process has compared the object before, and nothing changed its size since."""
        path = self.path(sha)
        return self._seen.get(sha) == size and path.is_file() and path.stat().st_size == size


def _lost(sha: str, path: Path, why: str) -> ArchiveError:
    return ArchiveError(
        Problem(str(path), f"object {sha} {why}."),
        state="It was not used.",
        hint="Restore it from the replica; `reportgen archive verify --full` names every object that differs.",
    )
