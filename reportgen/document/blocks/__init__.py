"""Block kinds of a report, listed by hand: one file a kind, one line here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from reportgen.document.blocks.actions import build_actions
from reportgen.document.blocks.bridge import build_bridge
from reportgen.document.blocks.chart import build_chart
from reportgen.document.blocks.comment import build_comment
from reportgen.document.blocks.compare import build_compare
from reportgen.document.blocks.findings import build_findings
from reportgen.document.blocks.follow_up import build_follow_up
from reportgen.document.blocks.kpis import build_kpis
from reportgen.document.blocks.matrix import build_matrix
from reportgen.document.blocks.table import build_table
from reportgen.document.blocks.test import build_test
from reportgen.document.blocks.text import build_note, build_page_break, build_text
from reportgen.document.draft import Draft
from reportgen.document.model import Block
from reportgen.document.report import BlockEntry

BLOCKS: dict[str, Callable[[Draft, Any], tuple[Block, ...]]] = {
    "kpis": build_kpis,
    "findings": build_findings,
    "actions": build_actions,
    "text": build_text,
    "note": build_note,
    "table": build_table,
    "chart": build_chart,
    "bridge": build_bridge,
    "matrix": build_matrix,
    "compare": build_compare,
    "follow_up": build_follow_up,
    "comment": build_comment,
    "test": build_test,
    "page_break": build_page_break,
}


def build_block(draft: Draft, entry: BlockEntry) -> tuple[Block, ...]:
    """What a block of the report becomes in this document: nothing where its data is not there."""
    return BLOCKS[entry.kind](draft, entry.settings)
