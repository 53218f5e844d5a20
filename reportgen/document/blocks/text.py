"""Running text and notes: entries of the text file."""

from __future__ import annotations

from reportgen.document.draft import Draft
from reportgen.document.model import Block, PageBreak, Paragraph
from reportgen.document.paragraph import paragraph
from reportgen.document.report import PageBreakBlock, TextBlock


def build_text(draft: Draft, block: TextBlock) -> tuple[Block, ...]:
    """The entry as one paragraph; nothing where none of its sentences can be said."""
    text = paragraph(draft, block.entry)
    return (Paragraph(text, block.role),) if text else ()


def build_note(draft: Draft, entry: str) -> tuple[Block, ...]:
    text = paragraph(draft, entry)
    return (Paragraph(text, "note"),) if text else ()


def build_page_break(draft: Draft, block: PageBreakBlock) -> tuple[Block, ...]:
    del draft, block
    return (PageBreak(),)
