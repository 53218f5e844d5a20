"""Facts of one date: counts, amounts, shares, averages, concentration, contact, qualification, products."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from functools import partial

from reportgen.facts.builder import FactBuilder, Place
from reportgen.facts.concentration import DECILES, Concentration
from reportgen.facts.segment import DimensionView
from reportgen.facts.tally import Tally

SHARE_OF_COLUMN = {
    "age": "age_share",
    "aum": "band_share",
    "occupation": "occupation_share",
    "income_band": "income_share",
    "gender": "gender_share",
    "fund_control": "fund_control_share",
    "marital_status": "family_share",
}
"""The catalogue's own share metric of a column; other columns share `segment_share`."""


def totals(builder: FactBuilder, tally: Tally) -> None:
    """What is counted over the whole population of a scope at each date."""
    for (scope, at, _, _), cell in tally.items():
        add = partial(builder.add, scope=scope, at=at, query="stock")
        n, aum = cell["n"], cell["aum"]
        add("customers_total", num=n, n=n)
        add("aum_point", num=aum, n=n)
        add("aum_per_customer", num=aum, den=cell["known"])
        for metric in ("negative", "zero", "missing"):
            add(f"aum_{metric}", num=cell[metric], n=n)
        if "managed" in cell:
            add("coverage_rate", num=cell["managed"], den=n)
        if "near_down" in cell:
            add("near_threshold_down", num=cell["near_down"], n=n)
            add("customers_below_floor", num=cell["below"], n=n)
        _mix(add, cell)
        _contact(add, cell, at)
        _qualification(add, cell)


def _mix(add: partial[None], cell: Mapping[str, int]) -> None:
    """What the assets consist of."""
    if "wealth" in cell and cell["aum"] > 0:
        add("wealth_share", num=cell["wealth"], den=cell["aum"], n=cell["n"])
    if "deposit_time" in cell and "deposit_current" in cell:
        deposits = cell["deposit_time"] + cell["deposit_current"]
        add("time_deposit_share", num=cell["deposit_time"], den=deposits, n=cell["n"])


def _contact(add: partial[None], cell: Mapping[str, int], at: str) -> None:
    if "overdue" not in cell:
        return
    add("contact_overdue", num=cell["overdue"], n=cell["n"])
    add("contact_overdue_share", num=cell["overdue"], den=cell["n"])
    add("contact_unrecorded", num=cell["unrecorded"], n=cell["n"])
    if "contacted" in cell and at == "period":
        add("contact_rate", num=cell["contacted"], den=cell["n"])


def _qualification(add: partial[None], cell: Mapping[str, int]) -> None:
    """Customers who reach the floor only with a purchase counted."""
    if "qualified" not in cell:
        return
    n, qualified, bought = cell["n"], cell["qualified"], cell["qualified_amount"]
    add("wealth_qualified", num=qualified, n=n)
    add("wealth_qualified_amount", num=bought, n=qualified)
    add("wealth_qualified_average", num=bought, den=qualified)
    add("wealth_qualified_share", num=qualified, den=n)
    if cell["aum"] > 0:
        add("wealth_qualified_aum_share", num=bought, den=cell["aum"], n=qualified)
    add("customers_not_qualified", num=cell["unaided"], n=n)
    add("aum_less_purchases", num=cell["aum"] - bought, n=n)


def by_dimension(builder: FactBuilder, view: DimensionView, tally: Tally, whole: Tally) -> None:
    """The same counts by segment, with the segment's share of the whole; absent segments of a scope count zero."""
    query = f"stock {view.of or view.id}"
    share = SHARE_OF_COLUMN.get(view.column, "segment_share") if view.kind != "combined" else "segment_share"
    for (scope, at, _, _), total in whole.items():
        for segment in view.segments:
            cell = tally.get((scope, at, segment.id, ""), dict.fromkeys(total, 0))
            n, aum, known = cell["n"], cell["aum"], cell["known"]
            place: Place = {"at": at, "dimension": view.id, "segment": segment.id, "query": query}
            builder.add("customers_total", scope, n, n=n, **place)
            builder.add("aum_point", scope, aum, n=n, **place)
            builder.add("aum_per_customer", scope, aum, known, **place)
            builder.add(share, scope, n, total["n"], **place)
            if view.column == "age":
                builder.add("age_avg_aum", scope, aum, known, **place)
            if view.column == "aum" and total["aum"] > 0:
                builder.add("band_aum_share", scope, aum, total["aum"], n=n, **place)
            if view.column == "tier" and view.kind != "combined" and total["aum"] > 0:
                builder.add("tier_aum_share", scope, aum, total["aum"], n=n, **place)


def managers(builder: FactBuilder, tally: Tally, whole: Tally) -> None:
    """Load and share of assets of each relationship manager."""
    for (scope, at, rm, _), cell in tally.items():
        place: Place = {"at": at, "dimension": "rm", "segment": rm, "query": "stock rm"}
        builder.add("rm_load", scope, cell["n"], n=cell["n"], **place)
        total = whole[scope, at, "", ""]["aum"]
        if total > 0:
            builder.add("rm_aum_share", scope, cell["aum"], total, n=cell["n"], **place)


def crossed(builder: FactBuilder, first: DimensionView, second: DimensionView, tally: Tally) -> None:
    """Every cell of two dimensions, zeros included."""
    query = f"cross {first.of or first.id} {second.of or second.id}"
    metrics = ["customers_total"]
    if first.column == "aum" and second.column == "occupation":
        metrics.append("occupation_by_band")
    for scope, at in sorted({(scope, at) for scope, at, _, _ in tally}):
        for segment in first.segments:
            for other in second.segments:
                n = tally.get((scope, at, segment.id, other.id), {"n": 0})["n"]
                for metric in metrics:
                    builder.add(
                        metric,
                        scope,
                        n,
                        at=at,
                        dimension=first.id,
                        segment=segment.id,
                        against=f"{second.id}={other.id}",
                        n=n,
                        query=query,
                    )


def concentration(builder: FactBuilder, scope: str, at: str, result: Concentration) -> None:
    for metric, value in (
        ("top10_concentration", result.top10),
        ("top20_share", result.top20),
        ("customers_for_80", result.for_80),
        ("gini", result.gini),
    ):
        builder.add_fraction(metric, scope, value, at=at, n=result.n, query="amounts")
    for decile, share in zip(DECILES, result.lorenz, strict=True):
        builder.add_fraction(
            "lorenz_share", scope, share, at=at, dimension="lorenz", segment=str(decile), n=result.n, query="amounts"
        )


def _place(view: DimensionView | None, segment: str, query: str) -> Place:
    """In total, or in a segment of a dimension."""
    if view is None:
        return {"query": query}
    return {"dimension": view.id, "segment": segment, "query": f"{query} {view.of or view.id}"}


def _known(view: DimensionView | None, tally: Tally) -> Iterator[tuple[str, str, dict[str, int]]]:
    """Scope, segment and cell of the segments a page prints; in total, of the whole."""
    printed = {one.id for one in view.segments} if view else {""}
    for (scope, _, segment, _), cell in tally.items():
        if segment in printed:
            yield scope, segment, cell


def conversions(builder: FactBuilder, view: DimensionView | None, tally: Tally) -> None:
    """Share of the reached who responded."""
    for scope, segment, cell in _known(view, tally):
        place = _place(view, segment, "campaign")
        builder.add("campaign_conversion", scope, cell["converted"], cell["reached"], **place)


def over_index(
    builder: FactBuilder,
    view: DimensionView,
    rates: Mapping[tuple[str, str], tuple[int, int]],
    whole: Mapping[str, tuple[int, int]],
    against: str,
    query: str,
) -> None:
    """A segment's rate over the rest's, times 100. `rates`: (scope, segment) to (hits, base); `whole`: by scope."""
    for (scope, segment), (hits, base) in rates.items():
        all_hits, all_base = whole[scope]
        rest_hits, rest_base = all_hits - hits, all_base - base
        if base == 0 or rest_base == 0 or rest_hits == 0:
            continue
        index = Fraction(hits, base) / Fraction(rest_hits, rest_base) * 100
        builder.add_fraction(
            "over_index", scope, index, dimension=view.id, segment=segment, against=against, n=base, query=query
        )
