"""A rule as its YAML states it: what is judged, from which threshold on, in which words."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Annotated

from pydantic import Field, StringConstraints, model_validator

from reportgen.config.amount import MINOR_UNITS
from reportgen.config.model import LOCALES, Id, Locale, Model
from reportgen.facts.fact import Unit
from reportgen.findings.finding import Finding, Severity
from reportgen.findings.judge import (
    REQUIRED_PARAMS,
    Attribute,
    Condition,
    Judge,
    OverIndexJudge,
    SegmentRange,
    ThresholdJudge,
    params_of,
)

__all__ = [
    "REQUIRED_PARAMS", "Attribute", "Condition", "Judge", "OverIndexJudge", "Param", "Rule", "RuleId", "SegmentRange",
    "Sentence", "SuggestionId", "ThresholdJudge", "Wording", "in_every_locale", "in_fact_units",
]

RuleId = Annotated[str, StringConstraints(pattern=r"^r_[a-z0-9_]+$")]
SuggestionId = Annotated[str, StringConstraints(pattern=r"^s_[a-z0-9_]+$")]
Sentence = dict[Locale, str]
"""Locale to a sentence of the mini-language of `document.sentence`."""


def in_every_locale(sentence: Mapping[Locale, str], name: str) -> None:
    """ValueError where a sentence lacks one of the languages."""
    missing = [locale for locale in LOCALES if not sentence.get(locale, "").strip()]
    if missing:
        raise ValueError(f"{name} is missing in {', '.join(missing)}")


class Param(Model):
    """A threshold with its unit; a job may set another value under `rules:`.

    Amounts (unit `money`) stand in main units of the currency (元); `Rulebook.parameters` gives minor units (分).
    """

    value: Decimal
    unit: Unit


def in_fact_units(value: Decimal, param: Param, currency: str) -> Fraction:
    """A threshold in the unit facts have: amounts in minor units (分)."""
    scale = 10 ** MINOR_UNITS[currency] if param.unit in ("money", "money_per_customer") else 1
    return Fraction(value) * scale


class Wording(Model):
    title: Sentence
    text: Sentence

    @model_validator(mode="after")
    def _complete(self) -> Wording:
        in_every_locale(self.title, "title")
        in_every_locale(self.text, "text")
        return self


class Rule(Wording):
    """One issue to look for. Without `judge` this version cannot judge it: it is listed with what it needs."""

    severity: Severity
    basis: str = Field(description="`proposal`, or the source of the threshold.")
    metrics: tuple[Id, ...] = Field((), description="Metrics of the catalogue it rests on.")
    needs: tuple[str, ...] = Field(min_length=1, description="`role.column` or `two dates` it cannot do without.")
    params: dict[Id, Param] = Field(default_factory=dict)
    judge: Judge | None = None
    also: tuple[Judge, ...] = Field((), description="Further ways in which the rule may hold, each for itself.")
    list_at_most: int = Field(
        0, ge=0, description="Findings a report lists in all, the largest first; 0 for as many as the judges list."
    )
    suggestions: tuple[SuggestionId, ...] = Field(min_length=1)
    variants: dict[Id, Wording] = Field(
        default_factory=dict,
        description="Other words for one attribute (a metric, or the dimension it is cut by), for a judge that names "
        "them, for the `opening`, or for data without amounts (`no_amounts`).",
    )

    @property
    def judges(self) -> tuple[Judge, ...]:
        return (*((self.judge,) if self.judge else ()), *self.also)

    @property
    def judged(self) -> tuple[str, ...]:
        """The metrics its judges look at."""
        return tuple(dict.fromkeys(one for judge in self.judges for one in judge.metrics))

    @model_validator(mode="after")
    def _complete_judges(self) -> Rule:
        named = [one for judge in self.judges for one in params_of(judge)]
        missing = sorted(set(named) - set(self.params))
        if missing:
            raise ValueError(f"params lacks {', '.join(missing)}")
        strangers = sorted({one.words for one in self.judges if one.words} - set(self.variants))
        if strangers:
            raise ValueError(f"variants lacks {', '.join(strangers)}")
        return self

    def wording(self, finding: Finding) -> Wording:
        """Title and text for a finding: those its judge names, its attribute's own, or those for the opening's date."""
        name, _, code = finding.against.partition("=")
        own = self.variants.get(code if name == "attribute" else name)
        opening = self.variants.get("opening") if finding.at == "since" else None
        return self.variants.get(finding.words) or own or opening or self
