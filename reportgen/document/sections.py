"""Sections: which of the report's are there, their numbers, and what was left out."""

from __future__ import annotations

from reportgen.document.blocks import build_block
from reportgen.document.draft import Draft
from reportgen.document.model import Block, Paragraph, Section
from reportgen.document.numbering import Numbering
from reportgen.document.report import SectionEntry


def build_sections(draft: Draft) -> list[Section]:
    """The report's own sections in order; one without any block is left out and named in the appendix."""
    numbering = Numbering(draft.locale)
    made: list[Section] = []
    for entry in draft.report.sections:
        made += _top(draft, entry, numbering)
    return made


def _top(draft: Draft, entry: SectionEntry, numbering: Numbering) -> list[Section]:
    blocks = _blocks(draft, entry)
    inner = [(one, built) for one in entry.sections if (built := _inner(draft, one))]
    if not blocks and not inner:
        draft.leave_out(entry.id, entry.needs)
        return []
    number = numbering.first() if entry.numbered else ""
    kept = [_section(draft, entry, number, blocks, 1)]
    for one, built in inner:
        second = numbering.second() if entry.numbered and one.numbered else ""
        kept.append(_section(draft, one, second, built, 2))
    return kept


def _inner(draft: Draft, entry: SectionEntry) -> tuple[Block, ...]:
    blocks = _blocks(draft, entry)
    if not blocks and (entry.needs or _promises_exhibits(entry)):
        draft.leave_out(entry.id, entry.needs)
    return blocks


def _promises_exhibits(entry: SectionEntry) -> bool:
    """Whether anything of the section depends on the data: a list of actions that is empty does not."""
    return any(hasattr(one.settings, "id") for one in entry.blocks)


def _blocks(draft: Draft, entry: SectionEntry) -> tuple[Block, ...]:
    """A section's blocks; page breaks and notes alone make no section, and what it would hold is not named twice."""
    before = len(draft.left)
    made = tuple(block for one in entry.blocks for block in build_block(draft, one))
    if any(not (block.block == "page-break" or (isinstance(block, Paragraph) and block.role == "note"))
           for block in made):
        return made
    # The section is named as a whole; naming its tables too would say the same thing twice.
    del draft.left[before:]
    return ()


def _section(draft: Draft, entry: SectionEntry, number: str, blocks: tuple[Block, ...], level: int) -> Section:
    heading = draft.texts.heading(entry.id)
    return Section(
        entry.id, f"s-{entry.id.replace('_', '-')}", draft.known(number), draft.known(heading.title), blocks,
        2 if level == 2 else 1, draft.known(heading.subtitle), entry.new_page,
    )
