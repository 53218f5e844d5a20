"""Sums that must agree: branches against the bank, the bank against the general ledger."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reportgen.config.release import ReleaseRule
from reportgen.errors import JobError, SourceError
from reportgen.facts.fact import Fact
from reportgen.facts.metric import Metric
from reportgen.facts.table import FactSet
from reportgen.runs.reconcile import check_rule, ledger_totals, reconcile
from tests.run_case import context, write_project

PERIOD = "2011-05"


def fact_set(bank: Mapping[str, int], *branches: Mapping[str, int]) -> FactSet:
    """Totals by metric; money in 分."""
    scopes = {"bank": bank} | {f"branch:B{number}": one for number, one in enumerate(branches, 1)}
    facts = tuple(
        Fact(scope, metric, PERIOD, num, unit="money" if metric == "aum_point" else "customers")
        for scope, totals in scopes.items() for metric, num in totals.items()
    )
    names = ("customers_total", "aum_point", "churn_rate")
    made = {name: _metric(name) for name in names}
    return FactSet(PERIOD, "", "2011-05-31", "", "CNY", facts, {}, made)


def _metric(name: str) -> Metric:
    from reportgen.context import installed_home
    from reportgen.facts.definitions import load_metrics

    return load_metrics(installed_home() / "config" / "metrics")[name]


@given(st.lists(st.tuples(st.integers(0, 10**6), st.integers(-(10**18), 10**18)), min_size=1, max_size=40),
       st.integers(-3, 3))
def test_a_difference_of_one_fen_is_found_and_nothing_else_is(parts: list[tuple[int, int]], off: int) -> None:
    branches = [{"customers_total": number, "aum_point": amount} for number, amount in parts]
    total = {"customers_total": sum(one for one, _ in parts), "aum_point": sum(one for _, one in parts) + off}
    customers, aum = reconcile(ReleaseRule(), fact_set(total, *branches), {})
    assert (customers.metric, customers.holds, customers.difference) == ("customers_total", True, 0)
    assert (aum.metric, aum.holds, aum.difference) == ("aum_point", off == 0, Fraction(off, 100))


def test_what_the_summary_says() -> None:
    facts = fact_set({"aum_point": 30_000_001}, {"aum_point": 10_000_000}, {"aum_point": 20_000_000})
    (found,) = reconcile(ReleaseRule(), facts, {})
    assert found.told() == {"metric": "aum_point", "against": "branches", "bank": "300000.01", "sum": "300000",
                            "difference": "0.01", "verdict": "differs"}
    assert str(found) == "aum_point: the bank has 300000.01, its branches together 300000; difference 0.01."


def test_a_bank_without_branches_has_nothing_to_sum() -> None:
    assert reconcile(ReleaseRule(), fact_set({"aum_point": 1}), {}) == ()


def test_a_bank_without_the_total_that_its_branches_have_differs() -> None:
    (found,) = reconcile(ReleaseRule(), fact_set({}, {"aum_point": 5}), {})
    assert (found.holds, found.bank, found.sum) == (False, 0, Fraction(5, 100))


def rule(**totals: Any) -> ReleaseRule:
    return ReleaseRule.model_validate({"reconcile": [], "ledger_totals": totals})


@pytest.mark.parametrize(
    ("total", "holds"),
    [
        ({"value": "300000.01"}, True),
        ({"value": "300000"}, False),
        ({"value": "300000", "within": "0.01"}, True),
        ({"value": "30.0000", "unit": "万元", "within": "0.000001"}, True),
        ({"value": "30.0000", "unit": "万元", "within": "0.0000009"}, False),
        ({"value": "30000001", "unit": "分"}, True),
    ],
)
def test_the_general_ledger_in_any_unit(tmp_path: Path, total: dict[str, str], holds: bool) -> None:
    write_project(tmp_path)
    asked = rule(aum_point=total)
    facts = fact_set({"aum_point": 30_000_001}, {"aum_point": 30_000_001})
    (found,) = reconcile(asked, facts, ledger_totals(asked, context(tmp_path)))
    assert (found.against, found.holds) == ("general ledger", holds)


def test_the_general_ledgers_file_is_summed(tmp_path: Path) -> None:
    write_project(tmp_path)
    asked = rule(aum_point={"file": "gl-{period}.csv", "column": "余额"})
    with pytest.raises(SourceError, match=r"gl-2011-05\.csv.*cannot be read"):
        ledger_totals(asked, context(tmp_path))
    path = tmp_path / "gl-2011-05.csv"
    path.write_text('\ufeff科目,余额\n1001,"1,000.10"\n1002,-0.1\n1003,0.2\n', encoding="utf-8")
    assert ledger_totals(asked, context(tmp_path)) == {"aum_point": (Fraction(100_020, 100), Fraction(0))}
    path.write_text("科目,余额\n1001,1\n1002,n/a\n", encoding="utf-8")
    with pytest.raises(SourceError, match="line 3: '余额' holds no number"):
        ledger_totals(asked, context(tmp_path))
    path.write_text("科目,金额\n1001,NaN\n", encoding="utf-8")
    with pytest.raises(SourceError, match="there is no column '余额'"):
        ledger_totals(asked, context(tmp_path))
    with pytest.raises(SourceError, match="outside the project"):
        ledger_totals(rule(aum_point={"file": "../gl.csv", "column": "余额"}), context(tmp_path))


def test_a_rule_names_sums() -> None:
    facts = fact_set({"aum_point": 1})
    check_rule(ReleaseRule(), replace(facts, metrics={}), "job.yaml")  # the default asks for nothing that is not there
    with pytest.raises(JobError) as caught:
        check_rule(ReleaseRule.model_validate({"reconcile": ["churn_rate", "aum_pint"]}), facts, "job.yaml")
    assert [str(one) for one in caught.value.problems] == [
        "job.yaml: release names churn_rate, which is no sum: branches do not add up to it.",
        "job.yaml: release names aum_pint, which is no metric. Did you mean 'aum_point'?",
    ]
