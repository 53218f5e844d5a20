"""The kinds of log entry. Each is canonical JSON of at most 65,535 bytes, with its `type` and its UTC `time`.

What an entry says is never changed; a later entry supersedes, releases or revokes. `FORMAT.md` specifies each.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    RootModel,
    StringConstraints,
    TypeAdapter,
    ValidationError,
)

from reportgen.archive import canonical
from reportgen.errors import ArchiveError, Problem

if TYPE_CHECKING:
    from typing import Self

FORMAT: Literal["reportgen-archive 1"] = "reportgen-archive 1"
SHIPPED = ("FORMAT", "FORMAT.md", "README.txt", "verify.py")
"""Files at the top of every archive, as the newest `genesis` or `files` entry has them."""
UNKNOWN = "unknown"
"""Stands in a manifest for a user whom the system has no name for."""
_TIME = "%Y-%m-%dT%H:%M:%SZ"
_SHAPE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z")


def utc(moment: datetime) -> str:
    """An aware time as entries write it, cut to the second: `2026-01-05T01:02:03Z`."""
    if moment.tzinfo is None:
        raise ValueError("an entry's time needs a time zone")
    return f"{moment.astimezone(UTC):{_TIME}}"


def _real(text: str) -> str:
    if not _SHAPE.fullmatch(text):
        raise ValueError("is not a time such as 2026-01-05T01:02:03Z")
    datetime.fromisoformat(text)
    return text


def _uuid(text: str) -> str:
    import uuid

    if str(uuid.UUID(text)) != text:
        raise ValueError("is not a UUID in lower case")
    return text


def _shipped(files: dict[str, str]) -> dict[str, str]:
    if sorted(files) != sorted(SHIPPED):
        raise ValueError(f"must name {', '.join(SHIPPED)}")
    return files


def _no_dots(text: str) -> str:
    if text in {".", ".."}:
        raise ValueError("is not a name")
    return text


Sha = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
KeyId = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{16}$")]
Some = Annotated[str, StringConstraints(min_length=1)]
Name = Annotated[str, StringConstraints(pattern=r"^[^\x00-\x1f\x7f/\\]+$"), AfterValidator(_no_dots)]
"""Becomes a folder's name below `manifests/`."""
Revision = Annotated[str, StringConstraints(pattern=r"^r[0-9]{2,4}$")]
Time = Annotated[str, AfterValidator(_real)]
Word = Annotated[str, StringConstraints(pattern=r"^([A-Za-z0-9+/]{86}==)?$")]
"""An Ed25519 signature in base64, or empty."""
Files = Annotated[dict[str, Sha], AfterValidator(_shipped)]


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class _Entry(_Strict):
    time: Time

    def to_bytes(self) -> bytes:
        """The entry as the log holds it."""
        return canonical.dumps(self.model_dump(mode="json"))

    @classmethod
    def at(cls, moment: datetime, **fields: object) -> Self:
        """An entry of this kind at an aware time; raises pydantic's ValidationError for a field out of form."""
        return cls.model_validate({**_fixed(cls), "time": utc(moment), **fields})


class Key(_Strict):
    """An Ed25519 public key: first 16 hex digits of sha256 of its 32 bytes, and SubjectPublicKeyInfo in PEM."""

    id: KeyId
    pem: Some


class Genesis(_Entry):
    """The first entry, and only the first: which archive this is, and its first key."""

    type: Literal["genesis"]
    format: Literal["reportgen-archive 1"]
    archive: Annotated[str, AfterValidator(_uuid)]
    files: Files
    key: Key

    @property
    def origin(self) -> str:
        """The name under which checkpoints are signed."""
        return f"reportgen/{self.archive}"


class FilesChanged(_Entry):
    """A newer version of the program shipped other texts or another verifier; the latest entry holds."""

    type: Literal["files"]
    files: Files


class KeyAdded(_Entry):
    """From the checkpoint that holds this entry on, this key signs."""

    type: Literal["key"]
    action: Literal["add"]
    key: Key
    reason: Some
    by: Some
    vouched: Word
    """The earlier key's signature (base64) over this entry with `vouched` empty; empty where that key is lost."""

    @property
    def message(self) -> bytes:
        """What the earlier key signs."""
        return self.model_copy(update={"vouched": ""}).to_bytes()


class KeyRevoked(_Entry):
    """From the checkpoint that holds this entry on, no checkpoint by this key is accepted."""

    type: Literal["key"]
    action: Literal["revoke"]
    id: KeyId
    reason: Some
    by: Some


class Edition(_Entry):
    """An edition was issued."""

    type: Literal["edition"]
    manifest: Sha
    job: Name
    period: Name
    scope: Name
    revision: Revision
    supersedes: Annotated[str, StringConstraints(pattern=r"^([0-9a-f]{64})?$")]
    """The manifest of the edition it corrects, or empty."""


class Hold(_Entry):
    """What matches must not be deleted until the hold is released; with no key it matches everything."""

    type: Literal["hold"]
    id: Some
    match: dict[Literal["job", "period", "scope"], Some]
    reason: Some
    by: Some


class HoldReleased(_Entry):
    type: Literal["hold-released"]
    id: Some
    reason: Some
    by: Some


class DeletionProposed(_Entry):
    """The first of two people asks for an edition's deletion."""

    type: Literal["deletion-proposed"]
    manifest: Sha
    reason: Some
    law: Some
    by: Some


class Tombstone(_Entry):
    """An edition was deleted by two people. The log keeps the proof that it existed."""

    type: Literal["tombstone"]
    manifest: Sha
    reason: Some
    law: Some
    proposed_by: Some
    approved_by: Some
    objects: list[Sha]
    """What is no longer kept."""


class Anchored(_Entry):
    """An authority has stamped an earlier checkpoint; both files stand in `log/anchors/` with these hashes."""

    type: Literal["anchor"]
    size: Annotated[int, Field(ge=1)]
    """Entries of the log as stamped, all before this one."""
    checkpoint: Sha
    token: Sha

    @property
    def files(self) -> dict[str, str]:
        """Path below the archive to sha256: the checkpoint, then its token."""
        place = f"log/anchors/{self.size}"
        return {f"{place}.checkpoint": self.checkpoint, f"{place}.tsr": self.token}


class Approval(_Entry):
    """Somebody other than its maker released an edition: by another user's name, or by the signature of a key."""

    type: Literal["approval"]
    manifest: Sha
    by: Some
    """Operating-system user; with a key the name under which that key is known."""
    key: Key | None
    """The approver's key, none of those that sign the log; null where the user's name is the evidence."""
    signature: Word
    """The key's signature (base64) over `approval_message`; empty without a key."""

    def shows_another_than(self, maker: str) -> bool:
        """Whether it shows a person other than the one a manifest names as its maker."""
        return self.key is not None or maker not in ("", UNKNOWN, self.by)


def approval_message(manifest: str) -> bytes:
    """What an approver's key signs."""
    return f"reportgen-approval 1\n{manifest}\n".encode()


class Delivery(_Entry):
    """A recipient's mail server took an edition. The recipient's id stands here, never a name or an address."""

    type: Literal["delivery"]
    manifest: Sha
    recipient: Some
    channel: Literal["mail"]
    message: Sha
    """The whole mail, byte for byte."""
    pdf: Annotated[str, StringConstraints(pattern=r"^([0-9a-f]{64})?$")]
    """The attached copy as it went: the archived file, or one marked or locked for the recipient; empty for a link."""
    message_id: Some
    entitlement: Sha
    """The table of recipients by which it was sent; an object."""


KeyEntry = Annotated[KeyAdded | KeyRevoked, Field(discriminator="action")]
Entry = (
    Genesis | FilesChanged | KeyAdded | KeyRevoked | Edition | Hold | HoldReleased | DeletionProposed | Tombstone
    | Anchored | Approval | Delivery
)


class _AnyEntry(RootModel[Annotated[
    Genesis | FilesChanged | KeyEntry | Edition | Hold | HoldReleased | DeletionProposed | Tombstone | Anchored
    | Approval | Delivery,
    Field(discriminator="type"),
]]):
    pass


def parse_entry(data: bytes, place: str = "log entry") -> Entry:
    """The entry of canonical bytes.

    Raises ArchiveError (exit 8), naming `place`, for an unknown type, an unknown, missing or malformed field, and
    bytes that are not canonical.
    """
    value = canonical.loads(data, place)
    try:
        return _adapter().validate_python(value).root
    except ValidationError as error:
        raise ArchiveError(
            [Problem(place, f"{'.'.join(map(str, one['loc'])) or 'entry'}: {one['msg']}.") for one in error.errors()],
            state="The log was not read any further.",
            hint="A newer kind of entry needs the newer program; else `reportgen archive verify` says what differs.",
        ) from None


@cache
def _adapter() -> TypeAdapter[_AnyEntry]:
    return TypeAdapter(_AnyEntry)


def _fixed(kind: type[BaseModel]) -> dict[str, str]:
    """The fields of a kind that can have one value only."""
    from typing import get_args, get_origin

    return {
        name: get_args(field.annotation)[0]
        for name, field in kind.model_fields.items() if get_origin(field.annotation) is Literal
    }
