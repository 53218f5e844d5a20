"""What the run is doing, on standard error: a bar on a terminal, plain lines elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from reportgen.cli.failure import printable
from reportgen.cli.log_format import wants_json
from reportgen.protocols import Progress, Silent

_EVERY = 10.0
"""Seconds between two lines that count."""


class Estimate:
    """How many units are done, and from the pace so far when the last will be."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._began: tuple[float, int] | None = None
        """Time and units done when counting began: what stood before says nothing of the pace."""

    def said(self, done: int, total: int, failed: int) -> str:
        """`12 of 1,000 reports done, 1 failed; about 14 min left`."""
        began, before = self._began = self._began or (self._now(), done)
        text = f"{done:,} of {total:,} reports done" + (f", {failed:,} failed" if failed else "")
        if done > before and done < total:
            seconds = (self._now() - began) / (done - before) * (total - done)
            text += f"; about {duration(seconds)} left"
        return text


def duration(seconds: float) -> str:
    """`40 s`, `14 min`, `3 h 5 min`."""
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    hours, minutes = divmod(round(seconds / 60), 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min"


class Lines:
    """A line a stage, for logs; the count at most every ten seconds."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now, self._estimate, self._last = now, Estimate(now), float("-inf")

    def stage(self, name: str, detail: str = "") -> None:
        print(printable(f"{name}: {detail}" if detail else name), file=sys.stderr, flush=True)

    def units(self, done: int, total: int, failed: int) -> None:
        said = self._estimate.said(done, total, failed)
        if done == total or self._now() - self._last >= _EVERY:
            self._last = self._now()
            self.stage("units", said)


class Events(Silent):
    """The run's events as they are logged, one JSON object a line."""

    def event_line(self, text: str) -> None:
        print(text, file=sys.stderr, flush=True)


@contextmanager
def progress() -> Iterator[Progress]:
    """A `Progress` for the time of a run; a bar leaves nothing behind on the terminal.

    With REPORTGEN_LOG_FORMAT=json, or `--log-format json`, the run's events are printed instead, one object a line.
    """
    if wants_json():
        yield Events()
        return
    if not sys.stderr.isatty():
        yield Lines()
        return
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bar

    columns = (TextColumn("{task.description}", markup=False), BarColumn(),
               TextColumn("{task.fields[counted]}", markup=False), TimeElapsedColumn())
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None, counted="")
        estimate = Estimate()

        class OnTerminal:
            def stage(self, name: str, detail: str = "") -> None:
                bar.update(task, description=printable(f"{name}  {detail}"))

            def units(self, done: int, total: int, failed: int) -> None:
                bar.update(task, completed=done, total=total, counted=estimate.said(done, total, failed))

        yield OnTerminal()
