"""`reportgen archive diff`"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, cast

import click

from reportgen.cli.archive.opened import archive_in, json_option, output_option
from reportgen.cli.failure import printable
from reportgen.config.model import LOCALES
from reportgen.errors import JobError, Problem

if TYPE_CHECKING:
    from reportgen.archive.comparison import Comparison, Row
    from reportgen.config.model import Locale

MOST = 40
"""Facts listed on a terminal unless all are asked for."""
_WIDEST = 48


@click.command()
@click.argument("a", metavar="A")
@click.argument("b", metavar="B")
@click.option("--locale", metavar="L", type=click.Choice(LOCALES), default=None,
              help="Language of labels and of the page; the first of the edition by default.")
@click.option("--all", "everything", is_flag=True, help=f"List all facts, not the first {MOST}.")
@click.option("--html", "target", metavar="FILE", help="Write the comparison as a page instead.")
@json_option
@output_option
def diff(
    a: str, b: str, locale: str | None, everything: bool, target: str | None, as_json: bool, output: str
) -> None:
    """Compare two editions of a unit, two revisions or two periods: what differs in their issues and figures.

    Two periods are matched by what a date is in each: this period with this period, opening with opening.

    \b
    reportgen archive diff taihu/2011-05/bank/r01 taihu/2011-05/bank/r02
    reportgen archive diff tiering/2025-11/branch:B07 tiering/2025-12/branch:B07 --html changes.html
    """
    if target is not None and not Path(target).parent.is_dir():
        raise JobError(Problem(target, "there is no such folder."), state="Nothing was compared.")
    from reportgen.archive.comparison import as_rows, compare
    from reportgen.archive.comparison_page import comparison_page
    from reportgen.archive.kept import kept_edition

    archive = archive_in(output)
    one, other = (kept_edition(archive, archive.find(name)) for name in (a, b))
    found = compare(one, other, cast("Locale", locale or other.job.locales[0]))
    if target is not None:
        try:
            Path(target).write_text(comparison_page(found), encoding="utf-8")
        except OSError as error:
            raise JobError(
                Problem(target, f"cannot be written: {error.strerror}."), hint="Name another file."
            ) from None
        click.echo(target)
        return
    if as_json:
        for row in as_rows(found):
            click.echo(json.dumps(row, ensure_ascii=False))
        return
    for line in _lines(found, everything):
        click.echo(printable(line))


def _lines(found: Comparison, everything: bool) -> Iterator[str]:
    yield f"A  {found.a.issued}  {found.a.manifest.edition}"
    yield f"B  {found.b.issued}  {found.b.manifest.edition}"
    yield f"issues: {len(found.findings)} differ"
    yield from _table(found.finding_rows)
    yield f"facts: {len(found.facts)} differ"
    shown = found.fact_rows if everything else found.fact_rows[:MOST]
    yield from _table(shown)
    if len(shown) < len(found.facts):
        yield f"and {len(found.facts) - len(shown)} more: --all, --json or --html FILE show them."


def _table(rows: Sequence[Row]) -> Iterator[str]:
    """Columns side by side; a Chinese character is two wide."""
    cells = [(row.label, row.segment, row.at, row.a, row.b, row.change) for row in rows]
    widths = [min(_WIDEST, max(_wide(row[at]) for row in cells)) for at in range(6)] if cells else []
    for row in cells:
        parts = [text + " " * (width - _wide(text)) for text, width in zip(row, widths, strict=True) if width]
        yield f"  {'  '.join(parts)}".rstrip()


def _wide(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(mark) in "WF" else 1 for mark in text)
