"""`reportgen archive release`"""

from __future__ import annotations

import click

from reportgen.cli.archive.opened import archive_in, output_option, reason_option, user


@click.command()
@click.argument("name", metavar="NAME")
@reason_option
@output_option
def release(name: str, reason: str, output: str) -> None:
    """End the hold NAME.

    \b
    reportgen archive release case-2026-17 --reason "case closed"
    """
    from reportgen.archive.retention import release as end

    end(archive_in(output), name, reason, user())
    click.echo(f"{name}: released.")
