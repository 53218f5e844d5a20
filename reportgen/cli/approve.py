"""`reportgen approve`"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reportgen.cli.archive.opened import archive_in
from reportgen.cli.observed import observed
from reportgen.cli.options import any_period, job_argument, output_option, period_option
from reportgen.errors import JobError

if TYPE_CHECKING:
    from reportgen.archive.state import Issued
    from reportgen.release.approval import Released


@click.command()
@job_argument
@period_option
@click.option(
    "--scope", "scopes", metavar="S", multiple=True,
    help="Only this unit's edition: bank, region:R1, branch:B01; may be repeated. Otherwise all of the period.",
)
@click.option(
    "--key", "key", metavar="FILE", type=click.Path(path_type=Path), default=None,
    help="Sign with this private key (Ed25519, PEM), whose public half is in config/approvers/.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@output_option
def approve(
    job_path: str, period: str | None, scopes: tuple[str, ...], key: Path | None, as_json: bool, output: str
) -> None:
    """Release a period's editions: the second person's word, for good in the archive's log.

    Refused (exit 8) for the operating-system user who made them, unless a key of another person signs, and for an
    edition that was corrected or deleted since. Look first: reportgen archive open JOB/PERIOD.

    \b
    reportgen approve config/jobs/tiering.yaml --period 2025-12
    reportgen approve config/jobs/tiering.yaml --period 2025-12 --scope branch:B07
    reportgen approve config/jobs/tiering.yaml --period 2025-12 --key ~/approver.pem
    """
    if period is None:
        raise JobError("--period is missing.", state="Nothing was approved.",
                       hint=f"reportgen approve {job_path} --period 2025-12")
    from reportgen.config.operations import ledger_url
    from reportgen.release.approval import release
    from reportgen.release.approver import holder_of, present_user
    from reportgen.runs.ledger import Ledger
    from reportgen.scope import check_scopes

    check_scopes(scopes)
    context = any_period(job_path, period, output)
    archive = archive_in(output)
    approver = holder_of(key, context.root) if key else present_user()
    with Ledger.of(context.output, ledger_url(context.root)) as ledger:
        done = release(archive, ledger, context.job.job, context.period.label, approver, scopes, context.root)
    if done.run is not None:
        with observed(context):  # the figures, and a notice where one is due
            pass
    if as_json:
        click.echo(json.dumps(_record(done), ensure_ascii=False))
        return
    for one in done.approved:
        click.echo(f"{one}: approved by {_who(one)}.")
    for one in done.before:
        click.echo(f"{one}: was approved already, by {_who(one)}.", err=True)
    if done.pending:
        click.echo(f"Still to be approved: {', '.join(one.entry.scope for one in done.pending)}.", err=True)
    if done.run is not None:
        click.echo(f"Run {done.run.id} is {done.run.state}.", err=True)
    if done.trouble and not done.pending:
        click.echo("The approval stands in the archive's log. The run is let go by the next `reportgen tick`, or by "
                   f"`reportgen approve` of the user who runs the jobs, for here {done.trouble}", err=True)
    if not context.job.release.approval:
        click.echo(f"{job_path}: release.approval is false; nothing waits for this approval.", err=True)


def _who(one: Issued) -> str:
    said = one.approval
    assert said is not None
    return f"{said.by}, key {said.key.id}" if said.key else said.by


def _record(done: Released) -> dict[str, object]:
    return {
        "approved": [_edition(one) for one in done.approved], "already": [_edition(one) for one in done.before],
        "pending": [one.entry.scope for one in done.pending], "trouble": done.trouble,
        "run": {"id": done.run.id, "state": done.run.state} if done.run else None,
    }


def _edition(one: Issued) -> dict[str, object]:
    said = one.approval
    assert said is not None
    return {"scope": one.entry.scope, "revision": one.entry.revision, "manifest": one.manifest, "by": said.by,
            "key": said.key.id if said.key else "", "time": said.time}
