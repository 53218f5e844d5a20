"""How long an edition is kept, what holds it longer, and how two people together delete it.

Nothing is deleted before its day, under a hold, or by one person. What remains is the manifest, a tombstone in the
log, and whatever objects another edition still needs.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime

from reportgen.archive import durable
from reportgen.archive.archive import Archive
from reportgen.archive.entry import DeletionProposed, Hold, HoldReleased, Tombstone
from reportgen.archive.manifest import Manifest
from reportgen.archive.state import Issued, State
from reportgen.archive.tree import files_of
from reportgen.config.job import Job
from reportgen.errors import ArchiveError, Problem


def retention_of(job: Job, issued: datetime) -> dict[str, str]:
    """`kind` and `until` of a manifest: the first day on which the edition may go, empty for ever."""
    rule = job.archive
    if rule.years is None:
        return {"kind": rule.retention, "until": ""}
    day = issued.astimezone(UTC).date()
    leap = day.month == 2 and day.day == 29
    until = date(day.year + rule.years, 3, 1) if leap else day.replace(year=day.year + rule.years)
    return {"kind": rule.retention, "until": until.isoformat()}


def hold(archive: Archive, name: str, match: Mapping[str, str], reason: str, by: str) -> tuple[Issued, ...]:
    """Keep whatever matches (job, period, scope; nothing matches all) until released; the editions it holds today."""
    archive.required()
    archive.append(Hold.at(archive.clock(), id=name, match=dict(match), reason=reason, by=by))
    state = archive.state()
    return tuple(one for one in state.issued.values() if any(held.id == name for held in state.held(one)))


def release(archive: Archive, name: str, reason: str, by: str) -> None:
    """End a hold. Raises ArchiveError for one that is not."""
    archive.required()
    archive.append(HoldReleased.at(archive.clock(), id=name, reason=reason, by=by))


def propose(archive: Archive, edition: Issued, reason: str, law: str, by: str) -> None:
    """The first of two: ask that an edition be deleted. Raises ArchiveError where it may not be yet."""
    _check(archive, archive.required(), edition)
    archive.append(DeletionProposed.at(archive.clock(), manifest=edition.manifest, reason=reason, law=law, by=by))


def approve(archive: Archive, edition: Issued, by: str) -> tuple[str, ...]:
    """The second of two: delete what only this edition needs; the hashes that went.

    The tombstone is durable before the first object goes; an interrupted deletion is finished by `sweep`.
    """
    state = archive.required()
    _check(archive, state, edition)
    proposal = state.proposals.get(edition.manifest)
    if proposal is None:
        raise ArchiveError(
            Problem(str(edition), "nobody has proposed its deletion."),
            hint="reportgen archive retain propose EDITION --reason WHY --law WHICH, by another person.",
        )
    if proposal.by == by:
        raise ArchiveError(
            Problem(str(edition), f"{by} proposed its deletion and cannot approve it too."),
            state="Nothing was deleted.", hint="Let another person approve it.",
        )
    gone = sorted(_own(archive, state, edition))
    archive.append(Tombstone.at(
        archive.clock(), manifest=edition.manifest, reason=proposal.reason, law=proposal.law,
        proposed_by=proposal.by, approved_by=by, objects=gone,
    ))
    sweep(archive)
    return tuple(gone)


def sweep(archive: Archive) -> None:
    """Remove the objects that tombstones name and that no living edition needs (one may have come back since)."""
    with durable.exclusive(archive.log.lock):  # an edition issued meanwhile might need one of them
        state = archive.state()
        named = {sha for one in state.issued.values() if one.deletion for sha in one.deletion.objects}
        for sha in named - _living(archive, state) if named else ():
            path = archive.store.path(sha)
            if path.exists():
                durable.remove(path)
                durable.sync_folder(path.parent)


def reached(archive: Archive, manifest: Manifest) -> dict[str, str]:
    """Every object an edition is made of, its tree's files included: sha256 to what it is.

    A correction also needs the facts of the edition it supersedes: its page of changes is made from them.
    """
    tree = files_of(archive.store.get(manifest.contents.home))
    found = {sha: path for path, sha in tree.items()} | manifest.objects()
    if manifest.supersedes:
        facts = archive.manifest(manifest.supersedes.manifest).contents.facts
        if archive.store.has(facts):  # it may have been deleted before it was corrected
            found[facts] = "facts of the superseded edition"
    return found


def _own(archive: Archive, state: State, edition: Issued) -> set[str]:
    return set(reached(archive, archive.manifest(edition.manifest))) - _living(archive, state, but=edition.manifest)


def _living(archive: Archive, state: State, but: str = "") -> set[str]:
    """Objects that editions not deleted need, with what ships with the archive and the manifests themselves."""
    kept = set(state.files.values()) | set(state.issued)
    for sha, one in state.issued.items():
        if one.deletion is None and sha != but:
            kept |= reached(archive, archive.manifest(sha)).keys()
    return kept


def _check(archive: Archive, state: State, edition: Issued) -> None:
    """Refuse what is deleted already, held, or not past its day; the newest edition may go as any other."""
    if edition.deletion is not None:
        raise ArchiveError(Problem(str(edition), "is deleted already."))
    holds = state.held(edition)
    if holds:
        raise ArchiveError(
            Problem(str(edition), f"is under the hold {holds[0].id} ({holds[0].reason})."),
            state="Nothing was deleted.", hint="A hold ends by `reportgen archive release`; it beats every other duty.",
        )
    until = archive.manifest(edition.manifest).retention.until
    today = archive.clock().astimezone(UTC).date().isoformat()
    if not until or today < until:
        raise ArchiveError(
            Problem(str(edition), f"must be kept until {until}." if until else "must be kept for ever."),
            state="Nothing was deleted.", hint="The job's `archive.years` decides for editions issued from then on.",
        )
