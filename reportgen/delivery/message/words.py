"""The mail's own words in one language: `templates/mail/text.<locale>.yaml`. What the report says it says itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from reportgen.config.loader import read
from reportgen.config.model import Locale
from reportgen.context import Shelf
from reportgen.errors import Problem, TemplateError

_STATE = "No mail was made."


@dataclass(frozen=True, slots=True)
class Words:
    """Phrases by key; a figure or a name comes through a placeholder `{name}`."""

    locale: Locale
    place: str
    words: Mapping[str, str]

    def __getitem__(self, key: str) -> str:
        """The words; TemplateError (exit 6) where the file has none."""
        if key not in self.words:
            raise TemplateError(Problem(self.place, f"{key} is missing."), state=_STATE)
        return self.words[key]

    def fill(self, key: str, **values: str) -> str:
        """The words with their placeholders filled; TemplateError for one that is not known."""
        try:
            return self[key].format_map(values)
        except (KeyError, ValueError, IndexError, AttributeError) as error:
            raise TemplateError(Problem(self.place, f"{key}: {error} is no placeholder here."), state=_STATE) from None


def load_words(shelf: Shelf, locale: Locale) -> Words:
    """The words of a language; TemplateError names file, line and column of what is wrong."""
    path = shelf.shared("templates", "mail", f"text.{locale}.yaml")
    return Words(locale, str(path), read(path, dict[str, str], error=TemplateError, state=_STATE))
