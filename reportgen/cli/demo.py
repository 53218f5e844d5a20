"""`reportgen demo`"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reportgen.cli.progress import progress
from reportgen.config.source import DEMO_CUSTOMERS, DEMO_SEED

if TYPE_CHECKING:
    from reportgen.sources.demo.files import Format


@click.command()
@click.argument("folder", metavar="[DIR]", default="output/demo")
@click.option("--format", "form", type=click.Choice(["parquet", "csv"]), default="parquet", show_default=True,
              help="Kind of the files.")
@click.option("--seed", type=click.IntRange(min=0), default=DEMO_SEED, show_default=True,
              help="Another seed is another bank with the same stories.")
@click.option("--customers", type=click.IntRange(1_000, 200_000), default=DEMO_CUSTOMERS, show_default=True,
              help="About how many at the end of 2025.")
@click.option("--shuffled", is_flag=True, help="Deal the customers' attributes out anew: no segment stands out.")
def demo(folder: str, form: Format, seed: int, customers: int, shuffled: bool) -> None:
    """Write the demonstration bank: nineteen tables of a bank that does not exist, 2024-01 to 2025-12.

    Prints each file and its rows. The same seed gives the same bytes. A folder that holds anything else is refused.

    \b
    reportgen demo
    reportgen demo /srv/trial --format csv --customers 2000
    """
    if not folder.strip():
        raise click.BadParameter("a folder's name is needed, and this is empty.")
    from reportgen.sources.demo.files import Recipe, write_bank
    from reportgen.sources.demo.generate import VERSION

    with progress() as told:
        written = write_bank(Path(folder).resolve(), Recipe(seed, customers, VERSION, shuffled), form, told)
    for one in written:
        click.echo(f"{_shown(one.path)}  {one.rows:,} rows")


def _shown(path: Path) -> str:
    """Relative below the working folder, as the user would write it."""
    return os.path.relpath(path) if path.is_relative_to(Path.cwd()) else str(path)
