"""What an archive of 12,000 editions costs whoever works with it: lists, searches, one more edition, verification.

    python tests/benchmarks/bench_archive.py [--editions 12000] [--keep FOLDER]

A thousand branches, month by month; each edition has a manifest, objects of a line, and shares what editions share.
The log and the hashing alone are measured by bench_verify.py. Exits 1 where a list or a search takes 100 ms or more,
the log 2 s, or one more edition a second.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests"), str(ROOT / "tests" / "benchmarks")]

from archive_case import Clock, manifest, standalone  # noqa: E402
from bench_verify import timed  # noqa: E402

from reportgen.archive import canonical  # noqa: E402
from reportgen.archive.archive import Archive  # noqa: E402
from reportgen.archive.entry import Edition  # noqa: E402
from reportgen.archive.inventory import Inventory  # noqa: E402
from reportgen.archive.log_check import check_log  # noqa: E402
from reportgen.archive.verify import Mode, verify  # noqa: E402

BRANCHES = 1000
AT_ONCE = 500
"""Editions a commit while the archive is built."""
LIST, LOG, ISSUE = 0.1, 2.0, 1.0
"""Seconds."""


def built(output: Path, editions: int) -> Archive:
    """The archive of so many editions in `output/archive`."""
    archive = Archive(output / "archive", output / "keys" / "archive.pem", Clock())
    archive.ready()
    first = manifest(archive, ("tiering", "2025-01", "branch:B0000", "r01")).model_dump(mode="json")
    for start in range(0, editions, AT_ONCE):
        contents, told = [], []
        for number in range(start, min(start + AT_ONCE, editions)):
            period, scope = f"2025-{number // BRANCHES % 12 + 1:02d}", f"branch:B{number % BRANCHES:04d}"
            pdf = f"%PDF-1.7 {number}\n".encode()
            contents.append(pdf)
            one = {
                **first, "key": {"job": f"tiering{number // BRANCHES // 12 or ''}", "period": period, "scope": scope,
                                 "revision": "r01"},
                "edition": f"{number:012x}",
                "artefacts": [{**first["artefacts"][0], "sha256": _sha(pdf),
                               "bytes": len(pdf), "name": f"{scope.replace(':', '-')}.zh-CN.pdf"}],
            }
            contents.append(canonical.dumps(one))
            told.append(Edition.at(archive.clock(), manifest=_sha(contents[-1]), job=one["key"]["job"], period=period,
                                   scope=scope, revision="r01", supersedes=""))
        archive.store.put_all(contents)
        archive.append(*told)
    return archive


def _sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def command(*words: str) -> float:
    """Seconds that a command takes from its start to its end."""
    began = time.perf_counter()
    subprocess.run([sys.executable, "-m", "reportgen", *words], check=True, stdout=subprocess.DEVNULL, cwd=ROOT)
    return time.perf_counter() - began


def lists(archive: Archive, editions: int) -> dict[str, Callable[[], list[Any]]]:
    """What a person asks the catalogue for, and must find."""
    rows, half = archive.catalogue.rows, editions // 2
    pdf = _sha(f"%PDF-1.7 {half}\n".encode())
    return {
        "all": rows,
        "the newest 50": lambda: rows(limit=50),
        "one period": lambda: rows(job="tiering", period="2025-06"),
        "one branch": lambda: rows(scope=f"branch:B{half % BRANCHES:04d}"),
        "a word of the title": lambda: rows(text="分层", limit=50),
        "a branch by a part of its name": lambda: rows(text=f"B{half % BRANCHES:04d}"),
        "a word that is nowhere": lambda: rows(text="nowhere") or [None],
        "a file by its hash": lambda: rows(text=pdf),
        "an edition by its id": lambda: archive.catalogue.manifests_of(f"{half:012x}"),
    }


def one_more(output: Path, number: int) -> Iterator[tuple[str, float]]:
    """Steps of issuing an edition in a process that has not seen the archive yet, with their seconds."""
    archive = Archive(output / "archive", output / "keys" / "archive.pem", Clock())
    began = time.perf_counter()
    archive.ready()
    yield "ready", time.perf_counter() - began
    one = manifest(archive, ("tiering", "2026-01", f"branch:X{number:04d}", "r01"))
    began = time.perf_counter()
    archive.issue(one)
    yield "issue", time.perf_counter() - began


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--editions", type=int, default=12_000)
    parser.add_argument("--keep", metavar="FOLDER", help="leave the archive there; one that is there is used again")
    options = parser.parse_args(argv)
    late, say = list[str](), print

    def tell(what: str, seconds: float, limit: float = float("inf"), found: str = "") -> None:
        say(f"{what + ':':<52}{seconds * 1000:>9,.0f} ms{found}", flush=True)
        if seconds >= limit:
            late.append(f"{what}: {seconds:.3f} s, {limit:g} s are allowed")

    with tempfile.TemporaryDirectory() as folder:
        output = Path(options.keep or folder).resolve()
        began = time.perf_counter()
        archive = Archive(output / "archive", output / "keys" / "archive.pem", Clock())
        if not archive.exists:
            archive = built(output, options.editions)
            tell(f"{options.editions:,} editions made", time.perf_counter() - began)
        for what, ask in lists(archive, options.editions).items():
            tell(f"catalogue, {what}", timed(ask), LIST, f"  {len(ask()):,} found")
        tell("reportgen archive list", command("archive", "list", "--output", str(output)))
        tell("reportgen archive list, 50", command("archive", "list", "--limit", "50", "--output", str(output)))
        steps = [dict(one_more(output, number)) for number in (os.getpid(), os.getpid() + 100_000)][-1]
        for step, seconds in steps.items():
            tell(f"one more edition, {step}", seconds)
        tell("one more edition, together", sum(steps.values()), ISSUE)
        fresh = Archive(archive.root, archive.key_path, Clock())
        tell("log replayed", timed(lambda: Archive(archive.root, archive.key_path, Clock()).state()))
        fresh.state()
        tell("find by name", timed(lambda: fresh.find("tiering/2025-01/branch:B0001")))
        tell("log verified by the program", timed(lambda: check_log(Inventory.of(archive.root))), LOG)
        module = standalone()

        def shipped_log() -> None:
            checked = module.Archive(archive.root)
            checked.walk("log")
            checked.history(checked.log()[1], None)

        tell("log verified by the shipped verifier", timed(shipped_log), LOG)
        modes: tuple[Mode, ...] = ("quick", "full")
        for mode in modes:
            began = time.perf_counter()
            report = verify(archive.root, mode)
            report.demand()
            tell(f"verify --{mode}", time.perf_counter() - began, found=f"  {json.dumps(report.counts)}")
        began = time.perf_counter()
        done = subprocess.run([sys.executable, "-I", str(archive.root / "verify.py")], check=False, capture_output=True)
        tell("verify.py", time.perf_counter() - began, found="" if done.returncode == 0 else "  FAILED")
    sys.stderr.writelines(f"{line}\n" for line in late)
    return 1 if late else 0


if __name__ == "__main__":
    sys.exit(main())
