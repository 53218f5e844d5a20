"""The signing key's file and its life: made, loaded, followed by another, revoked."""

from __future__ import annotations

import hashlib
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519, x25519
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from reportgen.archive import entry
from reportgen.archive.disk import Disk, using
from reportgen.archive.keys import KeyHistory, PublicKey, SigningKey, key_path
from reportgen.errors import ArchiveError

NOW = datetime(2026, 1, 5, 1, 2, 3, tzinfo=UTC)
ONE, TWO, THREE = (SigningKey.of(bytes([number]) * 32) for number in (1, 2, 3))
SECRET = {"REPORTGEN_ARCHIVE_KEY_PASSPHRASE": "a long secret"}


def genesis(key: SigningKey = ONE) -> bytes:
    return entry.Genesis.at(
        NOW, archive="3f0c2d5e-0000-4000-8000-000000000001", files=dict.fromkeys(entry.SHIPPED, "a" * 64),
        key={"id": key.id, "pem": key.pem},
    ).to_bytes()


def added(key: SigningKey, key_id: str = "", pem: str = "") -> bytes:
    public = {"id": key_id or key.id, "pem": pem or key.pem}
    return entry.KeyAdded.at(NOW, reason="rotation", by="A", key=public, vouched="").to_bytes()


def revoked(key: SigningKey) -> bytes:
    return entry.KeyRevoked.at(NOW, reason="lost", by="A", id=key.id).to_bytes()


def edition(reason: str = "") -> bytes:
    return entry.Edition.at(NOW, manifest="a" * 64, job="j", period="p", scope="bank" + reason, revision="r01",
                            supersedes="").to_bytes()


class Killed(BaseException):
    pass


class Dying(Disk):
    """Dies before its k-th step that gives or takes a name, and stays dead."""

    def __init__(self, k: int) -> None:
        super().__init__()
        self.left = k

    def _step(self) -> None:
        self.left -= 1
        if self.left < 0:
            raise Killed

    def create(self, path: Path) -> int:
        self._step()
        return super().create(path)

    def link(self, source: Path, path: Path) -> None:
        self._step()
        super().link(source, path)

    def rename(self, source: Path, path: Path) -> None:
        self._step()
        super().rename(source, path)

    def unlink(self, path: Path) -> None:
        self._step()
        super().unlink(path)


def test_the_id_is_that_of_the_raw_key() -> None:
    # RFC 8032, 7.1, test 1.
    key = SigningKey.of(bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"))
    raw = bytes.fromhex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")
    assert (key.raw, key.id) == (raw, hashlib.sha256(raw).hexdigest()[:16])
    assert key.sign(b"").hex().startswith("e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bac")
    assert PublicKey.from_pem(key.pem) == key.public
    assert key.public.verify(key.sign(b"x"), b"x")
    assert not key.public.verify(key.sign(b"x"), b"y")
    assert not key.public.verify(b"short", b"x")
    assert repr(key) == f"SigningKey({key.id})"


def test_only_the_one_spelling_of_an_ed25519_key_is_taken() -> None:
    foreign = x25519.X25519PrivateKey.generate().public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    for pem in ("", ONE.pem + "\n", ONE.pem.replace("\n", "\r\n"), "x" + ONE.pem, foreign.decode(), ONE.pem[:-5]):
        with pytest.raises(ArchiveError, match="log entry 3: is not an Ed25519 public key"):
            PublicKey.from_pem(pem, "log entry 3")


def test_a_key_is_made_once_for_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "archive.pem"
    key = SigningKey.create(path, {})
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.read_text().startswith("-----BEGIN PRIVATE KEY-----\n")
    assert SigningKey.load(path, environ={}).id == key.id
    assert [one.name for one in path.parent.iterdir()] == ["archive.pem"]
    with pytest.raises(ArchiveError, match="holds other content"):
        SigningKey.create(path, {})
    assert SigningKey.load(path, environ={}).id == key.id


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o620, 0o601])
def test_a_key_that_others_can_reach_is_refused_with_the_way_out(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "archive.pem"
    SigningKey.create(path, {})
    path.chmod(mode)
    with pytest.raises(ArchiveError, match=f"mode {mode:04o}") as error:
        SigningKey.load(path, environ={})
    assert (error.value.code, f"chmod 600 {path}" in error.value.hint) == (8, True)
    path.chmod(0o400)
    SigningKey.load(path, environ={})


def test_a_passphrase_encrypts_and_is_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "archive.pem"
    key = SigningKey.create(path, SECRET)
    assert path.read_text().startswith("-----BEGIN ENCRYPTED PRIVATE KEY-----\n")
    assert SigningKey.load(path, environ=SECRET).id == key.id
    with pytest.raises(ArchiveError, match="is encrypted") as error:
        SigningKey.load(path, environ={})
    assert error.value.hint == "Set REPORTGEN_ARCHIVE_KEY_PASSPHRASE."
    with pytest.raises(ArchiveError, match="the passphrase is wrong"):
        SigningKey.load(path, environ={"REPORTGEN_ARCHIVE_KEY_PASSPHRASE": "another"})
    SigningKey.create(tmp_path / "plain.pem", {})
    with pytest.raises(ArchiveError, match="is not encrypted, but REPORTGEN_ARCHIVE_KEY_PASSPHRASE is set"):
        SigningKey.load(tmp_path / "plain.pem", environ=SECRET)


def test_what_is_no_key_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "archive.pem"
    with pytest.raises(ArchiveError, match="cannot be read: No such file"):
        SigningKey.load(path, environ={})
    foreign = x25519.X25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    for data, why in ((b"", "is not a private key"), (foreign, "is not an Ed25519 key")):
        path.write_bytes(data)
        path.chmod(0o600)
        with pytest.raises(ArchiveError, match=why):
            SigningKey.load(path, environ={})


def test_a_key_made_by_openssl_is_taken(tmp_path: Path) -> None:
    path = tmp_path / "archive.pem"
    subprocess.run(["openssl", "genpkey", "-algorithm", "ed25519", "-out", str(path)], check=True)
    path.chmod(0o600)
    key = SigningKey.load(path, environ={})
    public = subprocess.run(["openssl", "pkey", "-in", str(path), "-pubout"], check=True, capture_output=True, text=True)
    assert key.pem == public.stdout
    assert isinstance(key.private, ed25519.Ed25519PrivateKey)


def test_where_the_key_is() -> None:
    assert key_path(Path("output"), {}) == Path("output/keys/archive.pem")
    assert key_path(Path("output"), {"REPORTGEN_ARCHIVE_KEY": "/safe/key.pem"}) == Path("/safe/key.pem")


def test_the_next_key_waits_beside_until_it_is_installed(tmp_path: Path) -> None:
    path = tmp_path / "archive.pem"
    old = SigningKey.create(path, {})
    new = SigningKey.create_next(path, {})
    assert SigningKey.load(path, environ={}).id == old.id
    assert SigningKey.load(path, old.id, environ={}).id == old.id
    assert SigningKey.load(path, new.id, environ={}).id == new.id
    assert SigningKey.load(path, "0" * 16, environ={}).id == old.id
    assert new.install(path, {}).path == path
    assert SigningKey.load(path, environ={}).id == new.id
    assert SigningKey.load(path, old.id, environ={}).id == old.id
    assert sorted(one.name for one in tmp_path.iterdir()) == sorted(["archive.pem", f"archive.{old.id}.pem"])
    assert all(one.stat().st_mode & 0o777 == 0o600 for one in tmp_path.iterdir())


def test_wherever_a_rotation_is_killed_both_keys_are_found(tmp_path: Path) -> None:
    for k in range(20):
        path = tmp_path / str(k) / "archive.pem"
        old = SigningKey.create(path, {})
        new = SigningKey.create_next(path, {})
        try:
            with using(disk := Dying(k)):
                new.install(path, {})
        except Killed:
            pass
        assert {SigningKey.load(path, one.id, environ={}).id for one in (old, new)} == {old.id, new.id}
        again = SigningKey.load(path, new.id, environ={})
        assert again.install(path, {}).id == new.id == SigningKey.load(path, environ={}).id
        assert {one.name for one in path.parent.iterdir()} == {"archive.pem", f"archive.{old.id}.pem"}
        if disk.left >= 0:
            break
    assert disk.left >= 0
    assert k > 5


def test_a_killed_creation_leaves_no_private_key_behind_the_next(tmp_path: Path) -> None:
    path = tmp_path / "archive.pem"
    with pytest.raises(Killed), using(Dying(1)):
        SigningKey.create(path, {})
    assert not path.exists()
    assert any(one.is_file() for one in tmp_path.rglob("*"))
    SigningKey.create(path, {})
    assert [one.name for one in tmp_path.rglob("*")] == ["archive.pem"]


def test_the_key_added_last_and_not_revoked_signs() -> None:
    #                        1              2             3               4          5             6
    history = KeyHistory.of([genesis(), edition(), added(TWO), added(THREE), edition(), revoked(THREE), revoked(ONE)])
    assert [history.at(size).id for size in range(1, 8)] == [
        ONE.id, ONE.id, TWO.id, THREE.id, THREE.id, TWO.id, TWO.id,
    ]
    assert (history.size, list(history.known)) == (7, [ONE.id, TWO.id, THREE.id])
    assert history.origin == "reportgen/3f0c2d5e-0000-4000-8000-000000000001"
    for size in (0, 8):
        with pytest.raises(IndexError):
            history.at(size)


def test_a_copy_reads_on_alone() -> None:
    history = KeyHistory.of([genesis()])
    other = history.copy()
    other.read(added(TWO))
    assert (history.size, history.at(1).id, list(history.known)) == (1, ONE.id, [ONE.id])
    assert other.at(2).id == TWO.id


@pytest.mark.parametrize(("entries", "why"), [
    ([edition()], "log entry 0: is not `genesis`"),
    ([genesis(), genesis()], "log entry 1: is `genesis`, which only the first can be"),
    ([genesis(), added(ONE)], f"log entry 1: adds key {ONE.id} again"),
    ([genesis(), added(TWO), revoked(TWO), added(TWO)], f"log entry 3: adds key {TWO.id} again"),
    ([genesis(), revoked(TWO)], f"log entry 1: revokes key {TWO.id}, which is not in use"),
    ([genesis(), revoked(ONE)], f"log entry 1: revokes the only key, {ONE.id}"),
    ([genesis(), added(TWO, key_id=ONE.id)], f"calls the key {TWO.id} by the id {ONE.id}"),
    ([genesis(), added(TWO, pem="x")], "log entry 1: is not an Ed25519 public key"),
])
def test_a_history_that_does_not_fit_is_refused(entries: list[bytes], why: str) -> None:
    with pytest.raises(ArchiveError, match=why):
        KeyHistory.of(entries)


def test_a_text_that_looks_like_a_key_entry_is_none() -> None:
    history = KeyHistory.of([genesis(), edition('","type":"key'), edition('{"type":"genesis"}')])
    assert (history.size, list(history.known)) == (3, [ONE.id])
