"""A rule as its YAML states it: what is judged, from which threshold on, in which words."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator

from reportgen.config.model import LOCALES, Id, Locale, Model
from reportgen.facts.fact import Unit
from reportgen.findings.finding import Finding, Severity

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
    """A threshold with its unit; a job may set another value under `rules:`."""

    value: Decimal
    unit: Unit


class Condition(Model):
    """A metric beyond a limit, never at it."""

    metric: Id
    dimension: Id | None = None
    segment: str = ""
    above: Id | None = Field(None, description="Name of the param the value must exceed.")
    below: Id | None = Field(None, description="Name of the param the value must fall short of.")

    @model_validator(mode="after")
    def _one_limit(self) -> Condition:
        if (self.above is None) == (self.below is None):
            raise ValueError("give exactly one of above and below")
        return self

    @property
    def limit(self) -> str:
        return self.above or self.below or ""


class ThresholdJudge(Model):
    """Facts against limits. The finding is about the first condition listed that holds."""

    detector: Literal["threshold"]
    match: Literal["any", "all"] = "all"
    conditions: tuple[Condition, ...] = Field(min_length=1)


class Attribute(Model):
    """What a segment is compared with the rest on: a share metric, or the cells of the report's cross tables."""

    metric: Id
    by: Id | None = Field(None, description="Dimension of the attribute itself, such as product_type.")
    among: tuple[str, ...] = Field((), description="Segments of `by` to look at; none looks at all.")
    cross: bool = Field(False, description="Judge the cells of the cross tables the report tests.")
    sides: Literal["both", "over", "under"] = "both"
    list_at_most: int = Field(3, ge=1, description="Findings listed for one attribute, largest gaps first.")


class SegmentRange(Model):
    """Segments of one column: a list of ids, or all bands within [from, below) in main units."""

    column: Id
    among: tuple[str, ...] = ()
    from_: Decimal | None = Field(None, alias="from")
    below: Decimal | None = None


class OverIndexJudge(Model):
    """Each segment against all other customers; holds with q under max_q, n, index and gap of practical size."""

    detector: Literal["over_index"]
    attributes: tuple[Attribute, ...] = Field(min_length=1)
    where: SegmentRange | None = Field(None, description="Only these segments; none judges all.")
    skip: tuple[str, ...] = Field(("missing", "unknown"), description="Segments nobody can act on.")


class DataQualityJudge(Model):
    """Quality gates that counted rows, and identities of the facts that must hold exactly."""

    detector: Literal["data_quality"]
    gates: tuple[Id, ...] = Field(min_length=1)


Judge = Annotated[ThresholdJudge | OverIndexJudge | DataQualityJudge, Field(discriminator="detector")]
REQUIRED_PARAMS: dict[str, tuple[str, ...]] = {
    "threshold": ("min_n",),
    "over_index": ("min_n", "max_q", "min_gap", "over", "under"),
    "data_quality": (),
}


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
    suggestions: tuple[SuggestionId, ...] = Field(min_length=1)
    variants: dict[Id, Wording] = Field(
        default_factory=dict,
        description="Other words for one attribute (a metric, or the dimension it is cut by), for the `opening`, or "
        "for data without amounts (`no_amounts`).",
    )

    @model_validator(mode="after")
    def _limits_are_params(self) -> Rule:
        if self.judge is None:
            return self
        named = list(REQUIRED_PARAMS[self.judge.detector])
        if isinstance(self.judge, ThresholdJudge):
            named += [condition.limit for condition in self.judge.conditions]
        missing = sorted(set(named) - set(self.params))
        if missing:
            raise ValueError(f"params lacks {', '.join(missing)}")
        return self

    def wording(self, finding: Finding) -> Wording:
        """Title and text for a finding: its attribute's own words, or those for the opening's date, where there are."""
        name, _, code = finding.against.partition("=")
        own = self.variants.get(code if name == "attribute" else name)
        opening = self.variants.get("opening") if finding.at == "since" else None
        return own or opening or self
