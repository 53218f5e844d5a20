"""更正说明: the page of a corrected edition that says what it corrects, why, and which printed figures changed."""

from __future__ import annotations

from collections.abc import Sequence

from reportgen.document.blocks.signs import move_words
from reportgen.document.draft import Draft
from reportgen.document.model import Column, Paragraph, Row, Section, Span, Table, Text
from reportgen.document.movement import movement
from reportgen.facts.fact import Fact
from reportgen.facts.restated import Restatement

MOST_ROWS = 32
"""Changed figures that stand on the page; how many more there are is said."""


def build_restatement(draft: Draft, restated: Restatement, printed: Sequence[str]) -> Section:
    """The section, which stands before all others. `printed` are the ids of the facts this edition prints, in order."""
    place = {name: at for at, name in enumerate(printed)}
    shown = sorted(
        (pair for pair in restated.pairs if pair[1] is not None and pair[1].id in place),
        key=lambda pair: (bool(pair[1].dimension), place[pair[1].id]) if pair[1] else (True, 0),
    )
    told = shown[:MOST_ROWS]
    number = restated.of.removeprefix("r").lstrip("0")
    lead = draft.phrase("restated.lead", before=number, reason=restated.reason, by=restated.by)
    counted = draft.phrase(
        "restated.counted" if restated.pairs else "restated.same", before=number, all=str(len(restated.pairs)),
        printed=str(len(shown)), listed=str(len(told)),
    )
    heading = draft.known(draft.texts.heading("restatement").title)
    blocks: list[Paragraph | Table] = [Paragraph((Span(lead),)), Paragraph((Span(counted),))]
    if told:
        columns = (
            Column(draft.word("metric"), "left", 3.0), Column(draft.phrase("restated.before", before=number)),
            Column(draft.word("restated.after")), Column(draft.word("restated.change")),
        )
        rows = tuple(_row(draft, before, after) for before, after in told if after is not None)
        title: Text = (Span(draft.word("restated.caption")),)
        blocks.append(Table("a_restated", draft.word("restated.table"), title, "", columns, rows))
    return Section("restatement", "s-restatement", "", heading, tuple(blocks), 1, "", True)


def _row(draft: Draft, before: Fact | None, after: Fact) -> Row:
    values = [fact.value for fact in (before, after) if fact is not None]
    measure = draft.printer.column(draft.printer.unit(after), values)
    words = _words(draft, after)
    unit = draft.in_unit(words, measure.head)
    label: Text = (Span(words), Span(unit, tone="muted")) if unit else (Span(words),)
    then = draft.plain(measure.bare(before.value, draft.printer.rounding)) if before else Span("—", tone="muted")
    gap = movement(after, before)
    moved = Span(move_words(draft, gap)[1]) if gap else Span("—", tone="muted")
    return Row((label, (then,), draft.cell(after, measure), (moved,)))


def _words(draft: Draft, fact: Fact) -> str:
    """`流失率 · 私人银行客户（2025年11月）`: metric, segment, and the date where it is another than the period's."""
    parts = [draft.metric_label(fact.metric)]
    if fact.dimension:
        parts.append(draft.label(fact.dimension, fact.segment))
    if fact.against:
        dimension, _, segment = fact.against.partition("=")
        parts.append(draft.label(dimension, segment))
    words = " · ".join(parts)
    when = draft.label_words(fact.period) if fact.period != draft.facts.period else None
    return draft.known(words + (f"（{when}）" if draft.locale == "zh-CN" else f" ({when})") if when else words)
