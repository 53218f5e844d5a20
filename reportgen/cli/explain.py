"""`reportgen explain`"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from reportgen.cli.facts import gather_facts
from reportgen.cli.options import job_argument, output_option, period_option, start

if TYPE_CHECKING:
    from reportgen.facts.explain import Explanation


@click.command()
@job_argument
@click.argument("fact_id", metavar="FACT-ID")
@period_option
@output_option
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def explain(job_path: str, fact_id: str, period: str | None, output: str, as_json: bool) -> None:
    """Say where one printed number comes from: definition, parts, base, query, sources.

    The period is the fact's own unless --period says otherwise.

    \b
    reportgen explain config/jobs/taihu.yaml 'bank/retention_rate@2010-12..2011-05'
    """
    from reportgen.facts.fact import parse_fact_id

    parts = parse_fact_id(fact_id)
    context = start(job_path, period or (parts["period"] if parts else None), output)
    from reportgen.facts.explain import explain as explained

    explanation = explained(gather_facts(context), fact_id)
    if as_json:
        click.echo(json.dumps(as_row(explanation), ensure_ascii=False))
        return
    for label, text in _lines(explanation):
        click.echo(f"{label + ':':<12}{text}" if label else f"{'':<12}{text}")


def as_row(one: Explanation) -> dict[str, object]:
    """The explanation as one flat object."""
    return {
        "fact": one.fact.id, "label": one.metric.label, "definition": one.metric.definition, "unit": one.fact.unit,
        "value": one.value, "num": one.num, "den": one.den, "n": one.fact.n, "low": one.statistic.low,
        "high": one.statistic.high, "q": one.statistic.q, "query": one.query, "sql": one.sql,
        "prepared": dict(one.prepared),
        "sources": [
            {"name": origin.name, "type": origin.type, "location": origin.location, "sha256": origin.sha256,
             "rows": origin.rows, "as_of": origin.as_of}
            for origin in one.origins
        ],
    }


def _lines(one: Explanation) -> list[tuple[str, str]]:
    lines = [
        ("fact", one.fact.id),
        ("metric", " / ".join(one.metric.label.values())),
        *(("definition" if first else "", text) for first, text in
          zip((True, False), one.metric.definition.values(), strict=False)),
        ("value", f"{one.value} ({one.fact.unit})"),
    ]
    if one.den != "1":
        lines.append(("parts", f"{one.num} / {one.den}"))
    lines.append(("base", f"n = {one.fact.n}"))
    if one.statistic.low is not None and one.statistic.high is not None:
        lines.append(("interval", f"{one.statistic.low:.6g} to {one.statistic.high:.6g} (95 %)"))
    if one.statistic.q is not None:
        lines.append(("q", f"{one.statistic.q:.4g}"))
    for origin in one.origins:
        dated = f", as of {origin.as_of}" if origin.as_of else ""
        lines.append(("source", f"{origin.name}: {origin.location}, {origin.rows} rows{dated}"))
        lines.append(("", f"sha256 {origin.sha256}"))
    if one.sql:
        lines.append(("query", one.query))
        lines += [("", line) for line in one.sql.splitlines()]
    return lines
