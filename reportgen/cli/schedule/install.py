"""`reportgen schedule install`"""

from __future__ import annotations

import os
import pwd
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reportgen import __version__
from reportgen.cli.failure import near
from reportgen.cli.options import output_option
from reportgen.cli.tick import jobs_option
from reportgen.errors import ExitCode, JobError, Problem

if TYPE_CHECKING:
    from reportgen.schedule.scheduled import Found

TARGETS = ("systemd", "crontab", "kubernetes", "airflow")
"""As `reportgen.schedule.install.TARGETS` lists them, without loading it for `--help`."""


@click.command()
@click.argument("target", metavar="|".join(TARGETS), type=click.Choice(TARGETS))
@click.option("--every", metavar="T", default="15m", show_default=True,
              help="How often to look: minutes, hours or a day that divide evenly, such as 5m, 15m, 1h, 1d.")
@click.option("--out", metavar="DIR", default=None,
              help="Folder for the files; schedule/ in the output folder otherwise.")
@click.option("--image", metavar="IMAGE", default=f"registry.example/reportgen:{__version__}", show_default=True,
              help="Container image, for kubernetes.")
@jobs_option
@output_option
def install(target: str, every: str, out: str | None, image: str, jobs: tuple[str, ...], output: str) -> int:
    """Write the files that make a scheduler call `reportgen tick`, and say what to do next. Nothing is switched on.

    The files name this folder, this program and the output folder by their full paths: run the command where the
    jobs are, as the user who is to make the reports.

    \b
    reportgen schedule install systemd
    reportgen schedule install crontab --every 1h --jobs config/jobs/tiering.yaml
    reportgen schedule install kubernetes --image registry.bank.example/reportgen:1
    """
    from reportgen.schedule.install import TARGETS as WRITERS
    from reportgen.schedule.install.handover import Handover, every_minutes, plain
    from reportgen.schedule.scheduled import scheduled_jobs

    minutes = every_minutes(every)
    here = Path.cwd()
    found = scheduled_jobs(jobs, here)
    _warn(found)
    zone = found.jobs[0].period.zone if found.jobs else "Etc/UTC"
    told = Handover(_program(), here, jobs, (here / output).resolve(), minutes, _user(), zone, image)
    plain((*told.command, str(told.folder), image))
    written = WRITERS[target](told)
    folder = Path(out) if out else Path(output) / "schedule"
    _write(folder, written.files)
    for name, _ in written.files:
        click.echo(near(str(folder / name)))
    click.echo("Next:", err=True)
    for step in written.steps:
        click.echo(f"  {step.replace('{folder}', shlex.quote(str(folder)))}", err=True)
    return ExitCode.DONE


def _warn(found: Found) -> None:
    for path, error in found.broken:
        click.echo(f"Broken now: {near(str(error.problems[0]))}" if error.problems else path, err=True)
    if not found.jobs:
        click.echo("No job has `schedule:` yet; a tick will find nothing to do.", err=True)


def _program() -> tuple[str, ...]:
    """This installation's command: the script beside the interpreter, else the interpreter with the module."""
    script = Path(sys.executable).with_name("reportgen")
    return (str(script),) if script.is_file() else (sys.executable, "-m", "reportgen")


def _user() -> str:
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return str(os.getuid())


def _write(folder: Path, files: tuple[tuple[str, str], ...]) -> None:
    """All files or none; a file that a person changed is not overwritten."""
    for name, text in files:
        path = folder / name
        if path.exists() and path.read_text(encoding="utf-8") != text:
            raise JobError(Problem(str(path), "is there already and says something else."),
                           state="Nothing was written.", hint="Take it away, or name another folder: --out DIR.")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in files:
            (folder / name).write_text(text, encoding="utf-8")
    except OSError as error:
        raise JobError(Problem(str(folder), f"cannot be written to: {error.strerror}."),
                       hint="Name another folder: --out DIR.") from None
