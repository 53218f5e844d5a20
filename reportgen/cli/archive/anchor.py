"""`reportgen archive anchor`"""

from __future__ import annotations

import click

from reportgen.cli.archive.opened import archive_in, output_option


@click.command()
@output_option
def anchor(output: str) -> None:
    """Have the time-stamp authority of config/archive.yaml sign the newest checkpoint, and keep its token.

    From then on nobody, whoever holds the key, can put the log back to before it without the authority's help.

    \b
    reportgen archive anchor
    """
    from reportgen.archive.anchor import anchor as stamp
    from reportgen.archive.lock import exclusive
    from reportgen.archive.services import time_stamps
    from reportgen.context import installation

    archive = archive_in(output)
    project = installation().root
    authority = time_stamps(project)
    archive.log.trusted()
    with exclusive(archive.log.lock):
        made = stamp(archive.root, authority, project)
    click.echo(f"{made.size} entries were seen by {authority.url} at {made.time:%Y-%m-%d %H:%M:%S} UTC.")
    click.echo(str(made.token))
