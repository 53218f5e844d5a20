"""The log's files: their names, their content, and the root that their last ones give."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reportgen.archive import merkle
from reportgen.archive.log import Log
from reportgen.archive.tiles import Place, Tiles, counts, pack, places, row, unpack
from reportgen.errors import ArchiveError

SIZES = [1, 2, 255, 256, 257, 511, 512, 513, 65_535, 65_536, 65_537]


def write(log: Log, size: int, entries: list[bytes]) -> None:
    """The files of one append, without the signing and syncing; superseded ones go."""
    for path, data in log._next_files(size, entries).items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    log._drop_superseded(size, size + len(entries))


def layout(log: Log) -> dict[str, bytes]:
    paths = [path for path in log.folder.rglob("*") if path.is_file()]
    return {path.relative_to(log.folder).as_posix(): path.read_bytes() for path in paths}


def entry(number: int) -> bytes:
    return b"%d" % number


@pytest.mark.parametrize(("place", "path"), [
    (Place(0, 0), "tile/0/000"),
    (Place(None, 7, 3), "tile/entries/007.p/3"),
    (Place(1, 999, 255), "tile/1/999.p/255"),
    (Place(0, 1234), "tile/0/x001/234"),
    (Place(None, 1_234_067, 112), "tile/entries/x001/x234/067.p/112"),
    (Place(10, 1_000_000), "tile/10/x001/x000/000"),
])
def test_names_are_those_of_the_specification(place: Place, path: str) -> None:
    assert place.path == path
    assert Place.parse(path) == place


@given(st.none() | st.integers(0, 63), st.integers(0, 10**12), st.integers(1, 256))
def test_every_name_is_read_back(level: int | None, index: int, width: int) -> None:
    assert Place.parse(Place(level, index, width).path) == Place(level, index, width)


@pytest.mark.parametrize("path", [
    "tile/0/0", "tile/0/1234", "tile/00/000", "tile/x/000", "tile/0/x000/234", "tile/0/001/234", "tile/0/000.p/0",
    "tile/0/000.p/256", "tile/0/000.p/07", "tile/0/000.p", "tile/0/000.p/1/", "tile/0/000\n", "/tile/0/000",
    "tile/entries/x1/000", "tile/-1/000", "checkpoint", "tile/100/000", "tile/0/000.p/１",
])
def test_other_names_are_no_places(path: str) -> None:
    assert Place.parse(path) is None


def test_the_files_of_a_log_of_300() -> None:
    assert [place.path for place in places(300)] == [
        "tile/entries/000", "tile/entries/001.p/44", "tile/0/000", "tile/0/001.p/44", "tile/1/000.p/1",
    ]
    assert [place.path for place in places(256)] == ["tile/entries/000", "tile/0/000", "tile/1/000.p/1"]
    assert list(places(0)) == []
    assert list(counts(65_536)) == [(0, 65_536), (1, 256), (2, 1)]
    assert list(row(0, 600, 300)) == [Place(0, 1), Place(0, 2, 88)]


@given(st.lists(st.binary(min_size=1, max_size=300), max_size=256))
def test_a_bundle_is_read_back(entries: list[bytes]) -> None:
    assert unpack(pack(entries), "bundle") == entries


def test_a_bundle_is_lengths_and_entries() -> None:
    assert pack([b"a", b"x" * 65_535]) == b"\x00\x01a\xff\xff" + b"x" * 65_535
    for entry in (b"", b"x" * 65_536):
        with pytest.raises(ArchiveError, match="1 to 65,535 are possible"):
            pack([entry])


@pytest.mark.parametrize("data", [b"\x00", b"\x00\x02a", b"\x00\x00", b"\x00\x01a\x00", b"\x00\x01a\x00\x00"])
def test_a_bundle_whose_lengths_do_not_fit_is_damaged(data: bytes) -> None:
    with pytest.raises(ArchiveError, match="bundle: the log is damaged here: the length of its entry"):
        unpack(data, "bundle")


@pytest.mark.parametrize("size", SIZES)
def test_a_log_of_any_size_has_its_files_its_entries_and_its_root(tmp_path: Path, size: int) -> None:
    log, entries = Log(tmp_path), [entry(number) for number in range(size)]
    write(log, 0, entries)
    assert set(layout(log)) == {place.path for place in places(size)}
    assert list(log.tiles.entries(size)) == entries
    assert list(log.tiles.entries(size, size - 1)) == entries[-1:]
    leaves = [merkle.leaf_hash(one) for one in entries]
    assert log.tiles.leaves(size) == leaves
    assert log.tiles.root(size) == merkle.root(leaves)


@pytest.mark.parametrize("cuts", [
    [1] * 3 + [250, 1, 1, 1, 1, 300], [255, 1, 1], [256, 256], [100, 65_436], [65_535, 1, 1], [600, 70_000], [0, 5, 0],
])
def test_in_whatever_steps_it_grew_the_files_are_the_same(tmp_path: Path, cuts: list[int]) -> None:
    whole, stepwise, total = Log(tmp_path / "whole"), Log(tmp_path / "steps"), sum(cuts)
    write(whole, 0, [entry(number) for number in range(total)])
    size = 0
    for step in cuts:
        write(stepwise, size, [entry(number) for number in range(size, size + step)])
        size += step
    assert layout(stepwise) == layout(whole)


@given(st.integers(0, 700), st.integers(0, 700))
def test_only_what_is_new_is_written(size: int, more: int) -> None:
    # Full files of the old log are not among those of the next step.
    old, new = set(places(size)), set(places(size + more))
    kept = {place for place in old & new if place.width == 256}
    written = {place for level, count in ((None, size), (0, size)) for place in row(level, count + more, count)}
    assert kept.isdisjoint(written)


def test_a_reader_finds_the_beginning_in_what_superseded_a_partial_file(tmp_path: Path) -> None:
    log = Log(tmp_path)
    write(log, 0, [entry(number) for number in range(100)])
    write(log, 100, [entry(number) for number in range(100, 200)])
    assert list(log.tiles.entries(100)) == [entry(number) for number in range(100)]
    write(log, 200, [entry(number) for number in range(200, 256)])
    assert list(log.tiles.entries(100, 98)) == [b"98", b"99"]
    assert log.tiles.root(100) == merkle.root([merkle.leaf_hash(entry(number)) for number in range(100)])


@pytest.mark.parametrize(("path", "data", "why"), [
    ("tile/0/000", b"x" * 31, "31 bytes are not a whole number of hashes"),
    ("tile/0/000", b"x" * 32, "it holds 1 items"),
    ("tile/entries/000", b"\x00\x01a", "it holds 1 items"),
    ("tile/entries/001.p/44", b"", "it holds 0 items"),
    ("tile/0/001.p/44", None, "it is missing"),
])
def test_a_damaged_file_is_named(tmp_path: Path, path: str, data: bytes | None, why: str) -> None:
    log = Log(tmp_path)
    write(log, 0, [entry(number) for number in range(300)])
    (log.folder / path).unlink()
    if data is not None:
        (log.folder / path).write_bytes(data)
    tiles = Tiles(log.folder)
    with pytest.raises(ArchiveError, match=f"log/{path}: the log is damaged here: {why}"):
        (tiles.leaves if "/0/" in path else lambda size: list(tiles.entries(size)))(300)
