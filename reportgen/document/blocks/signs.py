"""Signs in a table that a note explains, where they really stand."""

from __future__ import annotations

from collections.abc import Iterable

from reportgen.document.draft import Draft
from reportgen.document.model import Row, Span, Text


def sign_notes(draft: Draft, rows: Iterable[Row]) -> tuple[Text, ...]:
    """A note on — where one of the cells prints it."""
    printed = {span.text for row in rows for cell in row.cells for span in cell}
    words = "note.dash" if draft.facts.since else "note.dash_single"
    return ((Span(draft.word(words)),),) if "—" in printed else ()
