"""Figures for monitoring, as a textfile that a Prometheus node exporter collects: `<output>/metrics/reportgen.prom`.

Everything comes from the run ledger, the runs' logs and the archive's folder: the file can be made again at any time.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from reportgen.operations.log import NAME, stage_seconds
from reportgen.runs.ledger import Ledger
from reportgen.runs.record import RunRow
from reportgen.runs.states import RunState

FILE = ("metrics", "reportgen.prom")
SUCCESS = frozenset({RunState.DONE, RunState.RELEASED})
"""All editions are made and released. A run that waits for approval is seen by its state."""
_ESCAPES = str.maketrans({"\\": r"\\", '"': r"\"", "\n": r"\n"})


@dataclass(frozen=True, slots=True)
class Family:
    """One metric with its samples: label values to a number."""

    name: str
    help: str
    samples: tuple[tuple[Mapping[str, str], float], ...]

    def lines(self) -> Iterator[str]:
        """In the text exposition format 0.0.4; all of them are gauges."""
        yield f"# HELP {self.name} {self.help}"
        yield f"# TYPE {self.name} gauge"
        for labels, value in self.samples:
            inner = ",".join(f'{key}="{text.translate(_ESCAPES)}"' for key, text in labels.items())
            yield f"{self.name}{f'{{{inner}}}' if inner else ''} {_number(value)}"


def families(output: Path, ledger: Ledger) -> tuple[Family, ...]:
    """What there is to measure now."""
    runs = ledger.runs()
    latest = _latest(runs)
    success = _latest(one for one in runs if one.state in SUCCESS and one.ended)
    counts = {job: ledger.unit_counts(one.id) for job, one in latest.items()}
    stages = {job: stage_seconds(output / "runs" / one.id / NAME) for job, one in latest.items()}
    tick = ledger.last_tick()
    size, files = archive_size(output / "archive")
    return (
        Family("reportgen_last_success_timestamp_seconds",
               "End of the job's last run that released all its reports.",
               tuple(({"job": job}, one.ended.timestamp()) for job, one in sorted(success.items()) if one.ended)),
        Family("reportgen_last_run_timestamp_seconds", "Start of the job's last run.",
               tuple(({"job": job}, one.started.timestamp()) for job, one in sorted(latest.items()))),
        Family("reportgen_last_run_state", "1 for the state the job's last run is in.",
               tuple(({"job": job, "period": one.period, "state": one.state.value}, 1.0)
                     for job, one in sorted(latest.items()))),
        Family("reportgen_units", "Reports of the job's last run, by state.",
               tuple(({"job": job, "state": state.value}, float(count))
                     for job, found in sorted(counts.items()) for state, count in found.items())),
        Family("reportgen_stage_seconds", "Seconds that the job's last run spent in a stage.",
               tuple(({"job": job, "stage": stage}, seconds)
                     for job, found in sorted(stages.items()) for stage, seconds in sorted(found.items()))),
        Family("reportgen_last_tick_timestamp_seconds", "Time of the last `reportgen tick`.",
               (({"host": tick.host}, tick.at.timestamp()),) if tick else ()),
        Family("reportgen_archive_bytes", "Bytes in the archive's folder.", (({}, float(size)),)),
        Family("reportgen_archive_files", "Files in the archive's folder.", (({}, float(files)),)),
    )


def write_metrics(output: Path, ledger: Ledger) -> Path:
    """Write the file anew, whole or not at all. Raises OSError, and LedgerFailed (exit 8)."""
    text = "".join(f"{line}\n" for one in families(output, ledger) if one.samples for line in one.lines())
    path = output.joinpath(*FILE)
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        draft.write_text(text, encoding="utf-8")
        draft.chmod(0o644)  # the exporter runs as another user
        os.replace(draft, path)  # noqa: PTH105 - the atomic call by its own name
    finally:
        draft.unlink(missing_ok=True)
    return path


def archive_size(folder: Path) -> tuple[int, int]:
    """Bytes and number of files below a folder, a file with two names counted once; 0 and 0 where there is none."""
    seen: dict[tuple[int, int], int] = {}
    pending = [folder]
    while pending:
        try:
            with os.scandir(pending.pop()) as items:
                for item in items:
                    if item.is_dir(follow_symlinks=False):
                        pending.append(Path(item.path))
                    else:
                        info = item.stat(follow_symlinks=False)
                        seen[info.st_dev, info.st_ino] = info.st_size
        except OSError:  # removed while we looked, or not for us to see
            continue
    return sum(seen.values()), len(seen)


def _latest(runs: Iterable[RunRow]) -> dict[str, RunRow]:
    """Job to its latest run; the ledger gives the latest first."""
    found: dict[str, RunRow] = {}
    for one in runs:
        found.setdefault(one.job, one)
    return found


def _number(value: float) -> str:
    return str(int(value)) if value == int(value) else repr(round(value, 3))
