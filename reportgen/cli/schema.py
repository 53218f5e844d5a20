"""`reportgen schema`"""

from __future__ import annotations

import click


@click.command()
def schema() -> None:
    """Print the JSON Schema of a job file, for editors and other tools.

    \b
    reportgen schema > job.schema.json
    """
    from reportgen.config.schema import schema_text

    click.echo(schema_text(), nl=False)
