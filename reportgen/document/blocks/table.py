"""Tables: metrics against dates, segments against metrics, or a grid named cell by cell."""

from __future__ import annotations

from reportgen.document.blocks.caption import keep
from reportgen.document.blocks.selector import judged
from reportgen.document.blocks.table_grid import grid_table
from reportgen.document.blocks.table_metrics import metrics_table
from reportgen.document.blocks.table_segments import segments_table
from reportgen.document.draft import Draft
from reportgen.document.model import Block
from reportgen.document.report import TableBlock


def build_table(draft: Draft, block: TableBlock) -> tuple[Block, ...]:
    """The table, or nothing where its facts are not there; then the appendix says so."""
    if block.when_found and not judged(draft, block):
        return ()
    make = grid_table if block.grid else segments_table if block.by else metrics_table
    table = make(draft, block)
    if table is None:
        draft.leave_out(block.id, block.needs)
        return ()
    return (keep(draft, table),)
