"""What the log says, taken together: editions and which supersede which, holds, deletions, keys, shipped files."""

from __future__ import annotations

import base64
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from reportgen.archive.entry import (
    Anchored,
    Approval,
    DeletionProposed,
    Delivery,
    Edition,
    Entry,
    FilesChanged,
    Genesis,
    Hold,
    HoldReleased,
    Tombstone,
    approval_message,
    parse_entry,
)
from reportgen.archive.keys import KeyHistory
from reportgen.archive.public_key import PublicKey
from reportgen.errors import ArchiveError, Problem


@dataclass(frozen=True, slots=True)
class Issued:
    """An edition as the log knows it."""

    index: int
    """Place of its entry in the log."""
    entry: Edition
    superseded_by: str = ""
    """Manifest of the edition that corrects it; empty for the newest."""
    deletion: Tombstone | None = None
    approval: Approval | None = None
    """Who released it, where somebody did."""

    @property
    def manifest(self) -> str:
        """The manifest's sha256."""
        return self.entry.manifest

    @property
    def subject(self) -> tuple[str, str, str]:
        """(job, period, scope): what the edition is of, whichever its revision."""
        return self.entry.job, self.entry.period, self.entry.scope

    @property
    def path(self) -> str:
        """Below `manifests/`: `2025-12/tiering/branch-B07/r01.json`."""
        one = self.entry
        return f"{one.period}/{one.job}/{one.scope.replace(':', '-')}/{one.revision}.json"

    @property
    def standing(self) -> str:
        """`issued`, `superseded` or `deleted`."""
        return "deleted" if self.deletion else "superseded" if self.superseded_by else "issued"

    def __str__(self) -> str:
        one = self.entry
        return f"{one.job} {one.period} {one.scope} {one.revision}"


@dataclass
class State:
    """The log's entries replayed in order. `read` raises ArchiveError for one that cannot follow those before it."""

    size: int = 0
    genesis: Genesis | None = None
    files: dict[str, str] = field(default_factory=dict)
    """Shipped file to its newest sha256."""
    issued: dict[str, Issued] = field(default_factory=dict)
    """Manifest to edition, in the order of issue."""
    newest: dict[tuple[str, str, str], str] = field(default_factory=dict)
    """Subject to the manifest of its newest revision."""
    holds: dict[str, Hold] = field(default_factory=dict)
    """Those not released, by id."""
    proposals: dict[str, DeletionProposed] = field(default_factory=dict)
    """Manifest to the standing proposal to delete it."""
    anchors: dict[int, Anchored] = field(default_factory=dict)
    """Stamped checkpoints by size."""
    delivered: dict[str, list[Delivery]] = field(default_factory=dict)
    """Manifest to who was sent it."""
    entries: list[Entry] = field(default_factory=list)
    history: KeyHistory = field(default_factory=KeyHistory)

    @classmethod
    def of(cls, entries: Iterable[bytes]) -> State:
        state = cls()
        for data in entries:
            state.read(data)
        return state

    def read(self, data: bytes) -> None:
        """Take the next entry."""
        place = f"log entry {self.size}"
        self.history.read(data)
        one = parse_entry(data, place)
        if isinstance(one, Genesis):
            self.genesis, self.files = one, dict(one.files)
        elif isinstance(one, FilesChanged):
            self.files = dict(one.files)
        elif isinstance(one, Edition):
            self._issue(one, place)
        elif isinstance(one, Hold | HoldReleased):
            self._hold(one, place)
        elif isinstance(one, DeletionProposed):
            _refuse(one.manifest not in self.issued, place, "proposes to delete what was never issued")
            self.proposals[one.manifest] = one
        elif isinstance(one, Tombstone):
            self._bury(one, place)
        elif isinstance(one, Approval):
            self._approve(one, place)
        elif isinstance(one, Delivery):
            _refuse(one.manifest not in self.issued, place, "delivers what was never issued")
            self.delivered.setdefault(one.manifest, []).append(one)
        elif isinstance(one, Anchored):
            _refuse(one.size > self.size, place, f"anchors {one.size} entries, more than come before it")
            _refuse(one.size in self.anchors, place, f"anchors {one.size} entries again")
            self.anchors[one.size] = one
        self.entries.append(one)
        self.size += 1

    def _issue(self, one: Edition, place: str) -> None:
        subject = (one.job, one.period, one.scope)
        before = self.newest.get(subject, "")
        expected = f"r{int(self.issued[before].entry.revision[1:]) + 1 if before else 1:02d}"
        _refuse(one.supersedes != before, place, f"does not supersede the newest edition of {' '.join(subject)}")
        _refuse(one.revision != expected, place, f"is {one.revision}; {expected} was next")
        _refuse(one.manifest in self.issued, place, "issues the same manifest again")
        if before:
            self.issued[before] = replace(self.issued[before], superseded_by=one.manifest)
        self.issued[one.manifest] = Issued(self.size, one)
        self.newest[subject] = one.manifest

    def _hold(self, one: Hold | HoldReleased, place: str) -> None:
        if isinstance(one, Hold):
            _refuse(one.id in self.holds, place, f"uses the hold {one.id} again")
            self.holds[one.id] = one
        else:
            _refuse(one.id not in self.holds, place, f"releases the hold {one.id}, which there is not")
            del self.holds[one.id]

    def _bury(self, one: Tombstone, place: str) -> None:
        old = self.issued.get(one.manifest)
        proposal = self.proposals.pop(one.manifest, None)
        _refuse(old is None or old.deletion is not None, place, "deletes what is not there")
        _refuse(proposal is None or proposal.by != one.proposed_by, place, "has no proposal before it")
        _refuse(one.approved_by == one.proposed_by, place, "was proposed and approved by the same person")
        if old is not None:
            _refuse(bool(self.held(old)), place, "deletes an edition under a hold")
            self.issued[one.manifest] = replace(old, deletion=one)

    def _approve(self, one: Approval, place: str) -> None:
        edition = self.issued.get(one.manifest)
        if edition is None:
            raise _refusal(place, "approves what was never issued")
        _refuse(edition.standing != "issued", place, f"approves an edition that is {edition.standing}")
        _refuse(edition.approval is not None, place, "approves an edition again")
        _refuse((one.key is None) != (not one.signature), place, "has a key or a signature without the other")
        if one.key is not None:
            public = PublicKey.from_pem(one.key.pem, place)
            _refuse(public.id != one.key.id, place, f"calls the key {public.id} by the id {one.key.id}")
            _refuse(public.id in self.history.known, place, f"is signed by {public.id}, a key that signs the log")
            good = public.verify(base64.b64decode(one.signature), approval_message(one.manifest))
            _refuse(not good, place, f"has a signature that key {public.id} did not make")
        self.issued[one.manifest] = replace(edition, approval=one)

    def held(self, edition: Issued) -> tuple[Hold, ...]:
        """The holds an edition is under."""
        facts = {"job": edition.entry.job, "period": edition.entry.period, "scope": edition.entry.scope}
        return tuple(one for one in self.holds.values()
                     if all(facts[name] == wanted for name, wanted in one.match.items()))

    def latest(self, job: str, period: str, scope: str) -> Issued | None:
        """The newest revision of a subject; None where nothing was issued."""
        found = self.newest.get((job, period, scope))
        return self.issued[found] if found else None


def _refuse(wrong: bool, place: str, why: str) -> None:
    if wrong:
        raise _refusal(place, why)


def _refusal(place: str, why: str) -> ArchiveError:
    return ArchiveError(
        Problem(place, f"{why}."), state="The log was not read any further.",
        hint="`reportgen archive verify` says what else differs.",
    )
