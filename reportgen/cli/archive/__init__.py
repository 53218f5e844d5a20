"""`reportgen archive`: one command, one file."""

from __future__ import annotations

from typing import ClassVar

import click

from reportgen.cli.group import LazyGroup

COMMANDS = {
    "list": "List editions, the newest first.",
    "show": "Show all that is known of an edition.",
    "open": "Print the path of an edition's PDF, checked, and open it.",
    "verify": "Check that nothing was altered, lost or put back.",
    "reproduce": "Make an edition again and say how alike it came out.",
    "diff": "Compare two editions, facts and findings.",
    "export": "Write one zip with an edition and all that is needed to check it.",
    "hold": "Keep what matches until it is released.",
    "release": "End a hold.",
    "retain": "Delete an edition whose time is over; two people, two steps.",
    "key": "Rotate or revoke the key that signs the log.",
    "anchor": "Have a time-stamp authority sign the checkpoint.",
    "replicate": "Copy the archive to S3 with Object Lock.",
    "probe-worm": "Try to delete, shorten and overwrite, before a store is called WORM.",
    "recover": "Clear away what a killed run left and mend the index.",
}
"""Command to its line in `--help`."""


class ArchiveGroup(LazyGroup):
    """The commands of the archive."""

    known: ClassVar[dict[str, str]] = COMMANDS
    package: ClassVar[str] = "reportgen.cli.archive"


@click.group(cls=ArchiveGroup)
def archive() -> None:
    """What was issued: kept, checked, made again.

    EDITION is an edition's id (12 digits, on its last page), its manifest's hash (8 digits or more), or
    job/period[/scope[/revision]], such as tiering/2025-12/branch:B07/r01. Without a revision the newest is meant.

    \b
    reportgen archive list --job tiering
    reportgen archive verify --full
    reportgen archive show taihu/2011-05
    """
