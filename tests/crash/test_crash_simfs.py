"""Every tree that a power cut may leave of the archiving program. Here some; `make crash` judges each of them."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from reportgen.archive.disk import Disk, current, using
from tests.crash import simfs, sweeping
from tests.crash.archiving import issue_both
from tests.crash.forgetful import Forgetful
from tests.crash.simfs import BEHIND, SimFs, State, judged, recorded, watching

LONG = bytes(range(256)) * 5 + b"end"
"""Three blocks: 512, 512 and 259 bytes."""


def left(disk: SimFs, name: str) -> set[bytes | None]:
    """All contents under which a name may be found; None where it may be missing."""
    found = (state.tree.get(tuple(Path(name).parts)) for state in disk.states.values())
    return {None if node is None else node.data for node in found}


def written(name: str, data: bytes, *, sync: bool) -> Callable[[Path, Callable[[str], None]], None]:
    """A program that writes a draft and links it to a name."""

    def program(output: Path, _: Callable[[str], None]) -> None:
        disk = current()
        for folder in (output, output / "archive", output / "archive" / "tmp"):
            disk.make_folder(folder)
            disk.sync_folder(folder.parent)
        draft = output / "archive" / "tmp" / "draft"
        descriptor = disk.create(draft)
        disk.write(descriptor, data)
        if sync:
            disk.sync(descriptor)
        disk.link(draft, output / name)
        os.close(descriptor)

    return program


def test_data_that_were_not_synced_are_torn_at_every_block() -> None:
    found = left(recorded(written("x", LONG, sync=False)), "output/x")
    assert {None, b"", LONG, LONG[:512], LONG[:1024]} <= found
    assert {bytes(len(LONG)), LONG[:512].ljust(len(LONG), b"\0"), LONG[:1024].ljust(len(LONG), b"\0")} <= found
    assert {bytes(512) + LONG[512:], bytes(1024) + LONG[1024:]} <= found


def test_data_that_were_synced_are_whole_under_a_name_that_may_be_missing() -> None:
    assert left(recorded(written("x", LONG, sync=True)), "output/x") == {None, LONG}


def test_names_come_in_any_order_until_their_folder_is_synced() -> None:
    def program(output: Path, _: Callable[[str], None]) -> None:
        disk = current()
        disk.make_folder(output)
        disk.sync_folder(output.parent)
        for name in "ab":
            descriptor = disk.create(output / name)
            disk.write(descriptor, b"old")
            disk.sync(descriptor)
            os.close(descriptor)
        disk.sync_folder(output)
        for name in "ab":
            descriptor = disk.create(output / "draft")
            disk.write(descriptor, b"new")
            disk.sync(descriptor)
            os.close(descriptor)
            disk.rename(output / "draft", output / name)
        disk.sync_folder(output)

    disk = recorded(program)
    pairs = {
        tuple(node.data for name in "ab" if (node := state.tree.get(("output", name)))) for state in disk.states.values()
    }
    assert {(b"old", b"old"), (b"new", b"old"), (b"old", b"new"), (b"new", b"new")} <= pairs
    last = [state for state in disk.states.values() if state.last == disk.count]
    assert [[node.data for node in one.tree.values()] for one in last] == [[None, b"new", b"new"]]


def test_a_name_lost_alone_leaves_what_came_after_it() -> None:
    def program(output: Path, _: Callable[[str], None]) -> None:
        disk = current()
        for folder in (output, output / "one", output / "two"):
            disk.make_folder(folder)

    found = {tuple(sorted("/".join(parts) for parts in state.tree)) for state in recorded(program).states.values()}
    assert found == {(), ("output",), ("output", "output/one"), ("output", "output/two"),
                     ("output", "output/one", "output/two")}


def tree(base: Path) -> dict[str, tuple[bytes, int, int]]:
    """All files below with their content, mode and number of names, but what is not the seam's."""
    return {
        path.relative_to(base).as_posix(): (path.read_bytes(), stat.S_IMODE(path.stat().st_mode), path.stat().st_nlink)
        for path in sorted(base.rglob("*")) if path.is_file() and path.name != "lock"
    }


def test_the_tree_that_keeps_everything_is_the_one_that_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(SimFs, "look", lambda disk: None)
    here, there = tmp_path / "here", tmp_path / "there"
    here.mkdir()
    there.mkdir()
    disk = SimFs(here)
    with using(disk):
        issue_both(here / "output")
    disk.end()
    disk._add("everything", -1, {})
    state, = disk.states.values()
    state.lay(there)
    assert tree(there) == tree(here)
    assert len(tree(here)) > 30


def test_archiving_changes_nothing_behind_the_seam(tmp_path: Path) -> None:
    with watching(tmp_path / "output") as watch:
        issue_both(tmp_path / "output")
    assert set(watch.behind) == BEHIND
    assert watch.through > 150


def test_the_watch_sees_what_goes_behind_the_seam(tmp_path: Path) -> None:
    with watching(tmp_path) as watch:
        (tmp_path / "a").write_bytes(b"")
        (tmp_path / "a").rename(tmp_path / "b")
        (tmp_path / "b").unlink()
        (tmp_path / "c").mkdir()
        Disk().make_folder(tmp_path / "d")
        (tmp_path / "a").exists()
    (tmp_path / "c").rmdir()
    assert watch.behind == [("open", "a"), ("os.rename", "a"), ("os.rename", "b"), ("os.remove", "b"), ("os.mkdir", "c")]
    assert watch.through == 1


@pytest.fixture(scope="module")
def states() -> list[State]:
    return list(recorded().states.values())


def test_a_power_cut_leaves_thousands_of_trees(states: list[State]) -> None:
    assert len(states) > 3000
    assert {state.how for state in states} >= {"one kept", "one lost", "combined", "torn", "index"}
    assert states[0].said == ()
    assert len(states[-1].said) == 3


@pytest.mark.parametrize("part", range(40))
def test_no_tree_loses_what_was_acknowledged(states: list[State], part: int) -> None:
    assert judged(states[(part * len(states) + len(states) // 2) // 40]) == []


@pytest.mark.parametrize("sync", ["sync", "sync_folder"])
def test_a_sync_that_does_nothing_is_found(monkeypatch: pytest.MonkeyPatch, sync: str) -> None:
    monkeypatch.setattr(Forgetful, sync, lambda disk, _: disk._step())
    monkeypatch.setattr(SimFs, "look", lambda disk: None)
    with sweeping.folder() as base:
        said: list[str] = []
        disk = SimFs(base, said)
        with using(disk):
            issue_both(base / "output", said.append)
        disk.end()
    monkeypatch.undo()
    disk._add("everything but what was not synced", 0, {})
    state, = disk.states.values()
    found = simfs.judged(state)
    assert any("acknowledged and lost" in one or "cannot be read after the crash" in one for one in found)


def test_a_checkpoint_linked_before_its_data_are_synced_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Disk, "sync", lambda disk, descriptor: None)
    monkeypatch.setattr(SimFs, "sync", lambda disk, descriptor: disk._step())
    disk = recorded()
    monkeypatch.undo()
    torn = [state for state in disk.states.values() if state.how == "torn"]
    assert any(judged(state) for state in torn[-40:])
