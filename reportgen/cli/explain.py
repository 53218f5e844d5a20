"""`reportgen explain`"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from reportgen.cli.facts import gather_facts
from reportgen.cli.options import any_period, output_option, period_option, start

if TYPE_CHECKING:
    from reportgen.config import Job
    from reportgen.facts.explain import Explanation
    from reportgen.facts.fact import Fact
    from reportgen.facts.table import FactSet
    from reportgen.sources.origin import Origin


@click.command()
@click.argument("job_path", metavar="[JOB]", required=False, default="")
@click.argument("fact_id", metavar="FACT-ID", required=False, default="")
@period_option
@output_option
@click.option("--edition", metavar="EDITION", help="Explain a number of an archived edition, from the archive alone.")
@click.option("--recipient", metavar="ID", help="Say why this person gets which reports; JOB and --period choose.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def explain(
    job_path: str, fact_id: str, period: str | None, output: str, edition: str | None, recipient: str | None,
    as_json: bool,
) -> None:
    """Say where one printed number comes from: definition, parts, base, population, sources, query.

    The period is the fact's own, or the one it opens, unless --period says otherwise. Of an issued edition the archive
    answers: facts, definition and query are those it was made with, and the job is not named.

    \b
    reportgen explain config/jobs/taihu.yaml 'bank/retention_rate@2010-12..2011-05'
    reportgen explain --edition taihu/2011-05/bank/r01 'bank/retention_rate@2010-12..2011-05'
    reportgen explain --recipient zhao config/jobs/tiering.yaml
    """
    if recipient is not None:
        _explain_recipient(recipient, job_path, fact_id, period, output, edition, as_json=as_json)
        return
    if not job_path:
        raise click.UsageError("Missing argument 'JOB'.", click.get_current_context())
    from reportgen.facts.explain import explain as explained

    if edition is not None:
        if fact_id or period:
            raise click.UsageError("--edition says which job and period are meant: name the fact alone beside it.")
        fact_id = job_path
        facts, job = _archived(edition, output)
    elif not fact_id:
        raise click.UsageError("Missing argument 'FACT-ID'.", click.get_current_context())
    else:
        facts, job = _gathered(job_path, fact_id, period, output)
    explanation = explained(facts, fact_id)
    counted = Counted.of(explanation.fact, facts, job)
    if as_json:
        click.echo(json.dumps(as_row(explanation, counted), ensure_ascii=False))
        return
    for label, text in _lines(explanation, counted):
        click.echo(f"{label + ':':<12}{text}" if label else f"{'':<12}{text}")


def _explain_recipient(
    recipient: str, job_path: str, fact_id: str, period: str | None, output: str, edition: str | None, *, as_json: bool
) -> None:
    if fact_id or edition:
        raise click.UsageError("--recipient explains a person's mails: name neither a fact nor an edition beside it.")
    from reportgen.cli.reader import explain_reader
    from reportgen.config import load_job

    explain_reader(recipient, load_job(job_path).job if job_path else "", period or "", output, as_json=as_json)


def _gathered(job_path: str, fact_id: str, period: str | None, output: str) -> tuple[FactSet, Job]:
    """The facts as the sources give them now."""
    from reportgen.facts.fact import parse_fact_id

    parts = parse_fact_id(fact_id)
    asked = period or (_period_of(job_path, parts["period"], output) if parts else None)
    context = start(job_path, asked, output, fact_id=fact_id)
    return gather_facts(context), context.job


def _archived(edition: str, output: str) -> tuple[FactSet, Job]:
    """The facts that an edition was made from, as far as its scope may know them, and its job."""
    from reportgen.archive.kept import kept_edition
    from reportgen.cli.archive.opened import archive_in

    archive = archive_in(output)
    kept = kept_edition(archive, archive.find(edition))
    return kept.facts, kept.job


@dataclass(frozen=True)
class Counted:
    """Who counts: the job's filter, the days a fact is of, and how many customers were left on each."""

    population: dict[str, tuple[str, ...]]
    left: dict[str, int]
    """ISO day to customers; a day without a count is not in it."""
    days: frozenset[str]

    @classmethod
    def of(cls, fact: Fact, facts: FactSet, job: Job) -> Counted:
        flow = bool(fact.since)
        asked = {"since": facts.since_as_of} if flow or fact.period == facts.since else {}
        asked |= {"period": facts.as_of} if flow or fact.period == facts.period else {}
        found = {day: facts.find("customers_total", scope=fact.scope, at=at) for at, day in asked.items() if day}
        return cls(
            {column: (values,) if isinstance(values, str) else values for column, values in job.population.items()},
            {day: total.num for day, total in found.items() if total is not None},
            frozenset(day for day in asked.values() if day),
        )

    @property
    def words(self) -> str:
        """`tier = private; 72 customers left on 2010-12-31`."""
        kept = [f"{column} = {' or '.join(values)}" for column, values in self.population.items()]
        left = [f"{count} customers left on {day}" for day, count in self.left.items()]
        return "; ".join((*(kept or ["everyone in the sources"]), *left))


def _period_of(job_path: str, own: str, output: str) -> str:
    """The period whose run holds a fact dated `own`: that one, or a held period that opens there."""
    from reportgen.config.check.held import periods_held
    from reportgen.period import Period

    context = any_period(job_path, None, output)
    held, since = periods_held(context.job, context), context.job.period.since
    if own in held or since is None:
        return own
    return next((one for one in held if Period.parse(one).opening(since).label == own), own)


def as_row(one: Explanation, counted: Counted) -> dict[str, object]:
    """The explanation as one flat object."""
    return {
        "fact": one.fact.id, "label": one.metric.label, "definition": one.metric.definition, "unit": one.fact.unit,
        "value": one.value, "num": one.num, "den": one.den, "n": one.fact.n, "low": one.statistic.low,
        "high": one.statistic.high, "q": one.statistic.q, "population": counted.population, "left": counted.left,
        "query": one.query, "sql": one.sql, "prepared": dict(one.prepared),
        "sources": [
            {"name": origin.name, "type": origin.type, "location": origin.location, "sha256": origin.sha256,
             "rows": origin.rows, "as_of": origin.as_of}
            for origin in one.origins
        ],
    }


def _of_its_days(origin: Origin, counted: Counted) -> bool:
    """Whether a source holds one of the fact's days; one that is bound to no day may."""
    return not origin.as_of or not counted.days or not counted.days.isdisjoint(origin.as_of.split(", "))


def _lines(one: Explanation, counted: Counted) -> list[tuple[str, str]]:
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
    lines.append(("population", counted.words))
    for origin in (origin for origin in one.origins if _of_its_days(origin, counted)):
        dated = f", as of {origin.as_of}" if origin.as_of else ""
        lines.append(("source", f"{origin.name}: {origin.location}, {origin.rows} rows{dated}"))
        lines.append(("", f"sha256 {origin.sha256}"))
    if one.prepared:
        lines.append(("prepared", f"{', '.join(name for name, _ in one.prepared)} (their SQL: --json)"))
    if one.sql:
        lines.append(("query", one.query))
        lines += [("", line) for line in one.sql.splitlines()]
    return lines
