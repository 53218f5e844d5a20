"""Every seam of the program on one screen, in the order of the way through."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Sequence
from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    import ibis
    import pandas as pd

    from reportgen.charts.canvas import Canvas
    from reportgen.charts.chart import ChartData
    from reportgen.context import RunContext
    from reportgen.document.model import Document
    from reportgen.facts.table import FactSet
    from reportgen.findings.candidate import Judgement
    from reportgen.findings.detectors.view import View
    from reportgen.findings.judge import Judge
    from reportgen.findings.rule import Rule
    from reportgen.runs.task import Result, Task


class Progress(Protocol):
    """Told what the run is doing; prints it on standard error, or nowhere."""

    def stage(self, name: str, detail: str = "") -> None: ...


@runtime_checkable
class Counting(Progress, Protocol):
    """A `Progress` that is told, besides, how many of the run's units are done."""

    def units(self, done: int, total: int, failed: int) -> None: ...


class Engine(Protocol):
    """Where tables live and expressions run. `facts.execute` holds the one there is."""

    queries: dict[str, str]
    """Name of each query that ran to its SQL."""

    def load_text(self, name: str, columns: Sequence[str], path: str, delimiter: str) -> ibis.Table:
        """A UTF-8 delimited file as a table of text columns with the line of each row."""
        ...

    def load_parquet(self, name: str, path: str) -> ibis.Table:
        """A Parquet file as a table of the file's own types, with the number of each row."""
        ...

    def store(self, name: str, expression: ibis.Table) -> ibis.Table:
        """Compute once and keep under `name`."""
        ...

    def fetch(self, name: str, expression: ibis.Table) -> pd.DataFrame:
        """Run a query, remember its SQL under `name`, and return its rows."""
        ...


class Chart(Protocol):
    """One chart kind: draws its data on the canvas it is given."""

    def __call__(self, data: ChartData, canvas: Canvas, /) -> None: ...


class Renderer(Protocol):
    """Turns a document into the bytes that are archived."""

    def __call__(self, document: Document, facts: FactSet, edition: bytes, context: RunContext) -> bytes: ...


class Detector(Protocol):
    """Judges one way a rule may hold, on the facts of one scope; see `findings.detectors`."""

    def __call__(self, rule: Rule, judge: Judge, view: View, /) -> Judgement: ...


class Executor(Protocol):
    """Calls the work on every unit of a run, here or in other processes; see `runs.pool`.

    Results come as they are ready. What goes wrong with one unit is in its result, and stops no other. Closing the
    generator ends what still runs.
    """

    def run(self, tasks: Iterable[Task], work: Callable[[Task], Result]) -> Generator[Result, None, None]: ...


class Silent:
    """A `Progress` that says nothing."""

    def stage(self, name: str, detail: str = "") -> None:
        """Nothing to say."""
