"""Words and sentences of a report in one language: `text.<locale>.yaml` of the report over that of `base`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import BeforeValidator, Discriminator, Field, Tag, field_validator, model_validator

from reportgen.config.loader import read
from reportgen.config.model import Id, Locale, Model
from reportgen.context import RunContext
from reportgen.document.sentence import parse
from reportgen.errors import Problem, TemplateError, nearest
from reportgen.findings.rule import RuleId

_STATE = "No page was made."


class Pick(Model):
    """Chooses a segment for a sentence: the largest or smallest of a metric across a dimension."""

    largest: Id | None = None
    smallest: Id | None = None
    by: Id
    at: Literal["since", "period", "previous", "year_ago"] = "period"
    against: str = Field("", description="`dimension=segment` of a cross table or an over-index.")
    significant: bool = Field(False, description="Only segments of 30 customers and more with q under 0.05.")
    side: Literal["any", "over", "under"] = Field("any", description="Of an index: only above or below 100.")

    @model_validator(mode="after")
    def _one_end(self) -> Pick:
        if (self.largest is None) == (self.smallest is None):
            raise ValueError("give exactly one of largest and smallest")
        return self

    @property
    def metric(self) -> str:
        return self.largest or self.smallest or ""


def _as_list(value: object) -> object:
    return [value] if isinstance(value, str) else value


Selectors = Annotated[tuple[str, ...], BeforeValidator(_as_list)]
"""Facts a condition looks at, one or several: placeholders without braces."""


class When(Model):
    """A condition of a sentence. All that are given must hold, of each fact they name."""

    has: Selectors = ()
    lacks: Selectors = ()
    rises: Selectors = Field((), description="Value above zero; of `metric@previous!change`, what it moved.")
    falls: Selectors = Field((), description="Value below zero, likewise.")
    flat: Selectors = ()
    found: RuleId | None = None
    not_found: RuleId | None = None
    tested: tuple[Id, Id] | None = Field(None, description="Two dimensions whose association was tested.")
    holds: tuple[Id, Id] | None = Field(None, description="Two dimensions whose association holds.")
    fails: tuple[Id, Id] | None = None
    scope: Literal["bank", "unit"] | None = Field(None, description="The bank's report, or a region's or branch's.")
    differs: tuple[Id, Id] | None = Field(None, description="Two picks that chose different segments.")


class Line(Model):
    """One sentence. It is printed where its placeholders resolve and its condition holds."""

    text: str
    tone: Literal["", "good", "bad"] = Field("", description="Colour of its **strong** words.")
    let: dict[Id, Pick] = Field(default_factory=dict)
    when: When = Field(default_factory=When)

    @field_validator("text")
    @classmethod
    def _parses(cls, text: str) -> str:
        try:
            parse(text)
        except TemplateError as error:
            # The loader adds file, line and column.
            raise ValueError(error.problems[0].message.rstrip(".")) from None
        return text


def _line(value: object) -> object:
    return {"text": value} if isinstance(value, str) else value


class Choice(Model):
    """The first sentence of several that can be printed."""

    first: tuple[Annotated[Line, BeforeValidator(_line)], ...] = Field(min_length=1)


def _lines(value: object) -> object:
    return [_line(one) for one in value] if isinstance(value, list | tuple) else [_line(value)]


def _kind(value: object) -> str:
    return "choice" if isinstance(value, Choice) or (isinstance(value, dict) and "first" in value) else "line"


Said = Annotated[Annotated[Line, Tag("line")] | Annotated[Choice, Tag("choice")], Discriminator(_kind)]
Entry = Annotated[tuple[Said, ...], BeforeValidator(_lines)]


class Heading(Model):
    title: str
    subtitle: str = ""


class TextFile(Model):
    """A file of texts. Base has no title."""

    title: str = ""
    title_lines: tuple[str, ...] = Field((), description="The title broken by sense.")
    sections: dict[Id, Heading] = Field(default_factory=dict)
    words: dict[str, str] = Field(default_factory=dict)
    entries: dict[str, Entry] = Field(default_factory=dict)


@dataclass(frozen=True)
class Texts:
    """All texts of a report in one language, the report's own over the shared ones."""

    locale: Locale
    place: str
    """The report's file, for error messages."""
    title: str
    title_lines: tuple[str, ...]
    sections: Mapping[str, Heading]
    words: Mapping[str, str]
    entries: Mapping[str, Entry]

    def word(self, key: str) -> str:
        """A fixed word or phrase; TemplateError where no file has it."""
        if key not in self.words:
            raise TemplateError(
                Problem(self.place, f"words.{key} is missing.{nearest(key, list(self.words))}"), state=_STATE
            )
        return self.words[key]

    def heading(self, section: str) -> Heading:
        if section not in self.sections:
            raise TemplateError(
                Problem(self.place, f"sections.{section} is missing.{nearest(section, list(self.sections))}"),
                state=_STATE,
            )
        return self.sections[section]

    def entry(self, key: str) -> Entry:
        """The sentences of an entry; none where no file has it (an exhibit's title is optional)."""
        return self.entries.get(key, ())


def load_texts(context: RunContext, report: str, locale: Locale) -> Texts:
    """The texts of a report over the shared ones, and the shared words for a bank's tables and columns.

    TemplateError names file, line and column of what is wrong.
    """
    name = f"text.{locale}.yaml"
    own_path = context.shared("templates", report, name)
    base = read(context.shared("templates", "base", name), TextFile, error=TemplateError, state=_STATE)
    data = read(context.shared("templates", "base", f"data.{locale}.yaml"), TextFile, error=TemplateError, state=_STATE)
    own = read(own_path, TextFile, error=TemplateError, state=_STATE)
    return Texts(
        locale, str(own_path), own.title, own.title_lines or (own.title,), {**base.sections, **own.sections},
        {**data.words, **base.words, **own.words}, {**base.entries, **own.entries},
    )
