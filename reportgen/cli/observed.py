"""What follows every run and tick: fresh figures for monitoring, and notices. What goes wrong with them is said."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reportgen.cli.failure import printable
from reportgen.errors import ReportgenError

if TYPE_CHECKING:
    from datetime import datetime

    from reportgen.context import RunContext
    from reportgen.runs.ledger import Ledger
    from reportgen.schedule.outcome import Outcome


@contextmanager
def observed(context: RunContext) -> Iterator[None]:
    """Afterwards, however the run ended, write the metrics and tell the owner what became of it."""
    try:
        yield
    finally:
        from reportgen.config.operations import ledger_url
        from reportgen.operations.afterwards import afterwards
        from reportgen.runs.ledger import Ledger

        try:
            with Ledger.of(context.output, ledger_url(context.root)) as ledger:
                if ledger.database.is_there:
                    _say(afterwards(context.output, context.root, ledger, job=context.job.job,
                                    period=context.period.label, clock=context.clock))
        except ReportgenError as error:  # the run has said so, or nothing was run
            _say([f"no notice: {problem}" for problem in error.problems])


def looked(output: Path, ledger: Ledger, outcomes: Sequence[Outcome]) -> None:
    """After a tick: write the metrics, and tell the owners whose period passed its deadline without a run."""
    from reportgen.context import project_root
    from reportgen.operations.afterwards import afterwards

    try:
        _say(afterwards(output, project_root(Path.cwd()), ledger, late=_late(ledger, outcomes)))
    except ReportgenError as error:
        _say([f"no notice: {problem}" for problem in error.problems])


def _late(ledger: Ledger, outcomes: Sequence[Outcome]) -> list[tuple[str, str, datetime]]:
    """Periods given up for want of their data; a run that failed has its own notice."""
    given_up = [one for one in outcomes if one.kind.value in ("failed", "skipped") and one.period and one.at]
    return [(one.job, one.period.label, one.at) for one in given_up
            if one.period and one.at and ledger.latest(one.job, one.period.label) is None]


def _say(troubles: Sequence[str]) -> None:
    for one in troubles:
        click.echo(printable(one), err=True)
