"""Maker and checker: an edition is released by somebody other than the one who made it, and the log says who.

The maker is the operating-system user in the manifest. The checker is another user or the holder of another key than
those that sign the log: then the entry carries that key's signature over the manifest's hash.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence

from reportgen.archive.archive import Archive
from reportgen.archive.entry import UNKNOWN, Approval, Key, approval_message
from reportgen.archive.signing_key import SigningKey
from reportgen.archive.state import Issued
from reportgen.errors import ArchiveError, Problem

_STATE = "Nothing was approved."


def approve(archive: Archive, editions: Sequence[Issued], by: str, key: SigningKey | None = None) -> tuple[Issued, ...]:
    """Record that `by` releases these editions, all or none; those that were not approved before.

    With a `key` its signature is recorded, and `by` is the name it is known under. Raises ArchiveError (exit 8) for
    an edition that is superseded or deleted, for its maker, and for a key that signs the log.
    """
    archive.required()
    fresh = tuple(one for one in editions if one.approval is None)
    problems = [problem for one in editions if (problem := _refused(archive, one, by, key))]
    if problems:
        raise ArchiveError(problems, state=_STATE, hint=_HINT)
    if fresh:
        archive.append(*(_entry(archive, one, by, key) for one in fresh))
    return fresh


_HINT = ("Another person approves: another operating-system user, or the holder of a key listed in config/approvers/ "
         "(reportgen approve JOB --period P --key FILE).")


def _refused(archive: Archive, one: Issued, by: str, key: SigningKey | None) -> Problem | None:
    if one.standing != "issued":
        newer = f" by {one.superseded_by[:12]}" if one.superseded_by and not one.deletion else ""
        return Problem(str(one), f"is {one.standing}{newer}; only the newest edition can be approved.")
    if one.approval is not None:
        return None
    if key is not None:
        known = key.id in archive.log.history().known
        return Problem(str(one), f"key {key.id} signs the log; an approval needs another.") if known else None
    maker = archive.manifest(one.manifest).operator.user
    if maker in ("", UNKNOWN):
        return Problem(str(one), "its manifest does not say who made it; approve it with a key.")
    return Problem(str(one), f"{by} made it and cannot approve it too.") if maker == by else None


def _entry(archive: Archive, one: Issued, by: str, key: SigningKey | None) -> Approval:
    signature = base64.b64encode(key.sign(approval_message(one.manifest))).decode() if key else ""
    return Approval.at(
        archive.clock(), manifest=one.manifest, by=by, key=Key(id=key.id, pem=key.pem) if key else None,
        signature=signature,
    )
