"""Dimensions the program makes itself (products, managers, steps of a bridge), and the words for all of them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from pathlib import Path

from reportgen.config import Job
from reportgen.config.model import Label, words
from reportgen.facts.fact import Fact
from reportgen.facts.metric import Metric
from reportgen.facts.segment import DimensionView, Segment
from reportgen.facts.wording import ColumnWords, code_words, load_words

_COLUMN = {"rm": "rm_id", "tier_from": "tier", "tier_to": "tier", "activity_tier": "tier"}
"""Dimension to the column whose words it uses, where the names differ."""


def dictionary_of(job: Job, folder: Path) -> dict[str, ColumnWords]:
    """The shipped words for columns and codes, with the labels the job gives to those it adds."""
    dictionary = dict(load_words(folder))
    for frame in job.frames.values():
        for name, entry in frame.every.items():
            if entry.label is not None:
                known = dictionary.get(name)
                dictionary[name] = ColumnWords(label=entry.label, segments=known.segments if known else {})
        for name, codes in frame.unpivot.items():
            labels = {code: one.label for code, one in codes.items() if one.label is not None}
            base = dictionary.get(name) or ColumnWords(label=name)
            dictionary[name] = base.model_copy(update={"segments": {**base.segments, **labels}})
    return dictionary


def with_metrics(dictionary: Mapping[str, ColumnWords], metrics: Mapping[str, Metric]) -> dict[str, ColumnWords]:
    """The dictionary with the metrics' own labels as the words of the dimension `metric` (plans)."""
    known = dictionary.get("metric") or ColumnWords(label="metric")
    labels: dict[str, Label] = {
        name: {"zh-CN": one.label["zh-CN"], "en": one.label["en"]} for name, one in metrics.items()
    }
    return {**dictionary, "metric": known.model_copy(update={"segments": labels})}


def own_views(
    facts: Iterable[Fact], cut: Collection[str], dictionary: Mapping[str, ColumnWords]
) -> dict[str, DimensionView]:
    """A view of every dimension that facts carry and that was not cut from a column (`cut`)."""
    found: dict[str, set[str]] = {}
    for fact in facts:
        other, _, against = fact.against.partition("=")
        for dimension, segment in ((fact.dimension, fact.segment), (other, against)):
            if dimension and dimension not in cut:
                found.setdefault(dimension, set()).add(segment)
    return {name: _view(name, segments, dictionary) for name, segments in found.items()}


def _view(name: str, segments: Collection[str], dictionary: Mapping[str, ColumnWords]) -> DimensionView:
    """Segments in the dictionary's order, others after them; numbers by size."""
    column = _COLUMN.get(name, name)
    known = dictionary.get(column)
    listed = list(known.segments) if known else []
    others = sorted((len(one) if one.isdigit() else 0, one) for one in segments if one not in listed)
    ordered = [one for one in listed if one in segments] + [one for _, one in others]
    # A customer may have no manager and several products: these dimensions need not add up to the whole.
    return DimensionView(
        name,
        "category",
        column,
        words(known.label if known else None, name),
        tuple(Segment(one, code_words(one, known)) for one in ordered),
        partition=False,
    )
