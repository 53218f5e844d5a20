"""`reportgen archive open`"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import click

from reportgen.cli.archive.opened import archive_in, edition_argument, output_option
from reportgen.errors import ArchiveError


@click.command("open")
@edition_argument
@click.option("--locale", metavar="L", default="", help="Language of the PDF; the first of the edition by default.")
@click.option("--print", "only_path", is_flag=True, help="Only print the path of the copy.")
@output_option
def open_(edition: str, locale: str, only_path: bool, output: str) -> None:
    """Copy an edition's PDF out of the archive, its hash checked, print the copy's path and open it.

    \b
    reportgen archive open taihu/2011-05
    reportgen archive open tiering/2025-12/bank/r01 --locale en --print
    """
    archive = archive_in(output)
    known = archive.manifest(archive.find(edition).manifest)
    pdfs = [one for one in known.for_readers() if one.role.startswith("pdf")]
    files = [one for one in pdfs if locale in ("", one.locale)]
    if not files:
        there = ", ".join(one.locale for one in pdfs)
        raise ArchiveError(f"{known.key}: has no PDF in '{locale}'; it has {there}.")
    folder = Path(tempfile.mkdtemp(prefix="reportgen-"))
    path = folder / f"{known.key.job}-{known.key.period}-{known.key.revision}-{files[0].name}"
    path.write_bytes(archive.store.get(files[0].sha256))
    click.echo(str(path))
    if not only_path and (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY") or os.name == "nt"):
        click.launch(str(path))


open = open_  # noqa: A001 - the command's name
