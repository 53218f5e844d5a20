"""`reportgen archive anchor`"""

from __future__ import annotations

import click

from reportgen.cli.archive.opened import archive_in, output_option


@click.command()
@output_option
def anchor(output: str) -> None:
    """Have the time-stamp authority of config/archive.yaml sign the newest checkpoint, and keep its token.

    From then on nobody, whoever holds the key, can put the log back to before it without the authority's help. Where
    nothing was issued since the last token, none is asked for.

    \b
    reportgen archive anchor
    """
    from reportgen.archive.anchor import log_anchor
    from reportgen.archive.services import time_stamps
    from reportgen.context import installation

    archive = archive_in(output)
    project = installation().root
    authority = time_stamps(project)
    made = log_anchor(archive, authority, project)
    click.echo(f"{made.size} entries were seen by {authority.url} at {made.time:%Y-%m-%d %H:%M:%S} UTC.")
    click.echo(str(made.token))
