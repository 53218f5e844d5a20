"""The rulebook: every rule and suggestion of `config/rules/*.yaml` and `config/suggestions/*.yaml`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

from reportgen.config.job import Job, Scalar
from reportgen.config.loader import read
from reportgen.context import Shelf
from reportgen.errors import JobError, Problem, TemplateError, nearest
from reportgen.findings.request import TestRequest
from reportgen.findings.rule import OverIndexJudge, Rule, RuleId, SuggestionId, in_fact_units
from reportgen.findings.suggestion import Suggestion

Entry = TypeVar("Entry")


@dataclass(frozen=True)
class Rulebook:
    """Rules and suggestions by id. Every suggestion a rule names is there (checked on loading)."""

    rules: Mapping[str, Rule]
    suggestions: Mapping[str, Suggestion]

    def asked(self, rules: Sequence[str], tests: Sequence[TestRequest]) -> tuple[str, ...]:
        """The rules to judge, in the report's order: those it lists, and with tests those that judge cross tables.

        Raises TemplateError for a rule the rulebook does not have.
        """
        for name in rules:
            if name not in self.rules:
                raise TemplateError(
                    Problem("", f"the report asks for rule '{name}', which no file of config/rules defines."
                            f"{nearest(name, list(self.rules))}"),
                    state="Nothing was written.",
                )
        told = [name for name, rule in self.rules.items() if tests and _judges_cross_tables(rule)]
        return tuple(dict.fromkeys((*rules, *told)))

    def problems(self, job: Job) -> tuple[Problem, ...]:
        """What is wrong with the job's `rules:`: unknown rules or params, values that are no numbers."""
        found = []
        for name, settings in job.rules.items():
            rule = self.rules.get(name)
            if rule is None:
                near = nearest(name, list(self.rules))
                found.append(Problem(job.path, f"rules.{name}: there is no such rule.{near}"))
                continue
            for param, value in settings.items():
                if param not in rule.params:
                    known = ", ".join(rule.params) or "none"
                    found.append(Problem(job.path, f"rules.{name}.{param}: the rule has no such parameter."
                                         f"{nearest(param, list(rule.params))} It has: {known}."))
                elif _number(value) is None:
                    found.append(Problem(job.path, f"rules.{name}.{param}: expected a number, got {value!r}."))
        return tuple(found)

    def parameters(self, name: str, job: Job) -> dict[str, Fraction]:
        """A rule's thresholds as they apply to the job, by name, in the units facts have; JobError where wrong.

        YAML and job give amounts (unit `money`) in main units of the currency (元); here they are minor units (分).
        """
        problems = self.problems(job)
        if problems:
            raise JobError(problems, state="Nothing was run.")
        own, params = job.rules.get(name, {}), self.rules[name].params
        values = {param: _number(own[param]) if param in own else one.value for param, one in params.items()}
        return {param: in_fact_units(value, params[param], job.currency)
                for param, value in values.items() if value is not None}


def load_rulebook(context: Shelf) -> Rulebook:
    """The project's own rulebook where it has one, else the installation's."""
    return read_rulebook(context.shared("config", "rules"), context.shared("config", "suggestions"))


@lru_cache(maxsize=8)
def read_rulebook(rules: Path, suggestions: Path) -> Rulebook:
    """All files of two folders; JobError where an id stands twice or a rule names a suggestion that is not there."""
    known_rules = _merge(rules, dict[RuleId, Rule])
    known_suggestions = _merge(suggestions, dict[SuggestionId, Suggestion])
    problems = [
        Problem(str(rules), f"{name}: there is no suggestion '{one}'.{nearest(one, list(known_suggestions))}")
        for name, rule in known_rules.items() for one in rule.suggestions if one not in known_suggestions
    ]
    if problems:
        raise JobError(problems, state="Nothing was run.")
    return Rulebook(MappingProxyType(known_rules), MappingProxyType(known_suggestions))


def _merge(folder: Path, model: type[dict[str, Entry]]) -> dict[str, Entry]:
    merged: dict[str, Entry] = {}
    for path in sorted(folder.glob("*.yaml")):
        for name, entry in read(path, model).items():
            if name in merged:
                raise JobError(Problem(str(path), f"'{name}' is defined twice. One id has one definition."))
            merged[name] = entry
    return merged


def _judges_cross_tables(rule: Rule) -> bool:
    return any(one.cross for judge in rule.judges if isinstance(judge, OverIndexJudge) for one in judge.attributes)


def _number(value: Scalar) -> Decimal | None:
    """A finite number as a Decimal, or None."""
    if isinstance(value, bool):
        return None
    try:
        number = Decimal(value)
    except (InvalidOperation, ValueError):
        return None
    return number if number.is_finite() else None
