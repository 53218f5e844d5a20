"""A source as it was opened: text columns, exactly as they stand, and where they came from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from reportgen.sources.origin import Origin

if TYPE_CHECKING:
    import ibis


LINE = "line__"
"""The program's own column beside the source's; a bank's column of that name is refused."""


@dataclass(frozen=True, slots=True)
class SourceTable:
    """`table` has the source's own columns as text (empty cell = null) and `LINE`, the line of each row."""

    origin: Origin
    table: ibis.Table
