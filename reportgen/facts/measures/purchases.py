"""Purchases: what becomes of money at maturity, what is redeemed before it, who buys a second time."""

from __future__ import annotations

import datetime as dt

import ibis

from reportgen.facts.bench import Bench
from reportgen.facts.measures.holdings import NEVER, SERVICES
from reportgen.facts.tally import lately
from reportgen.facts.window import months_before
from reportgen.frames.convert import Expression

_TAKEUP_DAYS = 15
_AGAIN_DAYS = 180
_BASE_MONTHS = 12


def purchases(bench: Bench) -> None:
    """Facts of holdings that began, matured or ended by each period's end; nothing later is seen."""
    if not bench.has("holdings", "customer_id", "product_type", "start_date"):
        return
    rows = bench.table("holdings")
    rows = rows.filter(rows.product_type.notin(SERVICES).fill_null(False))
    # A table of what is held today knows nothing of purchases that ended.
    ended = bench.has("holdings", "end_date")
    if bench.has("holdings", "maturity_date", "amount"):
        _takeup(bench, rows, ended=ended)
        if ended:
            _redemption(bench, rows)
    if ended:
        _again(bench, rows)


def _takeup(bench: Bench, rows: ibis.Table, *, ended: bool) -> None:
    """Matured amounts against what the customer kept or bought within some days, in the period those days end.

    So every maturity is judged once, with all its days seen.
    """
    limit = bench.limit("r_takeup_low", "days", _TAKEUP_DAYS)
    due = rows.maturity_date + ibis.interval(days=limit)
    matured = rows.mutate(due=due, at=bench.windows.label(due), amount=rows.amount.fill_null(0))
    matured = matured.filter(matured["at"].notnull())
    kept: Expression = ibis.literal(0, type="int64")
    if ended:
        matured = matured.filter(matured.end_date.isnull() | (matured.end_date >= matured.maturity_date))
        kept = (matured.end_date.isnull() | (matured.end_date > matured.due)).ifelse(matured.amount, 0)
    matured = matured.select("at", "customer_id", "maturity_date", "due", "amount", kept=kept)
    matured = bench.engine.store("matured", matured)
    bought = rows.select(
        "customer_id", bought=rows.start_date, paid=rows.amount.fill_null(0), row=ibis.row_number()
    )
    within = [
        bought.customer_id == matured.customer_id,
        bought.bought >= matured.maturity_date,
        bought.bought <= matured.due,
    ]
    pairs = matured.select("at", "customer_id", "maturity_date", "due").join(bought, within)
    # A purchase that follows two maturities is one purchase.
    once = pairs.select("at", "customer_id", "row", "paid").distinct()
    again = once.group_by(["at", "customer_id"]).aggregate(paid=once.paid.sum().cast("int64"))
    each = matured.group_by(["at", "customer_id"]).aggregate(
        matured=matured.amount.sum().cast("int64"), kept=matured.kept.sum().cast("int64")
    )
    each = each.left_join(again, ["at", "customer_id"]).drop("at_right", "customer_id_right")
    each = each.mutate(taken=ibis.least(each.matured, each.kept + each.paid.fill_null(0)))
    table = bench.engine.store("takeup", bench.placed("holdings", each))
    sums = {"n": table.count(), "matured": table.matured.sum(), "taken": table.taken.sum()}
    tallies = bench.tallies("takeup", table, sums, dimensions=bench.lasting)
    tallies = lately(tallies, bench.windows.beside)
    bench.publish("maturity_takeup", tallies, "taken", "matured", n="n", query="takeup")


def _redemption(bench: Bench, rows: ibis.Table) -> None:
    """Amounts ended before maturity within the period, over what was held at its opening."""
    spans = bench.windows.spans()
    rows = rows.filter(rows.maturity_date.notnull())
    held = spans.join(
        rows, [rows.start_date < spans.start, rows.end_date.fill_null(NEVER) >= spans.start]
    )
    amount = held.amount.fill_null(0)
    early = ((held.end_date < held.end) & (held.end_date < held.maturity_date)).fill_null(False)
    each = held.group_by(["at", "customer_id", "product_type"]).aggregate(
        balance=amount.sum().cast("int64"), redeemed=early.ifelse(amount, 0).sum().cast("int64")
    )
    table = bench.engine.store("redemption", bench.placed("holdings", each))
    sums = {
        "n": table.customer_id.nunique(), "balance": table.balance.sum(), "redeemed": table.redeemed.sum(),
    }
    by = {"product_type": table.product_type}
    tallies = bench.tallies("redemption", table, sums, by=by, dimensions=bench.lasting)
    tallies = lately(tallies, bench.windows.beside)
    bench.publish("redemption_rate", tallies, "redeemed", "balance", n="n", query="redemption")


def _again(bench: Bench, rows: ibis.Table) -> None:
    """First buyers of a year whose days to buy again are over, and who of them did.

    Before the first day on which a holding ended, the table may not know what a customer had bought and ended.
    """
    query = "first holding ended"
    since = bench.rows(query, rows.aggregate(day=rows.end_date.min().cast("string")))["day"].iloc[0]
    if not isinstance(since, str):
        return
    reach = dt.date.fromisoformat(since) + dt.timedelta(days=_AGAIN_DAYS)
    told = [one.label for one in bench.windows.periods if reach <= months_before(one.end, _BASE_MONTHS)]
    rows = rows.filter(rows.start_date.notnull()).select("customer_id", "start_date")
    firsts = rows.group_by("customer_id").aggregate(first=rows.start_date.min())
    later = rows.join(firsts, "customer_id")
    later = later.filter(later.start_date > later["first"])
    seconds = later.group_by("customer_id").aggregate(second=later.start_date.min())
    each = firsts.left_join(seconds, "customer_id").drop("customer_id_right")
    over = each["first"] + ibis.interval(days=_AGAIN_DAYS)
    each = each.mutate(over=over, again=(each.second <= over).fill_null(False))
    spans = bench.windows.spans()
    spans = spans.filter(spans["at"].isin(told)).mutate(low=bench.windows.first_day(spans["at"], _BASE_MONTHS))
    each = spans.join(each, [each.over >= spans.low, each.over < spans.end]).select("at", "customer_id", "again")
    table = bench.placed("holdings", each)
    table = bench.engine.store("second purchase", table.filter(table.in_close))
    sums = {"n": table.count(), "again": table.again.sum()}
    tallies = lately(bench.tallies("repeat purchase", table, sums), bench.windows.beside)
    bench.publish("second_purchase", tallies, "again", "n", query="repeat purchase")
