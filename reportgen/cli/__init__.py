"""The command line: the only place that prints and exits. One command, one file; see `group` for the list."""

from __future__ import annotations

import gc
import io
import os
import signal
import sys
import threading
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import click

from reportgen.cli import failure
from reportgen.cli.group import program
from reportgen.errors import ExitCode, ReportgenError


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code. Errors go to standard error, one problem a line."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8")  # results are UTF-8 whatever the terminal says
    gc.set_threshold(50_000)  # hundreds of models are built at the start; searching them for garbage costs a tenth
    given = list(sys.argv[1:] if arguments is None else arguments)
    run_id = uuid.uuid4().hex[:12]
    try:
        with _terminable():
            code: int = _called(given, run_id)
    except ReportgenError as error:
        code = failure.known(error)
    except click.ClickException as error:
        code = failure.usage(error)
    except TerminatedError as error:
        code = failure.terminated(error)
    except (KeyboardInterrupt, click.Abort) as error:
        code = failure.interrupted(error)
    except BrokenPipeError:
        _abandon_output()  # the reader has what it wanted (`| head`)
        code = ExitCode.DONE
    except OSError as error:
        if failure.of_standard_output(error):
            _abandon_output()
            code = failure.unwritable(error)
        else:
            code = failure.unexpected(error, run_id, verbose="--verbose" in given)
    except Exception as error:  # noqa: BLE001 - the last resort: a sentence and exit 1, never a bare traceback
        code = failure.unexpected(error, run_id, verbose="--verbose" in given)
    return code


def _called(given: list[str], run_id: str) -> int:
    """The exit code a command gives: 0 unless it returns another."""
    try:
        with program.make_context("reportgen", list(given), obj=run_id) as context:
            code = program.invoke(context)
    except click.exceptions.Exit as done:  # --help and --version
        code = done.exit_code
    _flush()
    return code if isinstance(code, int) else ExitCode.DONE


class TerminatedError(KeyboardInterrupt):
    """SIGTERM, raised where the program stands, so that it cleans up as after Ctrl-C."""


@contextmanager
def _terminable() -> Iterator[None]:
    """Turns SIGTERM into an exception while a command runs; only a main thread can take signals."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(number: int, frame: object) -> None:
        del number, frame
        signal.signal(signal.SIGTERM, signal.SIG_IGN)  # a second one must not break the cleaning up
        raise TerminatedError

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _flush() -> None:
    sys.stdout.flush()


def _abandon_output() -> None:
    """Send what is still buffered nowhere: Python must not complain when it flushes at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
