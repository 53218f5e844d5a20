"""`reportgen archive replicate`"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import click

from reportgen.cli.archive.opened import archive_in, output_option

if TYPE_CHECKING:
    from reportgen.archive.archive import Archive

FOREVER = timedelta(days=365 * 100)
"""A store takes no lock without an end; what must be kept for ever is locked for a hundred years."""


@click.command()
@click.option("--thorough", is_flag=True, help="Ask the store for the checksum of every file, not of new ones alone.")
@output_option
def replicate(thorough: bool, output: str) -> None:
    """Copy what is new to the bucket of config/archive.yaml, each file locked until its retention ends.

    The checkpoint goes last. A run that was cut off is run again; over a complete replica it copies nothing.

    \b
    reportgen archive replicate
    reportgen archive replicate --thorough
    """
    from reportgen.archive.bucket import connect
    from reportgen.archive.replicate import replicate as copy
    from reportgen.archive.replicate import replicated_size
    from reportgen.archive.services import replica as where
    from reportgen.context import installation

    archive = archive_in(output)
    replica = where(installation().root)
    client = connect(replica)
    now = archive.clock()
    until = ends(archive, now, since=replicated_size(replica, client))
    done = copy(archive.root, replica, client, now, default=longest(archive, now), until=until, thorough=thorough)
    click.echo(f"s3://{replica.bucket}/{replica.prefix}: {done.size} entries; {done.copied} files copied "
               f"({done.bytes / 1e6:,.1f} MB), {done.present} there already, {done.extended} locks made longer.")
    click.echo(f"checkpoint version {done.checkpoint_version}")


def ends(archive: Archive, now: datetime, since: int = 0) -> dict[str, datetime]:
    """Path in the archive to the end of retention, for all that the editions from log entry `since` on reach."""
    from reportgen.archive.inventory import object_name
    from reportgen.archive.retention import reached

    found: dict[str, datetime] = {}
    for sha, one in archive.state().issued.items():
        if one.deletion or one.index < since:
            continue
        manifest = archive.manifest(sha)
        end = _end(manifest.retention.until, now)
        for part in reached(archive, manifest):
            name = object_name(part)
            found[name] = max(found.get(name, end), end)
    return found


def longest(archive: Archive, now: datetime) -> datetime:
    """The latest end of any edition: the log, the keys and the manifests must outlive them all."""
    every = [_end(archive.manifest(sha).retention.until, now) for sha in archive.state().issued]
    return max(every, default=now + FOREVER)


def _end(until: str, now: datetime) -> datetime:
    return datetime.fromisoformat(until).replace(tzinfo=UTC) if until else now + FOREVER
