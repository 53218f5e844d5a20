"""What is withheld cannot be worked out; what is told is true."""

from __future__ import annotations

from pathlib import Path

import pytest

from reportgen.disclosure.audit import Knowledge, Number
from reportgen.disclosure.count import is_small, told
from reportgen.disclosure.differing import assure_apart, differing
from reportgen.disclosure.kind import BASE, Reading, ties_of
from reportgen.disclosure.migration import withheld_matrices
from reportgen.disclosure.place import Place, place_of
from reportgen.disclosure.withhold import Disclosure, withhold
from reportgen.errors import DataRefused, DependencyMissing
from reportgen.facts.fact import Fact
from reportgen.facts.metric import Metric
from reportgen.facts.segment import DimensionView
from reportgen.facts.table import FactSet
from tests.unit.disclosure.attacker import Key, equations, ranges
from tests.unit.disclosure.bank_case import NOW, THEN, Bank, bank

LEAST = 5
SEEDS = range(16)


def kept(one: Bank) -> FactSet:
    return withhold(one.facts, Disclosure.made(LEAST, one.groups))


def hidden(one: Bank, after: FactSet, metric: str) -> set[Key]:
    gone = set(after.suppressed)
    return {(fact.scope, fact.dimension, fact.segment, fact.against) for fact in one.facts.facts
            if fact.metric == metric and fact.id in gone}


@pytest.mark.parametrize("seed", SEEDS)
def test_no_withheld_count_can_be_worked_out(seed: int) -> None:
    one = bank(seed)
    after = kept(one)
    for metric, counts in one.counts.items():
        gone = hidden(one, after, metric)
        few = [key for key in counts if 0 < counts[key] < LEAST]
        assert gone.issuperset(few)
        found = ranges(counts, gone, equations(counts, one.regions, one.groups), few)
        assert [place for place in found if place.is_found] == []


def test_an_attacker_finds_counts_where_only_the_small_ones_are_withheld() -> None:
    found = 0
    for seed in SEEDS:
        one = bank(seed)
        counts = one.counts["customers_total"]
        few = {key for key in counts if 0 < counts[key] < LEAST}
        found += sum(place.is_found for place in ranges(counts, few, equations(counts, one.regions, one.groups), few))
    assert found > 10


@pytest.mark.parametrize("seed", SEEDS)
def test_what_is_told_is_true_and_all_that_tells_it_goes_together(seed: int) -> None:
    one = bank(seed)
    after = kept(one)
    before = {fact.id: fact for fact in one.facts.facts}
    assert all(before[fact.id] == fact for fact in after.facts)
    assert {fact.id for fact in after.facts} | set(after.suppressed) == before.keys()
    assert not any(is_small(number, LEAST) for fact in after.facts for number in told(fact))
    lost, stayed = (hidden(one, after, name) for name in ("customers_lost", "customers_retained"))
    assert lost == stayed == hidden(one, after, "churn_rate")
    assert lost >= {key for key in hidden(one, after, "customers_total") if key in one.counts["customers_lost"]}
    assert after == kept(one)
    assert withhold(one.facts, Disclosure.made(LEAST, one.groups), frozenset(after.suppressed)) == after


def test_two_customers_in_a_segment_take_one_more_segment_with_them_and_the_total_stays() -> None:
    cells = {"": 72, "gold": 2, "silver": 30, "plain": 40}
    facts = tuple(Fact("bank", "customers_total", NOW, many, 1, "customers", many, "tier" if name else "", name)
                  for name, many in cells.items())
    one = bank(0).facts
    after = withhold(FactSet(NOW, "", one.as_of, "", "CNY", facts, one.dimensions, one.metrics),
                     Disclosure.made(LEAST, {}))
    assert after.suppressed == (f"bank/customers_total[tier=gold]@{NOW}", f"bank/customers_total[tier=silver]@{NOW}")
    assert {fact.segment: fact.num for fact in after.facts} == {"": 72, "plain": 40}
    assert after.withheld("customers_total", dimension="tier", segment="gold")
    assert not after.withheld("customers_total", dimension="tier", segment="plain")
    assert after.find("customers_total", dimension="tier", segment="gold") is None


def test_a_unit_keeps_the_marks_of_what_it_may_know() -> None:
    one = next(made for made in map(bank, SEEDS) if made.regions)
    after = kept(one)
    scope = min(one.regions)
    mine = after.seen_from(scope)
    assert {mine.place_of(name)["scope"] for name in mine.suppressed} <= {scope}
    assert set(mine.suppressed) == {name for name in after.suppressed if name.startswith(f"{scope}/")}


def test_a_branch_as_a_segment_is_the_branch() -> None:
    views = {"branch": DimensionView("branch", "category", "branch_id", {}, ()),
             "tier": DimensionView("tier", "category", "tier", {}, ()),
             "age": DimensionView("age", "category", "age", {}, ())}
    plain = Fact("bank", "m", NOW, 1, dimension="branch", segment="B1", against="tier=gold")
    assert place_of(plain, views) == (Place("branch:B1", "tier", "gold"), "")
    turned = [Fact("bank", "m", NOW, 1, dimension="tier", segment="gold", against="age=old"),
              Fact("bank", "m", NOW, 1, dimension="age", segment="old", against="tier=gold")]
    assert {place_of(fact, views) for fact in turned} == {(Place("bank", "age", "old", "tier=gold"), "")}
    tagged = Fact("bank", "over_index", NOW, 1, dimension="tier", segment="gold", against="attribute=churn_rate")
    assert place_of(tagged, views) == (Place("bank", "tier", "gold"), "attribute=churn_rate")


def test_metrics_that_tell_each_other_are_of_a_kind() -> None:
    one = next(made for made in map(bank, SEEDS) if made.regions)
    located = [(fact, *place_of(fact, one.facts.dimensions)) for fact in one.facts.facts]
    mine = [(Fact(fact.scope, "contacted", NOW, fact.num // 3, 1, "customers", fact.n, *fact_cut(fact)), place, tag)
            for fact, place, tag in located if fact.metric == "customers_total"]
    rest = [(Fact(fact.scope, "not_contacted", NOW, fact.n - fact.num, 1, "customers", fact.n, *fact_cut(fact)), place,
             tag) for fact, place, tag in mine]
    kinds = ties_of([*located, *mine, *rest], NOW, THEN).kinds
    assert kinds["customers_total"] == BASE
    assert kinds["customers_lost"] == kinds["customers_retained"] == kinds["churn_rate"] != BASE
    assert kinds["contacted"] == kinds["not_contacted"] != kinds["customers_lost"]


def fact_cut(fact: Fact) -> tuple[str, str, str]:
    return fact.dimension, fact.segment, fact.against


def test_two_editions_between_which_one_customer_lies_are_not_both_issued() -> None:
    old = Fact("bank", "customers_total", NOW, 120, 1, "customers", 120)
    new = Fact("bank", "customers_total", NOW, 121, 1, "customers", 121)
    far = Fact("bank", "customers_total", NOW, 160, 1, "customers", 160)
    assert differing([(old, new)], LEAST) == [(new, 1)]
    assert differing([(old, far), (old, None), (None, new)], LEAST) == []
    with pytest.raises(DataRefused) as refused:
        assure_apart([(old, new)], "r01", LEAST)
    assert "beside r01" in str(refused.value)
    assert "bank/customers_total@2026-10 by 1" in str(refused.value)
    assure_apart([(old, far)], "r01", LEAST)


def test_without_the_extra_nothing_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    from reportgen.disclosure import solver

    monkeypatch.setattr(solver, "find_spec", lambda _: None)
    with pytest.raises(DependencyMissing) as missing:
        solver.assure_installed()
    assert "pip install 'reportgen[disclosure]'" in str(missing.value)
    assert missing.value.code == 3


def moves(*cells: tuple[str, str, str, int]) -> list[Fact]:
    return [Fact(scope, "migration_matrix", NOW, many, 1, "customers", many, "tier_from", before, f"tier_to={after}",
                 THEN) for scope, before, after, many in cells]


def test_a_migration_matrix_is_told_whole_or_not_at_all() -> None:
    parents = {"branch:B1": "bank", "branch:B2": "bank", "branch:B3": "bank"}
    facts = moves(("bank", "gold", "gold", 90), ("bank", "gold", "plain", 12), ("branch:B1", "gold", "gold", 30),
                  ("branch:B1", "gold", "plain", 2), ("branch:B2", "gold", "gold", 20),
                  ("branch:B2", "gold", "plain", 5), ("branch:B3", "gold", "gold", 40), ("branch:B3", "gold", "plain", 5))
    few = lambda fact: 0 < fact.num < LEAST  # noqa: E731
    assert withheld_matrices(facts, parents, few, lambda _: False) == {"branch:B1", "branch:B2"}
    assert withheld_matrices(facts[:2], parents, few, lambda _: False) == frozenset()
    assert withheld_matrices(facts[:2], parents, few, lambda scope: scope == "bank") == {"bank"}


def test_nothing_says_which_cells_of_a_withheld_matrix_hold_anybody() -> None:
    one = bank(0).facts
    cells = moves(("bank", "gold", "gold", 90), ("bank", "gold", "plain", 2))
    metrics = {**one.metrics, "migration_matrix": Metric("migration_matrix", "customers", "additive", {}, {}, (), True)}
    after = withhold(FactSet(NOW, THEN, one.as_of, one.since_as_of, "CNY", tuple(cells), one.dimensions, metrics),
                     Disclosure.made(LEAST, {}))
    assert after.facts == ()
    assert after.suppressed == (f"bank/migration_matrix@{THEN}..{NOW}",)
    assert after.is_withheld(cells[0].id)
    assert after.withheld("migration_matrix")


def test_the_audit_finds_what_several_tables_together_give_away() -> None:
    base, lost, stayed = (Reading(name, "", "num", "now") for name in ("customers_total", "lost", "stayed"))
    spots = [Place("bank"), Place("bank", "tier", "gold"), Place("bank", "tier", "plain")]
    values = {Number(base, spots[0]): 100, Number(base, spots[1]): 40, Number(base, spots[2]): 60}
    values |= {Number(lost, spots[0]): 9, Number(lost, spots[1]): 2, Number(lost, spots[2]): 7}
    values |= {Number(stayed, spots[0]): 91, Number(stayed, spots[1]): 38, Number(stayed, spots[2]): 53}
    equations = [((Number(base, spot), 1), (Number(lost, spot), -1), (Number(stayed, spot), -1)) for spot in spots]
    equations += [((Number(what, spots[0]), 1), *((Number(what, spot), -1) for spot in spots[1:]))
                  for what in (base, lost, stayed)]
    small = Number(lost, spots[1])
    apart = {small, Number(lost, spots[2]), Number(stayed, spots[1])}
    assert Knowledge(values, apart, equations).found({small}) == [small]
    together = apart | {Number(stayed, spots[2])}
    assert Knowledge(values, together, equations).found({small}) == []
    near = list(Knowledge(values, apart, equations).around(small))
    assert Number(stayed, spots[2]) in near
    assert not apart & set(near)


def test_the_solver_leaves_nothing_where_it_is_called(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    made = next(one for one in map(bank, SEEDS) if kept(one).suppressed)
    assert kept(made).suppressed
    assert list(tmp_path.iterdir()) == []
