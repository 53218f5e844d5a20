"""`reportgen archive export`"""

from __future__ import annotations

from pathlib import Path

import click

from reportgen.cli.archive.opened import archive_in, edition_argument, output_option


@click.command()
@edition_argument
@click.option("--to", "target", metavar="FILE.zip", help="Where to write it; by default here, under its name.")
@output_option
def export(edition: str, target: str | None, output: str) -> None:
    """Write one zip with an edition's files and all that an outsider needs to check them, the verifier included.

    \b
    reportgen archive export taihu/2011-05
    reportgen archive export tiering/2025-12/branch:B07/r01 --to B07.zip
    """
    from reportgen.archive.export import export as write
    from reportgen.archive.export import export_name

    archive = archive_in(output)
    one = archive.find(edition)
    path = Path(target or f"{export_name(one)}.zip")
    size = write(archive, one, path)
    click.echo(str(path))
    click.echo(f"{size / 1e6:,.1f} MB; unpacked: python3 archive/verify.py --edition {one.manifest}", err=True)
