"""Facts of one date: counts, amounts, shares, averages, concentration, contact, qualification, products."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from reportgen.facts.builder import FactBuilder
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
        n, aum = cell["n"], cell["aum"]

        def add(metric: str, num: int, den: int = 1, base: int = n, *, scope: str = scope, at: str = at) -> None:
            builder.add(metric, scope, num, den, at=at, n=base, query="stock")

        add("customers_total", n)
        add("aum_point", aum)
        add("aum_per_customer", aum, n)
        add("aum_negative", cell["negative"])
        add("aum_zero", cell["zero"])
        add("aum_missing", cell["missing"])
        if "managed" in cell:
            add("coverage_rate", cell["managed"], n)
        if "wealth" in cell and aum > 0:
            add("wealth_share", cell["wealth"], aum)
        if "deposit_time" in cell and "deposit_current" in cell:
            add("time_deposit_share", cell["deposit_time"], cell["deposit_time"] + cell["deposit_current"])
        if "near_down" in cell:
            add("near_threshold_down", cell["near_down"])
        if "overdue" in cell:
            add("contact_overdue", cell["overdue"])
            add("contact_overdue_share", cell["overdue"], n)
            if "contacted" in cell and at == "period":
                add("contact_rate", cell["contacted"], n)
        if "qualified" in cell:
            add("wealth_qualified", cell["qualified"])
            add("wealth_qualified_amount", cell["qualified_amount"], base=cell["qualified"])
            add("wealth_qualified_average", cell["qualified_amount"], cell["qualified"], cell["qualified"])
            add("wealth_qualified_share", cell["qualified"], n)
            if aum > 0:
                add("wealth_qualified_aum_share", cell["qualified_amount"], aum, cell["qualified"])
            add("customers_not_qualified", n - cell["qualified"])
            add("aum_less_purchases", aum - cell["qualified_amount"])


def by_dimension(builder: FactBuilder, view: DimensionView, tally: Tally, whole: Tally) -> None:
    """The same counts by segment, with the segment's share of the whole; absent segments of a scope count zero."""
    query = f"stock {view.of or view.id}"
    share = SHARE_OF_COLUMN.get(view.column, "segment_share") if view.kind != "combined" else "segment_share"
    for (scope, at, _, _), total in whole.items():
        for segment in view.segments:
            cell = tally.get((scope, at, segment.id, ""), dict.fromkeys(total, 0))
            n, aum = cell["n"], cell["aum"]
            place = {"at": at, "dimension": view.id, "segment": segment.id, "query": query}
            builder.add("customers_total", scope, n, n=n, **place)  # type: ignore[arg-type]
            builder.add("aum_point", scope, aum, n=n, **place)  # type: ignore[arg-type]
            builder.add("aum_per_customer", scope, aum, n, n=n, **place)  # type: ignore[arg-type]
            builder.add(share, scope, n, total["n"], **place)  # type: ignore[arg-type]
            if view.column == "age":
                builder.add("age_avg_aum", scope, aum, n, n=n, **place)  # type: ignore[arg-type]
            if view.column == "aum" and total["aum"] > 0:
                builder.add("band_aum_share", scope, aum, total["aum"], n=n, **place)  # type: ignore[arg-type]


def managers(builder: FactBuilder, tally: Tally, whole: Tally) -> None:
    """Load and share of assets of each relationship manager."""
    for (scope, at, rm, _), cell in tally.items():
        place = {"at": at, "dimension": "rm", "segment": rm, "query": "stock rm"}
        builder.add("rm_load", scope, cell["n"], n=cell["n"], **place)  # type: ignore[arg-type]
        total = whole[scope, at, "", ""]["aum"]
        if total > 0:
            builder.add("rm_aum_share", scope, cell["aum"], total, n=cell["n"], **place)  # type: ignore[arg-type]


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
                        metric, scope, n, at=at, dimension=first.id, segment=segment.id,
                        against=f"{second.id}={other.id}", n=n, query=query,
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


def product_counts(builder: FactBuilder, view: DimensionView | None, tally: Tally, holders: Tally) -> None:
    """Penetration, products a customer, cross-selling: in total or by a dimension's segments."""
    query = f"products {view.of or view.id}" if view else "products"
    kinds = sorted({product for _, _, _, product in holders})
    for (scope, _, segment, _), cell in tally.items():
        if view and segment not in {one.id for one in view.segments}:
            continue
        place = {"dimension": view.id, "segment": segment} if view else {}
        builder.add("products_per_customer", scope, cell["types"], cell["n"], query=query, **place)  # type: ignore[arg-type]
        builder.add("cross_sell_rate", scope, cell["two"], cell["n"], query=query, **place)  # type: ignore[arg-type]
        builder.add("one_product_share", scope, cell["one"], cell["n"], query=query, **place)  # type: ignore[arg-type]
        for product in kinds:
            held = holders.get((scope, "period", segment, product), {"n": 0})["n"]
            cross = (
                {"dimension": view.id, "segment": segment, "against": f"product_type={product}"}
                if view
                else {"dimension": "product_type", "segment": product}
            )
            builder.add("product_penetration", scope, held, cell["n"], query=query, **cross)  # type: ignore[arg-type]


def conversions(builder: FactBuilder, view: DimensionView | None, tally: Tally) -> None:
    for (scope, _, segment, _), cell in tally.items():
        if view and segment not in {one.id for one in view.segments}:
            continue
        place = {"dimension": view.id, "segment": segment} if view else {}
        query = f"campaign {view.of or view.id}" if view else "campaign"
        builder.add("campaign_conversion", scope, cell["converted"], cell["reached"], query=query, **place)  # type: ignore[arg-type]


def over_index(
    builder: FactBuilder, view: DimensionView, rates: Mapping[tuple[str, str], tuple[int, int]],
    whole: Mapping[str, tuple[int, int]], against: str, query: str,
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
