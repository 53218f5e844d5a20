"""The index: grown with the archive or made again, it is the same; and it lists and finds."""

from __future__ import annotations

import sqlite3
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from archive_case import build, copy, issue

from reportgen.archive.archive import Archive
from reportgen.archive.catalogue import Catalogue
from reportgen.archive.catalogue_check import catalogue_check
from reportgen.archive.entry import Edition
from reportgen.archive.inventory import Inventory
from reportgen.archive.log_check import check_log
from reportgen.archive.manifest import Manifest
from reportgen.archive.state import Issued, State
from reportgen.archive.verify import verify
from reportgen.errors import ArchiveError


@pytest.fixture(scope="module")
def _archive(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    return build(tmp_path_factory.mktemp("catalogue"))


@pytest.fixture
def archive(_archive: Archive, tmp_path: Path) -> Archive:
    """A copy that a test may spoil."""
    return Archive(copy(_archive.root, tmp_path / "archive"), _archive.key_path, _archive.clock)


def names(archive: Archive, **asked: Any) -> list[str]:
    return [f"{row.period} {row.scope} {row.revision} {row.standing}" for row in archive.catalogue.rows(**asked)]


def test_it_lists_the_newest_first_with_their_standing(archive: Archive) -> None:
    assert names(archive) == [
        "2025-12 bank r01 issued", "2025-11 bank r02 issued", "2025-12 branch:B07 r01 issued",
        "2015-12 bank r01 deleted", "2025-11 bank r01 superseded",
    ]
    first = archive.catalogue.rows(period="2025-11", standing="superseded")[0]
    assert first.superseded_by == archive.catalogue.rows(period="2025-11", standing="issued")[0].manifest
    assert first.keep_until == "2036-01-01"
    assert names(archive, limit=2) == names(archive)[:2]


@pytest.mark.parametrize(
    ("asked", "many"),
    [({"job": "tiering"}, 5), ({"job": "taihu"}, 0), ({"scope": "branch:B07"}, 1), ({"text": "分层"}, 5),
     ({"text": "client tiers"}, 5), ({"text": "B07"}, 1), ({"text": "branch-B07.zh-CN.pdf"}, 1), ({"text": "%"}, 0), ({"text": "_"}, 0),
     ({"text": "分层", "period": "2025-12", "standing": "issued"}, 2), ({"text": "'; DROP TABLE files"}, 0)],
)
def test_it_finds_by_what_people_know(archive: Archive, asked: dict[str, str], many: int) -> None:
    assert len(archive.catalogue.rows(**asked)) == many


def test_it_finds_a_file_by_its_hash_and_an_edition_by_its_id(archive: Archive) -> None:
    known = archive.manifest(archive.find("tiering/2025-12/branch:B07").manifest)
    assert names(archive, text=known.artefacts[0].sha256) == ["2025-12 branch:B07 r01 issued"]
    assert names(archive, text=known.artefacts[0].sha256.upper()) == ["2025-12 branch:B07 r01 issued"]  # Get-FileHash
    assert names(archive, text=known.edition) == ["2025-12 branch:B07 r01 issued"]
    assert archive.find(known.edition).entry.scope == "branch:B07"
    assert archive.find(known.edition[:8]).entry.scope == "branch:B07"


def test_made_again_it_is_the_same_row_for_row(archive: Archive) -> None:
    grown = archive.catalogue.content()
    assert len(grown) == 5 + 5 + 1
    archive.catalogue.rebuild(archive.state(), archive.manifest)
    assert archive.catalogue.content() == grown
    archive.catalogue.path.unlink()
    archive.ready()
    assert archive.catalogue.content() == grown


@pytest.mark.parametrize("junk", [b"", b"no database", b"SQLite format 3\0" + b"\xff" * 4000])
def test_a_damaged_one_is_made_again(archive: Archive, junk: bytes) -> None:
    grown = archive.catalogue.content()
    archive.catalogue.path.write_bytes(junk)
    archive.ready()
    assert archive.catalogue.content() == grown


def test_one_that_knows_more_than_the_log_is_made_again(archive: Archive) -> None:
    grown = archive.catalogue.content()
    _change(archive, "UPDATE entries SET read = 99")
    archive.ready()
    assert archive.catalogue.content() == grown


def test_verification_finds_it_sound(archive: Archive) -> None:
    before = archive.catalogue.path.read_bytes()
    assert list(catalogue_check(archive.root, check_log(Inventory.of(archive.root)))) == []
    assert archive.catalogue.path.read_bytes() == before


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("UPDATE editions SET standing = 'issued' WHERE standing = 'superseded'", "it lacks"),
        ("UPDATE editions SET titles = 'x' WHERE place = 1", "it lacks"),
        ("DELETE FROM editions WHERE scope = 'branch:B07'", "tiering 2025-12 branch:B07 r01"),
        ("INSERT INTO files VALUES ('x', 'y', 'pdf', 'en', 'z', 1, 1)", "it has x y pdf en z 1, which the log does not"),
        ("UPDATE entries SET read = 3", "it lacks the number of entries read"),
        ("UPDATE entries SET read = 99", "has read 99 entries, the log has 12: the log may have been put back"),
        ("DROP TABLE files", "cannot be read as an index"),
    ],
)
def test_verification_finds_every_other_index(archive: Archive, change: str, told: str) -> None:
    _change(archive, change)
    report = verify(archive.root, checks=(catalogue_check,))
    assert [one.place for one in report.problems] == ["catalogue.sqlite"]
    assert told in report.problems[0].message
    assert "reportgen archive recover" in report.problems[0].message


def test_verification_misses_one_that_is_gone(archive: Archive) -> None:
    archive.catalogue.path.unlink()
    report = verify(archive.root, "quick", checks=(catalogue_check,))
    assert [one.place for one in report.problems] == ["catalogue.sqlite"]
    assert report.problems[0].message.startswith("is missing.")
    assert not archive.catalogue.path.exists()


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises((ArchiveError, OSError), match="file"):
        Catalogue(tmp_path / "file" / "catalogue.sqlite").rows()


def test_twelve_thousand_editions_are_listed_and_searched_in_a_tenth_of_a_second(
    archive: Archive, tmp_path: Path
) -> None:
    known = archive.manifest(archive.find("tiering/2025-12/branch:B07").manifest)
    state = State()
    state.size = 12_001
    for number in range(1, 12_001):
        entry = Edition.at(datetime(2026, 1, 5, tzinfo=UTC), manifest=f"{number:064x}", job="tiering",
                           period=f"20{number % 12 + 10}-12", scope=f"branch:B{number % 1000:04d}", revision="r01",
                           supersedes="")
        state.issued[entry.manifest] = Issued(number, entry)

    def manifest(_: str) -> Manifest:
        return known

    index = Catalogue(tmp_path / "large.sqlite")
    index.follow(state, manifest)
    for asked in ({"limit": 50}, {"job": "tiering", "period": "2015-12"}, {"text": "B0777"}, {"text": "f" * 64}):
        best = min(_timed(index, asked) for _ in range(3))
        assert best < 0.1, asked
    assert len(index.rows(scope="branch:B0777")) == 12


def test_an_edition_issued_later_is_added_and_the_older_ones_standing_follows(archive: Archive) -> None:
    old = archive.find("tiering/2025-12/bank")
    issue(archive, ("tiering", "2025-12", "bank", "r02"),
          supersedes={"manifest": old.manifest, "reason": "late", "by": "wang"})
    assert names(archive, period="2025-12", scope="bank") == ["2025-12 bank r02 issued", "2025-12 bank r01 superseded"]
    grown = archive.catalogue.content()
    archive.catalogue.rebuild(archive.state(), archive.manifest)
    assert archive.catalogue.content() == grown


def _timed(index: Catalogue, asked: dict[str, Any]) -> float:
    began = time.perf_counter()
    index.rows(**asked)
    return time.perf_counter() - began


def _change(archive: Archive, statement: str) -> None:
    for connection in _connected(archive.catalogue.path):
        connection.execute(statement)


def _connected(path: Path) -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(path)
    with connection:
        yield connection
    connection.close()
