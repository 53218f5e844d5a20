"""Which cells a judge looks at one by one: the segments of its dimensions, or the whole."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from reportgen.facts.segment import DimensionView
from reportgen.findings.detectors.view import View
from reportgen.findings.extent import covers
from reportgen.findings.judge import Each

Cell = tuple[str, str]
"""Dimension and segment, both empty for the whole."""
WHOLE: Cell = ("", "")


def cells(judge: Each, view: View, metrics: Iterable[str]) -> tuple[Cell, ...]:
    """The cells to judge, segments first; a dimension counts as held where one of the metrics is cut by it."""
    cut = {dimension for metric in metrics for dimension in view.periods.get(metric, ())}
    segments = tuple(
        (one.id, segment) for one in _views(judge, view) if one.id in cut for segment in _segments(judge, view, one)
    )
    if judge.expected == "tiers" and judge.each:
        segments = tuple(dict.fromkeys((judge.each[0], one.tier) for one in view.job.tiers))
    held = bool(segments) or any(one.id in cut for one in _views(judge, view))
    if not judge.each or judge.whole == "also" or (judge.whole == "instead" and not held):
        return (*segments, WHOLE)
    return segments


def words_of(judge: Each, cell: Cell) -> str:
    """The variant that tells a finding about a cell: with `each`, only segments take it."""
    return judge.words or "" if cell != WHOLE or not judge.each else ""


def _views(judge: Each, view: View) -> Iterator[DimensionView]:
    """The dimensions a judge names, by id or by the column they are cut from."""
    for name in judge.each:
        own = view.facts.dimensions.get(name)
        if own is not None:
            yield own
            continue
        yield from (one for one in view.facts.dimensions.values() if one.column == name and one.kind != "combined")


def _segments(judge: Each, view: View, dimension: DimensionView) -> Iterator[str]:
    for segment in dimension.segments:
        if segment.id in judge.skip or (judge.among and segment.id not in judge.among):
            continue
        if judge.where is None or covers(judge.where, dimension, segment.id, view.job):
            yield segment.id
