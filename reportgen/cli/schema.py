"""`reportgen schema`"""

from __future__ import annotations

import click


@click.command()
@click.option("--data", "contract", is_flag=True, help="Of a data contract, the file that a job's `data:` names.")
def schema(*, contract: bool) -> None:
    """Print the JSON Schema of a job file, for editors and other tools.

    \b
    reportgen schema > job.schema.json
    reportgen schema --data > data.schema.json
    """
    from reportgen.config.schema import schema_text

    click.echo(schema_text(contract=contract), nl=False)
