"""Leads: how far they came, how many were won, and how many came by referral.

A lead's row holds its latest stage. Of one whose stage was entered after a period's end, nothing but its creation was
known there. Only leads that were won name a customer, and so a branch: conversion is a figure of the bank alone, the
share of referrals among the won one of branches as well.
"""

from __future__ import annotations

import ibis

from reportgen.facts.bench import Bench
from reportgen.facts.builder import Place
from reportgen.frames.convert import Expression

_MONTHS, _YEAR = 6, 12
_STAGES = ("created", "contacted", "qualified", "proposal", "won")
"""In order; a lead at one has passed those before."""


def leads(bench: Bench) -> None:
    """lead_conversion and lead_stage of leads created in six months, referral_share of those won in twelve."""
    if not bench.has("leads", "created_at", "stage"):
        return
    rows = bench.trailing(bench.table("leads"), "created_at", _MONTHS)
    known = ibis.literal(True)
    if bench.has("leads", "stage_date"):
        known = (rows.stage_date <= bench.windows.last_day(rows["at"])).fill_null(True)
    seen = known.ifelse(rows.stage, _STAGES[0]).fill_null(_STAGES[0])
    rows = rows.mutate(seen=seen, branch=ibis.literal(""))
    rows = bench.engine.store("leads", rows)
    sums: dict[str, Expression] = {"created": rows.seen.count(), "lost": (rows.seen == "lost").sum()}
    sums |= {stage: rows.seen.isin(_STAGES[place:]).sum() for place, stage in enumerate(_STAGES) if place}
    sourced = bench.has("leads", "source")
    by = {"lead_source": rows.source} if sourced else {}
    tallies = bench.tallies("leads", rows, sums, by=by, dimensions=False)
    bench.publish("lead_conversion", tallies, "won", "created", query="leads")
    for (scope, at, _, _), cell in tallies[""].items():
        for stage in (*_STAGES, "lost"):
            place: Place = {"at": at, "dimension": "lead_stage", "segment": stage, "query": "leads"}
            bench.builder.add("lead_stage", scope, cell[stage], n=cell["created"], **place)
    if sourced:
        _referrals(bench)


def _referrals(bench: Bench) -> None:
    day = "stage_date" if bench.has("leads", "stage_date") else "created_at"
    rows = bench.table("leads")
    won = _placed(bench, bench.trailing(rows.filter(rows.stage == "won"), day, _YEAR))
    sums = {"won": won.count(), "referred": (won.source == "referral").sum()}
    tallies = bench.tallies("leads won", won, sums, dimensions=False)
    tallies |= bench.by_place(tallies[""])
    bench.publish("referral_share", tallies, "referred", "won", query="leads won")


def _placed(bench: Bench, rows: ibis.Table) -> ibis.Table:
    """The rows with the branch of their customer in the period, empty where there is none."""
    if not bench.has("leads", "customer_id"):
        return rows.mutate(branch=ibis.literal(""))
    side = bench.present.select(period="at", who="customer_id", branch="branch")
    both = rows.left_join(side, (rows["at"] == side.period) & (rows.customer_id == side.who))
    return both.mutate(branch=both.branch.fill_null("")).drop("period", "who")
