"""Which metrics, dimensions and columns a section of a report rests on."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from reportgen.document.report import BlockEntry, SectionEntry

_NAME = re.compile(r"[a-z][a-z0-9_]*")
_WORDS = frozenset({
    "id", "entry", "note", "kind", "heads", "row", "role", "mark", "needs", "ghost", "panel", "at",
    "changes", "skip",
})
"""Keys whose values name no metric or dimension."""
_CUTS = ("by", "bracket", "dimension", "against", "each")
_BRIDGES = {"customers_total": "customers_bridge", "aum_point": "aum_bridge"}


def names(section: SectionEntry) -> list[str]:
    """Words of the section's own blocks that may be ids of metrics, dimensions or columns, each once."""
    return list(dict.fromkeys(name for block in section.blocks for name in _of_block(block)))


def dimensions_named(section: SectionEntry) -> list[str]:
    """Dimensions, or the columns they are cut from, that the section's blocks ask for by name."""
    asked = (getattr(block.settings, key, None) for block in section.blocks for key in _CUTS)
    return list(dict.fromkeys(name for name in asked if isinstance(name, str)))


def needs(section: SectionEntry) -> list[tuple[str, ...]]:
    """`role.column` sets that the section or one of its blocks states itself."""
    stated = [section.needs, *(getattr(block.settings, "needs", ()) for block in section.blocks)]
    return [one for one in stated if one]


def _of_block(block: BlockEntry) -> Iterator[str]:
    if block.bridge is not None:
        yield _BRIDGES[block.bridge.metric]
    elif block.matrix is not None or (block.chart is not None and block.chart.kind == "sankey"):
        yield "migration_matrix"
    elif block.follow_up is not None or block.comment is not None:
        return
    else:
        yield from _texts(block.model_dump(exclude_unset=True))


def _texts(value: Any, key: str = "") -> Iterator[str]:
    """The leading name of every text: `aum_point` of `aum_point@since!interval`."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _texts(inner, name)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _texts(inner, key)
    elif isinstance(value, str) and key not in _WORDS:
        match = _NAME.match(value)
        if match:
            yield match.group()
