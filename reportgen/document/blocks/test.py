"""A tested claim that two dimensions go together: a heatmap and a sentence if it holds, else one sentence."""

from __future__ import annotations

from fractions import Fraction

from reportgen.charts.chart import ChartData, Mark, Series
from reportgen.document.blocks.figure import figure
from reportgen.document.draft import Draft
from reportgen.document.exhibits import Exhibit
from reportgen.document.model import Block, Paragraph, Span, Text
from reportgen.document.numbers import digits, rounded
from reportgen.document.printed import facts_of
from reportgen.document.report import TestBlock
from reportgen.document.scene import VERDICT_N
from reportgen.findings.finding import Association, Cell

ODD = 3.0
"""Adjusted residual beyond which a cell is told, with many cells."""
LEAST_EXPECTED = 5
"""A cell from which less is expected says nothing by itself."""


def build_test(draft: Draft, block: TestBlock) -> tuple[Block, ...]:
    tested = draft.association(block.dimension, block.against)
    if tested is None:
        draft.leave_out(block.id)
        return ()
    if not tested.holds:
        return (Paragraph(_sentence(draft, "test.fails", tested)),)
    odd = any(cell.residual >= ODD for cell in tested.cells)
    key = "test.holds" if _odd(draft, tested) else "test.holds_small" if odd else "test.holds_even"
    blocks: list[Block] = [Paragraph(_sentence(draft, key, tested, draft.exhibits.link(block.id)))]
    rows = list(dict.fromkeys(cell.segment for cell in tested.cells))
    columns = list(dict.fromkeys(cell.against for cell in tested.cells))
    by_place = {(cell.segment, cell.against): cell for cell in tested.cells}
    series = tuple(
        Series(draft.label(tested.dimension, row),
               tuple(_mark(draft, tested, by_place[row, column]) for column in columns if (row, column) in by_place))
        for row in rows
    )
    data = ChartData("heatmap", series, draft.locale, options={"scale": "residuals"},
                     row_labels=tuple(one.name for one in series))
    caption = draft.phrase("test.caption", dimension=draft.dimension_label(tested.dimension),
                           against=draft.inside(draft.dimension_label(tested.against)))
    framed = any(mark.emphasis for one in series for mark in one.marks)
    note: Text = (Span(draft.phrase("test.note" if framed else "test.note_none", **_limits())),)
    made = figure(draft, block.id, data, caption=caption, unit=draft.word("test.unit"), dates=(tested.at,),
                  more=(note,))
    # Findings name a cell from either side; both names lead here.
    draft.exhibits.keep(Exhibit(block.id, made.number, facts_of(made) | _other_side(draft, tested)))
    blocks.append(made)
    return tuple(blocks)


def _mark(draft: Draft, tested: Association, cell: Cell) -> Mark:
    fact = draft.facts.find("customers_total", scope=draft.scope, at=tested.at, dimension=tested.dimension,
                            segment=cell.segment, against=f"{tested.against}={cell.against}")
    text = digits(rounded(Fraction(cell.residual), 1, draft.printer.rounding), sign="both")
    framed = abs(cell.residual) >= ODD and _tellable(draft, tested, cell)
    return Mark(draft.label(tested.against, cell.against), cell.residual, text, draft.cite(fact) if fact else "",
                emphasis=framed, note=draft.known(f"{cell.observed:,}"))


def _other_side(draft: Draft, tested: Association) -> frozenset[str]:
    """Ids of the same cells with the two dimensions exchanged."""
    found = (
        draft.facts.find("customers_total", scope=draft.scope, at=tested.at, dimension=tested.against,
                         segment=cell.against, against=f"{tested.dimension}={cell.segment}")
        for cell in tested.cells
    )
    return frozenset(fact.id for fact in found if fact is not None)


def _sentence(draft: Draft, key: str, tested: Association, link: Span | None = None) -> Text:
    """The verdict with n, method, q and Cramér's V; what is odd is named when it holds."""
    dimension, against = draft.dimension_label(tested.dimension), draft.inside(draft.dimension_label(tested.against))
    words = draft.phrase(
        key, dimension=dimension, inside=draft.inside(dimension), against=against,
        n=draft.printer.quantity(Fraction(tested.n), "customers"), q=draft.printer.probability(tested.q),
        v=digits(rounded(Fraction(tested.v), 2, draft.printer.rounding)), method=draft.word(f"method.{tested.method}"),
        date=draft.day_words(tested.at) or "", cells=_odd(draft, tested), **_limits(),
    )
    head, _, tail = words.partition("[exhibit]")
    return (Span(head), link, Span(tail)) if link else (Span(head + tail),)


def _limits() -> dict[str, str]:
    """What a cell needs to be told, for the sentences."""
    return {"odd": f"{ODD:g}", "least": str(VERDICT_N), "expected": str(LEAST_EXPECTED)}


def _tellable(draft: Draft, tested: Association, cell: Cell) -> bool:
    """Whether row and column each have 30 customers, and enough are expected in the cell, for a verdict about it."""
    margins = (
        draft.facts.find("customers_total", scope=draft.scope, at=tested.at, dimension=dimension, segment=segment)
        for dimension, segment in ((tested.dimension, cell.segment), (tested.against, cell.against))
    )
    enough = all(fact is not None and fact.num >= VERDICT_N for fact in margins)
    return enough and cell.expected >= LEAST_EXPECTED and cell.q < 0.05


def _odd(draft: Draft, tested: Association) -> str:
    """The cells furthest above independence that bear a verdict, at most three, as `个体工商户主×500万～700万元`."""
    over = sorted((cell for cell in tested.cells if cell.residual >= ODD and _tellable(draft, tested, cell)),
                  key=lambda cell: -cell.residual)[:3]
    gap = "、" if draft.locale == "zh-CN" else "; "
    return gap.join(
        f"{draft.label(tested.dimension, cell.segment)} × {draft.label(tested.against, cell.against)}" for cell in over
    )
