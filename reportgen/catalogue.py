"""What there is: metrics, rules, suggestions, reports, chart and block kinds, and which report uses each."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from reportgen.charts import KINDS
from reportgen.context import Shelf
from reportgen.document.report import BlockEntry, Report, load_report
from reportgen.facts.definitions import load_metrics
from reportgen.findings.rulebook import Rulebook, load_rulebook

Kind = Literal["metric", "rule", "suggestion", "report", "chart", "block"]
_NAME = re.compile(r"[a-z][a-z0-9_]+")
_DRAWN = {"bridge": "waterfall", "kpis": "spark"}
"""Blocks that draw a kind of chart without naming it."""


@dataclass(frozen=True, slots=True)
class Item:
    """One thing the program knows. `used_by` names reports; of a report, the jobs that make it."""

    kind: Kind
    id: str
    label: dict[str, str]
    needs: tuple[str, ...] = ()
    used_by: tuple[str, ...] = ()


def catalogue(shelf: Shelf) -> tuple[Item, ...]:
    """Everything, in the order of kinds and files. Raises TemplateError or JobError where a file is wrong."""
    reports = {name: load_report(shelf, name) for name in report_names(shelf)}
    rulebook = load_rulebook(shelf)
    used = {name: _metrics_of(shelf, report, rulebook) for name, report in reports.items()}
    return (
        *_metrics(shelf, used),
        *_rules(rulebook, reports),
        *_suggestions(rulebook, reports),
        *(Item("report", name, {}, tuple(_needs(report)), _jobs(shelf, name)) for name, report in reports.items()),
        *_kinds(reports),
    )


def report_names(shelf: Shelf) -> list[str]:
    """The folders under templates/ that hold a report."""
    found: set[str] = set()
    for root in (shelf.home, shelf.root):
        found |= {one.parent.name for one in (root / "templates").glob("*/report.yaml")}
    return sorted(found)


def _metrics(shelf: Shelf, used: dict[str, set[str]]) -> Iterator[Item]:
    for name, metric in load_metrics(shelf.shared("config", "metrics")).items():
        by = tuple(report for report, metrics in used.items() if name in metrics)
        yield Item("metric", name, metric.label, metric.needs, by)


def _rules(rulebook: Rulebook, reports: dict[str, Report]) -> Iterator[Item]:
    for name, rule in rulebook.rules.items():
        by = tuple(one for one, report in reports.items() if name in report.rules)
        yield Item("rule", name, {}, rule.needs, by)


def _suggestions(rulebook: Rulebook, reports: dict[str, Report]) -> Iterator[Item]:
    """A rule leads to a suggestion, a finding about its segments brings it, or its own trigger raises it."""
    by_segment = {name for name, rule in rulebook.rules.items() if rule.judge and rule.judge.detector == "over_index"}
    for name, suggestion in rulebook.suggestions.items():
        rules = {rule for rule, one in rulebook.rules.items() if name in one.suggestions}
        prompted = suggestion.trigger
        by = tuple(
            one for one, report in reports.items()
            if rules & set(report.rules)
            or (suggestion.segment and by_segment & set(report.rules))
            or (prompted and (not prompted.reports or one in prompted.reports))
        )
        yield Item("suggestion", name, {str(key): text for key, text in suggestion.title.items()}, (), by)


def _kinds(reports: dict[str, Report]) -> Iterator[Item]:
    drawn = {
        name: {one.chart.kind if one.chart else _DRAWN.get(one.kind, "") for one in report.blocks()}
        for name, report in reports.items()
    }
    for kind in KINDS:
        yield Item("chart", kind, {}, (), tuple(name for name, kinds in drawn.items() if kind in kinds))
    for field in BlockEntry.model_fields.values():
        kind = field.alias or ""
        if kind:
            yield _block(kind, reports)
    for kind, field in BlockEntry.model_fields.items():
        if not field.alias:
            yield _block(kind, reports)


def _block(kind: str, reports: dict[str, Report]) -> Item:
    name = kind.replace("-", "_")
    return Item("block", kind, {}, (), tuple(
        one for one, report in reports.items() if any(block.kind == name for block in report.blocks())
    ))


def _metrics_of(shelf: Shelf, report: Report, rulebook: Rulebook) -> set[str]:
    """Names that stand in a report's own files and in the rules it lists, and what its blocks draw unnamed."""
    files = sorted(shelf.shared("templates", report.report).glob("*.yaml"))
    named = [path.read_text(encoding="utf-8") for path in files]
    named += [rulebook.rules[name].model_dump_json() for name in report.rules if name in rulebook.rules]
    drawn = {name for block in report.blocks() for text in block.metrics for name in _NAME.findall(text)}
    lorenz = {"lorenz_share" for block in report.blocks() if block.chart and block.chart.kind == "lorenz"}
    return drawn | lorenz | {name for text in named for name in _NAME.findall(text)}


def _needs(report: Report) -> Iterator[str]:
    for role, columns in report.needs.items():
        yield from (f"{role}.{column}" for column in columns)


def _jobs(shelf: Shelf, report: str) -> tuple[str, ...]:
    """Jobs under config/jobs whose `report:` is this one."""
    from reportgen.config.loader import open_tree
    from reportgen.config.yaml_tree import Mapping, Scalar

    found = []
    for path in sorted(Path(shelf.root / "config" / "jobs").glob("*.yaml")):
        _, root = open_tree(path)
        entry = root.entries.get("report") if isinstance(root, Mapping) else None
        if entry and isinstance(entry.node, Scalar) and entry.node.value == report:
            found.append(path.stem)
    return tuple(found)
