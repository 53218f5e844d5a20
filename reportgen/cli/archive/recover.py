"""`reportgen archive recover`"""

from __future__ import annotations

import click

from reportgen.cli.archive.opened import archive_in, output_option


@click.command()
@output_option
def recover(output: str) -> None:
    """Clear away what a killed run left, finish what it had committed, and make the index again.

    Every run does the first two by itself. Evidence is never touched: only working files, and what follows from the
    log and the objects.

    \b
    reportgen archive recover
    """
    from reportgen.archive.lock import exclusive
    from reportgen.archive.retention import sweep

    archive = archive_in(output)
    with exclusive(archive.log.lock):
        archive.ready()
        sweep(archive)
        archive.catalogue.rebuild(archive.state(), archive.manifest)
    click.echo(f"{archive.root}: {archive.log.size} entries, {len(archive.state().issued)} editions.")
