"""A report's own files against each other and against what there is to name: metrics, rules, tables, entries."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from reportgen.config.check.placeholders import Names, dimension_fault, selector_fault
from reportgen.config.check.texts import text_problems
from reportgen.config.positions import Positions
from reportgen.config.yaml_tree import Trail
from reportgen.errors import Problem, nearest

if TYPE_CHECKING:
    from reportgen.document.report import BlockEntry, ChartBlock, Report, SectionEntry, TableBlock
    from reportgen.document.texts import TextFile

_PARTS = ("title", "note")


@dataclass(frozen=True)
class Wording:
    """One language of a report: its own file and the shared one below it."""

    locale: str
    path: str
    own: TextFile
    shared: TextFile
    shared_path: str

    @property
    def entries(self) -> Mapping[str, object]:
        return {**self.shared.entries, **self.own.entries}

    @property
    def words(self) -> Mapping[str, str]:
        return {**self.shared.words, **self.own.words}

    @property
    def sections(self) -> Mapping[str, object]:
        return {**self.shared.sections, **self.own.sections}


def exhibits(report: Report) -> list[str]:
    """Ids of a report's tables and figures."""
    return [block.settings.id for block in report.blocks() if hasattr(block.settings, "id")]


def naming_problems(report: Report, path: str, wordings: tuple[Wording, ...], names: Names) -> Iterator[Problem]:
    """All names in `report.yaml` and its texts that name nothing, and entries nobody uses."""
    places = Positions(path)
    known = exhibits(report)
    yield from _rules(report, places, names)
    yield from _roles(report, places, names)
    for trail, section in _sections(report):
        yield from _titles(section, trail, places, wordings)
    for trail, block in _blocks(report):
        yield from _metrics(block, trail, places, names)
        yield from _words(block, trail, places, wordings)
        if block.chart is not None:
            yield from _chart(block.chart, report, (*trail, "chart"), places, names)
    for wording in wordings:
        yield from text_problems(wording.own, wording.path, replace(names, exhibits=known))
        yield from text_problems(wording.shared, wording.shared_path, replace(names, exhibits=None))
        yield from _unused(report, wording)
        yield from _renamed(wording, names)


def _sections(report: Report) -> Iterator[tuple[Trail, SectionEntry]]:
    def within(trail: Trail, section: SectionEntry) -> Iterator[tuple[Trail, SectionEntry]]:
        yield trail, section
        for index, inner in enumerate(section.sections):
            yield from within((*trail, "sections", index), inner)

    for index, top in enumerate(report.sections):
        yield from within(("sections", index), top)


def _blocks(report: Report) -> Iterator[tuple[Trail, BlockEntry]]:
    for trail, section in _sections(report):
        for index, block in enumerate(section.blocks):
            yield (*trail, "blocks", index), block


def _rules(report: Report, places: Positions, names: Names) -> Iterator[Problem]:
    known = list(names.rulebook.rules) if names.rulebook else []
    for index, rule in enumerate(report.rules):
        if names.rulebook and rule not in known:
            yield Problem(places.of("rules", index),
                          f"rules[{index}]: no file of config/rules defines '{rule}'.{nearest(rule, known)}")
        elif rule in report.rules[:index]:
            yield Problem(places.of("rules", index), f"rules[{index}]: '{rule}' stands twice.")


def _roles(report: Report, places: Positions, names: Names) -> Iterator[Problem]:
    """A report that lists its tables must list those it cannot do without and those its figures are made of."""
    if not report.roles:
        return
    for role in report.needs:
        if role not in report.roles:
            yield Problem(places.of("needs", role, key=True),
                          f"needs: '{role}' is not among the report's roles, so it would not be read.")
    if not isinstance(names.metrics, Mapping):
        return
    for trail, block in _blocks(report):
        for below, text in _selectors(block):
            metric = names.metrics.get(text.partition("[")[0].partition("@")[0].partition("!")[0])
            wanted = [need.partition(".")[0] for need in getattr(metric, "needs", ()) if "." in need]
            absent = [role for role in wanted if role != "job" and role not in report.roles]
            if absent:
                yield Problem(places.of(*trail, *below),
                              f"{_name(block)}: {metric.id} is made of {', '.join(dict.fromkeys(absent))}, "  # type: ignore[union-attr]
                              "which the report's roles do not list; add it there, or leave `roles` out.")


def _titles(
    section: SectionEntry, trail: Trail, places: Positions, wordings: tuple[Wording, ...]
) -> Iterator[Problem]:
    for wording in wordings:
        if section.id not in wording.sections:
            yield Problem(
                places.of(*trail, "id"),
                f"the section '{section.id}' has no title in {wording.path}."
                f"{nearest(section.id, list(wording.own.sections))} "
                f"Add under sections there: {section.id}: {{title: …}}.",
            )


def _selectors(block: BlockEntry) -> Iterator[tuple[Trail, str]]:
    """Each text of a block that names a metric, with its place below the block."""
    for index, metric in enumerate(block.kpis or ()):
        yield ("kpis", index), metric
    for index, metric in enumerate(block.compare.metrics if block.compare is not None else ()):
        yield ("compare", "metrics", index), metric
    if block.table is not None:
        yield from _table_selectors(block.table)
    if block.chart is not None:
        for index, metric in enumerate(block.chart.metrics):
            yield ("chart", "metrics", index), metric


def _table_selectors(table: TableBlock) -> Iterator[tuple[Trail, str]]:
    for index, metric in enumerate(table.metrics):
        yield ("table", "metrics", index), metric
    if table.metric:
        yield ("table", "metric"), table.metric
    for index, metric in enumerate(table.of_which):
        yield ("table", "of_which", index), metric
    if table.sort:
        yield ("table", "sort"), table.sort.partition(" ")[0]
    for number, row in enumerate(table.grid):
        for index, cell in enumerate(row.cells):
            if cell:
                yield ("table", "grid", number, "cells", index), cell


def _metrics(block: BlockEntry, trail: Trail, places: Positions, names: Names) -> Iterator[Problem]:
    for below, text in _selectors(block):
        fault = selector_fault(text, names)
        if fault:
            yield Problem(places.of(*trail, *below), f"{_name(block)}: {fault}")
    for below, name in _cuts(block):
        fault = dimension_fault(name, names)
        if fault:
            yield Problem(places.of(*trail, *below), f"{_name(block)}: {fault}")
    yield from _units(block, trail, places, names)


def _cuts(block: BlockEntry) -> Iterator[tuple[Trail, str]]:
    """Each dimension a block asks for by name, with its place below the block."""
    for key in ("by", "bracket", "against", "each", "dimension"):
        name = getattr(block.settings, key, None)
        if isinstance(name, str):
            yield (block.kind, key), name


def _units(block: BlockEntry, trail: Trail, places: Positions, names: Names) -> Iterator[Problem]:
    """The lines of one trend share a scale, so their metrics share a unit."""
    chart = block.chart
    if chart is None or chart.kind != "trend" or not isinstance(names.metrics, Mapping):
        return
    known = [names.metrics.get(text.partition("[")[0].partition("@")[0]) for text in chart.metrics]
    units = {one.unit: one.id for one in known if one is not None}
    if len(units) > 1:
        told = " and ".join(f"{name} ({unit})" for unit, name in units.items())
        yield Problem(places.of(*trail, "chart", "metrics"),
                      f"chart {chart.id}: {told} have different units and cannot share a scale; draw one trend each.")


def _chart(
    chart: ChartBlock, report: Report, trail: Trail, places: Positions, names: Names
) -> Iterator[Problem]:
    tables = [block.table.id for block in report.blocks() if block.table is not None]
    if chart.from_ is not None and chart.from_ not in tables:
        yield Problem(places.of(*trail, "from"),
                      f"chart {chart.id}: there is no table '{chart.from_}'.{nearest(chart.from_, tables)} "
                      f"Tables: {', '.join(tables) or 'none'}.")
    if chart.threshold is None or names.rulebook is None:
        return
    rule = names.rulebook.rules.get(chart.threshold.rule)
    if rule is None:
        yield Problem(places.of(*trail, "threshold", "rule"),
                      f"chart {chart.id}: there is no rule '{chart.threshold.rule}'."
                      f"{nearest(chart.threshold.rule, list(names.rulebook.rules))}")
    elif chart.threshold.param not in rule.params:
        yield Problem(places.of(*trail, "threshold", "param"),
                      f"chart {chart.id}: the rule '{chart.threshold.rule}' has no parameter '{chart.threshold.param}'."
                      f"{nearest(chart.threshold.param, list(rule.params))} "
                      f"It has: {', '.join(rule.params) or 'none'}.")


def _words(block: BlockEntry, trail: Trail, places: Positions, wordings: tuple[Wording, ...]) -> Iterator[Problem]:
    for wording in wordings:
        for below, entry in _entries(block):
            if entry not in wording.entries:
                yield Problem(places.of(*trail, *below),
                              f"there is no text entry '{entry}' in {wording.path}."
                              f"{nearest(entry, list(wording.entries))}")
        for below, word in _asked_words(block):
            if word not in wording.words:
                yield Problem(places.of(*trail, *below),
                              f"{_name(block)}: words.{word} is missing in {wording.path}."
                              f"{nearest(word, list(wording.own.words))}")


def _entries(block: BlockEntry) -> Iterator[tuple[Trail, str]]:
    if block.text is not None:
        yield ("text", "entry"), block.text.entry
    if block.note is not None:
        yield ("note",), block.note


def _asked_words(block: BlockEntry) -> Iterator[tuple[Trail, str]]:
    """Words a block cannot do without: a grid's heads and rows.

    The name under which a block left out stands in the appendix (`name.<id>`) may be left to its metric.
    """
    settings: Any = block.settings
    if hasattr(settings, "id") and not block.metrics and block.follow_up is None:
        yield (block.kind, "id"), f"name.{settings.id}"
    if block.table is not None and block.table.grid:
        yield ("table", "id"), f"{block.table.id}.head"
        for index, head in enumerate(block.table.heads):
            yield ("table", "heads", index), f"{block.table.id}.{head}"
        for index, row in enumerate(block.table.grid):
            yield ("table", "grid", index, "row"), f"{block.table.id}.{row.row}"


def _renamed(wording: Wording, names: Names) -> Iterator[Problem]:
    """Words that give a metric the report's own label or definition: `metric.<id>`, `definition.<id>`."""
    for key in wording.own.words:
        kind, _, metric = key.partition(".")
        if kind in ("metric", "definition") and metric not in names.metrics:
            yield Problem(Positions(wording.path).of("words", key),
                          f"there is no metric '{metric}'.{nearest(metric, list(names.metrics))}")


def _unused(report: Report, wording: Wording) -> Iterator[Problem]:
    used = {entry for block in report.blocks() for _, entry in _entries(block)} | set(wording.shared.entries)
    used |= {f"{one}.{part}" for one in exhibits(report) for part in _PARTS}
    used |= {f"kpi.{metric.partition('[')[0]}" for block in report.blocks() for metric in block.kpis or ()}
    titled = {section.id for _, section in _sections(report)} | set(wording.shared.sections)
    places = Positions(wording.path)
    for entry in wording.own.entries:
        if entry not in used:
            yield Problem(places.of("entries", entry, key=True),
                          f"entries.{entry}: nothing in the report uses it.{nearest(entry, _free(used, wording))}")
    for section in wording.own.sections:
        if section not in titled:
            yield Problem(places.of("sections", section, key=True),
                          f"sections.{section}: the report has no such section.{nearest(section, sorted(titled))}")


def _free(used: set[str], wording: Wording) -> list[str]:
    """Names the report asks for that the file does not have: what a misspelt entry was meant to be."""
    return sorted(used - set(wording.own.entries) - set(wording.shared.entries))


def _name(block: BlockEntry) -> str:
    """`table t_age`, `kpis`."""
    return re.sub(r" $", "", f"{block.kind} {getattr(block.settings, 'id', '')}")
