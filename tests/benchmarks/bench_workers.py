"""One worker beside two, on sixteen scopes of a demonstration bank: seconds, and whether the bytes are the same.

    python tests/benchmarks/bench_workers.py [--workers 1 2] [--job work_summary] [--scopes 16]

The bank of a thousand customers of `bench_reproduce`. The facts are gathered once for all runs, so that what is told is
rendering, archiving and the run ledger.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "benchmarks")]

import bench_reproduce  # noqa: E402

from reportgen import pipeline  # noqa: E402
from reportgen.config import load_job  # noqa: E402
from reportgen.context import RunContext  # noqa: E402
from reportgen.facts.table import FactSet  # noqa: E402
from reportgen.period import Period  # noqa: E402
from reportgen.runs import executor  # noqa: E402


def made(root: Path, output: Path, job_name: str, scopes: list[str], workers: int) -> tuple[float, dict[str, str]]:
    """Seconds of a run, and sha256 of each file it laid out."""
    job = load_job(root / f"config/jobs/{job_name}.yaml")
    context = RunContext.create(job, Period.parse(bench_reproduce.PERIOD), output=output)
    began = time.perf_counter()
    pipeline.run_job(job, context, scopes=scopes, workers=workers)
    took = time.perf_counter() - began
    files = sorted((output / "reports" / job.job / bench_reproduce.PERIOD).iterdir())
    return took, {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--job", default="work_summary")
    parser.add_argument("--scopes", type=int, default=len(bench_reproduce.SCOPES))
    options = parser.parse_args(argv)
    tell = print
    scopes = list(bench_reproduce.SCOPES[:options.scopes])
    known: list[FactSet] = []

    def gathered(*arguments: Any) -> FactSet:
        known[:] = known or [pipeline.gather(*arguments)]
        return known[0]

    executor.read = gathered
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder, "bank")
        bench_reproduce.project(root)
        made(root, Path(folder, "first"), options.job, scopes[:1], 1)  # the facts, the fonts, the imports
        first: tuple[float, dict[str, str]] | None = None
        for workers in options.workers:
            took, files = made(root, Path(folder, f"by-{workers}"), options.job, scopes, workers)
            first = first or (took, files)
            same = "the same bytes" if files == first[1] else "OTHER BYTES"
            tell(f"{workers} worker(s): {len(scopes)} scopes, {len(files)} files in {took:6.1f} s, "
                 f"ratio {first[0] / took:4.2f}, {same}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
