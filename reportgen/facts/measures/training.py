"""Training and certificates of the staff who are there at the period's end."""

from __future__ import annotations

import ibis

from reportgen.facts.bench import Bench

_MONTHS = 12
_MICRO = 1_000_000
"""Hours are summed as whole millionths, which the decimal they are read as holds exactly."""


def training(bench: Bench) -> None:
    """Hours of the twelve months to the period's end a head, and the share of staff with a certificate."""
    if not bench.has("staff", "rm_id"):
        return
    hours = bench.has("training", "staff_id", "training_date", "hours")
    certificates = bench.has("staff", "certificates")
    if not (hours or certificates):
        return
    table = _staff(bench)
    sums = {"staff": table.count()}
    if hours:
        table = _with_hours(bench, table)
        sums = {"staff": table.count(), "hours": table.hours.sum(), "base": table.count() * _MICRO}
    if certificates:
        sums["certified"] = (table.certificates.fill_null("") != "").sum()
    own = {"staff_role": table.role} if bench.has("staff", "role") else {}
    tallies = bench.tallies("training", table, sums, by=own, dimensions=False)
    tallies |= bench.by_place(tallies[""])
    if hours:
        bench.publish("training_hours", tallies, "hours", "base", n="staff", query="training")
    if certificates:
        bench.publish("certified_share", tallies, "certified", "staff", query="training")


def _staff(bench: Bench) -> ibis.Table:
    """One row a period and member of staff who is there at its end, in the branch the table names."""
    spans, staff = bench.windows.spans(), bench.table("staff")
    there = ibis.literal(True)
    if bench.has("staff", "start_date"):
        there = there & (staff.start_date.isnull() | (staff.start_date < spans.end))
    if bench.has("staff", "leave_date"):
        there = there & (staff.leave_date.isnull() | (staff.leave_date >= spans.end))
    pairs = spans.join(staff, there)
    branch = pairs.branch_id.fill_null("") if bench.has("staff", "branch_id") else ibis.literal("")
    return pairs.mutate(branch=branch)


def _with_hours(bench: Bench, staff: ibis.Table) -> ibis.Table:
    """Each member with the hours of the twelve months that end with the period, 0 for none."""
    lessons = bench.table("training").select("training_date", "staff_id", taught="hours")
    window = (lessons.training_date < staff.end) & (lessons.training_date >= staff.end - ibis.interval(months=_MONTHS))
    rows = staff.left_join(lessons, (staff.rm_id == lessons.staff_id) & window)
    kept = [name for name in ("at", "rm_id", "branch", "role", "certificates") if name in rows.columns]
    taught = (rows.taught.fill_null(0) * _MICRO).cast("int64").sum()
    return rows.group_by(kept).aggregate(hours=taught)
