"""Who left, stayed and came in every earlier period, counted as in this one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reportgen.facts.bench import Bench, Tallies
from reportgen.facts.moves import QUERY, moves
from reportgen.facts.tally import add_up, regroup

if TYPE_CHECKING:
    import pandas as pd

_OUT = ("n_open", "aum_open", "retained", "retained_open", "lost", "lost_open")
_IN = ("n_close", "aum_close", "new", "new_close")


def history_flows(bench: Bench) -> None:
    """customers_retained, _lost, _gross_new, _net_new, their rates and assets at each label whose opening is held.

    Of the whole, branches, regions and tiers. This period's own are made with the bridges (`facts.flows`), but for
    net growth by branch and region.
    """
    if not bench.builder.since:
        return
    rows = moves(bench)
    left, new = _cut(bench, _leaving(rows)), _cut(bench, _coming(rows))
    _net(bench, left, new)
    left, new = _earlier(bench, left), _earlier(bench, new)

    def publish(metric: str, tallies: Tallies, num: str, den: str | None = None, n: str | None = None) -> None:
        bench.publish(metric, tallies, num, den, n=n, query=QUERY)

    publish("customers_retained", left, "retained", n="n_open")
    publish("customers_lost", left, "lost", n="n_open")
    publish("retention_rate", left, "retained", "n_open")
    publish("churn_rate", left, "lost", "n_open")
    publish("aum_retained_open", left, "retained_open", n="retained")
    publish("aum_lost_open", left, "lost_open", n="lost")
    publish("customers_gross_new", new, "new", n="n_close")
    publish("aum_gross_new", new, "new_close", n="new")
    publish("gross_new_share", {"": new[""]}, "new", "n_close")
    positive = {"": {place: cell for place, cell in left[""].items() if cell["aum_open"] > 0}}
    publish("aum_retention_rate", positive, "retained_open", "aum_open", n="n_open")
    publish("aum_churn_rate", positive, "lost_open", "aum_open", n="n_open")


def _earlier(bench: Bench, tallies: Tallies) -> Tallies:
    now = bench.builder.period
    return {name: {key: cell for key, cell in tally.items() if key[1] != now} for name, tally in tallies.items()}


def _leaving(rows: pd.DataFrame) -> pd.DataFrame:
    """What the opening customers did, by their opening branch and tier."""
    side = rows[rows["in_0"]]
    stayed = side["in_1"].to_numpy()
    return side[["at"]].assign(
        branch=side["branch_0"], segment=side["tier_0"], n_open=side["n"], aum_open=side["open"],
        retained=side["n"] * stayed, retained_open=side["open"] * stayed,
        lost=side["n"] * ~stayed, lost_open=side["open"] * ~stayed,
    )


def _coming(rows: pd.DataFrame) -> pd.DataFrame:
    """Where the closing customers come from, by their closing branch and tier."""
    side = rows[rows["in_1"]]
    fresh = ~side["in_0"].to_numpy()
    return side[["at"]].assign(
        branch=side["branch_1"], segment=side["tier_1"], n_close=side["n"], aum_close=side["close"],
        new=side["n"] * fresh, new_close=side["close"] * fresh,
    )


def _cut(bench: Bench, rows: pd.DataFrame) -> Tallies:
    """By scope; by branch, region and tier."""
    return bench.by_place(add_up(rows.drop(columns="segment"), bench.scopes)) | by_tier(bench, rows)


def by_tier(bench: Bench, rows: pd.DataFrame) -> Tallies:
    """Rows whose `segment` is a tier's code, by each dimension that is the tier or groups of it."""
    found: Tallies = {}
    names = [name for name in bench.cut if bench.views[name].column == "tier" and bench.views[name].kind == "category"]
    for name in names:
        found[name] = add_up(rows, bench.scopes)
    for name, one in bench.dimensions.items():
        if getattr(one, "of", None) in found:
            found[name] = regroup(found[one.of], one.groups)  # type: ignore[union-attr]
    return found


def _net(bench: Bench, left: Tallies, new: Tallies) -> None:
    """Closing less opening, of each scope and place; a tier's would hold those who changed tier."""
    zero = dict.fromkeys((*_OUT, *_IN), 0)
    for dimension in left:
        if dimension and not bench.views[dimension].spatial:
            continue
        joined = {}
        for place in sorted(left[dimension].keys() | new[dimension].keys()):
            if not dimension and place[1] == bench.builder.period:
                continue
            cell = zero | left[dimension].get(place, {}) | new[dimension].get(place, {})
            cell["net"] = cell["n_close"] - cell["n_open"]
            cell["aum_net"] = cell["aum_close"] - cell["aum_open"]
            joined[place] = cell
        bench.publish("customers_net_new", {dimension: joined}, "net", n="n_close", query=QUERY)
        bench.publish("aum_net_new", {dimension: joined}, "aum_net", n="n_close", query=QUERY)
