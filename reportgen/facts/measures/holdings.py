"""Holdings: who holds which products at each period's end, what matures soon, what suits the customer's risk level.

A holding counts on a day when it began by then and has not ended: on `end_date` where the table has one, else at
`maturity_date`. A table without dates tells the holdings of the period's own end alone.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

import ibis

from reportgen.facts import stocks
from reportgen.facts.bench import Bench, Tallies
from reportgen.facts.builder import Place
from reportgen.facts.members import SEG
from reportgen.facts.tally import Tally, lately
from reportgen.frames.convert import Expression

SERVICES = ("loan", "credit_card", "mobile_bank", "mobile_banking")
"""Product types in which a customer holds no money of his own: nothing is bought, matures to him, or bears a risk."""
WEALTH, INSURANCE = "wealth", "insurance"
_WINDOWS = (30, 60, 90)
"""Days after the period's end within which maturities are summed."""
_QUERY = "products"
_EVER, NEVER = dt.date(1, 1, 1), dt.date(9999, 12, 31)


def holdings(bench: Bench) -> None:
    """Product facts of the population at each period's end; maturities and suitability where columns tell them."""
    if not bench.has("holdings", "customer_id", "product_type"):
        return
    held = bench.engine.store("held", _held(bench))
    found = bench.rows("product types", held.select("product_type").distinct())
    kinds = sorted(str(one) for one in found["product_type"])
    maturing = bench.has("holdings", "maturity_date", "amount")
    each = bench.engine.store("holders", _each(bench, held, kinds))
    counts = [name for name in each.columns if name not in ("at", "customer_id", "branch") and not name.startswith(SEG)]
    tallies = bench.tallies(_QUERY, each, {"n": each.count(), **{name: each[name].sum() for name in counts}})
    # Before the first day the table tells of, nobody held anything as far as it knows.
    told = {key[1] for key, cell in tallies[""].items() if cell["types"]} | {bench.windows.current.label}
    tallies = lately(tallies, told.intersection(bench.windows.beside))
    tallies[""] = {key: cell for key, cell in tallies[""].items() if key[1] in told}
    _products(bench, tallies, kinds)
    if maturing:
        _maturities(bench, held)
    if "suited" in counts:
        bench.publish("risk_match", tallies, "suited", "rated", query=_QUERY)
        bench.publish("risk_mismatched", tallies, "over", n="n", query=_QUERY)


def dated(bench: Bench) -> bool:
    """Whether the table tells when holdings began and ended, so that earlier dates can be looked at."""
    ends = bench.has("holdings", "end_date") or bench.has("holdings", "maturity_date")
    return bench.has("holdings", "start_date") and ends


def _held(bench: Bench) -> ibis.Table:
    """One row a period and holding of a customer of its population: product_type, amount, days left, risk levels."""
    rows, spans = bench.table("holdings"), bench.windows.spans()
    rows = rows.filter(rows.product_type.notnull())
    if not dated(bench):
        spans = spans.filter(spans["at"] == bench.windows.current.label)
    # A range without empty ends is joined by sorting; "empty or later" would compare every pair.
    within = []
    if "start_date" in rows.columns:
        within.append(rows.start_date.fill_null(_EVER) < spans.end)
    until = next((name for name in ("end_date", "maturity_date") if name in rows.columns), None)
    if until:
        within.append(rows[until].fill_null(NEVER) >= spans.end)
    pairs = spans.join(rows, within) if within else spans.cross_join(rows)
    bench.count_unknown("holdings", pairs)
    columns = {"product_type": pairs.product_type}
    if "amount" in rows.columns:
        columns["amount"] = pairs.amount.fill_null(0)
    if "maturity_date" in rows.columns:
        columns["left"] = pairs.maturity_date.delta(pairs.end, unit="day") + 1
    people = bench.closing
    side = {"at": people["at"], "customer_id": people.customer_id, "branch": people.branch}
    side |= {SEG + name: people[SEG + name] for name in bench.lasting if SEG + name in people.columns}
    if "risk_level" in rows.columns and "risk_level" in people.columns:
        columns["risk"] = pairs.product_type.isin(SERVICES).ifelse(ibis.null("int64"), _level(pairs.risk_level))
        side["bearable"] = _level(people.risk_level)
    pairs = pairs.select("at", "customer_id", **columns)
    return pairs.inner_join(people.select(**side), ["at", "customer_id"])


def _level(code: Expression) -> Expression:
    """The number of a risk level (`R3`, `3`), null where it has none."""
    return code.re_extract(r"([0-9]+)\s*$", 1).try_cast("int64")


def _each(bench: Bench, held: ibis.Table, kinds: Sequence[str]) -> ibis.Table:
    """The population at each period's end with what each customer holds beside: nothing where there is no holding."""
    flags = [f"held_{place}" for place, _ in enumerate(kinds)]
    sums: dict[str, Expression] = {
        flag: (held.product_type == kind).any() for flag, kind in zip(flags, kinds, strict=True)
    }
    if {WEALTH, INSURANCE} <= set(kinds):
        sums["planned"] = held.product_type.isin([WEALTH, INSURANCE]).any()
    if "risk" in held.columns:
        rated = held.risk.notnull() & held.bearable.notnull()
        sums |= {"rated": rated.sum(), "suited": (rated & (held.risk <= held.bearable)).sum()}
        sums["over"] = (rated & (held.risk > held.bearable)).any()
    per = held.group_by(["at", "customer_id"]).aggregate(**sums)
    people = bench.closing
    kept = [name for name in people.columns if name.startswith(SEG)]
    each = people.select("at", "customer_id", "branch", *kept).left_join(per, ["at", "customer_id"])
    each = each.drop("at_right", "customer_id_right")
    numbers = {name: each[name].cast("int64").fill_null(0) for name in sums}
    each = each.mutate(**numbers)
    each = each.mutate(types=sum((each[flag] for flag in flags), ibis.literal(0, type="int64")))
    more = {"two": each.types >= 2, "one": each.types == 1}
    if "planned" in sums:
        more["unplanned"] = each.planned == 0
    return each.mutate(**{name: flag.cast("int64") for name, flag in more.items()})


def _products(bench: Bench, tallies: Tallies, kinds: Sequence[str]) -> None:
    """Penetration, products a customer, cross-selling; the index of each segment against the rest, at this period."""
    bench.publish("products_per_customer", tallies, "types", "n", query=_QUERY)
    bench.publish("cross_sell_rate", tallies, "two", "n", query=_QUERY)
    bench.publish("one_product_share", tallies, "one", "n", query=_QUERY)
    if any("unplanned" in cell for cell in tallies[""].values()):
        bench.publish("no_plan_share", tallies, "unplanned", "n", query=_QUERY)
    now = bench.windows.current.label
    used = [place for place, _ in enumerate(kinds) if any(cell[f"held_{place}"] for cell in tallies[""].values())]
    for place in used:
        of_kind = {name: rates_of(tally, f"held_{place}", "n") for name, tally in tallies.items()}
        against(bench, "product_penetration", "product_type", kinds[place], of_kind, _QUERY)
        for name, rates in of_kind.items():
            view = bench.views.get(name)
            if view is not None and (view.tested or not view.spatial):
                known = {one.id for one in view.segments}
                now_only = {(key[0], key[2]): pair for key, pair in rates.items() if key[1] == now and key[2] in known}
                whole = {key[0]: pair for key, pair in of_kind[""].items() if key[1] == now}
                query = f"{_QUERY} {view.of or view.id}"
                stocks.over_index(bench.builder, view, now_only, whole, f"product_type={kinds[place]}", query)


Rates = Mapping[tuple[str, str, str, str], tuple[int, int]]
"""Key of a tally to hits and base."""


def rates_of(tally: Tally, num: str, den: str) -> Rates:
    return {key: (cell[num], cell[den]) for key, cell in tally.items()}


def against(
    bench: Bench,
    metric: str,
    dimension: str,
    code: str,
    rates: Mapping[str, Rates],
    query: str,
) -> None:
    """A share of one code of an own dimension: in total and against each segment of the others.

    Over the whole history the bank and its regions alone are followed, and earlier segments by the bank alone.
    """
    now, compared = bench.windows.current.label, bench.windows.compared
    for name, cells in rates.items():
        view = bench.views.get(name)
        known = {one.id for one in view.segments} if view else None
        for (scope, at, segment, _), (num, den) in cells.items():
            place: Place = {"at": at, "dimension": dimension, "segment": code, "query": query}
            if view is None and scope.startswith("branch:") and at not in compared:
                continue
            if view is not None and known is not None:
                seen = segment in known and bench.comparable(view, scope)
                if not seen or (at != now and scope != "bank"):
                    continue
                place |= {"dimension": name, "segment": segment, "against": f"{dimension}={code}"}
            bench.builder.add(metric, scope, num, den, **place)


def _maturities(bench: Bench, held: ibis.Table) -> None:
    """What matures after the period's end: in total, by window, by product; shares are of wealth products."""
    query, limit = "maturities", bench.limit("r_maturity_cliff", "days", _WINDOWS[0])
    rows = held.filter(held.product_type.notin(SERVICES))
    wealth, nobody = rows.product_type == WEALTH, ibis.null("string")
    sums: dict[str, Expression] = {
        "balance": rows.amount.sum(),
        "customers": rows.customer_id.nunique(),
        "wealth": wealth.ifelse(rows.amount, 0).sum(),
        "owners": wealth.ifelse(rows.customer_id, nobody).nunique(),
        "dated": rows.left.count(),
    }
    for days in sorted({*_WINDOWS, limit}):
        due = rows.left.between(1, days).fill_null(False)
        sums[f"due_{days}"] = due.ifelse(rows.amount, 0).sum()
        sums[f"wealth_{days}"] = (wealth & due).ifelse(rows.amount, 0).sum()
        sums[f"some_{days}"] = due.ifelse(rows.customer_id, nobody).nunique()
    tallies = bench.tallies(query, rows, sums, by={"product_type": rows.product_type}, dimensions=bench.lasting)
    tallies = lately(tallies, bench.windows.beside)
    products = tallies.pop("product_type")
    mature = {key[2] for key, cell in products.items() if cell["dated"]}
    by_product = {"product_type": {key: cell for key, cell in products.items() if key[2] in mature}}
    for some in (tallies, by_product):
        bench.publish("maturing_amount", some, f"due_{limit}", n=f"some_{limit}", query=query)
    bench.publish("maturing_share", tallies, f"wealth_{limit}", "wealth", n="owners", query=query)
    bench.publish("maturing_share", by_product, f"due_{limit}", "balance", n="customers", query=query)
    labels = bench.windows.compared
    compared = {key: cell for key, cell in tallies[""].items() if key[1] in labels}
    for days in _WINDOWS:
        window = {"maturity_window": {(scope, at, str(days), ""): cell for (scope, at, _, _), cell in compared.items()}}
        bench.publish("maturing_amount", window, f"due_{days}", n=f"some_{days}", query=query)
        bench.publish("maturing_share", window, f"wealth_{days}", "wealth", n="owners", query=query)
