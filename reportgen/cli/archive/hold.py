"""`reportgen archive hold`"""

from __future__ import annotations

import click

from reportgen.cli.archive.opened import archive_in, output_option, reason_option, user


@click.command()
@click.argument("name", metavar="NAME")
@click.option("--job", metavar="J", default="", help="Only this job's editions.")
@click.option("--period", metavar="P", default="", help="Only this period's.")
@click.option("--scope", metavar="S", default="", help="Only this unit's.")
@reason_option
@output_option
def hold(name: str, job: str, period: str, scope: str, reason: str, output: str) -> None:
    """Keep every edition that matches, issued or to be issued, until the hold NAME is released.

    A hold beats every date and every proposal to delete. Without job, period and scope it holds everything.

    \b
    reportgen archive hold case-2026-17 --job tiering --reason "court order of 3 March"
    """
    from reportgen.archive.retention import hold as keep

    archive = archive_in(output)
    match = {key: value for key, value in (("job", job), ("period", period), ("scope", scope)) if value}
    held = keep(archive, name, match, reason, user())
    click.echo(f"{name}: {len(held)} editions are held.")
