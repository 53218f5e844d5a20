"""Forums and other events held for customers, and what became of the feedback collected there.

An activity belongs to its branch; one of the head office counts in the bank alone. Where the job looks at some tiers
only, so do these facts: activities for other tiers are not counted, those for no tier in particular are.
"""

from __future__ import annotations

from collections.abc import Mapping

import ibis

from reportgen.facts.bench import Bench, Tallies
from reportgen.facts.tally import Tally
from reportgen.frames.convert import Expression

_MONTHS = 12


def activities(bench: Bench) -> None:
    """Activities of the period and of the twelve months to its end, by scope, kind and tier."""
    if not bench.has("activities", "activity_date", "activity_type"):
        return
    rows = bench.table("activities")
    branch = rows.branch_id.fill_null("") if "branch_id" in rows.columns else ibis.literal("")
    rows = rows.mutate(branch=branch)
    rows = rows.filter(rows.activity_date.notnull())
    wanted = bench.job.population.get("tier")
    if wanted is not None and bench.has("activities", "tier"):
        asked = [wanted] if isinstance(wanted, str) else list(wanted)
        rows = rows.filter(rows.tier.isnull() | rows.tier.isin(asked))
    year = bench.engine.store("activities", bench.trailing(rows, "activity_date", _MONTHS))
    now = bench.windows.label(year.activity_date) == year["at"]
    sums: dict[str, Expression] = {
        "held": now.sum(),
        "forums": (year.activity_type == "forum").sum(),
    }
    pairs = {
        "forum_attendance": ("attended", "invited", now),
        "feedback_adoption": ("adopted_items", "feedback_items", now),
        "feedback_adoption_year": ("adopted_items", "feedback_items", ibis.literal(True)),
    }
    pairs = {name: pair for name, pair in pairs.items() if bench.has("activities", *pair[:2])}
    for name, (num, den, when) in pairs.items():
        # Guests of an activity that counted only the one of the two would bend the share.
        both = when & year[num].notnull() & year[den].notnull()
        sums |= {f"{name} num": both.ifelse(year[num], 0).sum(), f"{name} den": both.ifelse(year[den], 0).sum()}
    by = {"activity_type": year.activity_type}
    if bench.has("activities", "tier"):
        by["activity_tier"] = year.tier
    tallies = bench.tallies("activities", year, sums, by=by, dimensions=False, followed=tuple(by))
    tallies = _with_zeros(bench, tallies, dict.fromkeys(sums, 0))
    tallies |= bench.by_place(tallies[""])
    kinds = {name: tally for name, tally in tallies.items() if name != "activity_tier"}
    tiers = {name: tally for name, tally in tallies.items() if name != "activity_type"}
    bench.publish("activities_count", kinds, "held", query="activities")
    bench.publish("forum_held", tiers, "forums", query="activities")
    for name in pairs:
        bench.publish(name, kinds, f"{name} num", f"{name} den", query="activities")


def _with_zeros(bench: Bench, tallies: Tallies, zero: Mapping[str, int]) -> Tallies:
    """Every scope at every period, and every kind and tier known in it: that nothing was held must be told."""
    tiers = next((one for one in bench.views.values() if one.column == "tier" and one.kind == "category"), None)
    known = {"": {""}, "activity_type": {code for _, _, code, _ in tallies["activity_type"]}}
    if "activity_tier" in tallies:
        known["activity_tier"] = {code for _, _, code, _ in tallies["activity_tier"]}
        known["activity_tier"] |= {one.id for one in tiers.segments if one.id in bench.floors} if tiers else set()
    return {name: _filled(bench, tallies[name], codes, zero) for name, codes in known.items()}


def _filled(bench: Bench, tally: Tally, codes: set[str], zero: Mapping[str, int]) -> Tally:
    places = ((scope, at, code, "") for scope in bench.scopes.all() for at in bench.windows.labels for code in codes)
    return {place: {**zero, **tally.get(place, {})} for place in places}
