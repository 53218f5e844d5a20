"""The Lorenz curve of assets, with the points the text states."""

from __future__ import annotations

from reportgen.charts.chart import ChartData, Mark, Series
from reportgen.document.blocks.figure import figure
from reportgen.document.draft import Draft
from reportgen.document.model import Figure
from reportgen.document.report import ChartBlock

STATED = ("50", "80")
"""Points named in the drawing: what the poorer half holds, and what is left to the richest fifth."""


def lorenz_figure(draft: Draft, block: ChartBlock) -> Figure | None:
    at = block.at[-1]
    gini = draft.find("gini", at=at)
    # The points are facts of a made-up dimension, which no view orders: ten steps of the cumulated share.
    facts = [
        fact for step in range(10, 101, 10)
        if (fact := draft.find("lorenz_share", at=at, dimension="lorenz", segment=str(step))) is not None
    ]
    if gini is None or len(facts) < 2:
        return None
    marks = [Mark("", 0.0, "", low=0.0)]
    for fact in facts:
        stated = fact.segment in STATED
        share = draft.printer.quantity(fact.value, "share")
        label = draft.phrase("lorenz.point", share=f"{fact.segment}%") if stated else ""
        marks.append(Mark(label, float(fact.value), share if stated else "", draft.cite(fact),
                          low=int(fact.segment) / 100, emphasis=stated))
    options = {
        "gini": draft.phrase("lorenz.gini", value=draft.printer.quantity(gini.value, "coefficient")),
        "equality": draft.word("lorenz.equality"),
        "x_axis": draft.word("lorenz.x"),
    }
    draft.cite(gini)
    data = ChartData("lorenz", (Series("", tuple(marks)),), draft.locale, value_axis=draft.word("lorenz.y"),
                     percent=True, options=options)
    return figure(draft, block.id, data, caption=draft.metric_label("lorenz_share"),
                  unit=draft.printer.measure("share").head, dates=(at,), half=block.half)
