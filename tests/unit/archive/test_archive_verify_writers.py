"""Verification while somebody writes: what is only half done at that moment is no fault, what is damaged is one."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from archive_case import Clock, build, issue

from reportgen.archive import lock
from reportgen.archive.archive import Archive
from reportgen.archive.catalogue_check import catalogue_check
from reportgen.archive.verify import verify
from reportgen.errors import ArchiveError

TRACE = "log/tile/0/000.p/13"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return build(tmp_path).root


@contextmanager
def writer(root: Path) -> Iterator[Callable[[], None]]:
    """Another process that holds the lock until it is told to tidy away a tile beyond the checkpoint and let go."""
    code = (
        "import fcntl, pathlib, sys\n"
        f"root = pathlib.Path({str(root)!r}); lock = (root / 'lock').open('r+')\n"
        "fcntl.flock(lock, fcntl.LOCK_EX)\n"
        f"(root / {TRACE!r}).write_bytes(b'?' * 32 * 13); print(flush=True); sys.stdin.readline()\n"
        f"(root / {TRACE!r}).unlink()\n"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin
        assert process.stdout
        process.stdout.readline()
        try:
            yield process.stdin.close
        finally:
            process.stdin.close()


def program(root: Path) -> list[str]:
    return [str(one) for one in verify(root, checks=(catalogue_check,)).problems]


def shipped(root: Path) -> list[str]:
    done = subprocess.run([sys.executable, "-I", str(root / "verify.py")], check=False, capture_output=True, text=True)
    found = [line for line in done.stdout.splitlines() if line.startswith("BAD")]
    assert done.returncode == (12 if found else 0), done.stderr
    return found


@pytest.mark.parametrize("verifier", [program, shipped])
def test_a_verifier_waits_until_a_writer_is_through(root: Path, verifier: Callable[[Path], list[str]]) -> None:
    with writer(root) as finish:
        timer = threading.Timer(0.7, finish)
        timer.start()
        began = time.monotonic()
        assert verifier(root) == []
        assert time.monotonic() - began > 0.5
        timer.join()
    (root / TRACE).write_bytes(b"?" * 32 * 13)  # the same, and nobody at work: a writer was killed
    assert [TRACE in one for one in verifier(root)] == [True]


@pytest.mark.parametrize("verifier", [program, shipped])
def test_no_round_beside_a_busy_writer_finds_fault(tmp_path: Path, verifier: Callable[[Path], list[str]]) -> None:
    archive = Archive(tmp_path / "archive", tmp_path / "keys" / "archive.pem", Clock())
    archive.ready()
    stop, wrong = tmp_path / "stop", []
    child = os.fork()
    if child == 0:  # a process of its own, as a run is
        try:
            for number in range(10_000):
                if stop.exists():
                    os._exit(0)
                issue(archive, ("tiering", "2026-01", f"branch:B{number:04d}", "r01"))
        finally:
            os._exit(1)
    try:
        while archive.log.size < 8 and os.waitpid(child, os.WNOHANG)[0] == 0:
            wrong += verifier(archive.root)
    finally:
        stop.touch()
        _, status = os.waitpid(child, 0)
    assert (wrong, status) == ([], 0)


def test_an_object_deleted_while_objects_are_read_is_no_fault_if_none_needs_it(root: Path) -> None:
    orphan = root / verify(root, "quick").notices[0].place
    needed = max(path for path in root.glob("objects/*/*") if path != orphan)

    def first(path: Path) -> Callable[[int, int], None]:
        return lambda done, _: path.unlink() if done == 1 and path.exists() else None

    report = verify(root, progress=first(orphan))
    assert [report.problems, report.complete] == [[], True]
    report = verify(root, progress=first(needed))
    assert [one.place for one in report.problems] == [needed.relative_to(root).as_posix()]
    assert "is missing" in report.problems[0].message


def test_a_writer_that_stays_leaves_what_was_found(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reportgen.archive.verify.quiet", lambda path: lock.quiet(path, seconds=0.05))
    with writer(root):
        report = verify(root)
    assert TRACE in [one.place for one in report.problems]
    assert "another process has been writing" in str(report.problems[1])


def test_whoever_waits_for_quiet_creates_nothing_and_shares_it(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    with lock.quiet(path):
        assert not lock.writing(path)
    assert not path.exists()
    with lock.exclusive(path), lock.quiet(path):  # the writer's own thread
        assert lock.writing(path)
    with lock.quiet(path):
        assert not lock.writing(path)  # readers are no writers
        code = (f"from pathlib import Path; from reportgen.archive.lock import exclusive, quiet; p = Path({str(path)!r})\n"
                "with quiet(p): print('read')\nwith exclusive(p, seconds=0.05): print('written')")
        done = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, text=True)
    assert done.stdout == "read\n"
    assert "ArchiveError" in done.stderr
    with lock.exclusive(path, seconds=0.05):
        pass


def test_quiet_gives_up_after_its_time(root: Path) -> None:
    with writer(root):
        assert lock.writing(root / "lock")
        with pytest.raises(ArchiveError, match=r"another process has been writing to this archive for 0\.05 s"), \
                lock.quiet(root / "lock", seconds=0.05):
            pass
