"""Content-addressed objects: stored once, sealed, checked when read."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reportgen.archive.disk import Disk, using
from reportgen.archive.objects import ObjectStore
from reportgen.errors import ArchiveError

ABC = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


class Unsynced(Disk):
    """A quick disk for tests that are not about a power cut."""

    def sync(self, descriptor: int) -> None:
        pass

    def sync_folder(self, path: Path) -> None:
        pass


def test_an_object_stands_sealed_under_its_hash(tmp_path: Path) -> None:
    store = ObjectStore(tmp_path)
    assert store.put(b"abc") == ABC
    path = tmp_path / "objects" / "ba" / ABC[2:]
    assert (store.path(ABC), path.read_bytes(), path.stat().st_mode & 0o777) == (path, b"abc", 0o444)
    assert (store.get(ABC), store.check(ABC), store.has(ABC), list(store.all())) == (b"abc", 3, True, [ABC])
    assert list((tmp_path / "tmp").iterdir()) == []


@given(st.lists(st.binary(max_size=20), max_size=20))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
def test_all_that_was_put_is_there_once(tmp_path: Path, contents: list[bytes]) -> None:
    store = ObjectStore(tmp_path)
    with using(Unsynced()):
        names = store.put_all(contents)
    assert names == [hashlib.sha256(data).hexdigest() for data in contents]
    assert [store.get(name) for name in names] == contents
    assert set(names) <= set(store.all())


def test_a_file_is_kept_as_its_content(tmp_path: Path) -> None:
    store, content = ObjectStore(tmp_path / "archive"), bytes(range(256)) * 10_000
    (tmp_path / "file").write_bytes(content)
    sha = store.put_file(tmp_path / "file")
    assert sha == hashlib.sha256(content).hexdigest() == store.put_file(tmp_path / "file") == store.put(content)
    assert (store.get(sha), store.check(sha)) == (content, 2_560_000)
    assert list(store.tmp.iterdir()) == []
    with pytest.raises(ArchiveError, match="nowhere: cannot be read: No such file"):
        store.put_file(tmp_path / "nowhere")


@pytest.mark.parametrize("damage", [b"abd", b"abcd", b""])
def test_a_damaged_object_is_named_and_never_taken_for_whole(tmp_path: Path, damage: bytes) -> None:
    path = ObjectStore(tmp_path).path(ObjectStore(tmp_path).put(b"abc"))
    path.chmod(0o644)
    path.write_bytes(damage)
    (tmp_path / "source").write_bytes(b"abc")
    store = ObjectStore(tmp_path)
    for call in (lambda: store.get(ABC), lambda: store.check(ABC)):
        with pytest.raises(ArchiveError, match=f"object {ABC} is damaged"):
            call()
    for put in (lambda: store.put(b"abc"), lambda: store.put_file(tmp_path / "source")):
        with pytest.raises(ArchiveError, match=f"{path}: a file of this name exists and holds other content"):
            put()
    assert path.read_bytes() == damage
    assert list(store.tmp.iterdir()) == []


def test_an_object_that_was_removed_is_put_again(tmp_path: Path) -> None:
    store = ObjectStore(tmp_path)
    store.path(store.put(b"abc")).unlink()
    assert not store.has(ABC)
    with pytest.raises(ArchiveError, match="cannot be read: No such file"):
        store.get(ABC)
    assert store.get(store.put(b"abc")) == b"abc"


@pytest.mark.parametrize("name", ["", "abc", "../../etc/passwd", ABC.upper(), ABC + "\n", "/" + ABC[1:]])
def test_what_is_no_hash_is_no_path(tmp_path: Path, name: str) -> None:
    with pytest.raises(ArchiveError, match="is not a sha256"):
        ObjectStore(tmp_path).path(name)


def test_strange_files_are_not_objects(tmp_path: Path) -> None:
    store = ObjectStore(tmp_path)
    assert list(store.all()) == []
    store.put(b"abc")
    (tmp_path / "objects" / "ba" / "note").touch()
    (tmp_path / "objects" / "note").touch()
    (tmp_path / "objects" / "b").mkdir()
    (tmp_path / "objects" / "b" / ("a" + ABC[2:])).touch()
    assert list(store.all()) == [ABC]
