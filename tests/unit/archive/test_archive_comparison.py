"""Two editions side by side in words: one measure for both, enough decimals to see a difference, both languages."""

from __future__ import annotations

from fractions import Fraction
from types import SimpleNamespace
from typing import Any

import pytest

from reportgen.archive.comparison import Row, as_rows, compare
from reportgen.archive.comparison_page import comparison_page
from reportgen.errors import JobError
from reportgen.facts.fact import Fact
from reportgen.facts.metric import Metric
from reportgen.facts.segment import DimensionView, Segment
from reportgen.facts.table import FactSet
from reportgen.findings.finding import Finding, Findings, RuleOutcome

METRICS = {
    "aum_point": Metric("aum_point", "money", "additive", {"zh-CN": "金融资产", "en": "Assets"}, {}, ()),
    "churn_rate": Metric("churn_rate", "share", "ratio", {"zh-CN": "客户流失率", "en": "Churn"}, {}, (), flow=True),
}
TIER = DimensionView("tier", "category", "tier", {"zh-CN": "客户层级", "en": "Tier"},
                     (Segment("private", {"zh-CN": "私人银行", "en": "Private <bank>"}),))


def kept(period: str, *facts: Fact, scope: str = "bank", findings: tuple[Finding, ...] = (), **more: Any) -> Any:
    """As much of an edition as a comparison reads."""
    held = FactSet(period, "2024-12", "", "", "CNY", facts, {"tier": TIER}, METRICS, **more)
    issued = SimpleNamespace(entry=SimpleNamespace(time="2026-01-05T01:02:03Z"), manifest="a" * 64)
    outcomes = (RuleOutcome("r_aum", "fired" if findings else "not_judged"),)
    return SimpleNamespace(
        scope=scope, facts=held, findings=Findings(scope, findings, outcomes, 0, {}), issued=issued,
        manifest=SimpleNamespace(edition="0123456789ab"),
    )


def aum(value: int, period: str = "2025-11", n: int = 10) -> Fact:
    return Fact("bank", "aum_point", period, value, unit="money", n=n)


def churn(num: int, den: int) -> Fact:
    return Fact("bank", "churn_rate", "2025-11", num, den, "share", den, "tier", "private", "", "2024-12")


def issue(value: Fraction, severity: Any = "high") -> Finding:
    return Finding(1, "r_aum", severity, "bank", "bank/aum_point@2025-11", value, "money", 10, None, ())


def test_whole_figures_stand_first_in_the_words_of_either_language() -> None:
    a = kept("2025-11", churn(5, 100), aum(151_200_000_000))
    b = kept("2025-11", churn(6, 100), aum(152_200_000_000))
    assert compare(a, b, "zh-CN").fact_rows == (
        Row("金融资产", "", "本期", "15.12亿元", "15.22亿元", "+0.7%"),
        Row("客户流失率", "客户层级：私人银行", "本期（自2024-12起）", "5.0%", "6.0%", "+1.0个百分点"),
    )
    assert compare(a, b, "en").fact_rows == (
        Row("Assets", "", "period", "CNY 1,512.00 million", "CNY 1,522.00 million", "+0.7%"),
        Row("Churn", "Tier: Private <bank>", "period (since 2024-12)", "5.0%", "6.0%", "+1.0 percentage points"),
    )


def test_decimals_are_added_until_two_figures_differ() -> None:
    found = compare(kept("2025-11", churn(10_000, 100_000)), kept("2025-11", churn(10_001, 100_000)), "en")
    assert (found.fact_rows[0].a, found.fact_rows[0].b, found.fact_rows[0].change) == (
        "10.000%", "10.001%", "+0.001 percentage points")


def test_where_the_base_alone_moved_it_is_shown() -> None:
    (row,) = compare(kept("2025-11", aum(500, n=10)), kept("2025-11", aum(500, n=11)), "en").fact_rows
    assert (row.a, row.b, row.change) == ("CNY 5 (n = 10)", "CNY 5 (n = 11)", "—")


def test_what_one_edition_lacks_is_a_dash() -> None:
    none, one = kept("2025-11"), kept("2025-11", aum(500))
    assert compare(none, one, "en").fact_rows == (Row("Assets", "", "period", "—", "CNY 5", "added"),)
    assert compare(one, none, "zh-CN").fact_rows == (Row("金融资产", "", "本期", "5.00元", "—", "不再有"),)


def test_two_periods_by_what_a_date_is() -> None:
    a, b = kept("2025-10", aum(400, "2025-10")), kept("2025-11", aum(500), aum(400, "2025-10"), previous="2025-10")
    rows = [(row.at, row.a, row.b) for row in compare(a, b, "en").fact_rows]
    assert rows == [("period", "CNY 4", "CNY 5"), ("period before", "—", "CNY 4")]


def test_issues_say_what_moved_and_whether_they_were_judged() -> None:
    one, other = kept("2025-11", findings=(issue(Fraction(500)),)), kept("2025-11", findings=(issue(Fraction(700), "low"),))
    assert compare(one, other, "en").finding_rows == (
        Row("r_aum · Assets", "", "", "high CNY 5", "low CNY 7", "changed: severity, value"),)
    assert compare(one, other, "zh-CN").finding_rows[0].change == "变化：程度、数值"
    assert compare(one, kept("2025-11"), "en").finding_rows[0].change == "gone (not judged)"
    assert compare(one, kept("2025-11"), "zh-CN").finding_rows[0].change == "不再有（未能判定）"


def test_two_units_are_not_compared() -> None:
    with pytest.raises(JobError, match="different scopes"):
        compare(kept("2025-11"), kept("2025-11", scope="branch:B07"), "en")


def test_rows_for_programs_are_exact() -> None:
    rows = list(as_rows(compare(kept("2025-11", churn(1, 3)), kept("2025-11", churn(2, 3)), "en")))
    assert [(row["kind"], row["a"], row["b"], row["n_a"]) for row in rows] == [
        ("fact", "0.33333333333333333333", "0.66666666666666666667", 3)]


@pytest.mark.parametrize(("locale", "none"), [("zh-CN", "没有差异。"), ("en", "Nothing differs.")])
def test_the_page_shows_all_and_runs_nothing(locale: Any, none: str) -> None:
    a, b = kept("2025-11", churn(5, 100)), kept("2025-11", churn(6, 100))
    page = comparison_page(compare(a, b, locale))
    assert page.count(none) == 2  # no issue and no figure of the whole
    assert ("Private &lt;bank&gt;" in page) == (locale == "en")
    assert "<script" not in page
    assert "http" not in page
    assert page.count("<tr>") == 3 + 2
