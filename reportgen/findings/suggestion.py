"""A suggestion as its YAML states it: what to do, by whom, until when, and how it will be checked."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from reportgen.config.model import Model
from reportgen.findings.rule import SegmentRange, Sentence, in_every_locale


class SegmentTrigger(Model):
    """A finding about these segments brings the suggestion, whatever rule found it."""

    side: Literal["any", "over", "under"] = Field("any", description="Whether the segment stands above the rest.")
    where: tuple[SegmentRange, ...] = Field(min_length=1, description="All must be met by the finding's segments.")


class Suggestion(Model):
    title: Sentence
    text: Sentence
    owner: Sentence
    check: Sentence = Field(description="How the next report tells whether it worked.")
    due_days: int = Field(ge=1, le=366, description="Calendar days after the period's last day.")
    segment: SegmentTrigger | None = None

    @model_validator(mode="after")
    def _complete(self) -> Suggestion:
        for name in ("title", "text", "owner", "check"):
            in_every_locale(getattr(self, name), name)
        return self
