"""The replica on moto: complete, idempotent, resumable, and never over what is there."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from reportgen.archive import canonical
from reportgen.archive.bucket import Bucket, Replica, connect
from reportgen.archive.log import Log
from reportgen.archive.objects import ObjectStore
from reportgen.archive.replicate import replicate, replicated_size
from reportgen.archive.signing_key import SigningKey
from reportgen.errors import ArchiveError, DependencyMissing, VerificationFailed

NOW = datetime.now(UTC).replace(microsecond=0)
LONG = NOW + timedelta(days=3650)
REPLICA = Replica(bucket="archive", prefix="bank/", region="us-east-1")
KEY = SigningKey.of(bytes(range(32)))


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    with mock_aws():
        s3 = connect(REPLICA)
        s3.create_bucket(Bucket="archive", ObjectLockEnabledForBucket=True)
        yield s3


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    root = tmp_path / "archive"
    store = ObjectStore(root)
    shipped = {}
    for name in ("FORMAT", "FORMAT.md", "README.txt", "verify.py"):
        root.mkdir(exist_ok=True)
        (root / name).write_text(f"{name} 1\n")
        shipped[name] = store.put((root / name).read_bytes())
    genesis = {"type": "genesis", "time": "2026-01-05T01:02:03Z", "format": "reportgen-archive 1",
               "archive": "6f1b1d0e-52a2-4c0b-9a50-3f2d7c8b9a10", "files": shipped,
               "key": {"id": KEY.id, "pem": KEY.pem}}
    Log(root).append([canonical.dumps(genesis)], KEY)
    edition(root, 1)
    for working in ("catalogue.sqlite", "quarantine/bad", "tmp/half"):
        (root / working).parent.mkdir(exist_ok=True)
        (root / working).write_text("no evidence")
    return root


def edition(root: Path, number: int) -> str:
    manifest = ObjectStore(root).put(f"manifest {number}".encode())
    entry = {"type": "edition", "time": "2026-01-05T01:02:03Z", "manifest": manifest, "job": "small",
             "period": f"2026-{number:02}", "scope": "bank", "revision": "r01", "supersedes": ""}
    Log(root).append([canonical.dumps(entry)], KEY)
    path = root / "manifests" / f"2026-{number:02}" / "small" / "bank" / "r01.json"
    path.parent.mkdir(parents=True)
    path.write_text(f"manifest {number}")
    return f"objects/{manifest[:2]}/{manifest[2:]}"


def run(root: Path, client: Any, **options: Any):
    return replicate(root, REPLICA, client, NOW, default=LONG, **options)


def keys(client: Any) -> set[str]:
    return {one["Key"].removeprefix("bank/") for one in client.list_objects_v2(Bucket="archive")["Contents"]}


def evidence(root: Path) -> set[str]:
    working = ("catalogue", "lock", "tmp/", "quarantine/")
    return {name for path in root.rglob("*") if path.is_file()
            and not (name := path.relative_to(root).as_posix()).startswith(working)}


def test_all_evidence_is_copied_under_its_lock_and_nothing_else(archive: Path, client) -> None:
    done = run(archive, client)
    assert keys(client) == evidence(archive)
    assert (done.copied, done.present, done.size) == (len(evidence(archive)) - 1, 0, 2)
    for path in evidence(archive):
        held = client.get_object(Bucket="archive", Key=f"bank/{path}", ChecksumMode="ENABLED")
        assert held["Body"].read() == (archive / path).read_bytes()
        assert (held["ObjectLockMode"], held["ObjectLockRetainUntilDate"]) == ("COMPLIANCE", LONG)
        assert held["ChecksumSHA256"]
        with pytest.raises(ClientError, match="AccessDenied"):
            client.delete_object(Bucket="archive", Key=f"bank/{path}", VersionId=held["VersionId"])


def test_a_second_run_copies_nothing_and_makes_no_version(archive: Path, client) -> None:
    first = run(archive, client)
    again = run(archive, client, thorough=True)
    assert (again.copied, again.bytes, again.present) == (0, 0, first.copied)
    assert again.checkpoint_version == first.checkpoint_version
    assert len(client.list_object_versions(Bucket="archive")["Versions"]) == first.copied + 1


def test_a_new_edition_adds_its_files_and_a_version_of_the_checkpoint(archive: Path, client) -> None:
    first = run(archive, client)
    assert replicated_size(REPLICA, client) == 2
    before = evidence(archive)
    edition(archive, 2)
    done = run(archive, client)
    assert done.copied == len(evidence(archive) - before)
    assert done.size == replicated_size(REPLICA, client) == 3
    # The superseded partial tiles stay in the replica: they are locked, and harmless.
    assert keys(client) == evidence(archive) | before
    versions = client.list_object_versions(Bucket="archive", Prefix="bank/log/checkpoint")["Versions"]
    assert [one["IsLatest"] for one in versions if one["VersionId"] == first.checkpoint_version] == [False]
    assert len(versions) == 2


def test_an_empty_replica_has_no_entries(client) -> None:
    assert replicated_size(REPLICA, client) == 0


@pytest.mark.parametrize("last", range(0, 12, 2))
def test_a_run_cut_off_after_any_put_is_completed_by_the_next_and_the_checkpoint_is_last(
    last: int, archive: Path, client, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = []
    send = Bucket._send

    def dying(self: Bucket, path: str, *rest: Any, **options: Any) -> Any:
        if len(sent) == last:
            raise KeyboardInterrupt
        sent.append(path)
        return send(self, path, *rest, **options)

    monkeypatch.setattr(Bucket, "_send", dying)
    with pytest.raises(KeyboardInterrupt):
        run(archive, client)
    assert replicated_size(REPLICA, client) == 0
    monkeypatch.setattr(Bucket, "_send", send)
    done = run(archive, client)
    assert done.present == last
    assert keys(client) == evidence(archive)
    assert len(client.list_object_versions(Bucket="archive")["Versions"]) == len(evidence(archive))


def test_retention_is_each_object_s_own_is_made_longer_and_never_shorter(archive: Path, client) -> None:
    path = edition(archive, 2)
    soon, later = NOW + timedelta(days=30), NOW + timedelta(days=60)

    def ends() -> datetime:
        return client.head_object(Bucket="archive", Key=f"bank/{path}")["ObjectLockRetainUntilDate"]

    run(archive, client, until={path: soon})
    assert ends() == soon
    assert run(archive, client, until={path: later}).extended == 1
    assert ends() == later
    assert run(archive, client, until={path: soon}).extended == 0
    assert ends() == later


def test_what_is_past_its_retention_is_locked_for_a_day(archive: Path, client) -> None:
    path = edition(archive, 2)
    run(archive, client, until={path: NOW - timedelta(days=1)})
    held = client.head_object(Bucket="archive", Key=f"bank/{path}")
    assert held["ObjectLockRetainUntilDate"] == NOW + timedelta(days=1)


def test_other_content_under_an_object_s_name_is_named_and_not_put_over(archive: Path, client) -> None:
    path = edition(archive, 2)
    client.put_object(Bucket="archive", Key=f"bank/{path}", Body=b"other")
    with pytest.raises(VerificationFailed, match=rf"{path}: the replica holds 5 bytes, the archive 10"):
        run(archive, client)
    client.put_object(Bucket="archive", Key=f"bank/{path}", Body=b"manifest X", ChecksumAlgorithm="SHA256")
    run(archive, client)  # a listing shows sizes only
    with pytest.raises(VerificationFailed, match=rf"{path}: the replica's sha256"):
        run(archive, client, thorough=True)


def test_a_put_that_meets_another_s_put_compares(archive: Path, client) -> None:
    bucket = Bucket(client, REPLICA, NOW, LONG, {})
    content = b"manifest 9"
    sha = hashlib.sha256(content).hexdigest()
    path = f"objects/{sha[:2]}/{sha[2:]}"
    assert bucket.put(path, content, len(content), once=True)
    assert not bucket.put(path, content, len(content), once=True)
    client.put_object(Bucket="archive", Key="bank/keys/x.pem", Body=b"theirs", ChecksumAlgorithm="SHA256")
    with pytest.raises(VerificationFailed, match=r"keys/x\.pem"):
        bucket.put("keys/x.pem", b"ours", 4, once=True)


def test_a_damaged_object_is_not_copied(archive: Path, client) -> None:
    path = archive / edition(archive, 2)
    path.chmod(0o644)
    path.write_text("manifest 3")
    with pytest.raises(VerificationFailed, match="do not hash to its name"):
        run(archive, client)
    assert replicated_size(REPLICA, client) == 0


def test_an_archive_rolled_back_or_rewritten_is_not_copied_over_its_replica(archive: Path, client, tmp_path: Path) -> None:
    import shutil

    shutil.copytree(archive, tmp_path / "old")
    edition(archive, 2)
    run(archive, client)
    with pytest.raises(VerificationFailed, match="has 3 entries, the archive's only 2: the archive was rolled back"):
        run(tmp_path / "old", client)
    edition(tmp_path / "old", 5)
    edition(tmp_path / "old", 6)
    with pytest.raises(VerificationFailed, match="first 3 entries are not the replica's: history was rewritten"):
        run(tmp_path / "old", client)
    assert replicated_size(REPLICA, client) == 3


def test_a_shipped_file_that_changed_is_a_new_version(archive: Path, client) -> None:
    run(archive, client)
    (archive / "verify.py").write_text("verify.py 2\n")
    assert run(archive, client).copied == 1
    assert client.get_object(Bucket="archive", Key="bank/verify.py")["Body"].read() == b"verify.py 2\n"


def test_a_delete_marker_is_healed(archive: Path, client) -> None:
    run(archive, client)
    client.delete_object(Bucket="archive", Key="bank/FORMAT")
    (path,) = [one for one in evidence(archive) if one.startswith("manifests/")]
    client.delete_object(Bucket="archive", Key=f"bank/{path}")
    assert run(archive, client).copied == 2
    assert keys(client) == evidence(archive)


def test_a_bucket_without_object_lock_and_one_that_is_not_there_are_refused(archive: Path, client) -> None:
    client.create_bucket(Bucket="plain")
    with pytest.raises(ArchiveError, match="s3://plain: the bucket has no Object Lock"):
        replicate(archive, Replica(bucket="plain"), client, NOW, default=LONG)
    with pytest.raises(ArchiveError, match=r"s3://absent: .*NoSuchBucket"):
        replicate(archive, Replica(bucket="absent"), client, NOW, default=LONG)


def test_a_folder_that_is_no_archive_is_named(tmp_path: Path, client) -> None:
    with pytest.raises(ArchiveError, match="there is no archive here"):
        run(tmp_path, client)


def test_without_the_extra_it_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "boto3", None)
    with pytest.raises(DependencyMissing, match=r'pip install "reportgen\[s3\]"'):
        connect(REPLICA)
    assert boto3
