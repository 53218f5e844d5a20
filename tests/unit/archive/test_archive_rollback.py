"""The log put back to an earlier day, seen by a process that has not seen the later one: found, and not written over."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from archive_case import Clock, evidence, findings, issue, standalone

from reportgen.archive import retention, rotation
from reportgen.archive.archive import Archive
from reportgen.archive.entry import Hold
from reportgen.archive.verify import verify
from reportgen.errors import ArchiveError

JANUARY, FEBRUARY = ("tiering", "2026-01", "bank", "r01"), ("tiering", "2026-02", "bank", "r01")
LATER = "manifests/2026-02/tiering/bank/r01.json"


def anew(archive: Archive) -> Archive:
    """The archive as a process sees it that has just begun."""
    return Archive(archive.root, archive.key_path, Clock())


def with_entries(output: Path, size: int) -> Archive:
    archive = Archive(output / "archive", output / "keys" / "archive.pem", Clock())
    archive.ready()
    issue(archive, JANUARY)
    archive.append(*(
        Hold.at(archive.clock(), id=f"case-{number}", match={"job": "other"}, reason="A lawsuit.", by="li")
        for number in range(size - archive.log.size)
    ))
    assert archive.log.size == size
    return archive


def put_back(archive: Archive, act: Callable[[], object]) -> bytes:
    """Does what `act` does and puts the log's files, and no others, back to what they were; the later checkpoint."""
    log, kept = archive.root / "log", archive.root.parent / "kept"
    shutil.copytree(log, kept)
    act()
    later = (log / "checkpoint").read_bytes()
    shutil.rmtree(log)
    kept.rename(log)
    return later


def content(root: Path) -> dict[str, bytes]:
    return {name: (root / name).read_bytes() for name in evidence(root)}


# At 256 and 512 entries the old log has no partial bundle that would be missing.
@pytest.mark.parametrize("size", [255, 256, 257, 512])
def test_both_verifiers_name_the_manifests_that_no_entry_names(tmp_path: Path, size: int) -> None:
    archive = with_entries(tmp_path, size)
    put_back(archive, lambda: issue(archive, FEBRUARY))
    assert [str(one).split(":")[0] for one in verify(archive.root).problems] == [LATER]
    assert "was put back" in str(verify(archive.root, "quick").problems[0])
    assert [line.split(":")[0] for line in findings(standalone(), archive.root)] == [LATER]


@pytest.mark.parametrize("write", [
    lambda archive: archive.ready(),
    lambda archive: issue(archive, ("tiering", "2026-03", "bank", "r01")),
    lambda archive: issue(archive, FEBRUARY),
    lambda archive: retention.hold(archive, "case-x", {}, "A lawsuit.", "li"),
], ids=["ready", "another edition", "the same edition", "hold"])
def test_a_new_process_does_not_write_over_history(tmp_path: Path, write: Callable[[Archive], object]) -> None:
    archive = with_entries(tmp_path, 256)
    put_back(archive, lambda: issue(archive, FEBRUARY))
    before = content(archive.root)
    with pytest.raises(ArchiveError, match=f"{LATER}: the log of 256 entries does not know it") as error:
        write(anew(archive))
    assert error.value.code == 8
    assert {name: data for name, data in content(archive.root).items() if name[:7] != "objects"} == {
        name: data for name, data in before.items() if name[:7] != "objects"
    }
    assert before.items() <= content(archive.root).items()


def test_a_checkpoint_put_back_alone_costs_no_tile_of_the_later_log(tmp_path: Path) -> None:
    archive = with_entries(tmp_path, 256)
    checkpoint = archive.root / "log" / "checkpoint"
    old = checkpoint.read_bytes()
    issue(archive, FEBRUARY)
    later = checkpoint.read_bytes()
    checkpoint.unlink()
    checkpoint.write_bytes(old)
    before = content(archive.root)
    with pytest.raises(ArchiveError, match=LATER):
        anew(archive).ready()
    assert content(archive.root) == before
    checkpoint.write_bytes(later)
    anew(archive).ready()
    assert verify(archive.root).problems == []


def test_a_key_that_the_log_does_not_have_stops_it_too(tmp_path: Path) -> None:
    archive = with_entries(tmp_path, 256)
    old = archive.key_path.read_bytes()
    put_back(archive, lambda: rotation.rotate(archive, "yearly", "wang"))
    archive.key_path.write_bytes(old)
    added = next(path.stem for path in (archive.root / "keys").iterdir() if path.stem != anew(archive).key().id)
    with pytest.raises(ArchiveError, match=f"keys/{added}.pem: the log of 256 entries does not know it"):
        anew(archive).ready()


def test_an_anchor_of_a_longer_log_is_not_cleared_away(tmp_path: Path) -> None:
    archive = with_entries(tmp_path, 256)
    folder = archive.root / "log" / "anchors"
    folder.mkdir()
    for size in (256, 257):
        (folder / f"{size}.checkpoint").write_text("a checkpoint\n")
    with pytest.raises(ArchiveError, match=r"log/anchors/257\.checkpoint: the log of 256 entries") as error:
        anew(archive).ready()
    assert "256.checkpoint" not in str(error.value)
    assert len(list(folder.iterdir())) == 2
    (folder / "257.checkpoint").unlink()
    anew(archive).ready()  # that of 256 is a killed writer's
    assert list(folder.iterdir()) == []


def test_what_is_no_manifest_is_for_the_verifier_to_name(tmp_path: Path) -> None:
    archive = with_entries(tmp_path, 3)
    (archive.root / "manifests" / ".directory").write_text("a file manager's")
    anew(archive).ready()
    assert [one.place for one in verify(archive.root).problems] == ["manifests/.directory"]


def test_many_are_not_all_told(tmp_path: Path) -> None:
    archive = with_entries(tmp_path, 3)
    put_back(archive, lambda: [issue(archive, ("tiering", f"2027-{month:02d}", "bank", "r01")) for month in range(1, 9)])
    with pytest.raises(ArchiveError, match=r"2027-06/.*\n… and 2 more\.\n") as error:
        anew(archive).ready()
    assert "2027-07" not in str(error.value)


def test_of_a_folder_put_back_as_a_whole_only_a_checkpoint_kept_elsewhere_knows(tmp_path: Path) -> None:
    archive = with_entries(tmp_path, 256)
    whole = shutil.copytree(archive.root, tmp_path / "whole")
    issue(archive, FEBRUARY)
    kept = tmp_path / "checkpoint"
    kept.write_bytes((archive.root / "log" / "checkpoint").read_bytes())
    for root, told in ((archive.root, []), (whole, ["ROLLED BACK"])):
        assert verify(root).problems == []
        assert findings(standalone(), root) == []
        assert [word for one in verify(root, against=kept).problems for word in told if word in str(one)] == told
        shipped = [sys.executable, "-I", str(root / "verify.py"), "--against", str(kept)]
        done = subprocess.run(shipped, check=False, capture_output=True, text=True)
        assert (done.returncode, "ROLLED BACK" in done.stdout) == (12 if told else 0, bool(told))
