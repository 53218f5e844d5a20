"""Milliseconds a chart takes, by kind: `python tests/benchmarks/charts.py [ROUNDS]`.

Prints the median and the slowest of so many rounds over the gallery's good charts, in a warm process, and what the
first chart costs in a cold one (imports, the font).
"""

from __future__ import annotations

import importlib.util
import statistics
import sys
from pathlib import Path
from time import perf_counter

from reportgen.charts import KINDS, draw

GALLERY = Path(__file__).resolve().parents[1] / "unit" / "charts" / "gallery.py"


def say(line: str) -> None:
    sys.stdout.write(line + "\n")


def main(rounds: int) -> None:
    spec = importlib.util.spec_from_file_location("gallery", GALLERY)
    assert spec
    assert spec.loader
    gallery = sys.modules["gallery"] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(gallery)
    start = perf_counter()
    draw(gallery.good("bars", "zh-CN")[0])
    say(f"first chart of the process  {(perf_counter() - start) * 1000:7.1f} ms")
    for kind in KINDS:
        taken = []
        charts = [data for locale in ("zh-CN", "en") for data in gallery.good(kind, locale)]
        for _ in range(rounds):
            for data in charts:
                start = perf_counter()
                draw(data)
                taken.append((perf_counter() - start) * 1000)
        size = sum(len(draw(data).svg) for data in charts) / len(charts) / 1024
        say(f"{kind:15} median {statistics.median(taken):6.1f} ms  slowest {max(taken):6.1f} ms  {size:5.1f} KiB")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10)
