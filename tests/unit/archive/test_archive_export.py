"""The zip of one edition: the same bytes each time, checked by the verifier inside it, and by nothing of ours."""

from __future__ import annotations

import hashlib
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from archive_case import build, issue

from reportgen.archive.archive import Archive
from reportgen.archive.export import export, export_name
from reportgen.errors import ArchiveError


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    return build(tmp_path_factory.mktemp("export"))


@pytest.fixture
def unpacked(archive: Archive, tmp_path: Path) -> Path:
    """The correction of November, unpacked by a program that keeps no modes."""
    one = archive.find("tiering/2025-11/bank/r02")
    export(archive, one, tmp_path / "r02.zip")
    with zipfile.ZipFile(tmp_path / "r02.zip") as packed:
        packed.extractall(tmp_path)
    return tmp_path / export_name(one)


def check(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """The command that CHECK.txt tells."""
    found = re.search(r"python3 (archive/verify\.py --edition [0-9a-f]{64})", (folder / "CHECK.txt").read_text("utf-8"))
    assert found
    return subprocess.run([sys.executable, "-I", *found[1].split(), *words], cwd=folder, capture_output=True, text=True,
                          check=False)


def test_its_own_verifier_finds_it_good(archive: Archive, unpacked: Path, tmp_path: Path) -> None:
    done = check(unpacked)
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, "OK")
    assert f"{archive.log.size} entries, 1 of 5 editions" in done.stdout
    facts = hashlib.sha256(b"facts of tiering 2025-11 bank r01\n").hexdigest()  # told on the correction's page
    assert [line for line in done.stdout.splitlines() if "objects/" in line] == [
        f"note objects/{facts[:2]}/{facts[2:]}: nothing readable needs it"]
    kept = tmp_path / "kept"
    kept.write_bytes((archive.root / "log" / "checkpoint").read_bytes())
    assert check(unpacked, "--against", str(kept)).returncode == 0


def test_it_holds_the_edition_s_files_and_of_others_only_what_is_shared(archive: Archive, unpacked: Path) -> None:
    mine = archive.manifest(archive.find("tiering/2025-11/bank/r02").manifest)
    other = archive.manifest(archive.find("tiering/2025-12/branch:B07").manifest)
    pdf = unpacked / "bank.zh-CN.pdf"
    assert hashlib.sha256(pdf.read_bytes()).hexdigest() == mine.artefacts[0].sha256
    objects = {path.parent.name + path.name for path in (unpacked / "archive" / "objects").rglob("*") if path.is_file()}
    assert mine.objects().keys() < objects
    assert other.artefacts[0].sha256 not in objects
    assert [path.name for path in (unpacked / "archive" / "manifests").rglob("*.json")] == ["r02.json"]
    assert not list((unpacked / "archive").glob("catalogue*"))


def test_an_issued_file_that_was_changed_beside_the_archive_is_found(unpacked: Path) -> None:
    pdf = unpacked / "bank.zh-CN.pdf"
    assert f"note {pdf}: is the file that was issued" in check(unpacked).stdout
    pdf.write_bytes(pdf.read_bytes() + b"%")
    done = check(unpacked)
    assert (done.returncode, f"BAD {pdf}: is NOT the file that was issued" in done.stdout) == (12, True)


@pytest.mark.parametrize("name", ["facts", "facts.csv", "bank.zh-CN.pdf", "lock", "tree"])
def test_a_changed_object_is_found_and_named(archive: Archive, unpacked: Path, name: str) -> None:
    mine = archive.manifest(archive.find("tiering/2025-11/bank/r02").manifest)
    sha = next(sha for sha, what in mine.objects().items() if what == name)
    path = unpacked / "archive" / "objects" / sha[:2] / sha[2:]
    path.chmod(0o644)
    path.write_bytes(path.read_bytes()[:-1] + b"?")
    done = check(unpacked)
    assert done.returncode == 12
    assert f"BAD objects/{sha[:2]}/{sha[2:]}" in done.stdout
    path.unlink()
    assert check(unpacked).returncode == 12


def test_it_is_no_good_as_a_whole_archive_nor_for_another_edition(archive: Archive, unpacked: Path) -> None:
    other = archive.find("tiering/2025-12/bank").manifest
    for words in ([], ["--edition", other], ["--edition", "0" * 64]):
        done = subprocess.run([sys.executable, "-I", "archive/verify.py", *words], cwd=unpacked, capture_output=True,
                              text=True, check=False)
        assert done.returncode == 12, words


def test_the_same_edition_gives_the_same_bytes(archive: Archive, tmp_path: Path) -> None:
    one = archive.find("tiering/2025-12/branch:B07")
    sizes = [export(archive, one, tmp_path / name) for name in ("a.zip", "b.zip")]
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()
    assert sizes[0] == sizes[1] == (tmp_path / "a.zip").stat().st_size
    with zipfile.ZipFile(tmp_path / "a.zip") as packed:
        assert {info.date_time for info in packed.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert {info.external_attr >> 16 for info in packed.infolist() if "/objects/" in info.filename} == {0o100444}
        assert packed.namelist()[0] == "tiering-2025-12-branch-B07-r01/CHECK.txt"


def test_a_deleted_edition_cannot_be_exported(archive: Archive, tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match="was deleted"):
        export(archive, archive.find("tiering/2015-12"), tmp_path / "x.zip")
    assert list(tmp_path.iterdir()) == []


def test_a_correction_of_a_deleted_edition_can_be_exported(tmp_path: Path) -> None:
    archive = build(tmp_path / "own")
    old = archive.find("tiering/2015-12")
    new = issue(archive, ("tiering", "2015-12", "bank", "r02"),
                supersedes={"manifest": old.manifest, "reason": "asked for again", "by": "wang"})
    export(archive, new, tmp_path / "x.zip")
    with zipfile.ZipFile(tmp_path / "x.zip") as packed:
        packed.extractall(tmp_path)
    assert check(tmp_path / export_name(new)).returncode == 0


def test_a_damaged_object_stops_it_and_nothing_is_left(tmp_path: Path) -> None:
    archive = build(tmp_path / "own")
    one = archive.find("tiering/2025-12/bank")
    path = archive.store.path(archive.manifest(one.manifest).contents.facts)
    path.chmod(0o644)
    path.write_bytes(b"?")
    with pytest.raises(ArchiveError, match=path.name):
        export(archive, one, tmp_path / "x.zip")
    assert [item.name for item in tmp_path.iterdir()] == ["own"]


def test_a_folder_that_is_not_there_is_named(archive: Archive, tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match=r"nowhere/x\.zip"):
        export(archive, archive.find("tiering/2025-12/bank"), tmp_path / "nowhere" / "x.zip")


def test_what_the_log_gained_meanwhile_is_left_out_or_whole(tmp_path: Path) -> None:
    """A writer adds to the log between the reading of two of its files: the export is of one checkpoint."""
    archive = build(tmp_path / "own")
    reader = Archive(archive.root, archive.key_path)
    one = reader.find("tiering/2025-12/bank")
    issue(archive, ("tiering", "2026-01", "bank", "r01"))
    export(reader, one, tmp_path / "x.zip")
    with zipfile.ZipFile(tmp_path / "x.zip") as packed:
        packed.extractall(tmp_path)
    done = check(tmp_path / export_name(one))
    assert done.returncode == 0, done.stdout
    assert f"{archive.log.size} entries, 1 of 6 editions" in done.stdout
