"""Keys follow one another: the new one signs at once, the old one's checkpoints stay good, a revoked one's end."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from archive_case import Clock, findings, issue, standalone

from reportgen.archive import rotation
from reportgen.archive.archive import Archive
from reportgen.archive.entry import Hold
from reportgen.archive.log import Log
from reportgen.archive.signing_key import SigningKey
from reportgen.archive.verify import verify
from reportgen.errors import ArchiveError


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    archive = Archive(tmp_path / "archive", tmp_path / "keys" / "archive.pem", Clock())
    archive.ready()
    issue(archive, ("tiering", "2025-12", "bank", "r01"))
    return archive


def test_the_new_key_signs_the_checkpoint_that_names_it(archive: Archive, tmp_path: Path) -> None:
    old, before = archive.key(), tmp_path / "before"
    before.write_bytes((archive.root / "log" / "checkpoint").read_bytes())
    fresh = rotation.rotate(archive, "yearly", "wang")
    assert fresh.id != old.id
    assert archive.key().id == fresh.id
    assert archive.log.trusted() is not None
    assert sorted(path.stem for path in (archive.root / "keys").iterdir()) == sorted([old.id, fresh.id])
    assert (archive.key_path.stat().st_mode & 0o777) == 0o600
    issue(archive, ("tiering", "2026-01", "bank", "r01"))
    report = verify(archive.root, against=before)
    assert (report.problems, report.key) == ([], fresh.id)
    assert findings(standalone(), archive.root, before) == []


def test_a_key_that_follows_a_lost_one_must_be_known_to_the_reader(archive: Archive, tmp_path: Path) -> None:
    archive.key_path.rename(tmp_path / "gone.pem")
    SigningKey.create(archive.key_path)  # what was there is lost; any file holds the place
    fresh = rotation.rotate(archive, "disk broke", "wang", lost=True)
    public = tmp_path / "public.pem"
    public.write_text(fresh.pem)
    assert [one.place for one in verify(archive.root).problems] == [f"keys/{fresh.id}.pem"]
    assert findings(standalone(), archive.root) != []
    assert verify(archive.root, key=fresh.pem).problems == []
    assert findings(standalone(), archive.root, key=public) == []


def test_the_old_key_signs_no_more(archive: Archive) -> None:
    old = archive.key()
    rotation.rotate(archive, "yearly", "wang")
    size = archive.log.size
    hold = Hold.at(archive.clock(), id="case-1", match={}, reason="x", by="wang")
    with pytest.raises(ArchiveError, match=f"this is key {old.id}"):
        archive.log.append([hold.to_bytes()], old)
    assert archive.log.size == size


def test_the_key_that_signs_cannot_be_revoked(archive: Archive) -> None:
    with pytest.raises(ArchiveError, match="is the key that signs now"):
        rotation.revoke(archive, archive.key().id, "stolen", "wang")
    assert verify(archive.root).problems == []


def test_a_revoked_key_s_earlier_checkpoints_hold(archive: Archive, tmp_path: Path) -> None:
    old, before = archive.key(), tmp_path / "before"
    before.write_bytes((archive.root / "log" / "checkpoint").read_bytes())
    fresh = rotation.rotate(archive, "stolen", "wang")
    rotation.revoke(archive, old.id, "stolen", "wang")
    issue(archive, ("tiering", "2026-01", "bank", "r01"))
    assert verify(archive.root, against=before).problems == []
    assert findings(standalone(), archive.root, before) == []
    assert archive.log.history().at(archive.log.size).id == fresh.id


def test_a_key_is_revoked_once_and_must_be_known(archive: Archive) -> None:
    old = archive.key()
    rotation.rotate(archive, "stolen", "wang")
    rotation.revoke(archive, old.id, "stolen", "wang")
    size = archive.log.size
    for name in (old.id, "0" * 16):
        with pytest.raises(ArchiveError):
            rotation.revoke(archive, name, "stolen", "wang")
    assert archive.log.size == size


def test_another_key_in_its_place_is_named(archive: Archive, tmp_path: Path) -> None:
    turn = archive.key().id
    SigningKey.create(tmp_path / "other.pem")
    strange = Archive(archive.root, tmp_path / "other.pem", archive.clock)
    size = Log(archive.root).size
    with pytest.raises(ArchiveError, match=turn):
        issue(strange, ("tiering", "2026-01", "bank", "r01"))
    assert Log(archive.root).size == size


def test_a_rotation_that_was_cut_off_before_its_end_is_taken_up(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The log has the new key, the old file is still in its place: the next command finds the new one beside it."""

    def killed(self: SigningKey, path: Path) -> SigningKey:
        raise KeyboardInterrupt(path)

    with monkeypatch.context() as patched:
        patched.setattr(SigningKey, "install", killed)
        with pytest.raises(KeyboardInterrupt):
            rotation.rotate(archive, "yearly", "wang")
    again = Archive(archive.root, archive.key_path, archive.clock)
    again.ready()
    assert again.key().id == again.log.history().at(again.log.size).id
    issue(again, ("tiering", "2026-01", "bank", "r01"))
    assert verify(archive.root).problems == []
