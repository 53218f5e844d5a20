"""`reportgen catalogue`"""

from __future__ import annotations

import json
from collections.abc import Iterable
from itertools import groupby
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from reportgen.catalogue import Item

_HEADS = {"metric": "Metrics", "rule": "Rules", "suggestion": "Suggestions", "report": "Reports (and their jobs)",
          "chart": "Chart kinds", "block": "Block kinds"}


@click.command()
@click.option("--kind", type=click.Choice(list(_HEADS)), help="Only these.")
@click.option("--unused", is_flag=True, help="Only what no report uses.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
def catalogue(kind: str | None, unused: bool, as_json: bool) -> None:
    """List metrics, rules, suggestions, reports, charts and blocks, with what they need and who uses them.

    \b
    reportgen catalogue
    reportgen catalogue --kind rule --json
    reportgen catalogue --unused
    """
    from reportgen.catalogue import catalogue as listed
    from reportgen.context import installation

    items = [one for one in listed(installation()) if kind in (None, one.kind) and not (unused and one.used_by)]
    if as_json:
        for one in items:
            click.echo(json.dumps(_row(one), ensure_ascii=False))
        return
    if not items:
        click.echo(f"Every {kind} is used by a report." if kind else "A report uses everything there is.", err=True)
    for head, group in groupby(items, key=lambda one: one.kind):
        _print(head, list(group))


def _row(one: Item) -> dict[str, object]:
    return {"kind": one.kind, "id": one.id, "label": one.label, "needs": list(one.needs), "used_by": list(one.used_by)}


def _print(head: str, items: Iterable[Item]) -> None:
    rows = list(items)
    click.echo(f"{_HEADS[head]}: {len(rows)}")
    width = max(len(one.id) for one in rows)
    for one in rows:
        told = [one.label.get("en", ""), f"needs {', '.join(one.needs)}" if one.needs else "",
                f"in {', '.join(one.used_by)}" if one.used_by else "in no report"]
        click.echo(f"  {one.id:<{width}}  {'; '.join(part for part in told if part)}")
