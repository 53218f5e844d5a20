"""`reportgen archive probe-worm`"""

from __future__ import annotations

from datetime import UTC, datetime

import click

from reportgen.cli.failure import printable
from reportgen.errors import ExitCode


@click.command("probe-worm")
def probe_worm() -> int:
    """Try to delete, shorten and overwrite in the bucket of config/archive.yaml; exit 0 only if all was refused.

    A few bytes are left in the bucket under probe/ until their lock of an hour ends. Exit 12: the store is not WORM,
    and each line says why.

    \b
    reportgen archive probe-worm
    """
    from reportgen.archive.bucket import connect
    from reportgen.archive.probe_worm import probe
    from reportgen.archive.services import replica as where
    from reportgen.context import installation

    replica = where(installation().root)
    found = probe(replica, connect(replica), datetime.now(UTC))
    for one in (*found.controls, *found.trials):
        click.echo(printable(f"{'held' if one.held else 'BAD '}  {one.name}: {one.detail}"))
    verdict = "is WORM: every attempt was refused." if found.worm else "is NOT WORM."
    click.echo(f"s3://{replica.bucket}/{replica.prefix} {verdict}")
    return ExitCode.DONE if found.worm else ExitCode.VERIFICATION
