"""Files are whole or absent, wherever the world stops; a name is never written twice."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from reportgen.archive import durable
from reportgen.archive.disk import Disk, using
from reportgen.errors import ArchiveError

OPERATIONS = ("create", "write", "sync", "change_mode", "link", "rename", "unlink", "make_folder", "remove_folder",
              "sync_folder")


class Killed(BaseException):
    """No program catches it."""


class Dying(Disk):
    """Dies before its k-th operation, or in the middle of it where it is a write, and stays dead."""

    def __init__(self, k: int) -> None:
        super().__init__()
        self.left = k
        for name in OPERATIONS:
            setattr(self, name, self._counted(name, getattr(self, name)))

    def _counted(self, name: str, operation: Callable[..., object]) -> Callable[..., object]:
        def run(*arguments: object) -> object:
            self.left -= 1
            if self.left == -1 and name == "write":
                descriptor, data = arguments
                os.write(descriptor, data[:len(data) // 2])  # type: ignore[arg-type, index]
            if self.left < 0:
                raise Killed
            return operation(*arguments)

        return run


class Failing(Disk):
    """Refuses one kind of operation, as a full or foreign file system does."""

    def __init__(self, name: str, code: int) -> None:
        super().__init__()

        def refuse(*_: object) -> None:
            raise OSError(code, os.strerror(code))

        setattr(self, name, refuse)


class Recording(Disk):
    def __init__(self) -> None:
        super().__init__()
        self.calls: list[str] = []
        for name in OPERATIONS:
            setattr(self, name, self._noted(name, getattr(self, name)))

    def _noted(self, name: str, operation: Callable[..., object]) -> Callable[..., object]:
        def run(*arguments: object) -> object:
            self.calls.append(name)
            return operation(*arguments)

        return run


def files(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def test_a_new_file_is_whole_sealed_and_leaves_no_draft(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b" / "file"
    durable.write_new(path, [b"one ", b"two"], tmp_path / "tmp")
    assert path.read_bytes() == b"one two"
    assert path.stat().st_mode & 0o777 == 0o444
    assert files(tmp_path) == ["a/b/file"]


def test_the_order_of_the_steps_is_safe(tmp_path: Path) -> None:
    (tmp_path / "tmp").mkdir()
    with using(disk := Recording()):
        durable.write_new(tmp_path / "file", b"x", tmp_path / "tmp")
    assert [call for call in disk.calls if call not in {"sync_folder", "make_folder"}] == [
        "create", "write", "change_mode", "sync", "link", "unlink",
    ]
    assert disk.calls.index("make_folder") < disk.calls.index("create")
    assert disk.calls[-1] == "sync_folder"
    with using(disk := Recording()):
        durable.replace(tmp_path / "other", b"x", tmp_path / "tmp")
    calls = disk.calls
    assert calls.index("write") < calls.index("change_mode") < calls.index("sync") < calls.index("rename")
    assert calls[calls.index("rename") + 1] == "sync_folder"


def test_an_equal_file_is_fine_and_an_unequal_one_is_corruption(tmp_path: Path) -> None:
    path, tmp = tmp_path / "file", tmp_path / "tmp"
    durable.write_new(path, b"right", tmp)
    durable.write_new(path, b"right", tmp)
    for other in (b"wrong", b"right and more", b""):
        with pytest.raises(ArchiveError, match="holds other content") as error:
            durable.write_new(path, other, tmp)
        assert error.value.code == 8
        assert str(path) in str(error.value)
    assert path.read_bytes() == b"right"
    assert files(tmp_path) == ["file"]


def test_a_link_in_the_place_of_a_file_is_corruption(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").write_bytes(b"right")
    (tmp_path / "file").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(ArchiveError, match="holds other content"):
        durable.write_new(tmp_path / "file", b"right", tmp_path / "tmp")


def test_replace_puts_new_content_in_one_step(tmp_path: Path) -> None:
    path = tmp_path / "file"
    for content in (b"one", b"two"):
        durable.replace(path, content, tmp_path / "tmp")
        assert path.read_bytes() == content
    assert path.stat().st_mode & 0o777 == 0o444
    assert files(tmp_path) == ["file"]


@pytest.mark.parametrize("code", [errno.EPERM, errno.EOPNOTSUPP])
def test_a_file_system_without_links_is_served_by_renaming(tmp_path: Path, code: int) -> None:
    path, tmp = tmp_path / "file", tmp_path / "tmp"
    with using(Failing("link", code)):
        durable.write_new(path, b"right", tmp)
        durable.write_new(path, b"right", tmp)
        with pytest.raises(ArchiveError, match="holds other content"):
            durable.write_new(path, b"wrong", tmp)
    assert path.read_bytes() == b"right"
    assert files(tmp_path) == ["file"]


@pytest.mark.parametrize("name", ["create", "write", "sync", "change_mode", "link", "sync_folder", "make_folder"])
@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO, errno.EROFS])
def test_a_disk_that_refuses_is_told_with_its_place(tmp_path: Path, name: str, code: int) -> None:
    with using(Failing(name, code)), pytest.raises(ArchiveError, match=os.strerror(code)) as error:
        durable.write_new(tmp_path / "folder" / "file", b"x", tmp_path / "tmp")
    assert str(tmp_path) in str(error.value)
    assert error.value.hint
    assert files(tmp_path) in ([], ["folder/file"])
    durable.write_new(tmp_path / "folder" / "file", b"x", tmp_path / "tmp")
    assert files(tmp_path) == ["folder/file"]


@pytest.mark.parametrize("write", [durable.write_new, durable.replace])
def test_wherever_it_is_killed_the_file_is_whole_or_absent(
    tmp_path: Path, write: Callable[[Path, bytes, Path], None]
) -> None:
    for k in range(40):
        root = tmp_path / str(k)
        path, tmp = root / "deep" / "file", root / "tmp"
        root.mkdir()
        try:
            with using(disk := Dying(k)):
                write(path, b"content", tmp)
        except Killed:
            pass
        assert not path.exists() or path.read_bytes() == b"content"
        durable.clear(tmp)
        write(path, b"content", tmp)
        assert (files(root), path.read_bytes()) == (["deep/file"], b"content")
        if disk.left >= 0:
            break
    assert k > 10
    assert disk.left >= 0


def test_a_living_writers_draft_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "dead").write_bytes(b"half")
    with durable.draft(tmp_path) as draft:
        assert durable.clear(tmp_path) == ("dead",)
        draft.write(b"x")
        draft.publish(tmp_path / "folder" / "file")
    assert files(tmp_path) == ["folder/file"]


def test_the_lock_may_be_entered_again_and_keeps_other_threads_out(tmp_path: Path) -> None:
    order: list[str] = []

    def other() -> None:
        with durable.exclusive(tmp_path / "lock"):
            order.append("other")

    thread = threading.Thread(target=other)
    with durable.exclusive(tmp_path / "lock"):
        with durable.exclusive(tmp_path / "lock"):
            thread.start()
            thread.join(0.1)
        order.append("first")
    thread.join()
    assert order == ["first", "other"]


def test_the_lock_keeps_other_processes_out(tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from reportgen.archive import durable\n"
        "with durable.exclusive(Path(sys.argv[1])): print('mine', flush=True); sys.stdin.read()\n"
    )
    lock = tmp_path / "lock"
    with subprocess.Popen([sys.executable, "-c", script, str(lock)], stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"mine\n"
        with pytest.raises(ArchiveError, match="another process"), durable.exclusive(lock, seconds=0.05):
            pass
        process.kill()
        process.wait()
        with durable.exclusive(lock, seconds=5):
            pass


def test_a_forked_child_does_not_own_its_parents_lock_nor_keep_it(tmp_path: Path) -> None:
    script = """
import os, sys, time
from pathlib import Path
from reportgen.archive import durable
from reportgen.errors import ArchiveError
lock = Path(sys.argv[1])
with durable.exclusive(lock):
    child = os.fork()
    if child == 0:
        try:
            with durable.exclusive(lock, seconds=0.05):
                os._exit(1)
        except ArchiveError:
            pass
        time.sleep(0.5)
        os._exit(0)
    time.sleep(0.2)
with durable.exclusive(lock, seconds=0.1):
    print("again while the child lives")
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", script, str(tmp_path / "lock")], capture_output=True,
                          text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "again while the child lives\n", "")
