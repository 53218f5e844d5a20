"""`reportgen findings`"""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

import click

from reportgen.cli.options import job_argument, output_option, period_option, start
from reportgen.cli.progress import progress

if TYPE_CHECKING:
    from reportgen.facts.table import FactSet
    from reportgen.findings.finding import Finding


@click.command()
@job_argument
@period_option
@output_option
@click.option("--scope", metavar="S", default="bank", show_default=True, help="Whose: bank, region:R1, branch:B01.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
def findings(job_path: str, period: str | None, output: str, scope: str, as_json: bool) -> None:
    """Print the issues found in a period, as numbered in the report, with threshold, base and suggestions.

    \b
    reportgen findings config/jobs/taihu.yaml --period 2011-05
    reportgen findings config/jobs/taihu.yaml --period 2011-05 --json
    """
    context = start(job_path, period, output)
    from reportgen.pipeline import gather, judge
    from reportgen.scope import check_scopes, chosen_scopes

    check_scopes([scope])
    try:
        with progress() as told:
            everything = gather(context.job, context, told)
            facts = everything.seen_from(*chosen_scopes(context.job, everything, [scope]))
            found = judge(context.job, context, facts, scope).findings
    finally:
        context.clean()
    if not found and not as_json:
        click.echo("No issue was found.")
    for one in found:
        row = as_row(one, facts)
        click.echo(json.dumps(row, ensure_ascii=False) if as_json else _line(row))


def as_row(one: Finding, facts: FactSet) -> dict[str, object]:
    """What the listing says of a finding. Money stands in main units, shares as fractions, both as numbers."""
    return {
        "number": one.number, "rule": one.rule, "severity": one.severity, "scope": one.scope,
        "dimension": one.dimension, "segment": one.segment, "value": _number(one.value, one, facts),
        "threshold": None if one.threshold is None else _number(one.threshold, one, facts), "unit": one.unit,
        "n": one.n, "low": one.low, "high": one.high, "q": one.q, "fact": one.fact,
        "evidence": list(one.evidence), "suggestions": list(one.suggestions),
    }


def _number(value: Fraction, one: Finding, facts: FactSet) -> int | float:
    from reportgen.facts.fact import Fact
    from reportgen.facts.publish import value_text

    shown = Fact(one.scope, one.rule, facts.period, 0, unit=one.unit)
    number = Decimal(value_text(replace(shown, num=value.numerator, den=value.denominator), facts.currency))
    return int(number) if number == number.to_integral_value() else float(number)


def _line(row: dict[str, object]) -> str:
    where = f" {row['dimension']}={row['segment']}" if row["dimension"] else ""
    edge = "" if row["threshold"] is None else f", threshold {_short(row['threshold'])}"
    return (
        f"{row['number']}. {row['severity']} {row['rule']}{where}: {_short(row['value'])} ({row['unit']}{edge}, "
        f"n {row['n']}). Suggestions: {', '.join(row['suggestions']) or 'none'}"  # type: ignore[arg-type]
    )


def _short(number: object) -> str:
    return f"{number:.4g}" if isinstance(number, float) and abs(number) < 1000 else str(number)
