"""What goes to a worker and what comes back: a unit to render, what became of it, why it failed. Small values."""

from __future__ import annotations

import traceback
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from reportgen.errors import ExitCode, Problem, ReportgenError

if TYPE_CHECKING:
    from reportgen.archive.deposit import Stored
    from reportgen.config.model import Locale
    from reportgen.facts.restated import Restatement


@dataclass(frozen=True, slots=True)
class Task:
    """One unit to render."""

    scope: str
    locale: Locale
    edition: str
    """Short id of the edition it must become: what it is made from may not change while a run is made."""
    revision: str
    restated: Restatement | None = None


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a unit was not rendered: the exit code of its error and what it says."""

    code: int
    problems: tuple[tuple[str, str], ...]
    """Place and message."""
    state: str = ""
    hint: str = ""

    @classmethod
    def of(cls, error: ReportgenError) -> Failure:
        return cls(int(error.code), tuple((one.place, one.message) for one in error.problems), error.state, error.hint)

    def __str__(self) -> str:
        return " ".join(str(Problem(*one)) for one in self.problems)

    def error(self) -> ReportgenError:
        """The error as it was raised in the worker."""
        kinds = {kind.code: kind for kind in reversed(ReportgenError.__subclasses__())}
        kind = kinds.get(ExitCode(self.code), ReportgenError)
        return kind([Problem(*one) for one in self.problems], state=self.state, hint=self.hint)


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a task: what it stored, or why it failed."""

    task: Task
    stored: Stored | None = None
    failure: Failure | None = None
    seconds: float = 0.0
    attempts: int = 1


def unforeseen(error: Exception) -> Failure:
    """An error the program has no word for. Its text is never repeated: it may quote a customer's data."""
    frames = traceback.extract_tb(error.__traceback__)
    last = next((one for one in reversed(frames) if "reportgen" in Path(one.filename).parts), None)
    place = f" in {'/'.join(Path(last.filename).parts[-2:])}:{last.lineno}" if last else ""
    said = f"an unexpected error ({type(error).__name__}){place}; this is a fault of the program, not of the data."
    return Failure(int(ExitCode.UNEXPECTED), (("", said),), "The report was not made.")
