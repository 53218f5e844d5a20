"""`reportgen outbox send`"""

from __future__ import annotations

from pathlib import Path

import click

from reportgen.cli.options import output_option


@click.command()
@output_option
def send(output: str) -> int:
    """Send what is due now, clear what is in doubt, and end. `reportgen tick` does the same.

    Safe to call at any time and twice at once. Exit code 13 where the fate of a mail is unknown and an operator
    decides, 10 where one failed or was stopped, or the server refused us.

    \b
    reportgen outbox send
    """
    from reportgen.cli.sending import sent
    from reportgen.context import project_root

    return sent(Path(output).resolve(), project_root(Path.cwd()), asked=True)
