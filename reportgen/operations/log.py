"""Structured logs: one event a line, plain or JSON, with the run's id and never a customer's data.

    with run_log(progress, context, run_id) as told:
        …  told.stage("render", "branch:B07 en")

appends to `<output>/runs/<run id>/log.jsonl` and, where JSON is asked for, prints the same lines. What may stand in a
line is listed in `FIELDS`; of a stage's words only a scope and a language are taken, of an error only its kind and
code. So nothing that was read from the data can get into a log.
"""

from __future__ import annotations

import json
import os
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from reportgen.context import RunContext
from reportgen.errors import ReportgenError
from reportgen.protocols import Progress

Format = Literal["plain", "json"]
NAME = "log.jsonl"
_NAME = r"[a-z][a-z0-9_]{0,47}"
FIELDS: dict[str, re.Pattern[str]] = {name: re.compile(shape) for name, shape in {
    "event": r"begin|stage|units|end", "run": r"[0-9a-f]{1,32}", "job": _NAME,
    "period": r"\d{4}(-Q[1-4]|-\d{2}(-\d{2})?)?", "stage": r"[a-z][a-z _-]{0,31}",
    "scope": r"bank|(region|branch):[A-Za-z0-9._-]{1,48}", "locale": r"[a-z]{2}(-[A-Z]{2})?", "state": r"[a-z_]{1,24}",
    "error": r"[A-Za-z]{1,48}", "seconds": r"\d+\.\d{3}", "code": r"\d{1,3}", "done": r"\d+", "total": r"\d+",
    "failed": r"\d+",
}.items()}
"""All that a line may say beside its time, and how it is written."""
_NUMBERS = {"seconds": float, "code": int, "done": int, "total": int, "failed": int}


def line(at: datetime, fields: dict[str, str], form: Format = "json") -> str:
    """One event. A field that is not listed, or not written as it should be, is left out."""
    kept = {name: value for name, value in fields.items() if name in FIELDS and FIELDS[name].fullmatch(value)}
    stamp = f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%f}"[:-3] + "Z"
    if form == "plain":
        return " ".join([stamp, *(f"{name}={value}" for name, value in kept.items())])
    typed = {name: _NUMBERS[name](value) if name in _NUMBERS else value for name, value in kept.items()}
    return json.dumps({"time": stamp, **typed})


@dataclass
class RunLog:
    """A `Progress` that passes on what it is told and writes it down as events."""

    progress: Progress
    about: dict[str, str]
    """Fields of every line: run, job, period."""
    path: Path
    echo: Callable[[str], None] | None = None
    """Takes every line, in JSON, as well."""
    clock: Callable[[], datetime] = field(default=lambda: datetime.now(UTC))
    seconds: Callable[[], float] = time.monotonic
    trouble: str = ""
    """Why nothing is written any more; a log that cannot be written fails no run."""
    _open: tuple[dict[str, str], float] | None = None

    def stage(self, name: str, detail: str = "") -> None:
        """The stage before ends here."""
        self._close()
        self.progress.stage(name, detail)
        self._open = {"stage": name, **_units(detail)}, self.seconds()

    def moved(self, run_id: str, folder: Path) -> None:
        """The run was given up for another one: from here on lines go to that one's log."""
        self._close()
        self.about, self.path = {**self.about, "run": run_id}, folder / NAME
        self.event("begin")

    def units(self, done: int, total: int, failed: int = 0) -> None:
        """How many reports are made; see `protocols.Counting`."""
        counting = getattr(self.progress, "units", None)
        if callable(counting):
            counting(done, total, failed)
        self.event("units", done=done, total=total, failed=failed)

    def event(self, name: str, **fields: str | int | float) -> None:
        """Write a line; seconds with three decimals."""
        words = {key: f"{value:.3f}" if isinstance(value, float) else str(value) for key, value in fields.items()}
        text = line(self.clock(), {"event": name, **self.about, **words})
        if self.echo is not None:
            self.echo(text)
        if self.trouble:
            return
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            handle = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
            try:
                os.write(handle, f"{text}\n".encode())
            finally:
                os.close(handle)
        except OSError as error:
            self.trouble = f"{self.path}: the log cannot be written: {error.strerror}."
            self.progress.stage("log", self.trouble)

    def _close(self) -> None:
        if self._open is not None:
            fields, since = self._open
            self._open = None
            self.event("stage", **fields, seconds=float(self.seconds() - since))


@contextmanager
def run_log(
    progress: Progress, context: RunContext, run_id: str, echo: Callable[[str], None] | None = None,
    clock: Callable[[], datetime] | None = None,
) -> Iterator[RunLog]:
    """The log of one run, begun and ended; an error that ends the run is noted by its kind and code alone.

    Without an `echo` a progress that has a method `event_line` is told every line.
    """
    echo = echo or getattr(progress, "event_line", None)
    about = {"run": run_id, "job": context.job.job, "period": context.period.label}
    told = RunLog(progress, about, context.output / "runs" / run_id / NAME, echo, clock or context.clock)
    began = told.seconds()
    told.event("begin")
    outcome: dict[str, str | int] = {"code": 0}
    try:
        yield told
    except BaseException as error:
        code = error.code if isinstance(error, ReportgenError) else 130 if isinstance(error, KeyboardInterrupt) else 1
        outcome = {"error": type(error).__name__, "code": int(code)}
        raise
    finally:
        told._close()  # noqa: SLF001 - its own
        told.event("end", **outcome, seconds=float(told.seconds() - began))


def stage_seconds(path: Path) -> dict[str, float]:
    """Stage to its seconds, summed over a run's log; empty where there is none. A torn last line is passed over."""
    found: dict[str, float] = {}
    with suppress(OSError):
        for text in path.read_text(encoding="utf-8", errors="replace").splitlines():
            try:
                one = json.loads(text)
            except ValueError:
                continue
            if isinstance(one, dict) and one.get("event") == "stage" and isinstance(one.get("seconds"), float):
                name = str(one.get("stage", ""))
                found[name] = found.get(name, 0.0) + one["seconds"]
    return found


def _units(detail: str) -> dict[str, str]:
    """The scope and the language among a stage's words."""
    found = {}
    for word in detail.replace(":  ", " ").split():
        plain = word.rstrip(":,.")
        for name in ("scope", "locale"):
            if name not in found and FIELDS[name].fullmatch(plain) and (name == "scope" or "scope" in found):
                found[name] = plain
    return found
