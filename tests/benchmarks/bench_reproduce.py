"""A hundred editions, issued and made again from their archive: how many come out to the byte.

    python tests/benchmarks/bench_reproduce.py [--editions 100] [--processes 2] [--keep FOLDER]

The nine reports of a demonstration bank of a thousand customers, for the bank, its regions and branches, in Chinese, in
English, in both, in both themes; and Taihu's report. All go into one archive, from so many processes at once. Then the
project they were made from is deleted, and each edition is made again in a process of its own, closed to the network.
Prints the grades' counts and the seconds; exits 1 where anything but identical bytes came out, or too few editions.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from small_bank import NINE, PERIOD, project  # noqa: E402

from reportgen.archive.archive import Archive  # noqa: E402
from reportgen.archive.reproduce import reproduce  # noqa: E402
from reportgen.archive.verify import verify  # noqa: E402

SCOPES = ("bank", *(f"region:R{number}" for number in (1, 2, 3)), *(f"branch:B{number:02d}" for number in range(1, 13)))
LOCALES = (["zh-CN"], ["en"], ["zh-CN"], ["zh-CN", "en"])
WORDS = ("different", "identical numbers", "identical pages", "identical bytes")


def variants() -> dict[str, dict[str, Any]]:
    """The jobs in their languages, each third one in the theme of official documents."""
    return {
        name: {"locales": LOCALES[number % len(LOCALES)]} | ({"theme": "gongwen"} if number % 3 == 2 else {})
        for number, name in enumerate(NINE)
    }


def issue(root: Path, output: Path, job: str, period: str, scopes: Sequence[str]) -> None:
    """The command of an operator; raises CalledProcessError."""
    wanted = [word for scope in scopes for word in ("--scope", scope)]
    command = [sys.executable, "-m", "reportgen", "run", f"config/jobs/{job}.yaml", "--period", period, *wanted,
               "--output", str(output)]
    done = subprocess.run(command, cwd=root, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True,
                          text=True, check=False)
    if done.returncode:
        sys.stderr.write(done.stderr)
    done.check_returncode()


def again(output: Path, sha: str) -> tuple[str, str, list[str], float]:
    """An edition's name, its grade, what differs, and the seconds it took."""
    archive = Archive.of(output)
    known = archive.manifest(sha)
    began = time.perf_counter()
    grade = reproduce(archive.store, known.model_dump(mode="json"), output / "work")
    told = [f"{one.name}: {text}" for one in grade.artefacts for text in one.likeness.differences]
    told += [text for good, text in ((grade.identity, "edition id"), (grade.findings, "findings")) if not good]
    return str(known.key), WORDS[grade.level], told, time.perf_counter() - began


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--editions", type=int, default=100)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--keep", metavar="FOLDER", help="leave the archive there")
    options = parser.parse_args(argv)
    tell = print
    units = -(-(options.editions - 1) // len(NINE))
    with tempfile.TemporaryDirectory() as folder:
        root, output = Path(folder, "bank"), Path(options.keep or f"{folder}/output").resolve()
        project(root, variants())
        began = time.perf_counter()
        issue(root, output, "taihu", "2011-05", ["bank"])
        left = options.editions - 1
        tasks = []
        for number, job in enumerate(NINE):
            count = min(units, -(-left // (len(NINE) - number)))
            left -= count
            start = number % len(SCOPES)  # so that each report has other units, all of them together every unit
            tasks.append((job, PERIOD, ["bank", *(SCOPES[1:] * 2)[start:start + count - 1]] if count else []))
        with ThreadPoolExecutor(options.processes) as pool:
            list(pool.map(lambda task: issue(root, output, *task), [task for task in tasks if task[2]]))
        archive = Archive.of(output)
        editions = list(archive.required().issued)
        tell(f"{len(editions)} editions issued in {time.perf_counter() - began:,.0f} s", flush=True)
        verify(archive.root).demand()
        shutil.rmtree(root)
        began, grades, seconds = time.perf_counter(), Counter[str](), []
        with ProcessPoolExecutor(options.processes) as pool:
            for name, grade, differences, took in pool.map(partial(again, output), editions):
                grades[grade] += 1
                seconds.append(took)
                for text in differences:
                    tell(f"{name}: {text}", flush=True)
        tell(f"{len(editions)} editions made again in {time.perf_counter() - began:,.0f} s, "
             f"{statistics.median(seconds):.1f} s each (median)")
        for word in reversed(WORDS):
            tell(f"{word:<18} {grades[word]:>4}")
    return 0 if grades == {WORDS[-1]: options.editions} else 1


if __name__ == "__main__":
    sys.exit(main())
