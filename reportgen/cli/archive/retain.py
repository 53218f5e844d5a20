"""`reportgen archive retain`"""

from __future__ import annotations

import click

from reportgen.cli.archive.opened import archive_in, edition_argument, output_option, reason_option, user


@click.group()
def retain() -> None:
    """Delete an edition whose time is over: one person proposes, another approves.

    Refused before the manifest's day, and under a hold. The log keeps who, why, by which law, and the manifest.

    \b
    reportgen archive retain propose tiering/2015-12 --reason "ten years over" --law "retention schedule 4.2"
    reportgen archive retain approve tiering/2015-12
    """


@retain.command()
@edition_argument
@reason_option
@click.option("--law", metavar="WHICH", required=True, help="The rule or law that asks for it.")
@output_option
def propose(edition: str, reason: str, law: str, output: str) -> None:
    """Ask that an edition be deleted. Nothing is deleted yet."""
    from reportgen.archive.retention import propose as ask

    archive = archive_in(output)
    one = archive.find(edition)
    ask(archive, one, reason, law, user())
    click.echo(f"{one}: deletion proposed. Another person approves it: reportgen archive retain approve {edition}")


@retain.command()
@edition_argument
@output_option
def approve(edition: str, output: str) -> None:
    """Approve another person's proposal, and delete."""
    from reportgen.archive.retention import approve as agree

    archive = archive_in(output)
    one = archive.find(edition)
    gone = agree(archive, one, user())
    click.echo(f"{one}: deleted; {len(gone)} objects are gone, the manifest and the tombstone stay.")
