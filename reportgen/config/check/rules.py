"""Thresholds a job changes: the report uses the rule, it has that parameter, and the value fits its unit."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import TYPE_CHECKING

from reportgen.config.check.placeholders import Names
from reportgen.config.check.report import sound_report
from reportgen.config.check.rulebook import rulebook_problems
from reportgen.config.check.threshold import threshold_fault
from reportgen.config.job import Job
from reportgen.config.loader import read
from reportgen.config.near import number_hint
from reportgen.config.positions import Positions
from reportgen.context import RunContext
from reportgen.errors import Problem, ReportgenError, nearest
from reportgen.facts.definitions import load_metrics

if TYPE_CHECKING:
    from reportgen.findings.rulebook import Rulebook


def rule_problems(job: Job, context: RunContext, places: Positions) -> Iterator[Problem]:
    """All problems of `rules`, and of the rule files themselves."""
    from reportgen.findings.rulebook import load_rulebook

    try:
        rulebook = load_rulebook(context)
    except ReportgenError as error:
        yield from error.problems
        return
    yield from _of_the_files(rulebook, job, context)
    report = sound_report(job, context)
    asked = rulebook.asked([one for one in report.rules if one in rulebook.rules], report.tests()) if report else ()
    for name, settings in job.rules.items():
        rule = rulebook.rules.get(name)
        if rule is None:
            yield Problem(places.of("rules", name, key=True),
                          f"rules: there is no rule '{name}'.{nearest(name, list(rulebook.rules))}")
            continue
        if report is not None and name not in asked:
            listed = f" It uses: {', '.join(asked)}." if asked else " It uses none."
            yield Problem(places.of("rules", name, key=True),
                          f"rules: the report '{job.report}' does not use '{name}', so this threshold would do "
                          f"nothing.{listed}")
            continue
        for param, value in settings.items():
            known = list(rule.params)
            if param not in rule.params:
                listed = f" It has: {', '.join(known)}." if known else " It has none."
                yield Problem(places.of("rules", name, param, key=True),
                              f"rules.{name}: the rule has no parameter '{param}'.{nearest(param, known)}{listed}")
                continue
            fault = _value_fault(value, rule.params[param].unit)
            if fault:
                yield Problem(places.of("rules", name, param), f"rules.{name}.{param}: {fault}")


def _value_fault(value: bool | int | Decimal | str, unit: str) -> str:
    if isinstance(value, str):
        return f"expected a number, got '{value}'.{number_hint(value)}"
    if isinstance(value, bool) or not Decimal(value).is_finite():
        return f"expected a number, got '{str(value).lower()}'."
    return threshold_fault(Decimal(value), unit)


def _of_the_files(rulebook: Rulebook, job: Job, context: RunContext) -> Iterator[Problem]:
    from reportgen.document.texts import TextFile, load_texts

    try:
        names = Names(load_metrics(context.shared("config", "metrics")), rulebook)
        installed = read(context.home / "templates" / "base" / f"data.{job.locales[0]}.yaml", TextFile).words
        words = {**installed, **load_texts(context, job.report, job.locales[0]).words}
    except ReportgenError:
        return  # a text file that cannot be read is named as the template's fault, a metrics file where it is used
    folders = (context.shared("config", "rules"), context.shared("config", "suggestions"))
    yield from rulebook_problems(rulebook, *folders, names, words)
