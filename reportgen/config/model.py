"""The base of every configuration model: frozen, unknown keys forbidden, text never coerced."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, StringConstraints

Locale = Literal["zh-CN", "en"]
LOCALES: tuple[Locale, ...] = ("zh-CN", "en")

Id = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,47}$")]
"""A name the job gives to something: lower case, digits, underscore."""

Label = str | dict[Locale, str]
"""Words in every language alike, or one text a locale."""


class Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=False, populate_by_name=True)


class MisplacedError(ValueError):
    """A validator's refusal that knows which value below its own is wrong: keys and indexes from there."""

    def __init__(self, message: str, *trail: str | int) -> None:
        self.trail = trail
        super().__init__(message)


def words(label: Label | None, fallback: str) -> dict[str, str]:
    """A label as a text for each locale; a missing locale takes the other's words."""
    if label is None:
        return dict.fromkeys(LOCALES, fallback)
    if isinstance(label, str):
        return dict.fromkeys(LOCALES, label)
    any_text = next(iter(label.values()), fallback)
    return {locale: label.get(locale, any_text) for locale in LOCALES}
