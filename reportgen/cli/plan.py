"""`reportgen plan`"""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import TYPE_CHECKING

import click

from reportgen.cli.failure import near
from reportgen.cli.options import job_argument, output_option, period_option, start
from reportgen.cli.progress import progress
from reportgen.errors import ExitCode

if TYPE_CHECKING:
    from fractions import Fraction

    from reportgen.context import RunContext
    from reportgen.release.movement import Movement
    from reportgen.release.plan import Plan, PlannedEdition

_STATES = {
    "new": "new: would be made",
    "issued": "issued from the same inputs: nothing to do",
    "differs": "refused without --restate",
}
_SHOWN = 20
"""More recipients than these are counted; --json names all."""


@click.command()
@job_argument
@period_option
@click.option("--scope", "scopes", metavar="S", multiple=True,
              help="Only this unit's report: bank, region:R1, branch:B01; may be repeated.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@output_option
def plan(job_path: str, period: str | None, scopes: tuple[str, ...], as_json: bool, output: str) -> int:
    """Say what a run would make: which editions are new, issued already or refused, and which figures moved far.

    The data are read and judged, no page is rendered, nothing is written. Exit code 9 where a run would be refused
    without --restate; otherwise as a run's for a wrong job or data that are refused.

    \b
    reportgen plan config/jobs/tiering.yaml --period 2025-12
    reportgen plan config/jobs/tiering.yaml --period 2025-12 --scope branch:B07 --json
    """
    context = start(job_path, period, output)
    from reportgen.release.plan import plan as planned

    with progress() as told:
        found = planned(context.job, context, told, scopes)
    if as_json:
        click.echo(json.dumps(_record(found, context), ensure_ascii=False))
    else:
        for head, text in _lines(found, context):
            click.echo(f"{head:<12}  {text}")
    return ExitCode.ALREADY_ISSUED if found.of("differs") else ExitCode.DONE


def _lines(found: Plan, context: RunContext) -> Iterator[tuple[str, str]]:
    counts = ", ".join(f"{len(of)} {state}" for state in ("new", "issued", "differs") if (of := found.of(state)))
    yield "job", f"{found.job} {found.period} · {found.report} · {', '.join(found.locales)} · {counts}"
    for one in found.editions:
        name = one.name.get(context.job.locales[0], "")
        told = f" ({one.why})" if one.why else ""
        yield one.scope, f"{one.revision}  {one.edition or '-' * 12}  {_STATES[one.state]}{told}  {name}".rstrip()
        for file in one.files if one.state != "issued" else ():
            yield "", near(file.as_posix())
        for moved in one.movements:
            yield "", f"moved since {one.compared}: {_moved(moved, context)}"
    if found.unnamed:
        yield "no name", f"{', '.join(found.unnamed)}: not in {found.names}"
    elif not found.names:
        yield "names", "the job has no file of names (units:); units and managers are printed by their codes"
    command = f"reportgen approve {context.job.path} --period {found.period}"
    yield "approval", (f"another person than the maker must approve before anything leaves: {command}"
                       if found.approval else "not asked for by the job")
    yield from _readers(found)


def _readers(found: Plan) -> Iterator[tuple[str, str]]:
    """Who would get what, who would not, and whether an operator would be asked first."""
    if not found.sends:
        yield "mail", "the job sends nothing (delivery:)"
        return
    yield "mail", f"{len(found.readers):,} recipients, by the rights of today"
    for one in found.readers[:_SHOWN]:
        refused = f" · gets nothing: {one.refused}" if one.refused else ""
        yield one.scope, f"{one.recipient} <{one.address}> {one.why}{refused}"
    if len(found.readers) > _SHOWN:
        yield "", f"and {len(found.readers) - _SHOWN:,} more (--json)"
    wrong = [one.recipient for one in found.readers[_SHOWN:] if one.refused]
    if wrong:
        yield "", f"get nothing, for their domain is not allowed: {', '.join(wrong)}"
    if found.unread:
        yield "nobody", f"may read {', '.join(found.unread)}"
    if found.unlike_last:
        yield "held", f"until `reportgen outbox release`: {found.unlike_last}"


def _moved(one: Movement, context: RunContext) -> str:
    before, now = (_shown(value, one.unit, context) for value in (one.before, one.now))
    if one.unit in ("share", "points"):
        change = f"{_rounded((one.now - one.before) * 100, 2):+} percentage points"
    else:
        change = f"{_rounded(one.change * 100, 1):+} %" if one.change is not None else "from nothing"
    return f"{one.metric} {before} → {now} ({change})"


def _shown(value: Fraction, unit: str, context: RunContext) -> str:
    """As a person reads it: money in main units of the currency, shares in percent."""
    from reportgen.config.amount import MINOR_UNITS

    currency = context.job.currency
    if unit.startswith("money"):
        return f"{_rounded(value / 10 ** MINOR_UNITS[currency], MINOR_UNITS[currency]):,} {currency}"
    if unit in ("share", "points"):
        return f"{_rounded(value * 100, 2)} %"
    return f"{_rounded(value, 0 if value.denominator == 1 else 2):,}"


def _rounded(value: Fraction, digits: int) -> Decimal:
    from decimal import ROUND_HALF_UP

    step = Decimal(1).scaleb(-digits)
    return (Decimal(value.numerator) / Decimal(value.denominator)).quantize(step, ROUND_HALF_UP)


def _record(found: Plan, context: RunContext) -> dict[str, object]:
    return {
        "job": found.job, "report": found.report, "period": found.period, "locales": found.locales,
        "approval": found.approval, "unnamed": found.unnamed, "names": found.names, "sends": found.sends,
        "recipients": [{"scope": one.scope, "recipient": one.recipient, "address": one.address, "why": one.why,
                        "refused": one.refused} for one in found.readers],
        "unread": found.unread if found.sends else (), "held": found.unlike_last,
        "editions": [_edition(one, context) for one in found.editions],
    }


def _edition(one: PlannedEdition, context: RunContext) -> dict[str, object]:
    return {
        "scope": one.scope, "name": one.name, "state": one.state, "revision": one.revision, "edition": one.edition,
        "why": one.why, "files": [near(file.as_posix()) for file in one.files], "compared": one.compared,
        "movements": [
            {"metric": moved.metric, "unit": moved.unit, "before": _shown(moved.before, moved.unit, context),
             "now": _shown(moved.now, moved.unit, context),
             "change": str(_rounded(moved.change, 6)) if moved.change is not None else ""}
            for moved in one.movements
        ],
    }
