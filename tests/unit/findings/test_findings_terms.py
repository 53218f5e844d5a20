"""What changed in definitions, thresholds, tiers, population and bands between two editions."""

from __future__ import annotations

from dataclasses import replace

from reportgen.findings.terms import Terms, changed, terms_of

from .conftest import SmallFacts, job

BEFORE = Terms(
    {"churn_rate": {"zh-CN": "甲", "en": "A"}, "gini": {"zh-CN": "乙", "en": "B"}},
    {"r_churn_high.max_annual": "1/10", "r_churn_high.min_n": "30"},
    {"private": "500万元"}, {"tier": "private"}, {"age_band": "<30, 30-40, 40+"},
)


def test_nothing_changed(rulebook) -> None:
    assert changed(BEFORE, BEFORE, rulebook) == ()


def test_every_kind_of_change_names_what_it_touches(rulebook) -> None:
    after = Terms(
        {"churn_rate": {"zh-CN": "丙", "en": "C"}, "csat": {"zh-CN": "丁", "en": "D"}},
        {"r_churn_high.max_annual": "1/20", "r_churn_high.min_n": "30", "r_dormant.days": "180"},
        {"private": "600万元", "affluent": "50万元"}, {}, {"age_band": "<36, 36-51, 51+", "aum_band": "<5, 5+"},
    )
    found = changed(BEFORE, after, rulebook)
    assert [(one.kind, one.subject) for one in found] == [
        ("definition", "churn_rate"), ("threshold", "r_churn_high.max_annual"), ("tier", "affluent"),
        ("tier", "private"), ("population", "tier"), ("dimension", "age_band"),
    ]
    assert found[0].metrics == ("churn_rate",)
    assert found[1].metrics == rulebook.rules["r_churn_high"].metrics
    assert (found[3].before["en"], found[3].after["en"]) == ("500万元", "600万元")
    assert (found[4].before["en"], found[4].after["en"]) == ("private", "")


def test_terms_are_those_in_force(rulebook) -> None:
    facts = SmallFacts()
    facts.add("customers_total", 100)
    tiers = [{"tier": "private", "floor": "500万元", "valid_from": "2010-01-01", "valid_to": "2010-12-31"},
             {"tier": "private", "floor": "600万元", "valid_from": "2011-01-01"}]
    one = job(tiers=tiers, population={"tier": ["private", "affluent"]}, rules={"r_churn_high": {"max_annual": 0.05}})
    terms = terms_of(replace(facts.set(), as_of="2011-05-31"), rulebook, one, ("r_churn_high",))
    assert list(terms.definitions) == ["customers_total"]
    assert (terms.tiers, terms.population) == ({"private": "600万元"}, {"tier": "private, affluent"})
    assert terms.thresholds["r_churn_high.max_annual"] == "1/20"
