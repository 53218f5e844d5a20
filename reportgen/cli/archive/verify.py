"""`reportgen archive verify`"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reportgen.cli import failure
from reportgen.cli.archive.opened import output_option
from reportgen.errors import ArchiveError, ExitCode, Problem

if TYPE_CHECKING:
    from reportgen.archive.verify import Report

_UNITS = {"s": 1, "m": 60, "h": 3600}
_EVERY = 500
"""Objects between two lines of progress in a log."""


def _seconds(context: click.Context, option: click.Parameter, value: str | None) -> float | None:
    if value is None:
        return None
    found = re.fullmatch(r"([0-9]+(?:\.[0-9]+)?)(s|m|h)", value.strip())
    if not found or not float(found[1]):
        raise click.BadParameter("write a time as 90s, 10m or 2h.", context, option)
    return float(found[1]) * _UNITS[found[2]]


@click.command()
@click.option("--full", "mode", flag_value="full", default="full", help="Read every byte; the default.")
@click.option("--quick", "mode", flag_value="quick", help="Log, manifests and trees; objects by presence and size.")
@click.option("--budget", metavar="TIME", callback=_seconds,
              help="Stop reading objects after 90s, 10m or 2h; the next --budget goes on from there.")
@click.option("--against", metavar="CHECKPOINT", help="A checkpoint kept elsewhere: finds a log cut back or rewritten.")
@click.option("--key", "key_file", metavar="PUBLIC.pem", help="The public key as you were given it another way.")
@output_option
def verify(mode: str, budget: float | None, against: str | None, key_file: str | None, output: str) -> int:
    """Check that nothing in the archive was altered, lost, added or put back. Exit 0, or 12 and one problem a line.

    The archive is only read. verify.py in the archive asks the same without this program. Time stamps are held against
    the roots of the authority that config/archive.yaml names.

    \b
    reportgen archive verify
    reportgen archive verify --quick --against checkpoint-of-january.txt
    reportgen archive verify --budget 10m
    """
    if budget is not None and mode == "quick":
        raise click.UsageError("--budget limits the reading of objects, which --quick leaves out.")
    from reportgen.archive.anchor import anchor_check
    from reportgen.archive.catalogue_check import catalogue_check
    from reportgen.archive.services import witness
    from reportgen.archive.verify import Check
    from reportgen.archive.verify import verify as check
    from reportgen.context import installation

    folder = Path(output).resolve()
    if not (folder / "archive").is_dir():
        raise ArchiveError(Problem(str(folder / "archive"), "there is no archive here."),
                           hint="Name the folder that a run wrote to: --output DIR.")
    project = installation().root
    authority = witness(project)
    checks: tuple[Check, ...] = (catalogue_check, *([anchor_check(authority, project)] if authority else []))
    report = check(
        folder / "archive", "quick" if mode == "quick" else "full", against=_file(against), key=_text(key_file),
        budget_seconds=budget, position=folder / "work" / "verify.json" if budget is not None else None,
        progress=_told, checks=checks,
    )
    _end()
    for problem in report.problems:
        click.echo(failure.printable(f"BAD {problem}"))
    for notice in report.notices:
        click.echo(failure.printable(f"note {notice}"), err=True)
    for line in _counted(report, mode):
        click.echo(line, err=bool(report.problems))
    return ExitCode.DONE if report.good else ExitCode.VERIFICATION


def _file(name: str | None) -> Path | None:
    """A file that is there: a wrong name must not look like a forged archive."""
    if name is None:
        return None
    if not Path(name).is_file():
        raise click.UsageError(f"{name}: there is no such file.")
    return Path(name)


def _text(name: str | None) -> str:
    path = _file(name)
    return path.read_text(encoding="utf-8", errors="replace") if path else ""


def _told(done: int, of: int) -> None:
    if sys.stderr.isatty():
        click.echo(f"\robjects: {done:,} of {of:,}", err=True, nl=False)
    elif done % _EVERY == 0:
        click.echo(f"objects: {done} of {of}", err=True)


def _end() -> None:
    if sys.stderr.isatty():
        click.echo("\r\x1b[K", err=True, nl=False)


def _counted(report: Report, mode: str) -> list[str]:
    """What was looked at, and the verdict."""
    count = report.counts
    lines = []
    if "entries" in count:
        standing = f"{count['superseded']} superseded, {count['deleted']} deleted"
        lines.append(f"log: {count['entries']} entries, {count['editions']} editions ({standing}), signed by key "
                     f"{report.key}")
    if mode == "full" and "objects_read" in count:
        before = f" after {count['objects_before']} read earlier" if count.get("objects_before") else ""
        lines.append(f"objects: {count['objects_read']} of {count['objects']} read{before}, "
                     f"{count['bytes_read'] / 1e6:,.1f} MB")
    elif "objects" in count:
        lines.append(f"objects: {count['objects']} by presence and size; --full reads every byte")
    if report.problems:
        number = len(report.problems)
        lines.append(f"BAD: {number} problem{'s' if number > 1 else ''}. The archive is not what was issued.")
    elif report.complete:
        lines.append("OK")
    else:
        lines.append("so far OK: the time was over. Run the command again to go on from there.")
    return lines
