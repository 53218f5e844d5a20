"""A source as it was opened: its cells exactly as they stand, and where they came from."""

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
    """`table` has the source's own columns and `LINE`, the line of each row.

    Columns of text files are text (empty cell = null); those of Parquet keep their types.
    """

    origin: Origin
    table: ibis.Table
