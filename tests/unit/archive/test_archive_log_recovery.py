"""A log that was interrupted is whole again by the next writer; one that is damaged or was put back is not touched."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from reportgen.archive import checkpoint as notes
from reportgen.archive import entry
from reportgen.archive.checkpoint import Checkpoint
from reportgen.archive.disk import Disk, using
from reportgen.archive.keys import SigningKey
from reportgen.archive.log import Log
from reportgen.archive.tiles import places
from reportgen.errors import ArchiveError

NOW = datetime(2026, 1, 5, 1, 2, 3, tzinfo=UTC)
ARCHIVE = "3f0c2d5e-0000-4000-8000-000000000001"
KEY = SigningKey.of(b"\x01" * 32)
GENESIS = entry.Genesis.at(
    NOW, archive=ARCHIVE, files=dict.fromkeys(entry.SHIPPED, "a" * 64), key={"id": KEY.id, "pem": KEY.pem}
).to_bytes()
OPERATIONS = ("create", "write", "sync", "change_mode", "link", "rename", "unlink", "make_folder", "remove_folder",
              "sync_folder")


class Killed(BaseException):
    """No program catches it."""


class Unsynced(Disk):
    """Quick, for tests that are not about a power cut."""

    def sync(self, descriptor: int) -> None:
        pass

    def sync_folder(self, path: Path) -> None:
        pass


class Dying(Unsynced):
    """Dies before its k-th operation and stays dead."""

    def __init__(self, k: int) -> None:
        super().__init__()
        self.left = k
        for name in OPERATIONS:
            setattr(self, name, self._counted(getattr(self, name)))

    def _counted(self, operation: Callable[..., object]) -> Callable[..., object]:
        def run(*arguments: object) -> object:
            self.left -= 1
            if self.left < 0:
                raise Killed
            return operation(*arguments)

        return run


def edition(number: int) -> bytes:
    return entry.Edition.at(
        NOW, manifest=f"{number:064x}", job="taihu", period="2025-12", scope=f"branch:{number}", revision="r01",
        supersedes="",
    ).to_bytes()


EDITIONS = [edition(number) for number in range(1_000)]


def entries(size: int) -> list[bytes]:
    return [GENESIS, *EDITIONS][:size]


def grown(root: Path, *sizes: int) -> Log:
    log = Log(root)
    with using(Unsynced()):
        for before, size in zip((0, *sizes), sizes, strict=False):
            log.append(entries(size)[before:], KEY)
    return log


def layout(root: Path) -> dict[str, bytes]:
    paths = [path for path in root.rglob("*") if path.is_file() and path.name != "lock"]
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in paths}


def expected_names(size: int) -> set[str]:
    return {f"log/{place.path}" for place in places(size)} | ({"log/checkpoint"} if size else set())


@pytest.mark.parametrize(("before", "after"), [(0, 3), (5, 9), (254, 258), (256, 257)])
def test_wherever_an_append_is_killed_all_of_it_is_there_or_none(tmp_path: Path, before: int, after: int) -> None:
    if before:
        grown(tmp_path / "before", 1, before)
    else:
        (tmp_path / "before").mkdir()
    whole = layout(grown(tmp_path / "whole", after).root)
    old = layout(tmp_path / "before")
    for k in range(200):
        root = tmp_path / "killed"
        shutil.copytree(tmp_path / "before", root)
        try:
            with using(disk := Dying(k)):
                Log(root).append(entries(after)[before:], KEY)
        except Killed:
            pass
        assert Log(root).size in {before, after}
        assert list(Log(root).entries()) == entries(Log(root).size)
        with using(Unsynced()):
            if k % 2:  # the next writer need not know of it
                removed = Log(root).recover()
                assert layout(root) in (old, whole)
                assert set(removed).isdisjoint(layout(root))
                assert Log(root).recover() == ()
            if Log(root).size == before:
                Log(root).append(entries(after)[before:], KEY)
            assert Log(root).append([], KEY).size == after
        assert layout(root) == whole
        shutil.rmtree(root)
        if disk.left >= 0:
            break
    assert disk.left >= 0
    assert k > 20


def test_a_recovery_that_is_killed_is_recovered(tmp_path: Path) -> None:
    grown(tmp_path / "before", 1, 254)
    for k in range(60):
        root = tmp_path / "killed"
        shutil.copytree(tmp_path / "before", root)
        (root / "tmp" / "1-dead").write_bytes(b"half")
        for name in ("entries/000", "entries/001.p/9", "0/000.p/255", "7/x001/000"):
            path = root / "log" / "tile" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(b"garbage")
        try:
            with using(disk := Dying(k)):
                Log(root).recover()
        except Killed:
            pass
        with using(Unsynced()):
            Log(root).recover()
        assert layout(root) == layout(tmp_path / "before")
        shutil.rmtree(root)
        if disk.left >= 0:
            break
    assert disk.left >= 0
    assert k > 5


def test_recovery_says_what_it_removed_and_leaves_what_is_no_tile(tmp_path: Path) -> None:
    log = grown(tmp_path, 1, 300)
    for name in ("log/tile/entries/001.p/45", "log/tile/0/x001/000", "log/tile/note", "tmp/draft"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(b"x")
    assert sorted(log.recover()) == ["log/tile/0/x001/000", "log/tile/entries/001.p/45", "tmp/draft"]
    assert set(layout(tmp_path)) == expected_names(300) | {"log/tile/note"}


def spoil(path: Path, change: Callable[[bytes], bytes | None]) -> None:
    data = change(path.read_bytes())
    path.unlink()
    if data is not None:
        path.write_bytes(data)


@pytest.mark.parametrize(("name", "change", "why"), [
    ("log/checkpoint", lambda data: data[:-2], "cannot be trusted"),
    ("log/checkpoint", lambda data: data.replace(b"\n300\n", b"\n299\n"), "the tiles of its 299 entries are not all"),
    ("log/tile/0/001.p/44", lambda data: data[:-1] + b"?", "its root is not that of the entries"),
    ("log/tile/1/000.p/1", lambda data: data[:-1] + b"?", "its root is not that of the entries"),
    ("log/tile/1/000.p/1", lambda data: None, "the tiles of its 300 entries are not all there"),
    ("log/tile/entries/001.p/44", lambda data: data[:-3] + b'!"}', "its root is not that of the entries"),
    ("log/tile/entries/001.p/44", lambda data: data[:-3], "the length of its entry 43 does not fit"),
    ("log/tile/entries/001.p/44", lambda data: None, "the tiles of its 300 entries are not all there"),
])
def test_a_damaged_log_is_neither_extended_nor_cleared(
    tmp_path: Path, name: str, change: Callable[[bytes], bytes | None], why: str
) -> None:
    log = grown(tmp_path, 1, 300)
    spoil(tmp_path / name, change)
    (tmp_path / "log/tile/entries/001.p/99").write_bytes(b"a trace")
    before = layout(tmp_path)
    for call in (Log(tmp_path).recover, Log(tmp_path).trusted, lambda: log.append([EDITIONS[900]], KEY)):
        with pytest.raises(ArchiveError, match=why) as error:
            call()
        assert error.value.code == 8
    assert layout(tmp_path) == before


def test_a_checkpoint_put_back_is_found_and_nothing_is_removed(tmp_path: Path) -> None:
    old = (grown(tmp_path, 1, 280).root / "log/checkpoint").read_bytes()
    even = (grown(tmp_path / "even", 1, 256).root / "log/checkpoint").read_bytes()
    log = Log(tmp_path)
    log.append(EDITIONS[279:299], KEY)
    assert log.size == 300
    before = layout(tmp_path)
    spoil(tmp_path / "log/checkpoint", lambda _: old)
    with pytest.raises(ArchiveError, match="the tiles of its 280 entries are not all there"):
        Log(tmp_path).recover()
    with pytest.raises(ArchiveError, match="damaged or was put back"):
        log.append([EDITIONS[500]], KEY)
    # At 256 entries the old log had no partial files that could be missing: the caller must know how far it was.
    spoil(tmp_path / "log/checkpoint", lambda _: even)
    with pytest.raises(ArchiveError, match="it has 256 entries; 300 were there before"):
        Log(tmp_path).recover(at_least=300)
    with pytest.raises(ArchiveError, match="it has 256 entries; a moment ago there were 300"):
        log.history()
    assert layout(tmp_path) == before | {"log/checkpoint": even}


def test_a_missing_checkpoint_of_an_archive_in_use_is_no_empty_log(tmp_path: Path) -> None:
    log = grown(tmp_path, 1, 5)
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys" / f"{KEY.id}.pem").write_text(KEY.pem)
    (tmp_path / "log/checkpoint").unlink()
    before = layout(tmp_path)
    for call in (log.recover, lambda: log.append([GENESIS], KEY)):
        with pytest.raises(ArchiveError, match="it is missing, though editions were issued"):
            call()
    assert layout(tmp_path) == before


def test_the_log_of_another_archive_is_refused(tmp_path: Path) -> None:
    log = grown(tmp_path, 1, 5)
    note = notes.sign(Checkpoint("reportgen/other", 5, log.tiles.root(5)), KEY)
    spoil(tmp_path / "log/checkpoint", lambda _: note)
    with pytest.raises(ArchiveError, match=f"it is of reportgen/other, the log is reportgen/{ARCHIVE}"):
        log.trusted()
