"""What travels inside the PDF: the facts of its own scope, and nobody else's."""

from __future__ import annotations

from reportgen.facts.publish import to_csv
from reportgen.facts.table import FactSet


def facts_csv(facts: FactSet, scope: str) -> bytes:
    """The published facts of one scope as CSV: UTF-8, line feeds, the columns of `reportgen facts`."""
    return to_csv(facts, [scope]).encode()
