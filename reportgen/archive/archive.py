"""The archive: editions that were issued, kept so that an auditor needs to trust nobody.

    archive = Archive.of(context.output, context.clock)
    archive.ready()                    # made at first use; what a killed run left is cleared away
    sha = archive.store.put(pdf)
    issued = archive.issue(manifest)   # from here on the edition is part of the log

The log's checkpoint is the moment of truth: before it only objects lie there that nothing names, after it the
edition is whole. Everything else in the folder is derived from log and objects, and is made again when missing.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib import resources
from pathlib import Path

from reportgen.archive import durable
from reportgen.archive.catalogue import Catalogue
from reportgen.archive.entry import FORMAT, SHIPPED, Delivery, Edition, FilesChanged, Genesis, Key
from reportgen.archive.log import Log
from reportgen.archive.manifest import Manifest, parse_manifest
from reportgen.archive.objects import ObjectStore
from reportgen.archive.rollback import refuse_rollback
from reportgen.archive.signing_key import SigningKey, clear_drafts, key_path, settle
from reportgen.archive.state import Issued, State
from reportgen.errors import AlreadyIssued, ArchiveError, Problem

_STAMP = re.compile(r"[1-9][0-9]*\.(?:checkpoint|tsr)")


def _now() -> datetime:
    return datetime.now(UTC)


class Archive:
    """The archive in folder `root`. Reading needs no key and no lock."""

    def __init__(self, root: Path, key: Path, clock: Callable[[], datetime] = _now) -> None:
        self.root = root
        self.key_path = key
        self.clock = clock
        self.store = ObjectStore(root)
        self.log = Log(root)
        self.catalogue = Catalogue(root / "catalogue.sqlite")
        self._state = State()
        self._followed = False
        """Whether this process has seen that the log is no shorter than it was."""

    @classmethod
    def of(cls, output: Path, clock: Callable[[], datetime] = _now) -> Archive:
        """The archive of an output folder, its key beside it or where REPORTGEN_ARCHIVE_KEY says."""
        return cls(output / "archive", key_path(output), clock)

    @property
    def exists(self) -> bool:
        """Whether anything was ever committed."""
        return self.log.size > 0

    def state(self) -> State:
        """What the log says today. Raises ArchiveError (exit 8) for entries that cannot be."""
        for entry in self.log.entries(self._state.size):
            self._state.read(entry)
        return self._state

    def required(self) -> State:
        """As `state`; ArchiveError where there is no archive."""
        if not self.exists:
            raise ArchiveError(
                Problem(str(self.root), "there is no archive here; nothing was issued into it."),
                hint="Name the folder that a run wrote to: --output DIR.",
            )
        return self.state()

    # Writing -------------------------------------------------------------------------------------------------------

    def ready(self) -> bool:
        """Make the archive at first use, clear away what a killed writer left, mend what is derived.

        True where the archive was made now: its key should be kept safe, and the user told. Raises ArchiveError
        (exit 8), with nothing changed, where the log is damaged or shorter than it was.
        """
        with self._writing():
            clear_drafts(self.key_path)
            made, there = not self.exists, set[str]()
            if made:
                self.log.recover()
                self._begin()
            else:
                there = self._check_followed()
                self.log.recover(self._state.size)
                self._renew_shipped()
                self._clear_anchors()
            self._derive(self.state(), there=there)
            return made

    def issue(self, manifest: Manifest, fence: Callable[[], None] = lambda: None) -> Issued:
        """Commit an edition whose objects are all in the store; durable on return.

        `fence` is called under the lock right before the log is written, and stops the issue by raising.
        Raises AlreadyIssued (exit 9) where another edition of the same key came first.
        """
        with self._writing():
            if not self._followed:
                self._check_followed()
            before = self.state().latest(manifest.key.job, manifest.key.period, manifest.key.scope)
            expected = manifest.supersedes.manifest if manifest.supersedes else ""
            if (before.manifest if before else "") != expected:
                raise AlreadyIssued(
                    f"{before or manifest.key}: was issued while this run was made.", state="Nothing was issued.",
                    hint="Look at it: reportgen archive list.",
                )
            lacking = [name for sha, name in manifest.objects().items() if not self.store.has(sha)]
            if lacking:
                raise ArchiveError(Problem(str(manifest.key), f"its {lacking[0]} is not in the archive."))
            digest = self.store.put(manifest.to_bytes())
            key = manifest.key
            fence()
            self.append(Edition.at(
                self.clock(), manifest=digest, job=key.job, period=key.period, scope=key.scope, revision=key.revision,
                supersedes=expected,
            ))
            return self.state().issued[digest]

    def delivered(self, *entries: Delivery) -> None:
        """Note deliveries, all or none. Raises ArchiveError (exit 8) for one of an edition that is not in the log."""
        known = self.required().issued
        for one in entries:
            if one.manifest not in known:
                raise ArchiveError(Problem(one.manifest[:12], "is no edition of this log."),
                                   state="The delivery was not noted.")
        self.append(*entries)

    def append(self, *entries: object, key: SigningKey | None = None) -> None:
        """Add entries (`entry.py`), all or none, and derive what follows from them.

        An entry that cannot follow what the log holds is refused before anything is written. `key` is the one that
        must sign the new checkpoint; the present one unless the entries change it.
        """
        with self._writing():
            if not self._followed:
                self._check_followed()
            state = self.state()
            data = [entry.to_bytes() for entry in entries]  # type: ignore[attr-defined]
            trial = State.of([*self.log.entries(), *data]) if self._risky(entries) else None
            assert trial is None or trial.size == state.size + len(data)
            self.log.append(data, key or self.key())
            self._derive(self.state(), since=state.size - len(data))

    @staticmethod
    def _risky(entries: Sequence[object]) -> bool:
        """Whether an entry must be tried against the whole log first; editions and deliveries are checked by theirs."""
        return any(not isinstance(one, (Edition, FilesChanged, Delivery)) for one in entries)

    def _check_followed(self) -> set[str]:
        """Before the first write, and before anything is cleared away: what a longer log left would go with it.

        Returns the manifests' copies that are there.
        """
        if not self.log.trusted():
            return set()
        there = refuse_rollback(self.root, self.state())
        self._followed = True
        return there

    def key(self) -> SigningKey:
        """The private key whose turn it is."""
        wanted = self.log.history().at(self.log.size).id if self.exists else ""
        return SigningKey.load(self.key_path, wanted)

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """One writer at a time; whatever the file system refuses ends as ArchiveError."""
        with durable.told(self.root, "What the log has is whole; the next run does what is left."), \
                durable.exclusive(self.log.lock):
            yield

    def _begin(self) -> None:
        if self.key_path.exists():
            key = SigningKey.load(self.key_path)
            settle(self.key_path)
        else:
            key = SigningKey.create(self.key_path)
        files = {name: self.store.put(data) for name, data in shipped().items()}
        genesis = Genesis.at(self.clock(), archive=str(uuid.uuid4()), files=files, key=Key(id=key.id, pem=key.pem))
        self.log.append([genesis.to_bytes()], key)

    def _renew_shipped(self) -> None:
        """A newer program brings newer texts and a newer verifier."""
        files = {name: self.store.put(data) for name, data in shipped().items()}
        if files != self.state().files:
            self.append(FilesChanged.at(self.clock(), files=files))

    def _clear_anchors(self) -> None:
        """Remove time stamps that no entry names: their writer was killed before the log said so."""
        named = {Path(name).name for one in self.state().anchors.values() for name in one.files}
        folder = self.log.folder / "anchors"
        strays = [path for path in folder.iterdir() if path.name not in named] if folder.is_dir() else []
        for path in strays:
            if _STAMP.fullmatch(path.name):
                durable.remove(path)
        if strays:
            durable.sync_folder(folder)

    # What follows from log and objects ----------------------------------------------------------------------------

    def _derive(self, state: State, since: int = 0, there: Collection[str] = ()) -> None:
        """Make what is missing of the derived files, from entry `since` on: shipped files, keys, manifests, index.

        `there`: manifests' copies known not to be missing.
        """
        for name, sha in state.files.items():
            path = self.root / name
            data = self.store.get(sha)
            if not path.is_file() or path.read_bytes() != data:
                durable.replace(path, data, self.log.tmp)
        for public in state.history.known.values():
            path = self.root / "keys" / f"{public.id}.pem"
            if not path.is_file():
                durable.write_new(path, public.pem.encode(), self.log.tmp)
        for one in state.issued.values():
            if one.index < since or one.path in there:
                continue
            path = self.root / "manifests" / one.path
            if not path.is_file() and self.store.has(one.manifest):
                durable.write_new(path, self.store.get(one.manifest), self.log.tmp)
        self.catalogue.follow(state, self.manifest)

    # Reading -------------------------------------------------------------------------------------------------------

    def manifest(self, sha: str) -> Manifest:
        """The manifest of that hash, checked. Raises ArchiveError naming what is wrong."""
        return parse_manifest(self.store.get(sha), f"manifest {sha[:12]}")

    def find(self, text: str) -> Issued:
        """The edition a user names: its id, its manifest's hash (8 digits or more), or `job/period[/scope[/r01]]`.

        Without a revision the newest; ArchiveError where nothing or more than one fits.
        """
        state = self.required()
        found = list(self._named(state, text.strip()))
        if len(found) == 1:
            return found[0]
        listed = ", ".join(str(one) for one in found[:6])
        raise ArchiveError(
            f"{text}: {'names no edition.' if not found else f'fits {len(found)} editions: {listed}.'}",
            hint="reportgen archive list shows them; name one as job/period/scope/r01 or by its id.",
        )

    def _named(self, state: State, text: str) -> Iterator[Issued]:
        if "/" in text:
            parts = text.split("/")
            job, period, scope = parts[0], parts[1], parts[2] if len(parts) > 2 else "bank"
            for one in state.issued.values():
                if one.subject == (job, period, scope) and (
                    one.entry.revision == parts[3] if len(parts) > 3 else not one.superseded_by
                ):
                    yield one
        elif len(text) >= 8:
            ids = set(self.catalogue.manifests_of(text))
            for sha, one in state.issued.items():
                if sha.startswith(text) or sha in ids:
                    yield one

    def earlier(self, job: str, scope: str) -> Iterator[Issued]:
        """The newest revision of every period of a job and scope that is not deleted."""
        state = self.state()
        for subject, sha in state.newest.items():
            if (subject[0], subject[2]) == (job, scope) and state.issued[sha].deletion is None:
                yield state.issued[sha]


def shipped() -> dict[str, bytes]:
    """The files that stand at the top of every archive, as this version of the program brings them."""
    folder = resources.files("reportgen.archive") / "shipped"
    files = {name: (folder / name).read_bytes() for name in SHIPPED if name != "FORMAT"}
    return {"FORMAT": f"{FORMAT}\n".encode(), **files}
