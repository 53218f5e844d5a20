"""What follows every run and tick: fresh figures for monitoring, and notices. What goes wrong with them is said."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reportgen.cli.failure import printable
from reportgen.errors import ReportgenError

if TYPE_CHECKING:
    from reportgen.context import RunContext
    from reportgen.operations.happening import Happening
    from reportgen.runs.ledger import Ledger
    from reportgen.schedule.outcome import Outcome
    from reportgen.schedule.scheduled import Found


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


def looked(output: Path, ledger: Ledger, found: Found, outcomes: Sequence[Outcome]) -> None:
    """After a tick: let go what was approved meanwhile, write the metrics, and tell what the runs do not tell."""
    from reportgen.context import project_root
    from reportgen.operations.afterwards import afterwards
    from reportgen.operations.ticked import happenings

    now = datetime.now(UTC)
    try:
        recovered = _let_go(output, ledger, now)
        others = (*recovered, *happenings(found, outcomes, ledger, now))
        _say(afterwards(output, project_root(Path.cwd()), ledger, others=others))
    except ReportgenError as error:
        _say([f"no notice: {problem}" for problem in error.problems])


def _let_go(output: Path, ledger: Ledger, at: datetime) -> list[Happening]:
    """The runs whose approver could not write to the ledger are done now."""
    from reportgen.archive.archive import Archive
    from reportgen.context import project_root
    from reportgen.operations.afterwards import of_run
    from reportgen.release.approval import settle_all

    found: list[Happening] = []
    try:
        for one in settle_all(Archive.of(output), ledger, project_root(Path.cwd())):
            click.echo(f"{one.job} {one.period}: approved; run {one.id} is {one.state.replace('_', ' ')}.", err=True)
            found += of_run(ledger, one, at)
    except ReportgenError as error:
        _say([f"approvals cannot be read: {problem}" for problem in error.problems])
    return found


def _say(troubles: Sequence[str]) -> None:
    for one in troubles:
        click.echo(printable(one), err=True)
