"""Campaigns: conversion of each, and what it brought beyond a control group that was left alone.

Rates are of all who were to be addressed, whether they were reached or not, since only they compare with the control
group. Campaigns carry no date: the customers are those of the period's end.
"""

from __future__ import annotations

from collections import defaultdict
from fractions import Fraction

import ibis

from reportgen.facts.bench import Bench
from reportgen.facts.builder import Place
from reportgen.frames.convert import Expression

_QUERY = "campaign campaign"
_SUMS = ("reached", "won", "n", "hits", "control", "control_hits")
Cell = dict[str, int]


def campaigns(bench: Bench) -> None:
    """Conversion by campaign; with a control group, its conversion and the uplift, by campaign and in total."""
    if not bench.has("campaigns", "customer_id", "converted"):
        return
    cells = _counted(bench)
    controlled = bench.has("campaigns", "control")
    by_scope: dict[str, list[Cell]] = defaultdict(list)
    for (scope, campaign), cell in sorted(cells.items()):
        by_scope[scope].append(cell)
        if not campaign:
            continue
        place: Place = {"dimension": "campaign", "segment": campaign, "query": _QUERY}
        bench.builder.add("campaign_conversion", scope, cell["won"], cell["reached"], **place)
        if controlled:
            _compared(bench, scope, [cell], place)
    if controlled:
        for scope, found in by_scope.items():
            _compared(bench, scope, found, {"query": _QUERY})


def _compared(bench: Bench, scope: str, cells: list[Cell], place: Place) -> None:
    """Targeted beside control, of campaigns that have both.

    Over several campaigns each counts by its targeted customers in either rate: campaigns differ in how many they
    convert and in how many they hold back, and a plain sum would take that for an effect.
    """
    both = [one for one in cells if one["n"] and one["control"]]
    n, control = sum(one["n"] for one in both), sum(one["control"] for one in both)
    if not both:
        return
    hits = sum(one["hits"] for one in both)
    bench.builder.add("campaign_conversion_targeted", scope, hits, n, **place)
    if len(both) == 1:
        bench.builder.add("campaign_conversion_control", scope, both[0]["control_hits"], control, **place)
    expected = sum((Fraction(one["n"] * one["control_hits"], one["control"]) for one in both), Fraction(0)) / n
    if len(both) > 1:
        bench.builder.add_fraction("campaign_conversion_control", scope, expected, n=control, **place)
    bench.builder.add_fraction("campaign_uplift", scope, Fraction(hits, n) - expected, n=n + control, **place)


def _counted(bench: Bench) -> dict[tuple[str, str], Cell]:
    """Counts by scope and campaign."""
    rows = bench.table("campaigns")

    def flag(name: str, default: bool) -> Expression:
        return rows[name].fill_null(False) if name in rows.columns else ibis.literal(default)

    control, converted, reached = flag("control", False), flag("converted", False), flag("reached", True)
    targeted = flag("targeted", True) & ~control
    rows = rows.mutate(
        campaign=rows.campaign_id.fill_null("") if "campaign_id" in rows.columns else ibis.literal(""),
        reached=reached,
        won=reached & converted,
        n=targeted,
        hits=targeted & converted,
        control=control,
        control_hits=control & converted,
    )
    people = bench.closing
    people = people.filter(people["at"] == bench.builder.period).select("customer_id", "branch")
    rows = rows.inner_join(people, "customer_id")
    sums = {name: rows[name].cast("int64").sum().cast("int64") for name in _SUMS}
    cells: dict[tuple[str, str], Cell] = defaultdict(lambda: dict.fromkeys(_SUMS, 0))
    query = rows.group_by(branch=rows.branch, campaign=rows.campaign).aggregate(**sums)
    for row in bench.rows(_QUERY, query).to_dict("records"):
        for scope in bench.scopes.of(str(row["branch"])):
            for name in _SUMS:
                cells[scope, str(row["campaign"])][name] += int(row[name])
    return cells
