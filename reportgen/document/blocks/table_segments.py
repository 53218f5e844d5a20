"""Rows are a dimension's segments, columns metrics at one or two dates, with shares and a total row that foots."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from reportgen.document.blocks.caption import notes, plain_title, title
from reportgen.document.blocks.selector import columns_of, dates, find
from reportgen.document.blocks.signs import sign_notes
from reportgen.document.draft import Draft
from reportgen.document.model import Column, Row, Span, Table, Text
from reportgen.document.numbers import Measure
from reportgen.document.paragraph import sentences
from reportgen.document.report import TableBlock
from reportgen.document.sentence import Slot
from reportgen.facts.fact import Fact
from reportgen.facts.segment import DimensionView


@dataclass(frozen=True)
class _Series:
    """One column: a fact for each segment and one for the whole."""

    label: str
    group: str
    cells: tuple[Fact | None, ...]
    total: Fact | None
    measure: Measure
    style: str = ""
    adds_up: bool = True
    share: bool = False


def segments_table(draft: Draft, block: TableBlock) -> Table | None:
    view = draft.dimension(block.by or "")
    at = tuple(one for one in block.at if draft.day(one) is not None)
    if view is None or not at:
        return None
    asked = columns_of(draft, block)
    series = [
        one for date in at for metric in asked
        for one in _series(draft, block, view, metric, date, several=len(at) > 1)
    ]
    series = list(dict.fromkeys(series))
    if not series or not any(fact is not None for one in series for fact in one.cells):
        return None
    shown = [index for index in range(len(view.segments)) if any(_counts(one.cells[index]) for one in series)]
    rows = [_row(draft, view, index, series) for index in shown]
    if block.total:
        words = draft.word("total" if view.partition else "all_customers")
        rows.append(Row(((Span(words),), *(_total(draft, one) for one in series)), "total"))
    units = {one.measure.head for one in series}
    common = units.pop() if len(units) == 1 else ""
    columns = (
        Column(draft.dimension_label(view.id), "left", 1.8),
        *(Column(_head(draft, one, common), "right", 1.4 if one.style else 1.0, one.group) for one in series),
    )
    told = (
        *notes(draft, block.id, dates(draft, asked, at)), *_index_note(draft, series),
        *_footing(draft, block, view, series),
        *sign_notes(draft, rows),
    )
    main = asked[-1] if block.each else asked[0]
    return Table(
        block.id, draft.exhibits.number("table"), title(draft, block.id, plain_title(draft, main.name, view.id)),
        draft.known(common), columns, tuple(rows), told,
    )


def _index_note(draft: Draft, series: Sequence[_Series]) -> Iterable[Text]:
    """What an over-index divides by what, where a column prints one."""
    printed = any(fact is not None and fact.unit == "index" for one in series for fact in one.cells)
    return sentences(draft, "over_index.note") if printed else ()


def _counts(fact: Fact | None) -> bool:
    """A segment nobody stands in at any of the dates prints no row."""
    return fact is not None and (fact.n > 0 or fact.num != 0)


def _series(
    draft: Draft, block: TableBlock, view: DimensionView, asked: Slot, date: str, *, several: bool
) -> list[_Series]:
    cells = tuple(find(draft, asked, at=_at(asked, date), dimension=view.id, segment=one.id) for one in view.segments)
    present = [fact for fact in cells if fact is not None]
    if not present:
        return []
    whole, one = asked.cells[1] if len(asked.cells) > 1 else ("", "")
    total = draft.find(asked.name, at=_at(asked, date), dimension=whole, segment=one)
    values = [fact.value for fact in present] + ([total.value] if total is not None else [])
    unit = draft.printer.unit(present[0])
    label = draft.metric_label(asked.name)
    group = draft.word(f"at.{date}") if several else ""
    if block.each and one:
        label, group = draft.label(whole, one), label
    if asked.at == "since" and not several:
        label = draft.phrase("opening_of", label=label)
    if asked.style == "interval":
        label = draft.phrase("interval_of", label=label)
    main = _Series(label, group, cells, total, draft.printer.column(unit, values), asked.style,
                   adds_up=unit in ("customers", "money"))
    if not block.share or unit not in ("customers", "money"):
        return [main]
    shares = tuple(draft.share_of(fact) if fact is not None else None for fact in cells)
    given = [fact.value for fact in shares if fact is not None]
    if not given:
        return [main]
    measure = draft.printer.column("share", given)
    words = draft.word("share_of_customers" if unit == "customers" else "share_of_assets")
    return [main, _Series(words, group, shares, total, measure, share=True)]


def _at(asked: Slot, date: str) -> str:
    return "since" if asked.at == "since" else date


def _head(draft: Draft, one: _Series, common: str) -> str:
    return one.label + ("" if common else draft.in_unit(one.label, one.measure.head))


def _row(draft: Draft, view: DimensionView, index: int, series: Sequence[_Series]) -> Row:
    label = (Span(draft.label(view.id, view.segments[index].id)),)
    return Row((label, *(_cell(draft, one, one.cells[index]) for one in series)))


def _cell(draft: Draft, one: _Series, fact: Fact | None) -> Text:
    if one.style == "interval" and fact is not None:
        text = draft.interval(fact)
        return (Span(text.replace("%", ""), fact=draft.cite(fact)),) if text else draft.cell(None, one.measure)
    return draft.cell(fact, one.measure)


def _total(draft: Draft, one: _Series) -> Text:
    """The whole; the share of the whole in itself is 100 by definition and cites the whole."""
    if one.share and one.total is not None:
        return (Span(one.measure.bare(Fraction(1), draft.printer.rounding), fact=draft.cite(one.total)),)
    return _cell(draft, one, one.total)


def _footing(draft: Draft, block: TableBlock, view: DimensionView, series: Sequence[_Series]) -> tuple[Text, ...]:
    """A note for each column whose printed parts really do not add up to the printed total."""
    if not block.total or not view.partition:
        return ()
    told = []
    for one in series:
        total = Fraction(1) if one.share else one.total.value if one.total is not None else None
        if not one.adds_up or one.style or total is None:
            continue
        parts = [fact.value for fact in one.cells if fact is not None]
        if sum(parts) != total:
            continue
        off = draft.printer.foot(parts, total, one.measure)
        if off:
            label = f"{one.group}{one.label}" if draft.locale == "zh-CN" else draft.inside(
                ", ".join(part for part in (one.label, one.group.lower()) if part))
            unit = "" if one.measure.head == "%" and draft.locale == "en" else one.measure.head
            text = draft.phrase("note.rounding", label=label, sum=off[0], total=off[1], unit=unit)
            told.append((Span(draft.known(text)),))
    return tuple(told)
