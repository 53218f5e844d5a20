"""The probe against moto, which does not keep a COMPLIANCE lock, and against a small store that keeps it but for one
weakness at a time: the probe must find each, and call the store WORM only without any."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from moto import mock_aws

from reportgen.archive.bucket import Replica, connect
from reportgen.archive.probe_worm import probe
from reportgen.errors import ArchiveError

NOW = datetime(2026, 1, 5, 1, 2, 3, tzinfo=UTC)
DENIED = 403, b"<Error><Code>AccessDenied</Code><Message>locked</Message></Error>"


@dataclass
class Version:
    body: bytes
    mode: str
    until: str


@dataclass
class Store:
    """Versions under Object Lock; `weak` is what it lets happen though it should not."""

    weak: str = ""
    url: str = ""
    versions: dict[tuple[str, str], Version] = field(default_factory=dict)
    newest: dict[str, str] = field(default_factory=dict)

    def answer(self, verb: str, key: str, query: dict[str, str], head: dict[str, str], body: bytes):
        if "versioning" in query:
            return 200, b"<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>"
        if "object-lock" in query:
            if self.weak == "unlocked bucket":
                return 404, b"<Error><Code>ObjectLockConfigurationNotFoundError</Code></Error>"
            return 200, (b"<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled>"
                         b"</ObjectLockConfiguration>")
        if verb == "POST":
            key, version = (re.search(rf"<{tag}>(.*?)</{tag}>", body.decode())[1] for tag in ("Key", "VersionId"))
            status, _ = self.delete(key, version, bypass=True, way="batch")
            told = b"" if status == 204 else b"<Error><Code>AccessDenied</Code></Error>"
            return 200, b"<DeleteResult>" + told + b"</DeleteResult>"
        version = query.get("versionId", "")
        bypass = head.get("x-amz-bypass-governance-retention") == "true"
        if verb == "DELETE":
            return self.delete(key, version, bypass=bypass, way="bypass" if bypass else "delete") if version else (204, b"")
        if "retention" in query:
            return self.retain(key, version, body.decode(), bypass=bypass)
        return self.put(key, head, body) if verb == "PUT" else self.get(key, version)

    def put(self, key: str, head: dict[str, str], body: bytes):
        if head.get("if-none-match") == "*" and key in self.newest and self.weak != "if-none-match replaces":
            return 412, b"<Error><Code>PreconditionFailed</Code></Error>"
        old = self.newest.get(key)
        if old and (self.weak == "overwrite" or "if-none-match" in head):
            self.versions[key, old].body = body
            return 200, old
        name = f"v{len(self.versions) + 1}"
        mode = "" if self.weak == "no lock taken" else head.get("x-amz-object-lock-mode", "")
        self.versions[key, name] = Version(body, mode, head.get("x-amz-object-lock-retain-until-date", ""))
        self.newest[key] = name
        return 200, name

    def get(self, key: str, version: str):
        found = self.versions.get((key, version))
        return (200, found) if found else (404, b"<Error><Code>NoSuchVersion</Code></Error>")

    def delete(self, key: str, version: str, *, bypass: bool, way: str):
        locked = bool(self.versions[key, version].mode)
        if self.weak == "no right to delete" or (locked and self.weak not in {way, "deletes and says no"}):
            return (500, b"<Error><Code>InternalError</Code></Error>") if self.weak == "fails" else DENIED
        del self.versions[key, version]
        return DENIED if locked and self.weak == "deletes and says no" else (204, b"")

    def retain(self, key: str, version: str, body: str, *, bypass: bool):
        held = self.versions[key, version]
        mode, until = (found[1] if (found := re.search(rf"<{tag}>(.*?)</{tag}>", body)) else ""
                       for tag in ("Mode", "RetainUntilDate"))
        change = "remove" if not mode else "soften" if mode != "COMPLIANCE" else "shorten" if until < held.until else ""
        change += " bypass" if change == "shorten" and bypass else ""
        if self.weak == "no right to retain" or (change and change != self.weak):
            return DENIED
        held.mode, held.until = mode, until
        return 200, b""


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    one = Store()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            place = urlsplit(self.path)
            query = {name: values[0] for name, values in parse_qs(place.query, keep_blank_values=True).items()}
            head = {name.lower(): value for name, value in self.headers.items()}
            body = self.rfile.read(int(head.get("content-length", 0)))
            key = unquote(place.path).removeprefix("/archive").lstrip("/")
            status, found = one.answer(self.command, key, query, head, unchunked(body, head))
            self.send_response(status)
            if isinstance(found, str):
                self.send_header("x-amz-version-id", found)
            if isinstance(found, Version) and found.mode:
                self.send_header("x-amz-object-lock-mode", found.mode)
                self.send_header("x-amz-object-lock-retain-until-date", found.until)
            content = found.body if isinstance(found, Version) else b"" if isinstance(found, str) else found
            if status != 204:
                self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_PUT = do_DELETE = do_POST = do_GET  # noqa: N815

        def log_message(self, *_: object) -> None:
            pass

    for name, value in {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing", "no_proxy": "127.0.0.1",
                        "AWS_MAX_ATTEMPTS": "1"}.items():
        monkeypatch.setenv(name, value)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    one.url = f"http://127.0.0.1:{server.server_port}"
    yield one
    server.shutdown()
    server.server_close()


def unchunked(body: bytes, head: dict[str, str]) -> bytes:
    """A body sent in signed chunks with a trailing checksum, without them."""
    if "aws-chunked" not in head.get("content-encoding", ""):
        return body
    size, rest = body.split(b"\r\n", 1)
    return rest[:int(size.split(b";")[0], 16)]


def ask(store: Store, weak: str):
    store.weak = weak
    replica = Replica(bucket="archive", prefix="bank/", endpoint=store.url, region="us-east-1")
    return probe(replica, connect(replica), NOW)


def test_a_store_that_refuses_everything_is_called_worm(store: Store) -> None:
    found = ask(store, "")
    assert found.reasons == ()
    assert found.worm
    assert found.key == "bank/probe/20260105T010203.000000Z"
    assert len(found.trials) == 10
    refused = [one.name for one in found.trials if one.detail == "refused (AccessDenied), the canary stands"]
    assert refused == ["delete", "delete with bypass", "delete in a batch", "shorten", "shorten with bypass",
                       "soften to governance", "remove the lock"]
    assert {version.until for version in store.versions.values() if version.mode} == {
        "2026-01-05T02:02:03Z", "2026-01-05T02:03:03Z"}


@pytest.mark.parametrize(("weak", "reasons"), [
    ("delete", ["delete: granted, and the canary is gone (NoSuchVersion)"]),
    ("bypass", ["delete with bypass: granted, and the canary is gone (NoSuchVersion)"]),
    ("batch", ["delete in a batch: granted, and the canary is gone (NoSuchVersion)"]),
    ("overwrite", ["overwrite: granted, and the canary's bytes are others"]),
    ("if-none-match replaces", ["overwrite what must not exist: granted, and the canary's bytes are others"]),
    ("shorten", ["shorten: granted, and the canary's lock now ends 2026-01-05T01:32:03Z"]),
    ("shorten bypass", ["shorten with bypass: granted, and the canary's lock now ends 2026-01-05T01:32:03Z"]),
    ("soften", ["soften to governance: granted, and the canary's lock is now GOVERNANCE"]),
    ("remove", ["remove the lock: granted, and the canary's lock is now none"]),
    ("no right to delete", [
        "control: delete without a lock: refused (AccessDenied); these credentials may not delete at all, or the bucket locks by default"]),
    ("no right to retain", ["control: extend a lock: refused (AccessDenied); these credentials may not set a retention"]),
])
def test_every_weakness_alone_is_found_and_named(weak: str, reasons: list[str], store: Store) -> None:
    found = ask(store, weak)
    assert list(found.reasons) == reasons
    assert not found.worm


def test_a_store_that_says_no_and_deletes_is_found_out(store: Store) -> None:
    found = ask(store, "deletes and says no")
    assert found.reasons[:2] == (
        "delete: refused (AccessDenied), and the canary is gone (NoSuchVersion)",
        "delete with bypass: refused (AccessDenied), and the canary is gone (NoSuchVersion)")


def test_an_error_of_the_store_is_no_refusal(store: Store) -> None:
    assert "delete: no refusal but an error (InternalError), the canary stands" in ask(store, "fails").reasons


def test_a_store_that_ignores_the_lock_is_not_tried_further(store: Store) -> None:
    found = ask(store, "no lock taken")
    assert {one.detail for one in found.trials} == {
        "the store did not even take the lock: the canary's lock is now none"}
    assert not found.worm


def test_a_bucket_without_object_lock_is_refused(store: Store) -> None:
    with pytest.raises(ArchiveError, match="has no Object Lock"):
        ask(store, "unlocked bucket")


def test_moto_is_not_worm_for_it_lets_a_compliance_lock_be_shortened(monkeypatch: pytest.MonkeyPatch) -> None:
    """moto 5.2.5's known gap: put_object_retention sets whatever it is given. Real S3 refuses. So what runs on moto
    shows that our code asks for locks, never that a store keeps them; and the probe must say of moto: not WORM."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    replica = Replica(bucket="archive", region="us-east-1")
    with mock_aws():
        client = connect(replica)
        client.create_bucket(Bucket="archive", ObjectLockEnabledForBucket=True)
        now = datetime.now(UTC)
        found = probe(replica, client, now)
    assert not found.worm
    assert [reason.split(":")[0] for reason in found.reasons] == [
        "shorten", "shorten with bypass", "soften to governance", "remove the lock"]
    assert re.fullmatch(r"shorten: granted, and the canary's lock now ends \S+", found.reasons[0])
    assert all(one.held for one in found.controls)
