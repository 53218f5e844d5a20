"""Which metrics a report wants: those its files, its rules and their suggestions name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from reportgen.context import Shelf
from reportgen.document.report import Report
from reportgen.facts.definitions import load_metrics
from reportgen.findings.rulebook import Rulebook

_NAME = re.compile(r"[a-z][a-z0-9_]+")


def wanted_metrics(shelf: Shelf, report: Report, rulebook: Rulebook) -> frozenset[str] | None:
    """Every metric whose id stands in the report's files, in the rules it lists, or in a suggestion it may print.

    None, which asks for all, where the report does not say which tables it reads.
    """
    if not report.roles:
        return None
    named = {name for text in _texts(shelf, report, rulebook) for name in _NAME.findall(text)}
    return frozenset(named & set(load_metrics(shelf.shared("config", "metrics"))))


def _texts(shelf: Shelf, report: Report, rulebook: Rulebook) -> Iterator[str]:
    for folder in (report.report, "base"):
        files: list[Path] = sorted(shelf.shared("templates", folder).glob("*.yaml"))
        yield from (path.read_text(encoding="utf-8") for path in files)
    rules = [rulebook.rules[name] for name in report.rules if name in rulebook.rules]
    yield from (rule.model_dump_json() for rule in rules)
    brought = {name for rule in rules for name in rule.suggestions}
    for name, one in rulebook.suggestions.items():
        # What a check compares is printed with it, so a suggestion that cannot come needs none of it.
        may_come = name in brought or one.segment is not None or one.trigger is not None
        yield one.model_dump_json(exclude=set() if may_come else {"measures"})
