"""What the run is doing, on standard error: a bar on a terminal, plain lines elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from reportgen.cli.failure import printable
from reportgen.protocols import Progress


class Lines:
    """A line a stage, for logs."""

    def stage(self, name: str, detail: str = "") -> None:
        print(printable(f"{name}: {detail}" if detail else name), file=sys.stderr, flush=True)


@contextmanager
def progress() -> Iterator[Progress]:
    """A `Progress` for the time of a run; a bar leaves nothing behind on the terminal."""
    if not sys.stderr.isatty():
        yield Lines()
        return
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bar

    columns = (TextColumn("{task.description}", markup=False), BarColumn(), TimeElapsedColumn())
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None)

        class OnTerminal:
            def stage(self, name: str, detail: str = "") -> None:
                bar.update(task, description=printable(f"{name}  {detail}"))

        yield OnTerminal()
