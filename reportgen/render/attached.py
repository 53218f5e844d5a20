"""What travels inside the PDF: the facts of its own scope, and the averages it is compared with."""

from __future__ import annotations

from reportgen.facts.publish import to_csv
from reportgen.facts.table import FactSet


def facts_csv(facts: FactSet, scope: str) -> bytes:
    """The published facts an edition carries as CSV: UTF-8, line feeds, the columns of `reportgen facts`.

    `facts` are those `seen_from` the scope: nobody else's are in them.
    """
    return to_csv(facts, facts.told_in(scope)).encode()
