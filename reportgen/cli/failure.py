"""How errors are printed: standard error, one problem a line, never wrapped; then the state and what to do."""

from __future__ import annotations

import re
import signal
import sys
import traceback
import unicodedata
from pathlib import Path

import click

from reportgen.errors import ExitCode, ReportgenError


def known(error: ReportgenError) -> ExitCode:
    """An error that names what to mend."""
    for problem in error.problems:
        _line(near(str(problem)))
    for line in (error.state, error.hint):
        if line:
            _line(f"  {near(line)}")
    return error.code


def near(text: str) -> str:
    """Paths below the working folder as the user would write them: relative."""
    here = Path.cwd().as_posix()
    return text if here == "/" else re.sub(rf"(?<![\w./-]){re.escape(here)}/", "", text)


def usage(error: click.ClickException) -> ExitCode:
    """A wrong command line. Without any command the help is the answer."""
    context = getattr(error, "ctx", None)
    if isinstance(error, click.exceptions.NoArgsIsHelpError) and context is not None:
        click.echo(context.get_help(), err=True)
        return ExitCode.JOB
    _line(error.format_message())
    if context is not None:
        _line(f"  {context.command_path} --help shows how it is meant.")
    return ExitCode.JOB


def interrupted(error: BaseException) -> ExitCode:
    """Someone pressed Ctrl-C. A run that had begun says in the error how far it came."""
    _line(f"Interrupted. {str(error) or 'No report was issued.'}")
    return ExitCode.INTERRUPTED


def terminated(error: BaseException) -> int:
    """Someone sent SIGTERM: a shell reports the signal's number above 128."""
    _line(f"Terminated. {str(error) or 'No report was issued.'}")
    return 128 + signal.SIGTERM


def unwritable(error: OSError) -> ExitCode:
    """Standard output takes no more: a full disk, a closed file."""
    _line(f"Standard output cannot be written: {error.strerror or type(error).__name__}.")
    _line("  What was printed is not complete. Make room or send it elsewhere, then run the command again.")
    return ExitCode.UNEXPECTED


def of_standard_output(error: OSError) -> bool:
    """Whether the error arose while printing a result rather than in a file of the run's own."""
    where = traceback.extract_tb(error.__traceback__)
    return bool(where) and (
        any(frame.name == "echo" and Path(frame.filename).parts[-2:] == ("click", "utils.py") for frame in where)
        or (where[-1].name == "_flush" and Path(where[-1].filename).parts[-2:] == ("cli", "__init__.py"))
    )


def unexpected(error: BaseException, run_id: str, *, verbose: bool) -> ExitCode:
    """A fault of the program itself.

    The error's own text is never printed: it may quote a customer's data. Its type and place are enough to find it.
    """
    where = traceback.extract_tb(error.__traceback__)
    last = next((frame for frame in reversed(where) if "reportgen" in Path(frame.filename).parts), None)
    place = f" in {'/'.join(Path(last.filename).parts[-3:])}:{last.lineno}" if last else ""
    _line(f"An unexpected error ({type(error).__name__}){place}. This is a fault of the program, not of the job.")
    _line(f"  Run {run_id}; no report was issued.")
    if not verbose:
        _line("  reportgen --verbose … shows how the program came there.")
        return ExitCode.UNEXPECTED
    chain: BaseException | None = error
    while chain is not None:
        _line(f"{type(chain).__name__}, most recent call last:")
        for frame in traceback.extract_tb(chain.__traceback__):
            _line(f"  {frame.filename}:{frame.lineno} in {frame.name}")
        chain = chain.__cause__ or chain.__context__
    return ExitCode.UNEXPECTED


def printable(text: str) -> str:
    """A text that can steer no terminal: control and direction characters are escaped."""
    return "".join(
        mark if unicodedata.category(mark) not in ("Cc", "Cf", "Zl", "Zp")
        else mark.encode("unicode_escape").decode("ascii")
        for mark in text
    )


def _line(text: str) -> None:
    print(printable(text), file=sys.stderr)
