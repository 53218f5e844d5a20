"""The S3 bucket a replica lives in: where it is, its client, and what it answers told in the program's words."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from pydantic import Field

from reportgen.config.model import Model
from reportgen.errors import ArchiveError, DependencyMissing, Problem, VerificationFailed

LARGEST_PUT = 5 * 1024**3
"""bytes one PUT takes"""
SHORTEST_LOCK = timedelta(days=1)
"""What is past its retention but not deleted yet is locked for this long: a store takes no lock that has ended."""


class Replica(Model):
    """Where the archive is copied to. Credentials come from the environment or the machine's role, never from YAML."""

    bucket: str = Field(min_length=3, max_length=63, description="Bucket with versioning and Object Lock.")
    prefix: str = Field(default="", pattern=r"^([A-Za-z0-9._-]+/)*$", description="Folder in the bucket, with its `/`.")
    endpoint: str = Field(default="", description="Address of a store other than AWS.")
    region: str = Field(default="", description="Region of the bucket.")


def connect(replica: Replica) -> Any:
    """A boto3 client. Raises DependencyMissing (exit 3) without the extra."""
    try:
        import boto3
        from botocore.config import Config
    except ImportError as error:
        raise DependencyMissing(
            f"a replica needs boto3, which is not installed ({error.name}).",
            hint='Install it: pip install "reportgen[s3]"',
        ) from error
    return boto3.client(
        "s3", endpoint_url=replica.endpoint or None, region_name=replica.region or None,
        config=Config(retries={"mode": "standard", "max_attempts": 5}, connect_timeout=10, read_timeout=60),
    )


@contextmanager
def told(place: str) -> Iterator[None]:
    """The store's refusals and silences as ArchiveError (exit 8) naming `place`."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except (ClientError, BotoCoreError) as error:
        raise failed(place, str(error)) from error


def failed(place: str, why: str, hint: str = "") -> ArchiveError:
    """What stopped work on the bucket."""
    return ArchiveError(
        Problem(place, why), state="The archive itself is complete and unchanged; what was copied stays copied.",
        hint=hint or "Mend it and run the command again: it goes on where it stopped.",
    )


def code(error: Any) -> str:
    """The error code of a botocore ClientError: `AccessDenied`, `PreconditionFailed`, or its HTTP status."""
    return str(error.response.get("Error", {}).get("Code") or status(error))


def status(error: Any) -> int:
    """The HTTP status of a botocore ClientError."""
    return int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode") or 0)


def locked(client: Any, replica: Replica) -> None:
    """Raise ArchiveError unless the bucket keeps versions and has Object Lock switched on."""
    with told(f"s3://{replica.bucket}"):
        versions = client.get_bucket_versioning(Bucket=replica.bucket).get("Status")
        try:
            lock = client.get_object_lock_configuration(Bucket=replica.bucket)["ObjectLockConfiguration"]
        except _client_error() as error:
            if status(error) not in {400, 404}:
                raise
            lock = {}
    if versions != "Enabled" or lock.get("ObjectLockEnabled") != "Enabled":
        raise failed(
            f"s3://{replica.bucket}", "the bucket has no Object Lock: what is in it can be deleted",
            "Make the bucket anew with Object Lock (aws s3api create-bucket --object-lock-enabled-for-bucket).",
        )


class Bucket:
    """A replica's side of things: one method for each thing asked of it; for the times see `replicate`."""

    def __init__(
        self, client: Any, replica: Replica, now: datetime, default: datetime, until: Mapping[str, datetime]
    ) -> None:
        self.client, self.replica, self.now, self.default, self.until = client, replica, now, default, until

    def place(self, path: str) -> str:
        return f"s3://{self.replica.bucket}/{self.replica.prefix}{path}"

    def key(self, path: str) -> dict[str, str]:
        return {"Bucket": self.replica.bucket, "Key": self.replica.prefix + path}

    def end(self, path: str) -> datetime:
        """When the lock ends: whole seconds, as S3 keeps them."""
        end = max(self.until.get(path, self.default), self.now + SHORTEST_LOCK)
        return end.astimezone(UTC).replace(microsecond=0)

    def listing(self) -> dict[str, int]:
        """Path -> bytes of all that is there now."""
        found: dict[str, int] = {}
        with told(self.place("")):
            pages = self.client.get_paginator("list_objects_v2")
            for page in pages.paginate(Bucket=self.replica.bucket, Prefix=self.replica.prefix):
                found |= {one["Key"].removeprefix(self.replica.prefix): one["Size"] for one in page.get("Contents", ())}
        return found

    def read(self, path: str) -> bytes | None:
        with told(self.place(path)):
            try:
                content: bytes = self.client.get_object(**self.key(path))["Body"].read()
            except _client_error() as error:
                if code(error) != "NoSuchKey":
                    raise
                return None
        return content

    def head(self, path: str) -> Any:
        with told(self.place(path)):
            return self.client.head_object(**self.key(path), ChecksumMode="ENABLED")

    def same_size(self, path: str, there: int, here: int) -> None:
        if there != here:
            raise differs(self.place(path), f"the replica holds {there} bytes, the archive {here}")

    def same(self, path: str, checksum: str) -> None:
        """Raise VerificationFailed unless the replica's sha256 of the file is `checksum` (base64)."""
        if (there := self.head(path).get("ChecksumSHA256")) != checksum:
            raise differs(self.place(path), f"the replica's sha256 is {there or 'not known'}, the archive's {checksum}")

    def put(self, path: str, source: bytes | Path, size: int, *, once: bool) -> bool:
        """Put a file under its lock; False where the very same was there. `once` never puts over a name."""
        if size > LARGEST_PUT:
            raise failed(self.place(path), f"{size} bytes are more than one PUT takes",
                         "Copy this object by hand (aws s3 cp --checksum-algorithm SHA256), then run again.")
        checksum = digest(source)
        if path.startswith("objects/") and base64.b64decode(checksum).hex() != path[8:].replace("/", ""):
            raise differs(path, "its bytes do not hash to its name: it is damaged here, and was not copied")
        if not once and self._holds(path, checksum):
            return False
        guard = {"IfNoneMatch": "*"} if once else {}
        with told(self.place(path)):
            try:
                self._send(path, source, ChecksumSHA256=checksum, **guard)
            except _client_error() as error:
                if status(error) != 412:
                    raise
                self.same(path, checksum)  # somebody put it meanwhile; the same is fine
                return False
        return True

    def put_newest(self, path: str, content: bytes) -> str:
        """The version id of `content` in the bucket, put as a new version unless it is the newest already."""
        checksum = digest(content)
        if self._holds(path, checksum):
            return str(self.head(path)["VersionId"])
        with told(self.place(path)):
            return str(self._send(path, content, ChecksumSHA256=checksum)["VersionId"])

    def extend(self, path: str) -> int:
        """Make the lock longer where it ends too early; 1 where it did."""
        held, end = self.head(path), self.end(path)
        until = held.get("ObjectLockRetainUntilDate")
        if held.get("ObjectLockMode") == "COMPLIANCE" and until is not None and until >= end:
            return 0
        with told(self.place(path)):
            self.client.put_object_retention(
                **self.key(path), VersionId=held["VersionId"], Retention={"Mode": "COMPLIANCE", "RetainUntilDate": end})
        return 1

    def _holds(self, path: str, checksum: str) -> bool:
        with told(self.place(path)):
            try:
                held = self.client.head_object(**self.key(path), ChecksumMode="ENABLED")
            except _client_error() as error:
                if status(error) != 404:
                    raise
                return False
        return bool(held.get("ChecksumSHA256") == checksum)

    def _send(self, path: str, source: bytes | Path, **options: str) -> Any:
        lock = {"ObjectLockMode": "COMPLIANCE", "ObjectLockRetainUntilDate": self.end(path),
                "ChecksumAlgorithm": "SHA256"}
        if isinstance(source, bytes):
            return self.client.put_object(**self.key(path), Body=source, **lock, **options)
        with source.open("rb") as body:
            return self.client.put_object(**self.key(path), Body=body, **lock, **options)


def digest(source: bytes | Path) -> str:
    """The sha256 of bytes or of a file's, as S3 writes it: base64."""
    if isinstance(source, bytes):
        return base64.b64encode(hashlib.sha256(source).digest()).decode()
    with source.open("rb") as file:
        return base64.b64encode(hashlib.file_digest(file, "sha256").digest()).decode()


def differs(place: str, why: str) -> VerificationFailed:
    """Archive and replica do not agree on something that never changes."""
    return VerificationFailed(
        Problem(place, why), state="Nothing was put over it.",
        hint="Run `reportgen verify --full`; if the archive is right, look at the bucket's versions of this file.",
    )


def _client_error() -> type[Any]:
    from botocore.exceptions import ClientError

    error: type[Any] = ClientError
    return error
