"""The signed comment of the unit's head, in a box that says whose words they are."""

from __future__ import annotations

from reportgen.document.draft import Draft
from reportgen.document.model import Block, Remark, Span
from reportgen.document.report import CommentBlock


def build_comment(draft: Draft, block: CommentBlock) -> tuple[Block, ...]:
    """The comment as text: what looks like markup in it is printed as it stands. Nothing where nobody wrote one."""
    del block
    comment = draft.comment
    if comment is None:
        return ()
    kind = draft.scope.partition(":")[0]
    text = tuple((Span(draft.known(one)),) for one in comment.text)
    return (Remark(draft.word(f"comment.{kind}"), text, draft.known(comment.signed), draft.known(comment.date)),)
