"""What can go wrong, its exit code, and one voice.

    ReportgenError                1  anything unexpected
    ├── JobError                  2  the job or the command line is wrong
    ├── DependencyMissing         3  a library, font or program is missing
    ├── SourceError               4  a source failed
    ├── DataRefused               5  data refused by a quality gate
    ├── TemplateError             6  a report's template or text
    ├── RenderError               7  rendering, or the re-reading check
    ├── ArchiveError              8
    ├── LedgerFailed              8  the run ledger cannot be read or written
    ├── AlreadyIssued             9
    ├── PartlyFailed             10
    ├── ClaimHeld                11
    │   └── Fenced               11  this process was overtaken and may write no more
    ├── WrongState                2  a run or unit is not in a state that allows the step
    ├── VerificationFailed       12
    └── DeliveryInDoubt          13

Trouble in the data is a value (`frames.quality`); trouble in the job or a broken tool is one of these.
An error names the place, what was expected and what was found, what state things are in, and what to do.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum


class ExitCode(IntEnum):
    """Exit codes of the command line; scripts rely on them."""

    DONE = 0
    UNEXPECTED = 1
    JOB = 2
    DEPENDENCY = 3
    SOURCE = 4
    DATA = 5
    TEMPLATE = 6
    RENDER = 7
    ARCHIVE = 8
    ALREADY_ISSUED = 9
    PARTLY_FAILED = 10
    CLAIM_HELD = 11
    VERIFICATION = 12
    IN_DOUBT = 13
    INTERRUPTED = 130


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to mend, at one place: printed as a single line `place: message`."""

    place: str
    message: str

    def __str__(self) -> str:
        # A message may quote a user's text; a newline in it must not forge a second line.
        line = f"{self.place}: {self.message}" if self.place else self.message
        return line.replace("\r", "\\r").replace("\n", "\\n")


class ReportgenError(Exception):
    """Base of all errors a user can meet; `problems` holds one line for each thing to mend."""

    code = ExitCode.UNEXPECTED

    def __init__(self, problems: str | Problem | Sequence[Problem], *, state: str = "", hint: str = "") -> None:
        if isinstance(problems, str):
            problems = Problem("", problems)
        if isinstance(problems, Problem):
            problems = (problems,)
        self.problems: tuple[Problem, ...] = tuple(problems)
        self.state = state
        """What state things are in now: "Nothing was written." """
        self.hint = hint
        """What to do next, as a command or an edit."""
        super().__init__(str(self))

    def __str__(self) -> str:
        lines = [str(problem) for problem in self.problems]
        lines += [f"  {line}" for line in (self.state, self.hint) if line]
        return "\n".join(lines)


class JobError(ReportgenError):
    code = ExitCode.JOB


class DependencyMissing(ReportgenError):
    code = ExitCode.DEPENDENCY


class SourceError(ReportgenError):
    code = ExitCode.SOURCE


class DataRefused(ReportgenError):
    code = ExitCode.DATA


class TemplateError(ReportgenError):
    code = ExitCode.TEMPLATE


class RenderError(ReportgenError):
    code = ExitCode.RENDER


class ArchiveError(ReportgenError):
    code = ExitCode.ARCHIVE


class AlreadyIssued(ReportgenError):
    code = ExitCode.ALREADY_ISSUED


class PartlyFailed(ReportgenError):
    code = ExitCode.PARTLY_FAILED


class ClaimHeld(ReportgenError):
    code = ExitCode.CLAIM_HELD


class Fenced(ClaimHeld):
    """Another process took the run over, or the claim was let go: whoever meets this writes nothing more."""


class LedgerFailed(ReportgenError):
    code = ExitCode.ARCHIVE


class WrongState(ReportgenError):
    code = ExitCode.JOB


class VerificationFailed(ReportgenError):
    code = ExitCode.VERIFICATION


class DeliveryInDoubt(ReportgenError):
    code = ExitCode.IN_DOUBT


def nearest(word: str, known: Sequence[str]) -> str:
    """` Did you mean 'x'?` for the closest known word, or an empty string."""
    from difflib import get_close_matches

    close = get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f" Did you mean {close[0]!r}?" if close else ""
