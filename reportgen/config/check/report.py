"""The report: its folder, its file and texts, and the columns it cannot do without."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from reportgen.config.check.placeholders import Names
from reportgen.config.check.templates import Wording, naming_problems
from reportgen.config.job import Job
from reportgen.config.loader import read
from reportgen.config.positions import Positions
from reportgen.context import RunContext
from reportgen.errors import Problem, ReportgenError, nearest
from reportgen.frames.roles import REQUIRED, ROLES

if TYPE_CHECKING:
    from reportgen.document.report import Report


def report_problems(job: Job, context: RunContext, places: Positions) -> Iterator[Problem]:
    """What is wrong with `report` and `locales`, and with frames that lack what the report needs."""
    folder = context.shared("templates", job.report)
    if not (folder / "report.yaml").is_file():
        known = known_reports(context)
        listed = f" Reports: {', '.join(known)}." if known else ""
        yield Problem(
            places.of("report"), f"report: there is no report '{job.report}'.{nearest(job.report, known)}{listed}"
        )
        return
    for index, locale in enumerate(job.locales):
        if locale in job.locales[:index]:
            yield Problem(places.of("locales", index), f"locales: '{locale}' stands twice.")
        elif not (folder / f"text.{locale}.yaml").is_file():
            yield Problem(
                places.of("locales", index),
                f"locales: the report '{job.report}' has no texts in {locale} ({folder.name}/text.{locale}.yaml).",
            )
    report = sound_report(job, context)
    for role, columns in report.needs.items() if report else ():
        yield from _needed(job, role, columns, places)


def _needed(job: Job, role: str, columns: tuple[str, ...], places: Positions) -> Iterator[Problem]:
    """What a report cannot do without and the job does not supply: a whole table, or columns of one."""
    frame = job.frames.get(role)  # type: ignore[call-overload]
    if frame is None:
        wanted = ", ".join(f"{column}: <column>" for column in dict.fromkeys((*REQUIRED.get(role, ()), *columns)))
        yield Problem(
            places.of("frames", key=True),
            f"frames: the report '{job.report}' cannot do without a table of {role}; add a source that holds it and "
            f"under frames: {role}: {{from: <source>, columns: {{{wanted}}}}}.",
        )
        return
    for column in columns:
        if column not in frame.every and column not in frame.unpivot:
            yield Problem(
                places.of("frames", role, "columns", key=True),
                f"frames: the report '{job.report}' cannot do without {role}.{column}; map a column to it.",
            )


def template_problems(job: Job, context: RunContext) -> Iterator[Problem]:
    """What is wrong inside the report's own files; nothing for a report that is not there.

    Names are compared where all files of the report can be read.
    """
    from reportgen.document.report import load_report
    from reportgen.document.texts import TextFile, load_texts

    folder = context.shared("templates", job.report)
    if not (folder / "report.yaml").is_file():
        return
    report, wordings = None, []
    columns: set[str] = set()
    try:
        report = load_report(context, job.report)
    except ReportgenError as error:
        yield from error.problems
    for locale in dict.fromkeys(job.locales):
        file = f"text.{locale}.yaml"
        if not (folder / file).is_file():
            continue
        try:
            texts = load_texts(context, job.report, locale)
        except ReportgenError as error:
            yield from error.problems
            continue
        columns |= {key.removeprefix("column.") for key in texts.words if key.startswith("column.")}
        shared = context.shared("templates", "base", file)
        own, common = read(folder / file, TextFile), read(shared, TextFile)
        wordings.append(Wording(locale, str(folder / file), own, common, str(shared)))
    names = _names(job, context, columns)
    if report is not None and names is not None:
        yield from naming_problems(report, str(folder / "report.yaml"), tuple(wordings), names)


def _names(job: Job, context: RunContext, columns: set[str]) -> Names | None:
    """Metrics, rules and dimensions there are; None where their files cannot be read, which others say."""
    from reportgen.facts.definitions import load_metrics
    from reportgen.facts.wording import load_words
    from reportgen.findings.rulebook import load_rulebook

    try:
        own = load_words(context.shared("config", "dimensions"))
        cuts = {*own, *_OWN_CUTS, *columns, *job.dimensions, *(name for role in ROLES.values() for name in role),
                *(column for frame in job.frames.values() for column in frame.every)}
        return Names(load_metrics(context.shared("config", "metrics")), load_rulebook(context), dimensions=cuts)
    except ReportgenError:
        return None


_OWN_CUTS = ("branch", "region", "rm", "metric", "tier_from", "tier_to", "age_band", "aum_band", "aum_group")
"""Cuts that reports name and jobs declare under these names, or that the program makes."""


def sound_report(job: Job, context: RunContext) -> Report | None:
    """The job's report, or None where it is missing or wrong, which others say."""
    from reportgen.document.report import load_report

    try:
        return load_report(context, job.report)
    except ReportgenError:
        return None


def known_reports(context: RunContext) -> list[str]:
    """Names of the reports of the project and of the installation."""
    folders: list[Path] = [root / "templates" for root in (context.root, context.home)]
    return sorted({file.parent.name for folder in folders for file in folder.glob("*/report.yaml")})
