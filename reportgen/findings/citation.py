"""Which facts a finding's sentences print: the evidence an auditor follows."""

from __future__ import annotations

import re
from collections.abc import Iterable

from reportgen.facts.table import FactSet

_PLACEHOLDER = re.compile(
    r"\{(?P<metric>[a-z][a-z0-9_]*)(?:\[(?P<cell>[^\]]*)\])?(?:@(?P<at>period|since|previous|year_ago))?(?:!\w+)?\}"
)


def cited(sentences: Iterable[str], facts: FactSet, scope: str, own_cell: tuple[str, str]) -> tuple[str, ...]:
    """Ids of the facts the sentences' placeholders name, each once; `[*]` is the finding's own cell."""
    found: dict[str, None] = {}
    for sentence in sentences:
        for match in _PLACEHOLDER.finditer(sentence):
            dimension, segment, against = _cell(match["cell"] or "", own_cell)
            fact = facts.find(match["metric"], scope=scope, at=match["at"] or "period", dimension=dimension,
                              segment=segment, against=against)
            if fact is not None:
                found[fact.id] = None
    return tuple(found)


def _cell(text: str, own_cell: tuple[str, str]) -> tuple[str, str, str]:
    if text == "*":
        return *own_cell, ""
    head, _, against = text.partition("|")
    dimension, _, segment = head.partition("=")
    return dimension, segment, against
