"""`reportgen doctor`"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import click

from reportgen.cli.failure import printable
from reportgen.cli.options import output_option
from reportgen.errors import ExitCode


@click.command()
@output_option
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line: name, ok, found, todo.")
def doctor(output: str, as_json: bool) -> int:
    """Check this machine: packages, native libraries, fonts, disk, clock. Exit code 3 where there is a problem.

    \b
    reportgen doctor
    reportgen doctor --output /srv/reports --json
    """
    from reportgen.doctor import examine

    sound = True
    for check in examine(Path(output), datetime.now(UTC)):
        sound = sound and check.ok
        if as_json:
            fields = {"name": check.name, "ok": check.ok, "found": check.found, "todo": check.todo}
            click.echo(json.dumps(fields, ensure_ascii=False))
            continue
        click.echo(f"{'ok' if check.ok else 'problem':<9}{check.name:<12}{printable(check.found)}")
        if check.todo:
            click.echo(f"{'':<21}{check.todo}")
    return ExitCode.DONE if sound else ExitCode.DEPENDENCY
