"""Facts between two dates: who left, stayed and came, with what; bridges that close; the decomposition of growth."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal, localcontext
from fractions import Fraction

from reportgen.facts.builder import FactBuilder, Place
from reportgen.facts.segment import DimensionView
from reportgen.facts.tally import Tally

_DIGITS = 40
"""Digits kept of a root, which no fraction can hold."""


def _root(value: Fraction, exponent: Fraction) -> Fraction:
    """value ** exponent to 30 decimals, for compounding over months."""
    if value == 0:
        return Fraction(0)
    with localcontext() as context:
        context.prec = _DIGITS
        base = Decimal(value.numerator) / Decimal(value.denominator)
        power = base ** (Decimal(exponent.numerator) / Decimal(exponent.denominator))
        return Fraction(power.quantize(Decimal(1).scaleb(-30)))


def _cell(tally: Tally, scope: str, segment: str = "") -> Mapping[str, int]:
    """The measures of a scope's segment; zeros where the engine had no row for it."""
    return defaultdict(int, tally.get((scope, "period", segment, ""), {}))


def totals(
    builder: FactBuilder,
    scopes: Iterable[str],
    stock: Tally,
    out: Tally,
    came: Tally,
    moved: Mapping[str, tuple[int, int, int, int]],
    months: int,
    tracked: bool,
) -> None:
    """Flows of each scope. `moved`: scope to (customers in, their opening assets, customers out, theirs)."""
    for scope in scopes:
        left, new = _cell(out, scope), _cell(came, scope)
        opening, closing = (defaultdict(int, stock.get((scope, at, "", ""), {})) for at in ("since", "period"))
        n0, n1, a0, a1 = opening["n"], closing["n"], opening["aum"], closing["aum"]
        _counts(builder, scope, left, new, n0, n1, tracked=tracked)
        _amounts(builder, scope, left, new, a0, a1)
        _growth(builder, scope, opening, closing)
        if n0 and months:
            monthly = _root(Fraction(left["retained"], n0), Fraction(1, months))
            yearly = _root(Fraction(left["retained"], n0), Fraction(12, months))
            builder.add_fraction("retention_monthly", scope, monthly, n=n0, query="flow out")
            builder.add_fraction("retention_annualised", scope, yearly, n=n0, query="flow out")
            builder.add_fraction("churn_annualised", scope, 1 - yearly, n=n0, query="flow out")
        in_n, in_aum, out_n, out_aum = moved.get(scope, (0, 0, 0, 0))
        if scope != "bank":
            for metric, value, base in (
                ("customers_transferred_in", in_n, in_n),
                ("customers_transferred_out", out_n, out_n),
                ("aum_transferred_in", in_aum, in_n),
                ("aum_transferred_out", out_aum, out_n),
            ):
                builder.add(metric, scope, value, n=base, query="flow moved")
        counts = {
            "opening": n0,
            "lost": -left["lost"],
            "transfer_out": -out_n,
            "transfer_in": in_n,
            "new": new["new"],
            "closing": n1,
        }
        money = {
            "opening": a0,
            "lost": -left["lost_open"],
            "transfer_out": -out_aum,
            "transfer_in": in_aum,
            "existing": new["change"],
            **({"unknown": new["unknown"]} if new["unknown_n"] else {}),
            "new": new["new_close"],
            "closing": a1,
        }
        for metric, steps in (("customers_bridge", counts), ("aum_bridge", money)):
            _bridge(builder, metric, scope, steps)


def _bridge(builder: FactBuilder, metric: str, scope: str, steps: dict[str, int]) -> None:
    """Steps from opening to closing; at the bank nobody moves to another branch. The steps must add up."""
    difference = sum(value for step, value in steps.items() if step != "closing") - steps["closing"]
    if difference:
        # The engine counted presence twice and differently: a defect of the program, never of the data.
        raise ArithmeticError(f"{metric} of {scope} does not close: off by {difference}")
    for step, value in steps.items():
        if scope == "bank" and step.startswith("transfer"):
            continue
        builder.add(metric, scope, value, dimension="step", segment=step, n=0, query="flow out")


def _counts(
    builder: FactBuilder,
    scope: str,
    left: Mapping[str, int],
    new: Mapping[str, int],
    n0: int,
    n1: int,
    *,
    tracked: bool,
) -> None:
    builder.add("customers_retained", scope, left["retained"], n=n0, query="flow out")
    builder.add("customers_lost", scope, left["lost"], n=n0, query="flow out")
    builder.add("customers_gross_new", scope, new["new"], n=n1, query="flow in")
    builder.add("customers_net_new", scope, n1 - n0, n=n1, query="stock")
    builder.add("retention_rate", scope, left["retained"], n0, query="flow out")
    builder.add("churn_rate", scope, left["lost"], n0, query="flow out")
    builder.add("gross_new_share", scope, new["new"], n1, query="flow in")
    if tracked:
        unclear = left["lost"] - left["gone"] - left["fell"]
        kinds = {"left": left["gone"], "below_floor": left["fell"], **({"unclear": unclear} if unclear else {})}
        for kind, count in kinds.items():
            builder.add(
                "customers_lost", scope, count, dimension="loss", segment=kind, n=left["lost"], query="flow out"
            )


def _amounts(
    builder: FactBuilder, scope: str, left: Mapping[str, int], new: Mapping[str, int], a0: int, a1: int
) -> None:
    builder.add("aum_retained_open", scope, left["retained_open"], n=left["retained"], query="flow out")
    builder.add("aum_lost_open", scope, left["lost_open"], n=left["lost"], query="flow out")
    builder.add("aum_retained_close", scope, new["retained_close"], n=new["n_close"] - new["new"], query="flow in")
    builder.add("aum_existing_change", scope, new["change"], n=new["n_close"] - new["new"], query="flow in")
    builder.add("aum_gross_new", scope, new["new_close"], n=new["new"], query="flow in")
    builder.add("aum_net_new", scope, a1 - a0, n=new["n_close"], query="stock")
    if a0 > 0:
        builder.add("aum_retention_rate", scope, left["retained_open"], a0, n=left["n_open"], query="flow out")
        builder.add("aum_churn_rate", scope, left["lost_open"], a0, n=left["n_open"], query="flow out")
    for metric, amount, count in (
        ("aum_per_customer_retained", left["retained_open"], left["retained_known"]),
        ("aum_per_customer_lost", left["lost_open"], left["lost_known"]),
        ("aum_per_customer_gross_new", new["new_close"], new["new_known"]),
    ):
        builder.add(metric, scope, amount, count, query="flow out")


def _growth(builder: FactBuilder, scope: str, opening: Mapping[str, int], closing: Mapping[str, int]) -> None:
    """Growth and what it is made of; a base of nothing or an overdraft has no growth rate."""
    n0, n1, a0, a1 = opening["n"], closing["n"], opening["aum"], closing["aum"]
    k0, k1 = opening["known"], closing["known"]
    builder.add("customers_growth", scope, n1 - n0, n0, query="stock")
    if a0 > 0 and a1 >= 0:
        builder.add("aum_growth", scope, a1 - a0, a0, n=n0, query="stock")
    if k0 and k1:
        builder.add("aum_per_customer_change", scope, a1 * k0 - a0 * k1, k0 * k1, n=k1, query="stock")
        if a0 > 0 and a1 >= 0:
            builder.add("aum_per_customer_growth", scope, a1 * k0 - a0 * k1, a0 * k1, n=k0, query="stock")
    # Volume and value are told apart by customers: an amount that is missing would count as value lost.
    if (k0, k1) == (n0, n1) and n0 and n1:
        more, average_0, average_1 = n1 - n0, Fraction(a0, n0), Fraction(a1, n1)
        parts = {
            "volume": more * average_0,
            "value": n0 * (average_1 - average_0),
            "joint": more * (average_1 - average_0),
        }
        for part, value in parts.items():
            builder.add_fraction("growth_decomp", scope, value, dimension="part", segment=part, n=n1, query="stock")


def by_dimension(builder: FactBuilder, view: DimensionView, scopes: Iterable[str], out: Tally, came: Tally) -> None:
    """Lost and retained by opening segment, gross new by closing segment."""
    name = view.of or view.id
    for scope in scopes:
        for segment in view.segments:
            left, new = _cell(out, scope, segment.id), _cell(came, scope, segment.id)
            place: Place = {"dimension": view.id, "segment": segment.id, "query": f"flow out {name}"}
            n0 = left["n_open"]
            if out:
                builder.add("customers_retained", scope, left["retained"], n=n0, **place)
                builder.add("customers_lost", scope, left["lost"], n=n0, **place)
                builder.add("aum_lost_open", scope, left["lost_open"], n=left["lost"], **place)
                builder.add("aum_retained_open", scope, left["retained_open"], n=left["retained"], **place)
                builder.add("retention_rate", scope, left["retained"], n0, **place)
                builder.add("churn_rate", scope, left["lost"], n0, **place)
            if came:
                place["query"] = f"flow in {name}"
                builder.add("customers_gross_new", scope, new["new"], n=new["n_close"], **place)
                builder.add("aum_gross_new", scope, new["new_close"], n=new["new"], **place)


def migration(builder: FactBuilder, tally: Tally) -> None:
    """One fact a pair of opening and closing tier; `new` and `left` are states."""
    for (scope, _, opening, closing), cell in tally.items():
        builder.add(
            "migration_matrix",
            scope,
            cell["n"],
            dimension="tier_from",
            segment=opening,
            against=f"tier_to={closing}",
            n=cell["n"],
            query="migration",
        )
