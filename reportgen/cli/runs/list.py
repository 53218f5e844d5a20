"""`reportgen runs list`"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reportgen.cli.options import output_option

if TYPE_CHECKING:
    from reportgen.runs.ledger import Ledger
    from reportgen.runs.record import RunRow

STATES = (
    "planned", "claimed", "loading", "validated", "rendering", "archived", "held", "awaiting_approval", "released",
    "done", "done_with_errors", "blocked", "failed", "interrupted",
)


@click.command("list")
@click.option("--job", metavar="J", default="", help="Only this job's.")
@click.option("--period", metavar="P", default="", help="Only this period's.")
@click.option("--state", type=click.Choice(STATES), default=None, help="Only those in this state.")
@click.option("--limit", metavar="N", type=click.IntRange(1), default=None, help="At most so many; all by default.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@output_option
def list_(job: str, period: str, state: str | None, limit: int | None, as_json: bool, output: str) -> None:
    """List runs, the latest first. Times are UTC.

    \b
    reportgen runs list
    reportgen runs list --job tiering --state awaiting_approval
    """
    from reportgen.config.operations import ledger_url
    from reportgen.context import project_root
    from reportgen.runs.ledger import Ledger

    with Ledger.of(Path(output).resolve(), ledger_url(project_root(Path.cwd()))) as ledger:
        found = ledger.runs(job, period, state or "", limit)
        rows = [_row(one, ledger) for one in found]
    if as_json:
        for row in rows:
            click.echo(json.dumps(row, ensure_ascii=False))
        return
    if not rows:
        click.echo("No run fits.", err=True)
        return
    heads = ("run", "started", "job", "period", "state", "reports", "problem")
    table = [heads, *(
        (row["run"], str(row["started"])[:16].replace("T", " "), row["job"], row["period"], row["state"],
         _units(row), row["problem"]) for row in rows
    )]
    widths = [max(len(str(line[at])) for line in table) for at in range(len(heads))]
    for line in table:
        click.echo("  ".join(f"{cell!s:<{width}}" for cell, width in zip(line, widths, strict=True)).rstrip())


def _row(one: RunRow, ledger: Ledger) -> dict[str, object]:
    return {
        "run": one.id, "job": one.job, "period": one.period, "version": one.version, "state": one.state.value,
        "started": one.started.isoformat(timespec="seconds"),
        "ended": one.ended.isoformat(timespec="seconds") if one.ended else "",
        "made_by": one.made_by, "host": one.holder.host, "problem": one.problem,
        "units": {state.value: count for state, count in ledger.unit_counts(one.id).items() if count},
    }


def _units(row: dict[str, object]) -> str:
    """`11 archived, 1 failed`."""
    units = row["units"]
    assert isinstance(units, dict)
    return ", ".join(f"{count} {state}" for state, count in units.items()) or "-"


list = list_  # noqa: A001 - the command's name
