"""Everything a document is built from, and the building."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reportgen.config import Job
from reportgen.config.model import Locale
from reportgen.context import RunContext
from reportgen.document.build import build
from reportgen.document.model import Document
from reportgen.document.report import load_report
from reportgen.edition import EditionIds
from reportgen.facts.table import FactSet
from reportgen.findings.detect import detect
from reportgen.findings.finding import Findings
from reportgen.findings.rulebook import load_rulebook
from reportgen.period import Period


@dataclass(frozen=True)
class Case:
    """Everything a document is built from, and the building."""

    job: Job
    context: RunContext
    facts: FactSet
    findings: Findings

    def document(self, locale: Locale) -> Document:
        ids = EditionIds("r01", "f" * 64, self.job.digest, "a" * 64, "b" * 64)
        return build(self.facts, self.findings, self.job, self.context, locale, "bank", ids)


def case_of(job: Job, period: str, facts: FactSet, output: Path) -> Case:
    context = RunContext.create(job, Period.parse(period), output=output)
    report = load_report(context, job.report)
    findings = detect(facts, load_rulebook(context), job, "bank", report.rules, report.tests())
    return Case(job, context, facts.with_statistics(findings.statistics), findings)


def walk(value: Any) -> Iterator[Any]:
    """Every part of the model, depth first."""
    yield value
    if isinstance(value, tuple):
        for one in value:
            yield from walk(one)
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        for field in dataclasses.fields(value):
            yield from walk(getattr(value, field.name))
