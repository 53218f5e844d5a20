"""Who moved between tiers: opening states at the left, closing states at the right, the newly come and the gone."""

from __future__ import annotations

from typing import Literal

from reportgen.charts.chart import ChartData, Mark, Series
from reportgen.document.blocks.figure import figure
from reportgen.document.blocks.matrix import Moves, moves_of, state_words
from reportgen.document.draft import Draft
from reportgen.document.model import Figure
from reportgen.document.report import ChartBlock
from reportgen.facts.fact import Fact

NEW, LEFT = "new", "left"


def sankey_figure(draft: Draft, block: ChartBlock) -> Figure | None:
    moves = moves_of(draft)
    if moves is None:
        return None
    order = [one for one in dict.fromkeys((*moves.rows, *moves.heads)) if one not in (NEW, LEFT)]
    states = [*order, *(one for one in (NEW, LEFT) if one in moves.rows or one in moves.heads)]
    series = tuple(
        Series(state_words(draft, row, "tier_from"), tuple(_mark(draft, moves, order, row, head) for head in moves.heads
                                               if (fact := moves.cells.get((row, head))) and fact.num),
               "gain" if row == NEW else "")
        for row in sorted(moves.rows, key=states.index)
    )
    data = ChartData(
        "sankey", tuple(one for one in series if one.marks), draft.locale,
        row_labels=tuple(state_words(draft, one, "tier_to" if one == LEFT else "tier_from") for one in states),
        options={"from": draft.word("at.since"), "to": draft.word("at.period")},
    )
    return figure(draft, block.id, data, caption=draft.metric_label("migration_matrix"),
                  unit=draft.printer.measure("customers").head, dates=("since", "period"), half=block.half)


def _mark(draft: Draft, moves: Moves, order: list[str], row: str, head: str) -> Mark:
    fact: Fact = moves.cells[row, head]
    text = draft.printer.measure("customers").bare(fact.value, draft.printer.rounding)
    label = state_words(draft, head, "tier_to")
    return Mark(label, float(fact.value), text, draft.cite(fact), role=_role(order, row, head))


def _role(order: list[str], row: str, head: str) -> Literal["", "gain", "loss"]:
    """Up is a gain and down a loss, in the order of the tiers from the highest on; staying is neither."""
    if row == NEW:
        return "gain"
    if head == LEFT:
        return "loss"
    before, after = order.index(row), order.index(head)
    return "gain" if after < before else "loss" if after > before else ""
