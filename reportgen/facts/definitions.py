"""Reads `config/metrics/*.yaml`: the definitions every fact, table head and appendix shares."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from pydantic import Field, RootModel

from reportgen.config.loader import read
from reportgen.config.model import Id, Locale, Model
from reportgen.errors import JobError, Problem
from reportgen.facts.fact import Unit
from reportgen.facts.metric import Additivity, Metric


class MetricEntry(Model):
    """One metric as the file states it."""

    unit: Unit
    additivity: Additivity
    flow: bool = False
    event: bool = False
    label: dict[Locale, str]
    definition: dict[Locale, str]
    needs: tuple[str, ...] = Field(min_length=1)


class MetricFile(RootModel[dict[Id, MetricEntry]]):
    """A file of metrics by id."""


@lru_cache(maxsize=8)
def load_metrics(folder: Path) -> dict[str, Metric]:
    """All metrics of a folder by id; raises JobError where two files define one id."""
    metrics: dict[str, Metric] = {}
    for path in sorted(folder.glob("*.yaml")):
        for name, entry in read(path, MetricFile).root.items():
            if name in metrics:
                raise JobError(Problem(str(path), f"metric '{name}' is defined twice. One id has one definition."))
            label, definition = (
                {str(one): text for one, text in texts.items()} for texts in (entry.label, entry.definition)
            )
            metrics[name] = Metric(
                name, entry.unit, entry.additivity, label, definition, entry.needs, entry.flow, entry.event
            )
    return metrics
