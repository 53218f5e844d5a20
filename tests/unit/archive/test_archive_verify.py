"""Verification by the program: what each mode reads, how a budget goes on, and that no failure looks like success."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from archive_case import build, evidence, standalone

from reportgen.archive import entry
from reportgen.archive.archive import Archive
from reportgen.archive.edition_check import tree_members
from reportgen.archive.log_check import CheckedLog, Difference
from reportgen.archive.manifest import Manifest
from reportgen.archive.verify import verify
from reportgen.errors import Problem, VerificationFailed


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    return build(tmp_path_factory.mktemp("archive"))


@pytest.fixture
def damaged(tmp_path: Path) -> tuple[Path, str]:
    """An archive of which one PDF has another byte and the same size; the object's name."""
    root = build(tmp_path).root
    name = next(one for one in evidence(root) if (root / one).read_bytes().startswith(b"%PDF"))
    path = root / name
    path.chmod(0o644)
    data = path.read_bytes()
    path.write_bytes(bytes([data[0] ^ 1]) + data[1:])
    path.chmod(0o444)
    return root, name


def test_an_orphan_is_a_notice_and_its_damage_a_problem(tmp_path: Path) -> None:
    root = build(tmp_path).root
    report = verify(root)
    assert [report.good, report.complete, len(report.notices)] == [True, True, 1]
    orphan = root / report.notices[0].place
    assert orphan.read_bytes() == b"left by a run that was killed\n"
    orphan.chmod(0o644)
    orphan.write_bytes(b"left by a run that was altered\n")
    orphan.chmod(0o444)
    assert [one.place for one in verify(root).problems] == [report.notices[0].place]


def test_quick_reads_log_manifests_and_trees_but_not_what_they_name(damaged: tuple[Path, str]) -> None:
    root, name = damaged
    assert verify(root, "quick").good
    full = verify(root)
    assert [one.place for one in full.problems] == [name]
    with pytest.raises(VerificationFailed, match=name):
        full.demand()


def test_quick_sees_a_missing_object_and_another_size(archive: Archive, tmp_path: Path) -> None:
    root = build(tmp_path).root
    pdf = next(one for one in evidence(root) if (root / one).read_bytes().startswith(b"%PDF"))
    data = (root / pdf).read_bytes()
    (root / pdf).unlink()
    (root / pdf).write_bytes(data + b"\n")
    (root / pdf).chmod(0o444)
    assert [(one.place, "bytes instead of" in one.message) for one in verify(root, "quick").problems] == [(pdf, True)]
    (root / pdf).unlink()
    assert [(one.place, "is missing" in one.message) for one in verify(root, "quick").problems] == [(pdf, True)]


def test_a_budget_reads_on_where_it_stopped_until_all_is_read(damaged: tuple[Path, str], tmp_path: Path) -> None:
    root, name = damaged
    position = tmp_path / "work" / "verify.json"
    total = verify(root, "quick").counts["objects"]
    read, found = 0, []
    for _ in range(total):
        seconds = iter(range(1000))
        report = verify(root, budget_seconds=9, position=position, clock=lambda ticks=seconds: next(ticks))  # type: ignore[misc]
        assert report.counts["objects_before"] == read
        read += report.counts["objects_read"]
        found += [one.place for one in report.problems]
        if report.complete:
            break
        assert position.exists()
    assert (read, found) == (total, [name])
    assert not position.exists()


def test_a_budget_of_nothing_still_goes_on_by_one(archive: Archive, tmp_path: Path) -> None:
    report = verify(archive.root, budget_seconds=0, position=tmp_path / "verify.json")
    assert (report.good, report.complete, report.counts["objects_read"]) == (True, False, 1)


@pytest.mark.parametrize("content", ["", "{", '{"format": "other"}', '{"format":"reportgen-verification 1","archive":"reportgen/x","after":"f"}'])
def test_a_position_that_is_lost_or_another_archive_s_begins_anew(archive: Archive, tmp_path: Path, content: str) -> None:
    position = tmp_path / "verify.json"
    position.write_text(content, encoding="utf-8")
    report = verify(archive.root, budget_seconds=3600, position=position)
    assert (report.complete, report.counts["objects_before"]) == (True, 0)


def test_progress_is_told(archive: Archive) -> None:
    told: list[tuple[int, int]] = []
    verify(archive.root, progress=lambda done, total: told.append((done, total)))
    assert told == [(number, 61) for number in range(1, 62)]


def test_a_further_check_is_heard_and_its_failure_too(archive: Archive) -> None:
    def catalogue(root: Path, log: CheckedLog) -> Iterator[Problem]:
        yield Problem("catalogue.sqlite", f"knows nothing of {len(log.state.issued)} editions.")
        raise RuntimeError("the file is locked")

    report = verify(archive.root, "quick", checks=[catalogue])
    assert [str(one) for one in report.problems] == [
        "catalogue.sqlite: knows nothing of 5 editions.",
        "catalogue: cannot be checked: RuntimeError: the file is locked",
    ]


def test_the_key_given_by_another_way_must_be_the_one_that_signs(archive: Archive) -> None:
    history = archive.log.history()
    first, second = history.known.values()
    assert verify(archive.root, "quick", key=second.pem).good
    report = verify(archive.root, "quick", key=first.pem)
    assert [str(one) for one in report.problems] == [
        f"log/checkpoint: is signed by key {second.id}, not by the key given.",
    ]


@pytest.mark.parametrize("root", ["/nowhere", "/etc/hostname"])
def test_what_is_no_folder_is_no_archive(root: str) -> None:
    report = verify(Path(root))
    assert not report.good
    assert not report.complete
    assert report.problems[0].place == root


def test_an_empty_folder_is_no_archive(tmp_path: Path) -> None:
    assert [one.place for one in verify(tmp_path).problems] == ["log/checkpoint"]


@pytest.mark.parametrize(("content", "why"), [
    (b'{"files":[{"bytes":1,"path":"a","sha256":"A"}],"schema":"reportgen-tree 1"}', "not written as"),
    (b'{"files":[{"bytes":"1","path":"a","sha256":"' + b"0" * 64 + b'"}],"schema":"reportgen-tree 1"}', "not written as"),
    (b'{"files":[{"bytes":1,"mode":1,"path":"a","sha256":"' + b"0" * 64 + b'"}],"schema":"reportgen-tree 1"}', "not written"),
    (b'{"files":[],"schema":"reportgen-tree 2"}', "reportgen-tree 1"),
    (b'{"files":[{"bytes":1,"path":"../a","sha256":"' + b"0" * 64 + b'"}],"schema":"reportgen-tree 1"}', "leads elsewhere"),
])
def test_a_tree_is_read_strictly(content: bytes, why: str) -> None:
    with pytest.raises(Difference, match=why):
        tree_members(content, "objects/ab/cd")


def test_the_shipped_verifier_knows_the_same_fields() -> None:
    """Both schemas are written by hand; a field that only one of them knows would make good archives bad."""
    records = standalone().RECORDS
    models = {
        "genesis": entry.Genesis, "files": entry.FilesChanged, "key-add": entry.KeyAdded, "key-revoke": entry.KeyRevoked,
        "edition": entry.Edition, "hold": entry.Hold, "hold-released": entry.HoldReleased,
        "deletion-proposed": entry.DeletionProposed, "tombstone": entry.Tombstone, "anchor": entry.Anchored,
        "approval": entry.Approval, "delivery": entry.Delivery,
        "public": entry.Key, "manifest": Manifest,
    }
    for name, model in models.items():
        assert set(records[name]) == set(model.model_fields), name
    parts = {
        "key": "key", "supersedes": "supersedes", "artefact": "artefacts", "contents": "contents", "input": "inputs",
        "quality": "quality", "span": "period", "retention": "retention", "code": "code", "operator": "operator",
    }
    schema = Manifest.model_json_schema()
    for record, field in parts.items():
        text = str(schema["properties"][field])
        title = text.partition("#/$defs/")[2].partition("'")[0]
        assert set(records[record]) == set(schema["$defs"][title]["properties"]), record
    assert set(records) == {*models, *parts, "tree", "file"}
