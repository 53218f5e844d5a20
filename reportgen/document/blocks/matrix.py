"""The migration matrix: tiers at the opening against tiers at the close, new and left as states."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from reportgen.document.blocks.caption import keep, notes, title
from reportgen.document.blocks.signs import sign_notes
from reportgen.document.draft import Draft
from reportgen.document.model import Block, Column, Row, Span, Table, Text
from reportgen.document.numbers import Measure
from reportgen.document.printed import facts_of
from reportgen.document.report import MatrixBlock
from reportgen.facts.fact import Fact

_ENDS = ("missing", "unknown", "new", "left")


@dataclass(frozen=True, slots=True)
class Moves:
    """The cells by (opening state, closing state), and the states of either side in order."""

    cells: Mapping[tuple[str, str], Fact]
    rows: tuple[str, ...]
    heads: tuple[str, ...]


def moves_of(draft: Draft) -> Moves | None:
    """The scope's matrix of this period; None where it has one tier a side, which is the retention table again."""
    cells: dict[tuple[str, str], Fact] = {}
    for fact in draft.facts.of_scope(draft.scope):
        if fact.metric == "migration_matrix" and fact.period == draft.facts.period:
            cells[fact.segment, fact.against.partition("=")[2]] = fact
    rows, heads = (_ordered(draft, names) for names in ((row for row, _ in cells), (head for _, head in cells)))
    tiers = min(sum(one not in _ENDS for one in side) for side in (rows, heads))
    return Moves(cells, rows, heads) if tiers >= 2 or min(len(rows), len(heads)) >= 3 else None


def state_words(draft: Draft, state: str, side: str) -> str:
    """A tier's words; the newly come and the gone are known to the sides `tier_from` and `tier_to` only."""
    named = draft.label(side, state)
    return named if named != state else draft.label("tier", state)


def _ordered(draft: Draft, names: object) -> tuple[str, ...]:
    """States in the order of the tiers, those that are none of them last."""
    view = draft.dimension("tier")
    tiers = [one.id for one in view.segments] if view else []
    found = list(dict.fromkeys(names))  # type: ignore[call-overload]
    known = [one for one in tiers if one in found and one not in _ENDS]
    return (*known, *(one for one in found if one not in known and one not in _ENDS),
            *(one for one in _ENDS if one in found))


def build_matrix(draft: Draft, block: MatrixBlock) -> tuple[Block, ...]:
    moves = moves_of(draft)
    if moves is None:
        hidden = draft.withheld("migration_matrix")
        draft.leave_out(block.id, ("withheld",) if hidden else ("two dates", "snapshots.tier"))
        return ()
    measure = draft.printer.measure("customers")
    group = draft.word("at.period")
    columns = (
        Column(draft.word("at.since"), "left", 1.4),
        *(Column(state_words(draft, one, "tier_to"), group=group) for one in moves.heads),
        *((Column(draft.word("total")),) if block.share else ()),
    )
    body = tuple(_row(draft, moves, row, measure, share=block.share) for row in moves.rows)
    head = title(draft, block.id, draft.metric_label("migration_matrix"))
    told = notes(draft, block.id, ("since", "period"), facts_of(body))
    share: tuple[Text, ...] = ((Span(draft.word("note.row_share")),),) if block.share else ()
    dashes = sign_notes(draft, body) if block.share else ()
    table = Table(block.id, draft.exhibits.number("table"), head, measure.head, columns, body,
                  (*told, *share, *dashes))
    return (keep(draft, table),)


def _row(draft: Draft, moves: Moves, row: str, measure: Measure, *, share: bool) -> Row:
    facts = [moves.cells.get((row, column)) for column in moves.heads]
    total = sum((fact.num for fact in facts if fact is not None), 0)
    cells: list[Text] = []
    for fact in facts:
        cell = draft.cell(fact, measure)
        if share and fact is not None and total:
            part = draft.printer.quantity(Fraction(fact.num, total), "share")
            open_, close = ("（", "）") if draft.locale == "zh-CN" else (" (", ")")
            cell = (*cell, Span(draft.known(f"{open_}{part}{close}"), tone="muted"))
        cells.append(cell)
    if share:
        cells.append((draft.plain(measure.bare(Fraction(total), draft.printer.rounding)),))
    return Row(((Span(state_words(draft, row, "tier_from")),), *cells))
