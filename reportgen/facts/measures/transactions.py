"""Transactions: money going out, single payments out of the ordinary, customers whose assets fell sharply."""

from __future__ import annotations

from fractions import Fraction

import ibis

from reportgen.facts.bench import Bench
from reportgen.facts.members import SEG
from reportgen.facts.tally import lately
from reportgen.frames.convert import Expression

_FALL, _FALL_HIGH, _FALL_AMOUNT = Fraction(3, 10), Fraction(1, 5), Fraction(10_000_000)
_LARGE_AMOUNT, _LARGE_SHARE = Fraction(20_000_000), Fraction(1, 5)


def transactions(bench: Bench) -> None:
    """outflow_*, large_outflow_count. Falls of assets need two period ends in a row and no transactions."""
    if bench.windows.after:
        _falls(bench)
    if bench.has("transactions", "customer_id", "txn_date", "direction", "amount"):
        _net(bench)
        _large(bench)


def _openers(bench: Bench) -> ibis.Table:
    """The population at each period's opening (the end of the one before) under the period's own label, `opened`."""
    after, people = bench.windows.after, bench.closing
    people = people.filter(people["at"].isin(list(after)))
    label = ibis.cases(*((people["at"] == old, new) for old, new in after.items()), else_=ibis.null("string"))
    return people.mutate(at=label, opened=people.amount)


def _parameter(bench: Bench, rule: str, name: str, default: Fraction) -> Fraction:
    return bench.request.parameters.get(rule, {}).get(name, default)


def _at_least(part: Expression, whole: Expression, share: Fraction) -> Expression:
    """Whether an integer is at least a share of another one."""
    return part * share.denominator >= whole * share.numerator


def _falls(bench: Bench) -> None:
    """By branch and segment of the opening. Who is on no list any more is lost, and told as such elsewhere."""
    rule, openers, now = "r_aum_outflow", _openers(bench), bench.members.timeline
    now = now.select("at", "customer_id", left=now.amount)
    table = openers.inner_join(now, ["at", "customer_id"])
    fall = table.opened - table["left"]
    most = _parameter(bench, rule, "min_fall", _FALL)
    most_high = _parameter(bench, rule, "min_fall_high", _FALL_HIGH) if bench.floors else most
    far = _at_least(fall, table.opened, most)
    if "tier" in table.columns:
        far = bench.high(table).ifelse(_at_least(fall, table.opened, most_high), far)
    fell = far & (fall >= int(_parameter(bench, rule, "min_amount", _FALL_AMOUNT)))
    segments = [name for name in table.columns if name.startswith(SEG)]
    table = bench.engine.store("falls", table.select("at", "branch", *segments, fell=fell.fill_null(False), fall=fall))
    sums = {"n": table.count(), "fell": table.fell.sum(), "amount": table.fell.ifelse(table.fall, 0).sum()}
    tallies = lately(bench.tallies("asset falls", table, sums), bench.windows.beside)
    bench.publish("outflow_customers", tallies, "fell", n="n", query="asset falls")
    bench.publish("outflow_customers_aum", tallies, "amount", n="fell", query="asset falls")


def _net(bench: Bench) -> None:
    """Money out less money in, of everyone who belongs to the period."""
    row = ibis._
    paid = {way: (row.direction == way).fill_null(False).ifelse(row.amount.fill_null(0), 0).sum().cast("int64")
            for way in ("out", "in")}
    each = bench.customers("transactions", "txn_date", {"outward": paid["out"], "inward": paid["in"]})
    opened = _openers(bench).select("at", "customer_id", "opened")
    each = each.left_join(opened, ["at", "customer_id"])
    segments = [name for name in each.columns if name.startswith(SEG)]
    table = bench.engine.store("money flows", each.select(
        "at", "branch", *segments, net=each.outward - each.inward, opened=each.opened.fill_null(0)
    ))
    sums = {"n": table.count(), "net": table.net.sum(), "opened": table.opened.sum()}
    tallies = lately(bench.tallies("net outflow", table, sums), bench.windows.beside)
    bench.publish("outflow_amount", tallies, "net", n="n", query="net outflow")
    based = {
        name: {key: cell for key, cell in tally.items() if cell["opened"] > 0} for name, tally in tallies.items()
    }
    bench.publish("outflow_rate", based, "net", "opened", n="n", query="net outflow")


def _large(bench: Bench) -> None:
    """Single payments out that are large by themselves and for the customer."""
    rule, rows = "r_large_outflow", bench.dated("transactions", "txn_date")
    amount = int(_parameter(bench, rule, "min_amount", _LARGE_AMOUNT))
    rows = rows.filter(((rows.direction == "out") & (rows.amount >= amount)).fill_null(False))
    rows = rows.select("at", "customer_id", paid=rows.amount)
    table = bench.placed("transactions", rows)
    table = table.left_join(_openers(bench).select("at", "customer_id", "opened"), ["at", "customer_id"])
    share = _parameter(bench, rule, "min_share", _LARGE_SHARE)
    table = table.filter(_at_least(table.paid, ibis.coalesce(table.opened, table.amount, 0), share))
    table = bench.engine.store("large payments", table.drop("at_right", "customer_id_right"))
    tallies = bench.tallies("large outflows", table, {"large": table.count()}, population=True)
    tallies = lately(tallies, bench.windows.beside)
    bench.publish("large_outflow_count", tallies, "large", query="large outflows")
