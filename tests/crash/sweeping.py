# ruff: noqa: T201 - a program of the lab
"""Sweeps over every operation of the archiving program: power cuts, chains of crashes, disks that fail."""

from __future__ import annotations

import errno
import os
import random
import sys
import tempfile
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from reportgen.archive.disk import Disk, using
from reportgen.errors import ArchiveError, ExitCode
from tests.crash.archiving import committed, faults, issue_both
from tests.crash.failing import Failing
from tests.crash.forgetful import Forgetful, Stopped

ERRORS = {"ENOSPC": errno.ENOSPC, "EIO": errno.EIO}
VARIANTS = 8
"""Ways in which each power cut forgets."""
CHAINS = 4000


@contextmanager
def folder() -> Iterator[Path]:
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if os.access(memory, os.W_OK) else None) as name:
        yield Path(name)


def operations(disk_of: Callable[[Path], Disk]) -> int:
    """How many operations the undisturbed program asks of a disk that counts them."""
    with folder() as base:
        disk = disk_of(base)
        with using(disk):
            issue_both(base / "output")
        assert not faults(base / "output", [])
        return disk.count  # type: ignore[attr-defined, no-any-return]


def power_cuts() -> int:
    return operations(Forgetful)


def faulty(error: str) -> int:
    return operations(lambda _: Failing(ERRORS[error], 0))


def cut(number: int, seeds: range = range(VARIANTS)) -> list[str]:
    """A power cut before one operation, in several variants; what was found."""
    found = []
    with folder() as base:
        disk, said = Forgetful(base, number), list[str]()
        _until_stopped(disk, base, said)
        for seed in seeds:
            with folder() as after:
                disk.survive(after, seed)
                found += _judged(after, said, f"power cut before operation {number}, variant {seed}")
    return found


def chain(seed: int, crashes: int = 3) -> list[str]:
    """Several crashes one after another, each a kill or a power cut before any operation, by chance."""
    chance, said, told = random.Random(seed), list[str](), f"chain {seed}:"
    with folder() as top:
        base = top / "0"
        base.mkdir()
        disk = Forgetful(base)
        for number in range(1, crashes + 1):
            # Early and late alike: a run that finds most of its work done has few operations.
            disk.restart(int(2 ** chance.uniform(0, 8.6)))
            _until_stopped(disk, base, said, run=number)
            if number == crashes or chance.random() < 0.5:
                told += f" cut {disk.count}"
                base = top / str(number)
                base.mkdir()
                disk.survive(base, chance.randrange(2, 2**32))
                disk = Forgetful(base)
            else:
                told += f" kill {disk.count}"
        return _judged(base, said, told)


def fail(number: int, error: str, *, lasting: bool) -> list[str]:
    """A disk whose n-th operation fails: the run must end with exit code 8 or not have needed it, the next complete."""
    place = f"{error} at operation {number}{'+' if lasting else ''}"
    found, said = [], list[str]()
    with folder() as base:
        output = base / "output"
        try:
            with using(Failing(ERRORS[error], number, lasting=lasting)):
                issue_both(output, said.append)
        except ArchiveError as error_told:
            if error_told.code != ExitCode.ARCHIVE or not error_told.hint:
                found.append(f"{place}: exit code {error_told.code}: {error_told}")
        except Exception:  # noqa: BLE001 - whatever else comes out is a finding
            found.append(f"{place}: {traceback.format_exc()}")
        return found + _judged(base, said, place)


def _until_stopped(disk: Forgetful, base: Path, said: list[str], run: int = 0) -> None:
    with using(disk):
        try:
            issue_both(base / "output", said.append, run)
        except Stopped:
            pass
        except ArchiveError as error:
            said.append(f"ready {error}")
            raise


def _judged(base: Path, said: list[str], place: str) -> list[str]:
    """Whether the next run completes and everything is whole."""
    output, found, again = base / "output", list[str](), list[str]()
    acknowledged = [line.split()[1] for line in said if not line.startswith("ready")]
    try:
        there = committed(output).values()
        found += [f"acknowledged and lost: {sha}" for sha in acknowledged if sha not in there]
    except ArchiveError as error:
        found.append(f"cannot be read after the crash: {error}")
    try:
        with using(Disk()):
            issue_both(output, again.append, run=9)
        found += faults(output, [*said, *again])
    except Exception:  # noqa: BLE001 - whatever comes out is a finding
        found.append(f"the next run failed: {traceback.format_exc()}")
    return [f"{place}: {one}" for one in found]


def main(arguments: list[str]) -> int:
    """`sweeping.py [PART OF]`: everything, or the PART-th of OF equal parts; print the counts."""
    part, of = (int(one) for one in arguments) if arguments else (0, 1)
    bad: list[str] = []
    done: Counter[str] = Counter()

    def told(kind: str, found: list[str], points: int = 1) -> None:
        bad.extend(found)
        done[kind] += points
        for line in found:
            print(line, flush=True)

    for number in range(1 + part, power_cuts() + 1, of):
        told("power cuts", cut(number), VARIANTS)
    for seed in range(part, CHAINS, of):
        told("chains of 3 crashes", chain(seed))
    for error in ERRORS:
        for number in range(1 + part, faulty(error) + 1, of):
            for lasting in (False, True):
                told(error, fail(number, error, lasting=lasting))
    print(f"sweeping {' '.join(arguments)}: {sum(done.values())} points, {len(bad)} findings:",
          ", ".join(f"{name} {count}" for name, count in done.items()), flush=True)
    return bool(bad)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
