"""The log: the same files in whatever steps it grew, by however many writers, signed by the key whose turn it is."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from reportgen.archive import checkpoint as notes
from reportgen.archive import entry, merkle
from reportgen.archive.checkpoint import Checkpoint
from reportgen.archive.disk import Disk, using
from reportgen.archive.keys import SigningKey
from reportgen.archive.log import Log
from reportgen.archive.tiles import places
from reportgen.errors import ArchiveError

NOW = datetime(2026, 1, 5, 1, 2, 3, tzinfo=UTC)
ARCHIVE = "3f0c2d5e-0000-4000-8000-000000000001"
KEY, NEXT = SigningKey.of(b"\x01" * 32), SigningKey.of(b"\x02" * 32)
GENESIS = entry.Genesis.at(
    NOW, archive=ARCHIVE, files=dict.fromkeys(entry.SHIPPED, "a" * 64), key={"id": KEY.id, "pem": KEY.pem}
).to_bytes()
ADDED = entry.KeyAdded.at(NOW, key={"id": NEXT.id, "pem": NEXT.pem}, reason="rotation", by="A", vouched="").to_bytes()
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


class Watching(Disk):
    """Notes which file or folder each operation is about."""

    def __init__(self) -> None:
        super().__init__()
        self.calls: list[tuple[str, str]] = []
        self.open: dict[int, str] = {}
        for name in OPERATIONS:
            setattr(self, name, self._noted(name, getattr(self, name)))

    def _noted(self, name: str, operation: Callable[..., object]) -> Callable[..., object]:
        def run(*arguments: object) -> object:
            first = arguments[0]
            about = self.open.get(first, "?") if isinstance(first, int) else str(arguments[-1])
            self.calls.append((name, about))
            result = operation(*arguments)
            if name == "create":
                self.open[result] = str(first)  # type: ignore[index]
            elif name in {"link", "rename"}:
                self.calls.append(("from", str(first)))
            return result

        return run


def edition(number: int) -> bytes:
    return entry.Edition.at(
        NOW, manifest=f"{number:064x}", job="taihu", period="2025-12", scope=f"branch:{number}", revision="r01",
        supersedes="",
    ).to_bytes()


EDITIONS = [edition(number) for number in range(12_000)]


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


def test_an_empty_folder_is_an_empty_log(tmp_path: Path) -> None:
    log = Log(tmp_path)
    assert (log.size, log.checkpoint, log.trusted(), list(log.entries()), log.recover()) == (0, None, None, [], ())


def test_one_by_one_and_in_batches_gives_the_same_log(tmp_path: Path) -> None:
    steps = [*range(1, 12), *range(250, 262), *range(509, 516), *range(526, 530)]
    single = grown(tmp_path / "single", *steps)
    batches = grown(tmp_path / "batches", 1, 200, 256, 300, 529)
    assert layout(single.root) == layout(batches.root)
    assert set(layout(single.root)) == expected_names(529)
    assert list(single.entries()) == entries(529)
    assert list(single.entries(500)) == entries(529)[500:]
    assert not any(path.is_dir() and not any(path.iterdir()) for path in (tmp_path / "single" / "log").rglob("*"))
    top = merkle.root([merkle.leaf_hash(one) for one in entries(529)])
    assert single.trusted() == Checkpoint(f"reportgen/{ARCHIVE}", 529, top) == Log(single.root).trusted()


def test_the_files_of_the_log_are_sealed(tmp_path: Path) -> None:
    log = grown(tmp_path, 1, 300)
    assert {path.stat().st_mode & 0o777 for path in log.folder.rglob("*") if path.is_file()} == {0o444}


def test_every_root_on_the_way_is_that_of_its_entries_and_a_beginning_of_the_last(tmp_path: Path) -> None:
    log, roots = Log(tmp_path), {}
    with using(Unsynced()):
        for size in range(1, 41):
            roots[size] = log.append([entries(size)[-1]], KEY).root
    leaves = [merkle.leaf_hash(one) for one in entries(40)]
    assert roots == {size: merkle.root(leaves[:size]) for size in roots}
    for size, top in roots.items():
        assert merkle.verify_consistency(size, top, 40, roots[40], log.consistency_proof(size))
        assert merkle.verify_inclusion(leaves[size - 1], size - 1, 40, log.inclusion_proof(size - 1), roots[40])
    assert merkle.verify_inclusion(leaves[2], 2, 7, log.inclusion_proof(2, 7), roots[7])


def test_twelve_thousand_editions_are_added_quickly(tmp_path: Path) -> None:
    log = Log(tmp_path)
    with using(Unsynced()):  # how long a disk takes to sync is not this program's; the number of syncs is tested below
        start = time.process_time()
        log.append([GENESIS], KEY)
        for first in range(0, 12_000, 1_000):
            log.append(EDITIONS[first:first + 1_000], KEY)
        taken = time.process_time() - start
    assert log.size == 12_001
    assert taken < 3


def test_an_append_waits_for_the_disk_a_few_times_only(tmp_path: Path) -> None:
    log = grown(tmp_path, 1, 100)
    with using(disk := Watching()):
        log.append(EDITIONS[99:100], KEY)
        first = [(name, path) for name, path in disk.calls if name in {"sync", "sync_folder"}]
        disk.calls.clear()
        log.append(EDITIONS[100:101], KEY)
        then = [name for name, _ in disk.calls if name in {"sync", "sync_folder"}]
    assert [name for name, _ in first].count("sync") == 3  # a bundle, a tile, the checkpoint
    assert sum(Path(path).is_relative_to(tmp_path) for _, path in first) < 16  # folders above: once in a process
    assert then.count("sync") == 3
    assert then.count("sync_folder") == 4  # the old checkpoint's, the bundle's, the tile's, the checkpoint's


def test_everything_is_durable_before_the_checkpoint_and_superseded_files_go_after_it(tmp_path: Path) -> None:
    log = grown(tmp_path, 1, 250)
    with using(disk := Watching()):
        log.append(EDITIONS[249:600], KEY)
    calls = disk.calls
    commit = calls.index(("rename", str(tmp_path / "log/checkpoint")))
    assert calls[commit + 2] == ("sync_folder", str(tmp_path / "log"))
    linked = [at for at, (name, _) in enumerate(calls) if name == "link"]
    assert len(linked) == 7  # 3 bundles, 3 tiles, 1 tile above
    for at in [*linked, commit]:
        draft = calls[at + 1][1]
        assert ("sync", draft) in calls[:at]
        assert max(i for i, call in enumerate(calls) if call == ("write", draft)) < calls.index(("sync", draft)) < at
    for at in linked:
        folder = Path(calls[at][1]).parent
        assert ("sync_folder", str(folder)) in calls[at:commit]
        while folder != tmp_path / "log":
            if ("make_folder", str(folder)) in calls:
                assert ("sync_folder", str(folder.parent)) in calls[:commit]
            folder = folder.parent
    gone = [at for at, (name, about) in enumerate(calls) if name == "unlink" and "/log/" in about]
    assert [calls[at][1].rpartition("/log/")[2] for at in gone] == ["tile/entries/000.p/250", "tile/0/000.p/250"]
    assert min(gone) > commit + 2


def test_writers_in_several_processes_lose_nothing(tmp_path: Path) -> None:
    grown(tmp_path, 1)
    script = """
import sys
from pathlib import Path
from datetime import UTC, datetime
from reportgen.archive import entry
from reportgen.archive.keys import SigningKey
from reportgen.archive.log import Log
root, name = Path(sys.argv[1]), sys.argv[2]
for number in range(12):
    one = entry.Edition.at(datetime(2026, 1, 5, tzinfo=UTC), manifest=f"{number:064x}", job="j", period="p",
                           scope=f"{name}:{number}", revision="r01", supersedes="")
    Log(root).append([one.to_bytes()], SigningKey.of(b"\\x01" * 32))
"""
    running = [subprocess.Popen([sys.executable, "-c", script, str(tmp_path), name]) for name in ("a", "b", "c")]
    while any(process.poll() is None for process in running):  # a reader at the same time
        assert len(list(Log(tmp_path).entries())) >= 1
    assert [process.returncode for process in running] == [0, 0, 0]
    log = Log(tmp_path)
    assert log.size == 37
    found = [entry.parse_entry(one) for one in log.entries(1)]
    scopes = [one.scope for one in found if isinstance(one, entry.Edition)]
    assert sorted(scopes) == sorted(f"{name}:{number}" for name in "abc" for number in range(12))
    for name in "abc":
        assert [one for one in scopes if one[0] == name] == [f"{name}:{number}" for number in range(12)]
    checkpoint = log.trusted()
    assert checkpoint is not None
    assert checkpoint.root == merkle.root([merkle.leaf_hash(one) for one in log.entries()])
    assert set(layout(tmp_path)) == expected_names(37)


def test_an_opened_log_follows_what_others_add(tmp_path: Path) -> None:
    first, second = grown(tmp_path, 1), Log(tmp_path)
    first.append([EDITIONS[0], ADDED], NEXT)
    second.append([EDITIONS[1]], NEXT)
    assert [checkpoint.size for checkpoint in (first.trusted(), second.trusted()) if checkpoint] == [4, 4]
    assert list(first.history().known) == [KEY.id, NEXT.id]


def revoke(key: SigningKey) -> bytes:
    return entry.KeyRevoked.at(NOW, id=key.id, reason="lost", by="A").to_bytes()


def test_the_key_whose_turn_it_is_signs_and_no_other(tmp_path: Path) -> None:
    log = grown(tmp_path, 1, 3)
    kept = {3: log.signed}
    with pytest.raises(ArchiveError, match=f"this is key {NEXT.id}; it is the turn of key {KEY.id}"):
        log.append([EDITIONS[5]], NEXT)
    with pytest.raises(ArchiveError, match=f"it is the turn of key {NEXT.id}"):
        log.append([ADDED], KEY)
    assert log.size == 3
    log.append([ADDED], NEXT)
    kept[4] = log.signed
    with pytest.raises(ArchiveError, match=f"it is the turn of key {NEXT.id}"):
        log.append([EDITIONS[5]], KEY)
    log.append([EDITIONS[5], revoke(NEXT)], KEY)
    kept[6] = log.signed
    history = Log(tmp_path).history()
    accepted = {}
    for size, signed in kept.items():
        assert signed is not None
        assert signed.verify(history.at(size)).size == size
        accepted[size] = history.at(size).id
    assert accepted == {3: KEY.id, 4: NEXT.id, 6: KEY.id}
    by_the_revoked = notes.sign(Checkpoint(f"reportgen/{ARCHIVE}", 6, log.tiles.root(6)), NEXT)
    (tmp_path / "log/checkpoint").unlink()
    (tmp_path / "log/checkpoint").write_bytes(by_the_revoked)
    for call in (Log(tmp_path).trusted, lambda: Log(tmp_path).append([EDITIONS[6]], KEY)):
        with pytest.raises(ArchiveError, match=f"it is not signed by key {KEY.id}, whose turn it was"):
            call()


def test_the_only_key_cannot_be_revoked(tmp_path: Path) -> None:
    log = grown(tmp_path, 1)
    with pytest.raises(ArchiveError, match="revokes the only key"):
        log.append([revoke(KEY)], KEY)
    assert (log.size, set(layout(tmp_path))) == (1, expected_names(1))


@pytest.mark.parametrize(("bad", "why"), [
    ([EDITIONS[0], b"{}"], "log entry 4"), ([b""], "log entry 3"), ([GENESIS], "which only the first can be"),
    ([edition(7).replace(b"r01", b"r1")], "revision"), ([edition(1) + b"\n"], "canonical"),
])
def test_a_wrong_entry_keeps_its_whole_batch_out(tmp_path: Path, bad: list[bytes], why: str) -> None:
    log = grown(tmp_path, 1, 3)
    before = layout(tmp_path)
    with pytest.raises(ArchiveError, match=why):
        log.append(bad, KEY)
    assert layout(tmp_path) == before
    with pytest.raises(ArchiveError, match="an entry has 65,"):
        log.append([entry.HoldReleased.at(NOW, id="h", by="A", reason="x" * 65_500).to_bytes()], KEY)
    assert layout(tmp_path) == before


def test_a_log_begins_with_genesis(tmp_path: Path) -> None:
    for first in ([], [EDITIONS[0]]):
        with pytest.raises(ArchiveError, match="genesis"):
            Log(tmp_path).append(first, KEY)
    assert layout(tmp_path) == {}
    log = grown(tmp_path, 1)
    assert log.append([], KEY) == log.checkpoint
