"""Each edition of the log against its manifest, and the objects that it needs."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from reportgen.archive.inventory import Inventory, object_name
from reportgen.archive.log_check import Difference
from reportgen.archive.manifest import Manifest, parse_manifest
from reportgen.archive.state import Issued
from reportgen.archive.tree import files_of
from reportgen.errors import ArchiveError, Problem

_SHA = re.compile(r"[0-9a-f]{64}")


@dataclass
class EditionCheck:
    """Checks editions one by one; trees that several share are read once."""

    inventory: Inventory
    thorough: bool = True
    """Whether signed PDFs are read, to see that each begins with the unsigned one."""
    trees: dict[str, dict[str, int]] = field(default_factory=dict)

    def check(self, one: Issued) -> Iterator[Problem]:
        """What is wrong with an edition. Raises Difference or ArchiveError where its manifest cannot be used."""
        name = object_name(one.manifest)
        data = self._object(one.manifest, f"; the edition {one} needs it")
        manifest = parse_manifest(data, name)
        _same_edition(manifest, one, name)
        excused: set[str] = set()
        if one.deletion:
            excused = set(one.deletion.objects)
            until = manifest.retention.until
            if not until or one.deletion.time[:10] < until:
                yield Problem(name, f"was deleted; it was to be kept {f'until {until}' if until else 'for ever'}.")
        if one.approval and not one.approval.shows_another_than(manifest.operator.user):
            yield Problem(name, f"was approved by {one.approval.by}, who made it.")
        sizes = {artefact.sha256: artefact.bytes for artefact in manifest.artefacts}
        for sha, what in manifest.objects().items():
            yield from self._needed(sha, f"{what} of {one}", sizes.get(sha), excused)
        if not one.deletion:
            yield from self._tree(manifest.contents.home, one)
            yield from self._signed(manifest, one) if self.thorough else ()
        link = f"manifests/{one.path}"  # last: without it, all that the edition needs is known
        if self._read(link, f"; it is the manifest of {one}") != data:
            yield Problem(link, f"is not the manifest of {one}.")

    def _signed(self, manifest: Manifest, one: Issued) -> Iterator[Problem]:
        plain = {file.locale: file.sha256 for file in manifest.artefacts if file.role == "pdf"}
        for file in manifest.artefacts:
            if file.role != "pdf-signed":
                continue
            if file.locale not in plain:
                yield Problem(object_name(one.manifest), f"has {file.name}, signed, without the PDF it signs.")
                continue
            names = object_name(file.sha256), object_name(plain[file.locale])
            if any(name not in self.inventory.files for name in names):
                continue  # already said
            signed, below = (self._read(name, f"; {file.name} of {one} needs it") for name in names)
            if not signed.startswith(below):
                yield Problem(names[0], f"{file.name} of {one} does not begin with the PDF it signs.")

    def _tree(self, sha: str, one: Issued) -> Iterator[Problem]:
        if sha in self.trees:
            return
        self.trees[sha] = {}
        name = object_name(sha)
        if name not in self.inventory.files:
            return  # already said
        for path, (member, size) in tree_members(self._object(sha, ""), name).items():
            yield from self._needed(member, f"{path} of {one}", size, set())

    def _needed(self, sha: str, what: str, size: int | None, excused: set[str]) -> Iterator[Problem]:
        name = object_name(sha)
        self.inventory.known.add(name)
        info = self.inventory.files.get(name)
        if info is None:
            if sha not in excused:
                yield Problem(name, f"is missing: {what}.")
        elif size is not None and info.st_size != size:
            yield Problem(name, f"has {info.st_size} bytes instead of {size}: {what}.")

    def _object(self, sha: str, why: str) -> bytes:
        data = self._read(object_name(sha), why)
        if hashlib.sha256(data).hexdigest() != sha:
            raise Difference(object_name(sha), "is damaged: its bytes do not give its name.")
        return data

    def _read(self, name: str, why: str) -> bytes:
        try:
            return self.inventory.read(name, why)
        except LookupError as error:
            raise Difference(name, str(error.args[0])) from None


def tree_members(data: bytes, name: str) -> dict[str, tuple[str, int]]:
    """Path to hash and size of a tree's files. Raises ArchiveError or Difference for a tree out of form."""
    from reportgen.archive.canonical import loads

    try:
        paths = files_of(data)
    except ArchiveError as error:
        raise Difference(name, error.problems[0].message) from None
    listed = loads(data, name)["files"]
    for one in listed:
        good = one.keys() == {"path", "sha256", "bytes"} and _SHA.fullmatch(one["sha256"]) and type(one["bytes"]) is int
        if not good:
            raise Difference(name, f"its file {one['path']!r} is not written as a tree's files are.")
    if len(paths) != len(listed):
        raise Difference(name, "names a path twice.")
    return {one["path"]: (one["sha256"], one["bytes"]) for one in listed}


def _same_edition(manifest: Manifest, one: Issued, name: str) -> None:
    key, entry = manifest.key, one.entry
    stated = (key.job, key.period, key.scope, key.revision)
    if stated != (entry.job, entry.period, entry.scope, entry.revision):
        raise Difference(name, f"says that it is {key}; the log issued it as {one}.")
    if (manifest.supersedes.manifest if manifest.supersedes else "") != entry.supersedes:
        raise Difference(name, "supersedes another edition than the log says.")
