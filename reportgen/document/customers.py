"""What a sentence calls the customers of a segment: `60岁及以上客户`, `high-income customers`, a branch by its name.

The phrases are data (`config/dimensions/customers.yaml`); a dimension without one keeps `职业为“…”的客户`.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from pydantic import Field, RootModel, model_validator

from reportgen.config.loader import read
from reportgen.config.model import LOCALES, Id, Locale, Model
from reportgen.document.draft import Draft
from reportgen.facts.segment import DimensionView

MISSING = "missing"
"""The segment of customers of whom nothing is known."""
HERE = "{}"
"""Where a phrase takes the segment's own words."""
Phrase = dict[Locale, str]


class CustomerWords(Model):
    """The phrases of one column, each in every language."""

    customers: Phrase | None = Field(None, description="Of any segment, {} being its words.")
    bands: Phrase | None = Field(None, description="Of a band of a number, {} being its words.")
    of: dict[str, Phrase] = Field(default_factory=dict, description="Of one code.")
    missing: Phrase | None = Field(None, description="Of customers of whom nothing is known.")
    named: dict[str, Phrase] = Field(default_factory=dict, description="A code itself, inside a sentence.")

    @model_validator(mode="after")
    def _in_every_locale(self) -> CustomerWords:
        single = {"customers": self.customers, "bands": self.bands, "missing": self.missing}
        phrases = {name: one for name, one in single.items() if one is not None} | self.of | self.named
        for name, phrase in phrases.items():
            lacking = [locale for locale in LOCALES if not phrase.get(locale, "").strip()]
            if lacking:
                raise ValueError(f"{name} is missing in {', '.join(lacking)}")
        for name in ("customers", "bands"):
            if single[name] and any(one.count(HERE) != 1 for one in (single[name] or {}).values()):
                raise ValueError(f"{name} takes the segment's words once, at {HERE}")
        return self


class CustomerPhrases(RootModel[dict[Id, CustomerWords]]):
    """`config/dimensions/customers.yaml`: column id to its phrases."""


@lru_cache(maxsize=8)
def load_phrases(path: Path) -> dict[str, CustomerWords]:
    """Raises JobError where the file is wrong."""
    return read(path, CustomerPhrases).root


def customers_of(draft: Draft, dimension: str, segment: str) -> str:
    """The customers of a segment, as they stand inside a sentence of the document's language."""
    view, phrases = draft.dimension(dimension), _phrases(draft, dimension)
    label = draft.label(dimension, segment)
    if phrases.customers is not None and phrases.customers[draft.locale] == HERE and segment != MISSING:
        return label
    if not _renamed(draft, view):
        if segment == MISSING and phrases.missing is not None:
            return draft.known(phrases.missing[draft.locale])
        if segment in phrases.of and _fits(draft, view, segment, phrases.of[segment]):
            return draft.known(phrases.of[segment][draft.locale])
        template = _template(draft, view, segment, phrases)
        if template is not None:
            return draft.known(template[draft.locale].replace(HERE, draft.inside(label)))
    inside = draft.inside(draft.dimension_label(dimension))
    key = "customers.missing" if segment == MISSING else "customers.other"
    return draft.phrase(key, dimension=inside, segment=label)


def named(draft: Draft, dimension: str, segment: str) -> str:
    """A segment that is no group of customers (a product, a plan's measure), as it stands inside a sentence."""
    known, view = _phrases(draft, dimension).named, draft.dimension(dimension)
    if segment in known and _fits(draft, view, segment, known[segment]):
        return draft.known(known[segment][draft.locale])
    return draft.inside(draft.label(dimension, segment))


def _phrases(draft: Draft, dimension: str) -> CustomerWords:
    view = draft.dimension(dimension)
    phrases = load_phrases(draft.context.shared("config", "dimensions", "customers.yaml"))
    return phrases.get(view.column if view else dimension, CustomerWords())


def _template(draft: Draft, view: DimensionView | None, segment: str, phrases: CustomerWords) -> Phrase | None:
    """The phrase that takes the segment's words; a band's only where the words are still those of a number."""
    banded = view is not None and view.kind in ("band", "group")
    if banded and phrases.bands is not None:
        numeric = any(letter.isdigit() for letter in draft.label(view.id, segment)) if view else False
        return phrases.bands if numeric else None
    return phrases.customers


def _renamed(draft: Draft, view: DimensionView | None) -> bool:
    """Whether the job calls the dimension by a name of its own; no shipped phrase fits then."""
    stated = draft.job.dimensions.get(view.id) if view else None
    return stated is not None and stated.label is not None


def _fits(draft: Draft, view: DimensionView | None, segment: str, phrase: Phrase) -> bool:
    """Whether a code's phrase says what the page calls the code: it must hold words that the job chose itself."""
    if view is None:
        return True
    stated = draft.job.dimensions.get(view.id)
    codes = (frame.unpivot.get(view.id, {}).get(segment) for frame in draft.job.frames.values())
    own = (stated is not None and segment in stated.labels) or any(one and one.label is not None for one in codes)
    return not own or draft.label(view.id, segment).lower() in phrase[draft.locale].lower()
