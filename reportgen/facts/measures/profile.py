"""Profiles: how much of what the bank should know of a customer is filled in, and which interests it knows of."""

from __future__ import annotations

import ibis

from reportgen.facts import stocks
from reportgen.facts.bench import Bench
from reportgen.facts.measures.holdings import against, rates_of
from reportgen.facts.members import SEG
from reportgen.facts.tally import Tally
from reportgen.frames.convert import Expression

_FIELDS: dict[str, tuple[str, ...]] = {
    "age": ("birth_date", "age"),
    "gender": ("gender",),
    "occupation": ("occupation",),
    "income": ("annual_income", "income_band"),
    "marital_status": ("marital_status",),
    "children": ("children",),
    "risk_level": ("risk_level",),
    "contactable": ("contactable",),
}
"""Required field to the columns of which any fills it."""
_UNTOLD = "unknown"
"""A code that stands for nothing known."""


def profile(bench: Bench) -> None:
    """profile_completeness, profile_field, tier_missing, hobby_share of this period's population.

    A table of customers holds today's knowledge only: of earlier dates it tells nothing.
    """
    now = bench.windows.current.label
    people = bench.closing
    people = people.filter(people["at"] == now)
    have = {name: [one for one in columns if one in bench.members.columns and one in people.columns]
            for name, columns in _FIELDS.items()}
    fields = {name: columns for name, columns in have.items() if columns}
    if fields:
        _fields(bench, people, fields)
    if "tier" in bench.members.columns:
        _tierless(bench)
    if "hobbies" in people.columns:
        _interests(bench, people)


def _wide(tally: Tally) -> Tally:
    return {key: cell for key, cell in tally.items() if not key[0].startswith("branch:")}


def _filled(column: Expression) -> Expression:
    known = column.notnull()
    return known & (column != _UNTOLD) if column.type().is_string() else known


def _fields(bench: Bench, people: ibis.Table, fields: dict[str, list[str]]) -> None:
    sums = {"n": people.count()}
    for name, columns in fields.items():
        filled = _filled(people[columns[0]])
        for column in columns[1:]:
            filled = filled | _filled(people[column])
        sums[f"has_{name}"] = filled.fill_null(False).sum()
    tallies = bench.tallies("profile", people, sums, history=False)
    for tally in tallies.values():
        for cell in tally.values():
            cell["filled"] = sum(cell[f"has_{name}"] for name in fields)
            cell["wanted"] = len(fields) * cell["n"]
    bench.publish("profile_completeness", tallies, "filled", "wanted", n="n", query="profile")
    for name in fields:
        by_field: Tally = {(scope, at, name, ""): cell for (scope, at, _, _), cell in tallies[""].items()}
        bench.publish("profile_field", {"profile_field": by_field}, f"has_{name}", "n", query="profile")


def _tierless(bench: Bench) -> None:
    people = bench.closing
    tallies = bench.tallies("without tier", people, {"n": people.count(), "none": people.tier.isnull().sum()},
                            dimensions=False)
    bench.publish("tier_missing", bench.by_place(tallies[""]), "none", "n", query="without tier")


def _interests(bench: Bench, people: ibis.Table) -> None:
    """Customers by interest among those with any; the index of each segment against the rest.

    Segments of a branch hold too few customers with a tag: they are told of the bank and its regions.
    """
    tidy = people.hobbies.re_replace(r"\s*[;；]\s*", ";").strip()
    people = people.mutate(tags=ibis.literal(";") + tidy + ";")
    people = people.filter(people.hobbies.notnull() & (people.tags.replace(";", "") != ""))
    segments = [name for name in people.columns if name.startswith(SEG)]
    tagged = bench.engine.store("tagged", people.select("at", "branch", "tags", *segments))
    found = bench.rows("tags", tagged.select("tags").distinct())
    tags = sorted({tag for cell in found["tags"] for tag in str(cell).split(";") if tag})
    sums = {f"tag_{place}": tagged.tags.contains(f";{tag};").sum() for place, tag in enumerate(tags)}
    if not tags:
        return
    tallies = bench.tallies("interests", tagged, {"n": tagged.count(), **sums}, history=False)
    for place, tag in enumerate(tags):
        rates = {
            name: rates_of(_wide(tally) if name else tally, f"tag_{place}", "n") for name, tally in tallies.items()
        }
        against(bench, "hobby_share", "hobby", tag, rates, "interests")
        whole = {key[0]: pair for key, pair in rates[""].items()}
        for name, cells in rates.items():
            view = bench.views.get(name)
            if view is not None and view.tested:
                known = {one.id for one in view.segments}
                mine = {(key[0], key[2]): pair for key, pair in cells.items() if key[2] in known}
                query = f"interests {view.of or view.id}"
                stocks.over_index(bench.builder, view, mine, whole, f"hobby={tag}", query)
