"""Every bit and many edits: what `test_archive_tampering.py` samples, in full; an hour or two on two cores.

    python tests/security/fuzz_archive.py [--bits N] [--flips 1000] [--edits 2000] [--seed 1]

Makes the small archive of tests/archive_case.py; flips every bit of manifests, log, keys, FORMAT and shipped files
(or N of them, seeded), `--flips` seeded bits in each object, and makes `--edits` structural edits. After each, both
verifiers must find fault and name the file. Prints the counts; exits 1 where anything was missed.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
sys.path.insert(0, str(ROOT / "tests"))
sys.path.insert(0, str(ROOT / "tests" / "security"))

from archive_case import build, evidence  # noqa: E402
from archive_tampering import Verifiers, bits, flip_all, precious, structural  # noqa: E402

Work = tuple[Path, str, list[tuple[str, int]], int, int]
"""The archive, and what to do with a copy of it: the kind, bits to flip, edits to make, seed."""


def work(task: Work) -> tuple[str, int, list[str]]:
    """One share of the work: how many falsifications it made, and which were missed."""
    whole, kind, cases, edits, seed = task
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "archive"
        shutil.copytree(whole, root)
        verifiers = Verifiers.ready()
        wrong = flip_all(verifiers, root, cases) if cases else structural(verifiers, root, Path(folder), edits, seed)
    return kind, len(cases) or edits, wrong


def shares(root: Path, options: argparse.Namespace) -> list[Work]:
    """All there is to do, in pieces."""
    dice = random.Random(options.seed)
    every = bits(root, precious(root))
    if options.bits:
        every = dice.sample(every, options.bits)
    objects = [
        (name, dice.randrange((root / name).stat().st_size * 8))
        for name in evidence(root) if name.startswith("objects/") for _ in range(options.flips)
    ]
    return [
        *((root, "bit", every[at:at + 2000], 0, 0) for at in range(0, len(every), 2000)),
        *((root, "object flip", objects[at:at + 2000], 0, 0) for at in range(0, len(objects), 2000)),
        *((root, "edit", [], min(100, options.edits - at), options.seed + at) for at in range(0, options.edits, 100)),
    ]


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bits", type=int, default=0, help="as many bits instead of every one")
    parser.add_argument("--flips", type=int, default=1000, help="seeded flips in each object")
    parser.add_argument("--edits", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    options = parser.parse_args(argv)
    began: float = time.monotonic()
    counts: dict[str, int] = {}
    missed: list[str] = []
    tell = print
    with tempfile.TemporaryDirectory() as folder, ProcessPoolExecutor(options.jobs) as pool:
        for kind, count, wrong in pool.map(work, shares(build(Path(folder)).root, options)):
            counts[kind] = counts.get(kind, 0) + count
            missed += wrong
            for line in wrong:
                tell(f"MISSED {line}")
    listed = ", ".join(f"{count:,} {kind}s" for kind, count in counts.items())
    tell(f"{listed}: {len(missed)} missed by either verifier; {time.monotonic() - began:,.0f} s")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
