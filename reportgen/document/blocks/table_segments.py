"""Rows are a dimension's segments, columns metrics at one or two dates, with shares and a total row that foots."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from reportgen.document.blocks.caption import notes, plain_title, title
from reportgen.document.blocks.selector import columns_of, dates, find, is_withheld
from reportgen.document.blocks.signs import move_cell, move_head, sign_notes
from reportgen.document.blocks.table_metrics import date_head
from reportgen.document.draft import Draft
from reportgen.document.model import Column, Row, Span, Table, Text
from reportgen.document.movement import Movement, movement
from reportgen.document.numbers import Measure
from reportgen.document.paragraph import sentences
from reportgen.document.printed import facts_of
from reportgen.document.report import TableBlock
from reportgen.document.sentence import Slot, slot
from reportgen.facts.fact import Fact
from reportgen.facts.segment import DimensionView, Segment


@dataclass(frozen=True)
class _Moves:
    """One column of what changed: a movement for each segment and one for the whole."""

    label: str
    group: str
    cells: tuple[Movement | None, ...]
    total: Movement | None
    withheld: frozenset[int] = frozenset()


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
    asked: Slot | None = None
    date: str = "period"
    named: str = ""
    """Its metric's label where `label` says the date."""
    withheld: frozenset[int] = frozenset()
    """Which of `cells` are withheld; the whole as one behind the last."""


def segments_table(draft: Draft, block: TableBlock) -> Table | None:
    view = draft.dimension(block.by or "")
    at = draft.held(block.at)
    if view is None or not at:
        return None
    view = sorted_view(draft, block, view, at[-1])
    asked = columns_of(draft, block)
    made: list[_Series | _Moves] = [
        one for date in at for metric in asked
        for one in _series(draft, block, view, metric, date, at=at, alone=len(asked) == 1)
    ]
    made = list(dict.fromkeys(made))
    series = [one for one in made if isinstance(one, _Series)]
    if not series or not any(fact is not None for one in series for fact in one.cells):
        return None
    moves = tuple(one for one in block.changes if draft.day(one) is not None)
    made = _with_moves(draft, view, made, at, moves)
    shown = [index for index in range(len(view.segments))
             if any(_counts(one.cells[index]) or index in one.withheld for one in series)]
    rows = [_row(draft, view, index, made) for index in shown]
    limit = block.limit if block.limit and len(rows) > block.limit else None
    more = tuple(rows[limit:]) if limit else ()
    rows = rows[:limit]
    if block.total:
        people = any(fact is not None and fact.unit == "customers" for one in series for fact in one.cells)
        words = draft.word("total" if view.partition else "all_customers" if people else "whole")
        rows.append(Row(((Span(words),), *(_total(draft, one) for one in made)), "total"))
    units = {one.measure.head for one in series}
    common = units.pop() if len(units) == 1 and not moves else ""
    columns = (
        Column(draft.dimension_label(view.id), "left", 1.8),
        *(Column(_head(draft, one, common), "right", 1.4 if getattr(one, "style", "") else 1.0, one.group)
          for one in made),
    )
    told = (
        *notes(draft, block.id, dates(draft, asked, (*at, *moves)), facts_of((tuple(rows), more))),
        *_index_note(draft, series), *(() if limit else _footing(draft, block, view, series)),
        *_limit_note(draft, len(more)), *sign_notes(draft, (*rows, *more), columns),
    )
    main = asked[-1] if block.each else asked[0]
    return Table(
        block.id, draft.exhibits.number("table"), title(draft, block.id, plain_title(draft, main.name, view.id)),
        draft.known(common), columns, tuple(rows), told, more,
    )


def sorted_view(draft: Draft, block: TableBlock, view: DimensionView, at: str) -> DimensionView:
    """The dimension with its segments in the order of the block's `sort`; those without a value come last."""
    if block.sort is None:
        return view
    text, _, way = block.sort.partition(" ")
    asked, rising = slot(text), way == "asc"
    found = {one.id: find(draft, asked, at=_at(asked, at), dimension=view.id, segment=one.id) for one in view.segments}

    def place(segment: Segment) -> tuple[bool, Fraction]:
        fact = found[segment.id]
        return fact is None, Fraction(0) if fact is None else fact.value if rising else -fact.value

    return replace(view, segments=tuple(sorted(view.segments, key=place)))


def _limit_note(draft: Draft, more: int) -> tuple[Text, ...]:
    """How many rows the workbook has beyond those on the page."""
    return ((Span(draft.phrase("note.limit", count=f"{more:,}")),),) if more else ()


def _with_moves(
    draft: Draft, view: DimensionView, made: list[_Series | _Moves], at: Sequence[str], moves: Sequence[str]
) -> list[_Series | _Moves]:
    """Each metric's columns with its movements behind them, under the metric's name where there are several."""
    if not moves:
        return made
    several = len([one for one in made if isinstance(one, _Series)]) > 1
    columns: list[_Series | _Moves] = []
    for one in made:
        if not isinstance(one, _Series):
            continue
        group = one.label if several and len(at) == 1 else one.group
        columns.append(replace(one, label=draft.word("at.now"), group=group, named=one.label)
                       if several and len(at) == 1 and not one.share else one)
        if one.share or one.style or one.asked is None or one.date != at[-1]:
            continue
        for since in moves:
            cells = tuple(_moved(draft, one.asked, since, view.id, segment.id) for segment in view.segments)
            total = movement(draft.find(one.asked.name), draft.find(one.asked.name, at=since))
            columns.append(_Moves(move_head(draft, since), group, cells, total if len(one.asked.cells) < 2 else None,
                                  one.withheld | _withheld(draft, one.asked, since, view)))
    return columns


def _moved(draft: Draft, asked: Slot, since: str, dimension: str, segment: str) -> Movement | None:
    now, then = (find(draft, asked, at=at, dimension=dimension, segment=segment) for at in ("period", since))
    return movement(now, then)


def _withheld(draft: Draft, asked: Slot, at: str, view: DimensionView) -> frozenset[int]:
    """Which segments' figures are withheld; one behind the last where the whole's is."""
    if not draft.facts.suppressed:
        return frozenset()
    found = {index for index, one in enumerate(view.segments)
             if is_withheld(draft, asked, at=at, dimension=view.id, segment=one.id)}
    whole, one = asked.cells[1] if len(asked.cells) > 1 else ("", "")
    if draft.withheld(asked.name, at=at, dimension=whole, segment=one):
        found.add(len(view.segments))
    return frozenset(found)


def _index_note(draft: Draft, series: Sequence[_Series]) -> Iterable[Text]:
    """What an over-index divides by what, where a column prints one."""
    printed = any(fact is not None and fact.unit == "index" for one in series for fact in one.cells)
    return sentences(draft, "over_index.note") if printed else ()


def _counts(fact: Fact | None) -> bool:
    """A segment nobody stands in at any of the dates prints no row."""
    return fact is not None and (fact.n > 0 or fact.num != 0)


def _series(
    draft: Draft, block: TableBlock, view: DimensionView, asked: Slot, date: str, *, at: Sequence[str], alone: bool
) -> list[_Series]:
    cells = tuple(find(draft, asked, at=_at(asked, date), dimension=view.id, segment=one.id) for one in view.segments)
    present = [fact for fact in cells if fact is not None]
    hidden = _withheld(draft, asked, _at(asked, date), view)
    if not present and not hidden:
        return []
    whole, one = asked.cells[1] if len(asked.cells) > 1 else ("", "")
    total = draft.find(asked.name, at=_at(asked, date), dimension=whole, segment=one)
    values = [fact.value for fact in present] + ([total.value] if total is not None else [])
    unit = draft.printer.unit(present[0]) if present else draft.printer.unit_of(draft.facts.metrics[asked.name])
    label = draft.head_label(asked.name)
    several = len(at) > 1
    group = date_head(draft, date, at) if several else ""
    named = ""
    if several and alone and not block.share:
        # The title names the metric: the heads name the dates.
        label, group, named = group, "", label
    if (block.each and one) or _crossings(block, asked.name) > 1:
        label, group = draft.label(whole, one), label
    if asked.at == "since" and not several:
        label = draft.phrase("opening_of", label=label)
    if asked.style == "interval":
        label = draft.phrase("interval_of", label=label)
    main = _Series(label, group, cells, total, draft.printer.column(unit, values), asked.style,
                   adds_up=unit in ("customers", "money", "count"), asked=asked, date=date,
                   named=named, withheld=hidden)
    if not block.share or unit not in ("customers", "money"):
        return [main]
    shares = tuple(draft.share_of(fact) if fact is not None else None for fact in cells)
    given = [fact.value for fact in shares if fact is not None]
    if not given:
        return [main]
    measure = draft.printer.column("share", given)
    words = draft.word("share_of_customers" if unit == "customers" else "share_of_assets")
    return [main, _Series(words, group, shares, total, measure, share=True, withheld=main.withheld)]


def _crossings(block: TableBlock, name: str) -> int:
    """How many columns cross one metric with segments of another dimension: each is then headed by its segment."""
    return sum(one.name == name and len(one.cells) > 1 for one in map(slot, block.asked))


def _at(asked: Slot, date: str) -> str:
    return "since" if asked.at == "since" else date


def _head(draft: Draft, one: _Series | _Moves, common: str) -> str:
    if common or isinstance(one, _Moves):
        return one.label
    return one.label + draft.in_unit(one.named or one.label, one.measure.head)


def _row(draft: Draft, view: DimensionView, index: int, series: Sequence[_Series | _Moves]) -> Row:
    label = (Span(draft.label(view.id, view.segments[index].id)),)
    cells = (_printed(draft, one, one.cells[index], withheld=index in one.withheld) for one in series)
    return Row((label, *cells))


def _printed(draft: Draft, one: _Series | _Moves, value: Fact | Movement | None, *, withheld: bool) -> Text:
    if isinstance(one, _Moves):
        return move_cell(draft, value if isinstance(value, Movement) else None, withheld=withheld)
    return _cell(draft, one, value if isinstance(value, Fact) else None, withheld=withheld)


def _cell(draft: Draft, one: _Series, fact: Fact | None, *, withheld: bool) -> Text:
    if one.style == "interval" and fact is not None:
        text = draft.interval(fact)
        return (Span(text.replace("%", ""), fact=draft.cite(fact)),) if text else draft.cell(None, one.measure)
    return draft.cell(fact, one.measure, withheld=withheld)


def _total(draft: Draft, one: _Series | _Moves) -> Text:
    """The whole; the share of the whole in itself is 100 by definition and cites the whole."""
    if isinstance(one, _Series) and one.share and one.total is not None:
        return (Span(one.measure.bare(Fraction(1), draft.printer.rounding), fact=draft.cite(one.total)),)
    return _printed(draft, one, one.total, withheld=len(one.cells) in one.withheld)


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
