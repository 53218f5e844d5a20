"""Sections: which of the report's are there, their numbers, and what was left out."""

from __future__ import annotations

from dataclasses import replace

from reportgen.document.blocks import build_block
from reportgen.document.blocks.comment import build_comment
from reportgen.document.draft import Draft
from reportgen.document.model import Block, Paragraph, Section
from reportgen.document.numbering import Numbering
from reportgen.document.report import CommentBlock, SectionEntry

_JUDGED_BY_FACTS = {"customers", "snapshots", "dimensions", "job"}


def build_sections(draft: Draft) -> list[Section]:
    """The report's own sections in order; one without any block is left out and named in the appendix."""
    numbering = Numbering(draft.locale)
    made: list[Section] = []
    for entry in draft.report.sections:
        made += _top(draft, entry, numbering)
    if draft.comment is not None and made and not any(one.comment is not None for one in draft.report.blocks()):
        # A report that names no place for it still prints what a unit's head signed.
        made[0] = replace(made[0], blocks=(*made[0].blocks, *build_comment(draft, CommentBlock())))
    return made


def _top(draft: Draft, entry: SectionEntry, numbering: Numbering) -> list[Section]:
    if _lacks_a_table(draft, entry):
        draft.leave_out(entry.id, entry.needs)
        return []
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
    if _lacks_a_table(draft, entry):
        draft.leave_out(entry.id, entry.needs)
        return ()
    blocks = _blocks(draft, entry)
    if not blocks and (entry.needs or _promises_exhibits(entry)):
        draft.leave_out(entry.id, entry.needs)
    return blocks


def _lacks_a_table(draft: Draft, entry: SectionEntry) -> bool:
    """Whether the job has no table of a role the section needs: what little it could still print would mislead.

    A customer's own columns may lie in either of two tables, so those are judged by what they yield.
    """
    roles = {need.partition(".")[0] for need in entry.needs if "." in need} - _JUDGED_BY_FACTS
    return not roles <= set(draft.job.frames)


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
