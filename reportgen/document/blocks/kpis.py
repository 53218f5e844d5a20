"""KPI tiles: value, unit, what changed on last period and on last year, the plan, and the course so far."""

from __future__ import annotations

from dataclasses import replace

from reportgen.charts.chart import ChartData, Mark, Series
from reportgen.document.blocks.figure import alternative
from reportgen.document.blocks.plan import plan_line
from reportgen.document.blocks.selector import find
from reportgen.document.blocks.signs import move_head, move_words
from reportgen.document.changes import MARK
from reportgen.document.draft import Draft
from reportgen.document.model import Block, Paragraph, Span, Spark, Text, Tile, Tiles
from reportgen.document.movement import movement
from reportgen.document.paragraph import sentences
from reportgen.document.sentence import Slot, slot
from reportgen.facts.fact import Fact

LEAST_POINTS = 4
"""A sparkline of fewer says nothing."""
SPARK_MM = (30.0, 6.0)


def build_kpis(draft: Draft, metrics: tuple[str, ...]) -> tuple[Block, ...]:
    """One tile a metric that is there; further lines under it come from the entry `kpi.<metric>`."""
    tiles = tuple(tile for tile in (_tile(draft, slot(text)) for text in metrics) if tile is not None)
    if not tiles:
        return ()
    marked = any(tile.label.endswith(MARK) for tile in tiles)
    return (Tiles(tiles), *((Paragraph((Span(draft.word("note.changed")),), "note"),) if marked else ()))


def _tile(draft: Draft, asked: Slot) -> Tile | None:
    fact = find(draft, asked)
    if fact is None:
        return None
    measure = draft.printer.fitting(fact.value, draft.printer.unit(fact))
    number = measure.bare(fact.value, draft.printer.rounding)
    unit = measure.one.strip() if measure.one and number == "1" else measure.head
    value: Text = (Span(number, fact=draft.cite(fact)),)
    whole = not fact.dimension
    label = draft.head_label(asked.name)
    if not whole:
        gap = "·" if draft.locale == "zh-CN" else ", "
        label = f"{draft.label(fact.dimension, fact.segment)}{gap}{draft.inside(label)}"
    own = tuple(sentences(draft, f"kpi.{asked.name}")) if whole else ()
    return Tile(label, value, draft.known(unit), (*_moves(draft, asked, fact), *own), _spark(draft, fact),
                plan_line(draft, asked.name) if whole else ())


def _moves(draft: Draft, asked: Slot, fact: Fact) -> tuple[Text, ...]:
    """`环比 ▲ +3.1%`, one line for each earlier period there is."""
    lines: list[Text] = []
    for at in draft.held(("previous", "year_ago")):
        moved = movement(fact, find(draft, asked, at=at))
        if moved is not None:
            head, (arrow, figure) = move_head(draft, at), move_words(draft, moved)
            lines.append((Span(f"{head} {arrow} {figure}" if draft.locale == "zh-CN" else f"{arrow} {figure} {head}"),))
    return tuple(lines)


def _spark(draft: Draft, fact: Fact) -> Spark | None:
    """The figure over the periods held; none where they are few or flows of unlike length."""
    course = draft.facts.series(
        fact.metric, scope=draft.scope, dimension=fact.dimension, segment=fact.segment, against=fact.against
    )
    if fact.since:
        course = [one for one in course if movement(fact, one) is not None]
    if len(course) < LEAST_POINTS or course[-1].id != fact.id:
        return None
    marks = tuple(Mark(one.period, float(one.value), "", draft.cite(one)) for one in course)
    told = tuple(Mark(one.period, 0.0, draft.printer.quantity(one.value, draft.printer.unit(one))) for one in course)
    data = ChartData("spark", (Series("", marks),), draft.locale, SPARK_MM[0], SPARK_MM[1])
    label = draft.metric_label(fact.metric)
    words = ChartData("spark", (Series("", told),), draft.locale)
    return Spark(replace(data, alt=alternative(draft, label, words)))
