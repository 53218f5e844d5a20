"""The crew of worker processes: whatever befalls one of them costs its own unit at most."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path

import pytest

from reportgen.errors import ExitCode
from reportgen.runs.pool import InProcess, Local, Work
from reportgen.runs.task import Result
from tests.errand_case import Errand, gone, pids_in, tasks

ROOT = Path(__file__).resolve().parents[3]


def pid(result: Result) -> int:
    assert result.failure is not None
    return int(result.failure.problems[0][1])


def by_scope(results: Iterable[Result]) -> dict[str, Result]:
    found = list(results)
    assert len({one.task.scope for one in found}) == len(found)
    return {one.task.scope: one for one in found}


def test_every_task_is_done_once_by_no_more_processes_than_asked(tmp_path: Path) -> None:
    results = by_scope(Local(2).run(tasks(*"abcdef"), Errand(tmp_path)))
    pids = {pid(one) for one in results.values()}
    assert sorted(results) == list("abcdef")
    assert {one.attempts for one in results.values()} == {1}
    assert 1 <= len(pids) <= 2
    assert os.getpid() not in pids
    assert gone(*pids)


def test_in_process_the_order_is_kept(tmp_path: Path) -> None:
    results = list(InProcess().run(tasks("b", "a"), Errand(tmp_path)))
    assert [(one.task.scope, pid(one)) for one in results] == [("b", os.getpid()), ("a", os.getpid())]


def test_one_that_dies_once_is_done_by_a_fresh_process(tmp_path: Path) -> None:
    results = by_scope(Local(2).run(tasks("a", "b", "c"), Errand(tmp_path, {"b": "die once"})))
    assert {scope: one.attempts for scope, one in results.items()} == {"a": 1, "b": 2, "c": 1}
    first, second = pids_in(tmp_path / "b")
    assert pid(results["b"]) == second != first


def test_one_that_always_dies_and_one_that_hangs_fail_and_stop_nobody(tmp_path: Path) -> None:
    began = time.monotonic()
    work = Errand(tmp_path, {"b": "die", "d": "hang"})
    results = by_scope(Local(2, seconds=2.0).run(tasks("a", "b", "c", "d", "e"), work))
    said = {scope: str(one.failure) for scope, one in results.items() if one.attempts == 2}
    assert said == {
        "b": "its process ended (signal 9), 2 times.",
        "d": "it was not done after 2 seconds, and its process was ended, 2 times.",
    }
    codes = {scope: one.failure.code for scope, one in results.items() if one.failure}
    assert codes == {"a": 0, "b": ExitCode.RENDER, "c": 0, "d": ExitCode.RENDER, "e": 0}
    assert time.monotonic() - began < 60
    assert gone(*pids_in(tmp_path / "d"), *pids_in(tmp_path / "b"))


@pytest.mark.parametrize("limit", [{"units": 1}, {"memory": 1}])
def test_a_worker_is_replaced_after_so_many_units_or_so_much_memory(tmp_path: Path, limit: dict[str, int]) -> None:
    pids = [pid(one) for one in Local(1, **limit).run(tasks("a", "b", "c"), Errand(tmp_path))]
    assert len(set(pids)) == 3
    assert gone(*pids)


def test_closing_the_generator_ends_everybody_at_once(tmp_path: Path) -> None:
    results = Local(2).run(tasks("a", "b"), Errand(tmp_path, {"b": "hang"}))
    first = next(results)
    while not pids_in(tmp_path / "b"):
        time.sleep(0.02)
    began = time.monotonic()
    results.close()
    assert time.monotonic() - began < 5
    assert gone(pid(first), *pids_in(tmp_path / "b"), within=1)


def test_work_that_cannot_be_sent_leaves_nobody() -> None:
    work: Work = lambda _: Result(tasks("a")[0])  # noqa: E731
    with pytest.raises(Exception, match="pickle"):
        list(Local(2).run(tasks("a", "b"), work))


def test_each_worker_has_one_thread_unless_the_user_says_otherwise(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def threads() -> list[str]:
        return [one.failure.problems[0][0] for one in Local(1).run(tasks("a"), Errand(tmp_path)) if one.failure]

    monkeypatch.delenv("REPORTGEN_THREADS", raising=False)
    assert threads() == ["1"]
    monkeypatch.setenv("REPORTGEN_THREADS", "3")
    assert threads() == ["3"]


PARENT = """
import sys, threading
from pathlib import Path
from reportgen.runs.pool import Local
from tests.errand_case import Errand, tasks
def work():
    list(Local(2).run(tasks("a", "b"), Errand(Path(sys.argv[1]), {"a": "hang", "b": "hang"})))
if sys.argv[2] == "thread":
    one = threading.Thread(target=work); one.start(); one.join()
else:
    work()
"""


@pytest.mark.parametrize("where", ["main", "thread"])
def test_workers_die_with_a_parent_that_is_killed(tmp_path: Path, where: str) -> None:
    parent = subprocess.Popen([sys.executable, "-c", PARENT, str(tmp_path), where], cwd=ROOT)
    marks = [tmp_path / "a", tmp_path / "b"]
    try:
        until = time.monotonic() + 60
        while not all(map(pids_in, marks)):
            assert time.monotonic() < until
            assert parent.poll() is None
            time.sleep(0.05)
        pids = [pid for one in marks for pid in pids_in(one)]
        if where == "main":
            os.kill(pids[0], signal.SIGSTOP)  # the kernel ends even one that is stopped
    finally:
        parent.kill()
        parent.wait()
    assert gone(*pids)
