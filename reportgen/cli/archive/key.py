"""`reportgen archive key`"""

from __future__ import annotations

import click

from reportgen.cli.archive.opened import archive_in, output_option, reason_option, user


@click.group()
def key() -> None:
    """The key that signs the log's checkpoints: show, rotate, revoke.

    \b
    reportgen archive key show
    reportgen archive key rotate --reason "yearly"
    reportgen archive key revoke 60c36aea03549159 --reason "laptop stolen"
    """


@key.command()
@output_option
def show(output: str) -> None:
    """List the keys the log knows, and where the private one is sought."""
    archive = archive_in(output)
    history = archive.log.history()
    turn = history.at(archive.log.size).id
    for public in history.known.values():
        click.echo(f"{public.id}  {'signs now' if public.id == turn else 'earlier or revoked'}")
    click.echo(f"private key: {archive.key_path}")


@key.command()
@reason_option
@click.option("--lost", is_flag=True, help="The old key is gone and cannot vouch for the new one.")
@output_option
def rotate(reason: str, lost: bool, output: str) -> None:
    """Make a new key; from the next checkpoint on it signs. The old one stays valid for what it signed."""
    from reportgen.archive.rotation import rotate as turn

    archive = archive_in(output)
    fresh = turn(archive, reason, user(), lost=lost)
    click.echo(f"{fresh.id} signs from now on; its private half is {archive.key_path}.")


@key.command()
@click.argument("key_id", metavar="ID")
@reason_option
@output_option
def revoke(key_id: str, reason: str, output: str) -> None:
    """Say that a key is not to be trusted from now on: no later checkpoint signed by it is accepted."""
    from reportgen.archive.rotation import revoke as end

    archive = archive_in(output)
    end(archive, key_id, reason, user())
    click.echo(f"{key_id}: revoked from log entry {archive.log.size - 1} on.")
