"""The signing key's life after its birth: rotation and revocation, both entries of the log it signs."""

from __future__ import annotations

import base64

from reportgen.archive.archive import Archive
from reportgen.archive.entry import Key, KeyAdded, KeyRevoked
from reportgen.archive.signing_key import SigningKey
from reportgen.errors import ArchiveError, Problem


def rotate(archive: Archive, reason: str, by: str, *, lost: bool = False) -> SigningKey:
    """A new key that signs from the next checkpoint on; the old key's last act is to vouch for it in the entry.

    `lost`: the old key is gone. The new one then stands on its own word, and verification fails for whoever was not
    given its public half by another way (`verify --key`).
    """
    old = None if lost else archive.key()
    fresh = SigningKey.create_next(archive.key_path)
    added = KeyAdded.at(
        archive.clock(), action="add", key=Key(id=fresh.id, pem=fresh.pem), reason=reason, by=by, vouched="",
    )
    if old is not None:
        added = added.model_copy(update={"vouched": base64.b64encode(old.sign(added.message)).decode()})
    archive.append(added, key=fresh)
    return fresh.install(archive.key_path)


def revoke(archive: Archive, key_id: str, reason: str, by: str) -> None:
    """No checkpoint by this key is accepted from here on. Raises ArchiveError for the only key: rotate first."""
    before = archive.key()
    if before.id == key_id:
        raise ArchiveError(
            Problem(key_id, "is the key that signs now."), state="Nothing was revoked.",
            hint="reportgen archive key rotate --reason WHY first; then revoke the old one.",
        )
    archive.append(KeyRevoked.at(archive.clock(), action="revoke", id=key_id, reason=reason, by=by), key=before)
