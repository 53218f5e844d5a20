"""The project's rules and suggestions: names that name something, thresholds that fit their unit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from reportgen.config.check.placeholders import Names, metric_fault, sentence_faults
from reportgen.config.check.threshold import threshold_fault
from reportgen.config.loader import open_tree
from reportgen.config.positions import Positions
from reportgen.config.yaml_tree import Mapping as Tree
from reportgen.config.yaml_tree import Trail
from reportgen.errors import Problem, nearest
from reportgen.frames.roles import ROLES

if TYPE_CHECKING:
    from reportgen.findings.rule import Rule, Sentence, Wording
    from reportgen.findings.rulebook import Rulebook
    from reportgen.findings.suggestion import Suggestion

_STATES = ("two dates", "monthly dates", "daily balances", "job.tiers")
"""Needs that are no column."""


def rulebook_problems(
    rulebook: Rulebook, rules: Path, suggestions: Path, names: Names, words: Mapping[str, str]
) -> Iterator[Problem]:
    """All names in the rule files that name nothing. `words` are a language's: they say a column's or a role's name."""
    for name, places in _files(rules):
        rule = rulebook.rules.get(name)
        if rule is not None:
            for trail, fault in _rule_faults(rule, names, words):
                yield Problem(places.of(name, *trail), f"{name}: {fault}")
    for name, places in _files(suggestions):
        suggestion = rulebook.suggestions.get(name)
        if suggestion is None:
            continue
        for key in ("title", "text", "owner", "check"):
            for trail, fault in _said((key,), getattr(suggestion, key), replace(names, params=None)):
                yield Problem(places.of(name, *trail), f"{name}: {fault}")
        for trail, fault in _trigger_faults(suggestion, replace(names, params=None)):
            yield Problem(places.of(name, *trail), f"{name}: {fault}")


def _files(folder: Path) -> Iterator[tuple[str, Positions]]:
    """Every id of a folder's files with the places of its file."""
    for path in sorted(folder.glob("*.yaml")):
        _, root = open_tree(path)
        places = Positions(path)
        for name in root.entries if isinstance(root, Tree) else ():
            yield name, places


def _rule_faults(rule: Rule, names: Names, words: Mapping[str, str]) -> Iterator[tuple[Trail, str]]:
    for index, need in enumerate(rule.needs):
        fault = need_fault(need, words)
        if fault:
            yield ("needs", index), fault
    for trail, metric in _judged(rule):
        fault = metric_fault(metric, names)
        if fault:
            yield trail, fault
    for name, param in rule.params.items():
        fault = threshold_fault(param.value, param.unit)
        if fault:
            yield ("params", name, "value"), f"params.{name}: {fault}"
    own = replace(names, params=rule.params)
    yield from _worded((), rule, own)
    for name, variant in rule.variants.items():
        yield from _worded(("variants", name), variant, own)


def _trigger_faults(suggestion: Suggestion, names: Names) -> Iterator[tuple[Trail, str]]:
    if suggestion.trigger is not None:
        for metric in suggestion.trigger.metrics:
            fault = metric_fault(metric, names)
            if fault:
                yield ("trigger",), fault
        for name, param in suggestion.trigger.params.items():
            fault = threshold_fault(param.value, param.unit)
            if fault:
                yield ("trigger", "params", name, "value"), f"params.{name}: {fault}"
    if suggestion.because is not None:
        yield from _said(("because",), suggestion.because, names)


def _judged(rule: Rule) -> Iterator[tuple[Trail, str]]:
    """The metrics a rule judges, with the place of each judge: those it merely rests on may not be computed here."""
    from reportgen.findings.rule import OverIndexJudge, ThresholdJudge

    places: list[Trail] = [*([("judge",)] if rule.judge else []), *(("also", index) for index in range(len(rule.also)))]
    for place, judge in zip(places, rule.judges, strict=True):
        named: list[tuple[Trail, str]] = []
        if isinstance(judge, ThresholdJudge):
            named = [((*place, "conditions", at, "metric"), one.metric) for at, one in enumerate(judge.conditions)]
        elif isinstance(judge, OverIndexJudge):
            named = [((*place, "attributes", at, "metric"), one.metric) for at, one in enumerate(judge.attributes)]
        told = {metric for _, metric in named}
        yield from named
        yield from ((place, metric) for metric in judge.metrics if metric not in told)


def _worded(trail: Trail, wording: Wording, names: Names) -> Iterator[tuple[Trail, str]]:
    yield from _said((*trail, "title"), wording.title, names)
    yield from _said((*trail, "text"), wording.text, names)


def _said(trail: Trail, sentence: Sentence, names: Names) -> Iterator[tuple[Trail, str]]:
    for locale, text in sentence.items():
        for fault in sentence_faults(text, names):
            yield (*trail, locale), fault


def need_fault(need: str, words: Mapping[str, str]) -> str:
    """Why `role.column` names nothing, or an empty string.

    A role this version cannot read yet, such as surveys, is known by its words in the texts.
    """
    if need in _STATES:
        return ""
    role, dot, column = need.partition(".")
    roles = [*ROLES, *(key.removeprefix("role.") for key in words if key.startswith("role."))]
    if not dot:
        return f"'{need}' is neither role.column nor one of {', '.join(_STATES)}.{nearest(need, _STATES)}"
    if role not in roles:
        return f"needs: there is no role '{role}'.{nearest(role, roles)} Roles: {', '.join(dict.fromkeys(roles))}."
    columns = [*ROLES.get(role, {}), *(key.removeprefix("column.") for key in words if key.startswith("column."))]
    if column not in columns:
        return f"needs: the role '{role}' has no column '{column}'.{nearest(column, columns)}"
    return ""
