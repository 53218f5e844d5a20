"""A suggestion as its YAML states it: what to do, by whom, until when, and how it will be checked."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator

from reportgen.config.model import Id, Model
from reportgen.findings.judge import Conditions, SegmentRange
from reportgen.findings.rule import Param, Sentence, in_every_locale

MEASURE = r"^[a-z][a-z0-9_]*(\[\*\])?$"


class SegmentTrigger(Model):
    """A finding about these segments brings the suggestion, whatever rule found it."""

    side: Literal["any", "over", "under"] = Field("any", description="Whether the segment stands above the rest.")
    where: tuple[SegmentRange, ...] = Field(min_length=1, description="All must be met by the finding's segments.")


class Trigger(Conditions):
    """Facts that raise the suggestion by themselves, whether or not a rule fires."""

    reports: tuple[Id, ...] = Field((), description="Reports that print it; none stands for all.")
    params: dict[Id, Param] = Field(default_factory=dict, description="Limits of the conditions, with `min_n`.")

    @model_validator(mode="after")
    def _complete(self) -> Trigger:
        missing = sorted({"min_n", *self.limits} - set(self.params))
        if missing:
            raise ValueError(f"params lacks {', '.join(missing)}")
        return self


class Suggestion(Model):
    title: Sentence
    text: Sentence
    owner: Sentence
    check: Sentence = Field(description="How the next report tells whether it worked.")
    measures: tuple[Annotated[str, StringConstraints(pattern=MEASURE)], ...] = Field(
        (), description="Metrics the check compares, printed with it as they are now; `metric[*]` of the one segment."
    )
    due_days: int = Field(ge=1, le=366, description="Calendar days after the period's last day.")
    segment: SegmentTrigger | None = None
    trigger: Trigger | None = None
    because: Sentence | None = Field(None, description="Why it was raised: `{metric[*]}` is the segment's fact.")

    @model_validator(mode="after")
    def _complete(self) -> Suggestion:
        for name in ("title", "text", "owner", "check", *(("because",) if self.because else ())):
            in_every_locale(getattr(self, name), name)
        if (self.trigger is None) != (self.because is None):
            raise ValueError("trigger and because go together: what raises it, and the sentence that says so")
        return self
