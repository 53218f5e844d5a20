"""Relationship managers: who is looked after, how the load lies, and what leaves with a manager who leaves.

Where a table of staff is supplied, a customer counts as managed only while the manager is on the staff: started, and
not left by the period's end. Without it, a manager's number beside the customer is all there is to go by.
"""

from __future__ import annotations

from collections import defaultdict
from fractions import Fraction
from typing import TYPE_CHECKING

import ibis

from reportgen.facts.bench import Bench
from reportgen.facts.members import SEG
from reportgen.facts.whole import quantile
from reportgen.frames.convert import Expression

if TYPE_CHECKING:
    import pandas as pd


def staff(bench: Bench) -> None:
    """Coverage, load, the weight of single managers and backups at each period's end."""
    if "rm_id" not in bench.members.columns:
        return
    people = _managed(bench)
    sums: dict[str, Expression] = {
        "n": people.amount.count(),
        "managed": people.managed.sum(),
        "high": people.high.sum(),
        "unassigned": (people.high & ~people.managed).sum(),
    }
    if "backed" in people.columns:
        sums |= {"high_managed": (people.high & people.managed).sum(), "backed": (people.high & people.backed).sum()}
    tallies = bench.tallies("managed", people, sums)
    bench.publish("coverage_rate", tallies, "managed", "n", query="managed")
    bench.publish("customers_unassigned", tallies, "unassigned", n="high", query="managed")
    if "backed" in sums:
        bench.publish("rm_backup_rate", tallies, "backed", "high_managed", query="managed")
    _loads(bench, people)


def on_staff(bench: Bench) -> ibis.Table:
    """Managers on the staff at each period's end: `at`, rm_id, and `backed` where a backup is on it as well."""
    rows = bench.each_period(bench.table("staff"))
    end = bench.windows.last_day(rows["at"])
    active = ibis.literal(True)
    if "start_date" in rows.columns:
        active = active & (rows.start_date <= end).fill_null(True)
    if "leave_date" in rows.columns:
        active = active & (rows.leave_date > end).fill_null(True)
    rows = rows.filter(active)
    if "backup_rm_id" not in rows.columns:
        return rows.select("at", "rm_id").distinct()
    others = rows.select(on="at", backup=rows.rm_id).distinct()
    both = rows.left_join(others, (rows["at"] == others.on) & (rows.backup_rm_id == others.backup))
    return both.group_by("at", "rm_id").aggregate(backed=both.backup.notnull().any())


def _managed(bench: Bench) -> ibis.Table:
    """The population at each period's end with `managed`, `high` (tiers with a floor), `top` (the first), `backed`."""
    people = bench.closing
    needed = ("at", "customer_id", "branch", "amount", "tier", "rm_id")
    people = people.select(*(name for name in people.columns if name in needed or name.startswith(SEG)))
    flags = {"high": bench.high(people), "top": bench.high(people, first=1)}
    if not bench.has("staff", "rm_id"):
        return bench.engine.store("managed", people.mutate(managed=people.rm_id.notnull(), **flags))
    active = on_staff(bench)
    active = active.rename(period="at", active="rm_id")
    table = people.left_join(active, (people["at"] == active.period) & (people.rm_id == active.active))
    table = table.mutate(managed=table.active.notnull(), **flags)
    if "backed" in active.columns:
        table = table.mutate(backed=table.backed.fill_null(False))
    return bench.engine.store("managed", table.drop("period", "active"))


def _loads(bench: Bench, people: ibis.Table) -> None:
    """Customers a manager: median and most, and the largest share of one manager in a branch's top tier."""
    rows = people.filter(people.managed | people.top)
    import pandas as pd

    name = "managers"
    frame = bench.rows(
        name,
        rows.group_by(at=rows["at"], branch=rows.branch, rm=rows.managed.ifelse(rows.rm_id, ibis.null(str))).aggregate(
            n=rows.managed.sum().cast("int64"),
            top=rows.top.sum().cast("int64"),
            top_aum=rows.top.ifelse(rows.amount, 0).sum().fill_null(0).cast("int64"),
        ),
    )
    loads: dict[tuple[str, str], dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for row in frame[frame.rm.notna()].to_dict("records"):
        for scope in bench.scopes.of(str(row["branch"])):
            loads[scope, str(row["at"])][str(row["rm"])] += int(row["n"])
    for (scope, at), managers in loads.items():
        known = sorted(managers.values())
        median = quantile(pd.Series(known), Fraction(1, 2))
        for metric, value in (("rm_load_median", median), ("rm_load_max", Fraction(known[-1]))):
            bench.publish_value(metric, scope, value, len(known), at=at, query=name)
    _top_shares(bench, frame)


def _top_shares(bench: Bench, frame: pd.DataFrame) -> None:
    """By branch, at the scopes that may compare branches and at the branch itself; nothing with fewer than two."""
    whole: dict[tuple[str, str], list[tuple[str, int, int]]] = defaultdict(list)
    for row in frame.to_dict("records"):
        if row["top"] > 0 and row["branch"]:
            manager = row["rm"] if isinstance(row["rm"], str) else ""
            whole[str(row["at"]), str(row["branch"])].append((manager, int(row["top"]), int(row["top_aum"])))
    for (at, branch), rows in whole.items():
        managed = [aum for manager, _, aum in rows if manager]
        total, n = sum(aum for _, _, aum in rows), sum(top for _, top, _ in rows)
        if len(managed) >= 2 and total > 0:
            bench.builder.add("rm_top_share", f"branch:{branch}", max(managed), total, n=n, at=at, query="managers")
    bench.by_unit("rm_top_share")
