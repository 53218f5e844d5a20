"""A crash at any moment leaves an archive that the next run completes. Here a sample; `make crash` tries every moment."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from reportgen.archive.disk import Disk, using
from tests.crash import sweeping
from tests.crash.archiving import committed, faults, issue_both
from tests.crash.forgetful import Forgetful, Stopped
from tests.crash.killing import unavailable

ROOT = Path(__file__).parents[2]
ROUNDS = 12
AT_THE_END = 100_000
"""More operations than there are: the power is cut when all is done."""


def test_the_program_undisturbed_issues_both_editions(tmp_path: Path) -> None:
    said: list[str] = []
    issue_both(tmp_path, said.append)
    assert [line.split()[0] for line in said] == ["ready", "r01", "r02"]
    assert said[1:] == [f"{revision} {sha}" for revision, sha in committed(tmp_path).items()]
    assert faults(tmp_path, said) == []
    again: list[str] = []
    issue_both(tmp_path, again.append, run=1)
    assert again == ["ready", said[2]]


@pytest.mark.parametrize("harm", ["object", "manifest object", "manifest", "checkpoint", "draft", "edition"])
def test_the_judgement_finds_harm(tmp_path: Path, harm: str) -> None:
    said: list[str] = []
    issue_both(tmp_path, said.append)
    archive = tmp_path / "archive"
    if harm == "object":
        max((archive / "objects").glob("*/*")).unlink()
    elif harm == "manifest object":
        sha = said[1].split()[1]
        (archive / "objects" / sha[:2] / sha[2:]).unlink()
    elif harm == "manifest":
        next((archive / "manifests").rglob("r02.json")).unlink()
    elif harm == "checkpoint":
        path = archive / "log" / "checkpoint"
        path.chmod(0o644)
        path.write_bytes(path.read_bytes().replace(b"\n3\n", b"\n2\n"))
    elif harm == "draft":
        (archive / "tmp" / "draft").touch()
    else:
        said.append("r03 " + 64 * "0")
    assert faults(tmp_path, said)


def test_a_kill_inside_system_calls_loses_nothing() -> None:
    if reason := unavailable():
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    done = subprocess.run([sys.executable, "-m", "tests.crash.killing", "sample", "40", "20260105"], cwd=ROOT,
                          capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "40 points, 0 findings" in done.stdout


@pytest.mark.parametrize("number", [*range(3, 390, 22), AT_THE_END])
def test_a_power_cut_loses_nothing_acknowledged(number: int) -> None:
    assert sweeping.cut(number, range(4)) == []


@pytest.mark.parametrize("sync", ["sync", "sync_folder"])
def test_the_lab_finds_a_sync_that_does_nothing(monkeypatch: pytest.MonkeyPatch, sync: str) -> None:
    monkeypatch.setattr(Forgetful, sync, lambda disk, _: disk._step())
    found = sweeping.cut(AT_THE_END, range(1))
    assert any("acknowledged and lost" in one or "cannot be read after the crash" in one for one in found)


@pytest.mark.parametrize("seed", [*range(25), 207, 476, 734, 764, 875, 975, 1160, 1565])
def test_one_crash_after_another_loses_nothing_acknowledged(seed: int) -> None:
    assert sweeping.chain(seed) == []


class Ending(Disk):
    """Ends the process as soon as the n-th file of a name has it."""

    def __init__(self, name: str, number: int) -> None:
        super().__init__()
        self.name, self.left = name, number

    def _named(self, path: Path) -> None:
        self.left -= path.name == self.name
        if self.left == 0:
            raise Stopped

    def link(self, source: Path, path: Path) -> None:
        super().link(source, path)
        self._named(path)

    def rename(self, source: Path, path: Path) -> None:
        super().rename(source, path)
        self._named(path)


class Noting(Disk):
    """Notes what makes names durable and what takes them away."""

    def __init__(self) -> None:
        super().__init__()
        self.done: list[tuple[str, Path]] = []

    def sync_folder(self, path: Path) -> None:
        self.done.append(("sync", path))
        super().sync_folder(path)

    def rename(self, source: Path, path: Path) -> None:
        self.done.append(("rename", path))
        super().rename(source, path)

    def unlink(self, path: Path) -> None:
        self.done.append(("unlink", path))
        super().unlink(path)


@pytest.mark.parametrize("number", [2, 3])
def test_a_checkpoint_that_a_killed_run_left_is_durable_before_its_predecessors_tiles_go(
    tmp_path: Path, number: int
) -> None:
    with using(Ending("checkpoint", number)), pytest.raises(Stopped):
        issue_both(tmp_path)
    with using(disk := Noting()):
        issue_both(tmp_path, run=1)
    log = tmp_path / "archive" / "log"
    removed = [at for at, (what, path) in enumerate(disk.done) if what == "unlink" and path.is_relative_to(log)]
    assert removed
    assert disk.done.index(("sync", log)) < removed[0]
    assert faults(tmp_path, []) == []


def test_a_key_that_a_killed_run_left_is_durable_before_it_signs(tmp_path: Path) -> None:
    with using(Ending("archive.pem", 1)), pytest.raises(Stopped):
        issue_both(tmp_path)
    with using(disk := Noting()):
        issue_both(tmp_path, run=1)
    commit = disk.done.index(("rename", tmp_path / "archive" / "log" / "checkpoint"))
    assert ("sync", tmp_path / "keys") in disk.done[:commit]
    assert faults(tmp_path, []) == []


@pytest.mark.parametrize("error", ["ENOSPC", "EIO"])
def test_a_full_or_broken_disk_ends_with_exit_code_8_and_the_next_run_completes(error: str) -> None:
    for number in range(2, sweeping.faulty(error) + 1, 19):
        assert sweeping.fail(number, error, lasting=number % 2 == 0) == []


@pytest.fixture
def pair() -> Iterator[list[subprocess.Popen[str]]]:
    """Two processes, each with everything imported, waiting for a line."""
    processes = [
        subprocess.Popen([sys.executable, "-m", "tests.crash.archiving"], cwd=ROOT, text=True,
                         stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        for _ in range(2)
    ]
    yield processes
    for process in processes:
        process.communicate()
        assert process.returncode == 0


def race(pair: list[subprocess.Popen[str]], output: Path, scopes: tuple[str, str]) -> list[str]:
    for process, scope in zip(pair, scopes, strict=True):
        assert process.stdin
        process.stdin.write(f"{output}\t{scope}\n")
    for process in pair:
        assert process.stdin
        process.stdin.flush()
    return [process.stdout.readline().strip() for process in pair if process.stdout]


def test_of_two_that_issue_the_same_at_once_one_wins(pair: list[subprocess.Popen[str]], tmp_path: Path) -> None:
    for number in range(ROUNDS):
        output = tmp_path / str(number)
        assert sorted(race(pair, output, ("bank", "bank"))) == ["already issued", "won"]
        assert faults(output, [], expected=1) == []


def test_two_that_issue_different_scopes_at_once_both_succeed(
    pair: list[subprocess.Popen[str]], tmp_path: Path
) -> None:
    for number in range(ROUNDS):
        output = tmp_path / str(number)
        assert race(pair, output, ("bank", "branch:B07")) == ["won", "won"]
        for scope in ("bank", "branch:B07"):
            assert faults(output, [], expected=1, scope=scope) == []
