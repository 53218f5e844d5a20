"""`reportgen runs show`"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from reportgen.cli.failure import near
from reportgen.cli.options import output_option

if TYPE_CHECKING:
    from reportgen.runs.ledger import Ledger
    from reportgen.runs.record import RunRow

_AGAIN = "reportgen run JOB --period {period}"
NEXT = {
    "held": "everything is archived and nothing leaves: see why below, mend the data or the job, then "
            + _AGAIN + " --restate \"the reason\"",
    "awaiting_approval": "reportgen approve JOB --period {period}, by another person than the maker",
    "done": "nothing: the run is done",
    "done_with_errors": _AGAIN + " makes the reports that failed; those issued stay",
    "blocked": "mend the data that the gates refused, then " + _AGAIN,
    "failed": _AGAIN + " goes on where it stopped if the inputs are the same, else from the beginning",
    "interrupted": _AGAIN + " goes on where it stopped",
}
"""State to what an operator does next; in every other one a process is at work, or died."""
_MOST = 20


@click.command()
@click.argument("run_id", metavar="RUN")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@output_option
def show(run_id: str, as_json: bool, output: str) -> None:
    """Show a run: its steps with their times, its reports by state, what failed and why, and what to do next.

    \b
    reportgen runs show 3f0c2d5e
    reportgen runs show 3f0c2d5e --json
    """
    from reportgen.config.operations import ledger_url
    from reportgen.context import project_root
    from reportgen.runs.ledger import Ledger

    folder = Path(output).resolve()
    with Ledger.of(folder, ledger_url(project_root(Path.cwd()))) as ledger:
        told = record(ledger.run(run_id), ledger, folder, datetime.now(UTC))
    if as_json:
        click.echo(json.dumps(told, ensure_ascii=False))
        return
    for head, text in _lines(told):
        click.echo(f"{head:<10}  {text}".rstrip())


def record(one: RunRow, ledger: Ledger, output: Path, now: datetime) -> dict[str, Any]:
    """All that is known of a run: ledger, summary, what to do next. No customer's data are in either."""
    units, steps = ledger.units(one.id), ledger.history(one.id)
    ends = [step.at for step in steps[1:]] + [one.ended or now]
    summary = output / "runs" / one.id / "summary.json"
    held = one.is_held and one.until is not None
    return {
        "run": one.id, "job": one.job, "period": one.period, "version": one.version, "state": one.state.value,
        "reason": one.reason, "problem": one.problem, "made_by": one.made_by, "holder": str(one.holder),
        "held_until": one.until.isoformat(timespec="seconds") if held and one.until else "",
        "started": one.started.isoformat(timespec="seconds"),
        "ended": one.ended.isoformat(timespec="seconds") if one.ended else "",
        "steps": [
            {"state": step.after.value, "at": step.at.isoformat(timespec="seconds"), "by": step.by,
             "seconds": round((end - step.at).total_seconds(), 1), "problem": step.problem}
            for step, end in zip(steps, ends, strict=True)
        ],
        "units": {state.value: count for state, count in ledger.unit_counts(one.id).items() if count},
        "seconds_rendering": round(sum(unit.seconds for unit in units), 1),
        "failures": [
            {"scope": unit.scope, "locale": unit.locale, "code": unit.code, "problem": unit.problem,
             "attempts": unit.attempts} for unit in units if unit.state == "failed"
        ],
        "summary": _read(summary), "summary_file": near(summary.as_posix()) if summary.is_file() else "",
        "next": _next(one, now),
    }


def _next(one: RunRow, now: datetime) -> str:
    words = NEXT.get(one.state.value)
    if words is None:
        if one.until is not None and one.until > now:
            return f"wait: {one.holder} works on it, its claim lasts until {one.until:%Y-%m-%d %H:%M:%S} UTC"
        words = "its process has ended without a word; " + _AGAIN + " goes on where it stopped"
    return words.replace("{period}", one.period)


def _read(path: Path) -> dict[str, Any]:
    """A run's summary; empty where it has none yet, or a killed run left half of one."""
    try:
        found = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _lines(told: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    yield "run", f"{told['run']} · {told['job']} {told['period']} · version {told['version']}"
    yield "state", told["state"] + (f": {told['problem']}" if told["problem"] else "")
    yield "made by", f"{told['made_by']}; held last by {told['holder']}"
    if told["reason"]:
        yield "reason", told["reason"]
    for step in told["steps"]:
        yield "step", f"{step['at']}  {step['state']:<18} {step['seconds']:>9,.1f} s  {step['problem']}".rstrip()
    counts = ", ".join(f"{count} {state}" for state, count in told["units"].items())
    yield "reports", f"{counts or 'none planned'}; {told['seconds_rendering']:,.1f} s of rendering"
    for one in told["failures"][:_MOST]:
        yield "failed", f"{one['scope']} {one['locale']}: {one['problem']} (exit code {one['code']})"
    if len(told["failures"]) > _MOST:
        yield "failed", f"and {len(told['failures']) - _MOST} more: --json lists them all"
    for one in told["summary"].get("reconciliation", ()):
        words = ", ".join(f"{name} {value}" for name, value in one.items() if name != "metric" and value != "")
        yield "sum", f"{one.get('metric', '')}: {words}"
    if told["summary_file"]:
        yield "summary", told["summary_file"]
    yield "next", told["next"]
