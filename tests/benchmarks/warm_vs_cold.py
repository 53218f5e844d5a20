"""How much a warm process saves: second and later reports against one made by a new process without HarfBuzz.

    python tests/benchmarks/warm_vs_cold.py [--rounds 5] [--job config/jobs/taihu.yaml --period 2011-05]

Warm: the charts and the PDF of a report made again and again in one process; fonts, style sheets and caches stand.
Cold: the same report by a new process whose WeasyPrint subsets fonts with fontTools, as it does where neither
libharfbuzz-subset nor this program's own subsetter is at hand; the interpreter and all imports are in its time.
Without a job the sample report of tests/render is measured, charts included.
Prints the two medians and their ratio; exits 1 where the ratio is above 0.6.
"""

from __future__ import annotations

import argparse
import pickle
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "render")]

from reportgen.context import RunContext  # noqa: E402
from reportgen.document.model import Document  # noqa: E402
from reportgen.facts.table import FactSet  # noqa: E402
from reportgen.period import Period  # noqa: E402

TARGET = 0.6


def of_sample() -> tuple[Document, FactSet]:
    """The sample report without its charts."""
    from sample_document import Facts, chinese

    facts = Facts()
    return chinese(facts), facts.set()


def of_job(job_path: str, period: str, folder: Path) -> tuple[Document, FactSet]:
    """A job's report without its charts; what the data costs is no matter of rendering."""
    from reportgen import pipeline
    from reportgen.config.loader import load_job
    from reportgen.document.build import build
    from reportgen.edition import identify

    job = load_job(job_path)
    context = RunContext.create(job, Period.parse(period), output=folder)
    facts = pipeline.gather(job, context)
    findings = pipeline.judge(job, context, facts)
    facts = facts.with_statistics(findings.statistics)
    return build(facts, findings, job, context, job.locales[0], "bank", identify(facts, context)), facts


def maker(document: Document, facts: FactSet, folder: Path) -> Callable[[], bytes]:
    """Draws the charts and makes the PDF."""
    from sample_document import drawn, sample_context

    from reportgen.render import render_pdf

    context = sample_context(folder)
    return lambda: render_pdf(drawn(document), facts, b"{}", context)


def use_fonttools() -> None:
    """Let WeasyPrint subset with fontTools, as without HarfBuzz."""
    import weasyprint.pdf.fonts as fonts

    from reportgen.render import subset

    fonts.harfbuzz_subset = None
    subset.install = lambda: None


def cold_once(held: Path) -> int:
    """Make the report once as a new process without HarfBuzz does."""
    from reportgen.render import silence

    document, facts = pickle.loads(held.read_bytes())
    use_fonttools()
    # The fallback warns; here that is what is measured and no fault.
    silence._Collector.emit = lambda *_: None
    maker(document, facts, held.parent)()
    return 0


def seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--job", default="")
    parser.add_argument("--period", default="")
    parser.add_argument("--cold", default="", help="(the child process) make this pickled report once and stop")
    arguments = parser.parse_args()
    if arguments.cold:
        return cold_once(Path(arguments.cold))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        report = of_job(arguments.job, arguments.period, folder) if arguments.job else of_sample()
        held = folder / "report.pickle"
        held.write_bytes(pickle.dumps(report))
        make = maker(*report, folder)
        make()
        child = [sys.executable, __file__, "--cold", str(held)]
        # Taken in turn, so that a busy machine slows both alike.
        warm, cold = [], []
        for _ in range(arguments.rounds):
            warm.append(seconds(make))
            cold.append(seconds(lambda: subprocess.run(child, check=True)))
    ratio = statistics.median(warm) / statistics.median(cold)
    sys.stdout.write(f"warm {statistics.median(warm):.2f} s ({min(warm):.2f} to {max(warm):.2f})\n")
    sys.stdout.write(f"cold {statistics.median(cold):.2f} s ({min(cold):.2f} to {max(cold):.2f})\n")
    sys.stdout.write(f"ratio {ratio:.2f}, target at most {TARGET}\n")
    return int(ratio > TARGET)


if __name__ == "__main__":
    sys.exit(main())
