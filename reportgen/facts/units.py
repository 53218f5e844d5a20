"""Names of branches, regions and managers: the file a job's `units:` names."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import Field

from reportgen.config.loader import read
from reportgen.config.model import Label, Locale, Model
from reportgen.context import RunContext
from reportgen.facts.wording import ColumnWords

_COLUMN = {"branch": "branch_id", "region": "region_id", "rm": "rm_id"}


class UnitName(Model):
    """One unit's name; a branch may name its region for the reader of the file."""

    zh: str = Field(alias="zh-CN")
    en: str
    region: str = ""


class Units(Model):
    branch: dict[str, UnitName] = Field(default_factory=dict)
    region: dict[str, UnitName] = Field(default_factory=dict)
    rm: dict[str, UnitName] = Field(default_factory=dict)


def load_units(context: RunContext) -> Units:
    """The names of the job's units; none where the job names no file."""
    path = context.job.units
    return read(context.root / path, Units) if path else Units()


def unit_names(units: Units) -> dict[str, dict[str, str]]:
    """Scope (`branch:B01`) to its name by locale."""
    named = (("branch", units.branch), ("region", units.region))
    return {f"{kind}:{name}": {"zh-CN": one.zh, "en": one.en} for kind, group in named for name, one in group.items()}


def with_units(dictionary: Mapping[str, ColumnWords], units: Units) -> dict[str, ColumnWords]:
    """The dictionary with the units' names as the words of their columns' codes."""
    more = dict(dictionary)
    for kind, column in _COLUMN.items():
        group: Mapping[str, UnitName] = getattr(units, kind)
        if group:
            known = more.get(column) or ColumnWords(label=column)
            segments: dict[str, Label] = {name: _texts(one) for name, one in group.items()}
            more[column] = known.model_copy(update={"segments": {**known.segments, **segments}})
    return more


def _texts(one: UnitName) -> dict[Locale, str]:
    return {"zh-CN": one.zh, "en": one.en}
