"""`reportgen archive list`"""

from __future__ import annotations

import json
from dataclasses import asdict

import click

from reportgen.cli.archive.opened import archive_in, json_option, output_option


@click.command("list")
@click.argument("text", required=False, default="")
@click.option("--job", metavar="J", default="", help="Only this job's.")
@click.option("--period", metavar="P", default="", help="Only this period's.")
@click.option("--scope", metavar="S", default="", help="Only this unit's: bank, region:R1, branch:B01.")
@click.option("--standing", type=click.Choice(["issued", "superseded", "deleted"]), default=None, help="Only these.")
@click.option("--limit", metavar="N", type=click.IntRange(1), default=None, help="At most so many; all by default.")
@json_option
@output_option
def list_(
    text: str, job: str, period: str, scope: str, standing: str | None, limit: int | None, as_json: bool, output: str
) -> None:
    """List editions, the newest first. TEXT is sought in titles, names, ids and the hashes of files.

    \b
    reportgen archive list
    reportgen archive list --job tiering --period 2025-12
    reportgen archive list 3f5c1e0a9b7d
    """
    archive = archive_in(output)
    rows = archive.catalogue.rows(
        job=job, period=period, scope=scope, text=text, standing=standing or "", limit=limit or -1
    )
    if as_json:
        for row in rows:
            click.echo(json.dumps(asdict(row), ensure_ascii=False))
        return
    if not rows:
        click.echo("No edition fits.", err=True)
    heads = ("issued", "job", "period", "scope", "rev.", "id", "standing")
    table = [heads, *((row.issued[:16].replace("T", " "), row.job, row.period, row.scope, row.revision, row.edition,
                       row.standing) for row in rows)]
    widths = [max(len(line[at]) for line in table) for at in range(len(heads))]
    for line in table if rows else ():
        click.echo("  ".join(f"{cell:<{width}}" for cell, width in zip(line, widths, strict=True)).rstrip())


list = list_  # noqa: A001 - the command's name
