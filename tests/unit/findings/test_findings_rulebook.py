"""Contracts over the whole registry of rules and suggestions, and the loader that reads it."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from reportgen.errors import JobError, TemplateError
from reportgen.facts.definitions import load_metrics
from reportgen.findings.derived import DERIVED
from reportgen.findings.detectors import DETECTORS
from reportgen.findings.rule import REQUIRED_PARAMS, Condition, Rule, Wording
from reportgen.findings.rulebook import Rulebook, read_rulebook
from reportgen.findings.suggestion import Suggestion

ROOT = Path(__file__).parents[3]
METRICS = load_metrics(ROOT / "config/metrics")
REPORTS = {"characteristics", "life_status", "maintenance_diagnosis", "maintenance_plan", "private_banking",
           "retention_execution", "support_report", "tiering", "work_summary"}
SETTINGS = {"months", "confidence", "floor", "date.since", "date.period", "period"}
FINDING = {"value", "threshold", "n", "interval", "q", "segment", "dimension", "against", "customers", "among", "object"} | set(DERIVED)



def placeholders(sentence: str) -> tuple[str, ...]:
    """Every `{…}` of a sentence, in order, as written."""
    return tuple(re.findall(r"\{[^}]*\}", sentence))


def _catalogue() -> dict[str, list[str]]:
    ids: dict[str, list[str]] = defaultdict(list)
    part = ""
    for line in (ROOT / "tests/data/catalogue_ids.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            part = line.strip("[]")
        elif not line.startswith("#"):
            ids[part].append(line)
    return ids


CATALOGUE = _catalogue()
SHIPPED = read_rulebook(ROOT / "config/rules", ROOT / "config/suggestions")
SENTENCES = [
    *((f"{name}.{kind}", getattr(words, kind))
      for name, rule in SHIPPED.rules.items() for words in (rule, *rule.variants.values())
      for kind in ("title", "text")),
    *((f"{name}.{kind}", getattr(one, kind))
      for name, one in SHIPPED.suggestions.items() for kind in ("title", "text", "owner", "check")),
    *((f"{name}.because", one.because) for name, one in SHIPPED.suggestions.items() if one.because),
]


def test_the_whole_catalogue_is_there_and_nothing_else() -> None:
    assert set(SHIPPED.rules) == set(CATALOGUE["rules"])
    assert set(SHIPPED.suggestions) == set(CATALOGUE["suggestions"])
    assert all(set(rule.metrics) <= set(CATALOGUE["metrics"]) for rule in SHIPPED.rules.values())
    assert all(rule.judges for rule in SHIPPED.rules.values())


@pytest.mark.parametrize(("place", "sentence"), SENTENCES)
def test_a_sentence_stands_in_both_languages_without_a_digit_of_its_own(place: str, sentence: dict[str, str]) -> None:
    assert set(sentence) == {"zh-CN", "en"}
    for text in sentence.values():
        assert not re.search(r"\d", re.sub(r"\{[^}]*\}", "", text)), f"{place} prints a number that is no fact: {text}"
        assert text.count("{") == text.count("}")
    assert "\n" not in sentence["zh-CN"]
    assert not re.search(r"[\u4e00-\u9fff，。；：] [\u4e00-\u9fff]", sentence["zh-CN"]), "a folded line left a blank"
    assert not re.search(r"[\u4e00-\u9fff]", sentence["en"])


@pytest.mark.parametrize(("place", "sentence"), SENTENCES)
def test_both_languages_print_the_same_figures(place: str, sentence: dict[str, str]) -> None:
    """Style aside: `{x!bare}` and `{x}` are the same figure, and `{x?is|are}` is none."""
    bare = {locale: sorted(re.sub(r"!(bare|signed|abs)", "", one) for one in placeholders(text) if "?" not in one)
            for locale, text in sentence.items()}
    assert set(bare["zh-CN"]) == set(bare["en"]), place


@pytest.mark.parametrize("name", sorted(SHIPPED.rules))
def test_a_rule_prints_only_what_it_can_have(name: str) -> None:
    """Metrics that are defined, its own params, and figures of a finding."""
    rule = SHIPPED.rules[name]
    metrics = METRICS
    for words in (rule, *rule.variants.values()):
        for text in (*words.title.values(), *words.text.values()):
            for one in placeholders(text):
                inner = re.split(r"[!?@\[]", one.strip("{}"))[0]
                head, _, tail = inner.partition(".")
                if head == "finding" and tail.startswith("param."):
                    assert tail.removeprefix("param.") in rule.params, one
                elif head == "finding":
                    assert tail in FINDING, one
                else:
                    assert inner in metrics or inner in SETTINGS, one


def _limit_units(one: Condition) -> set[str]:
    """Units a condition's limit may have: the metric's own, unless it is a difference, a part or a base."""
    unit = METRICS[one.metric].unit
    if one.figure == "n":
        return {"customers", "count"}
    if one.of is not None:
        return {"share", "times"}
    return {"points"} if one.minus is not None and unit == "share" else {unit}


@pytest.mark.parametrize("name", sorted(SHIPPED.rules))
def test_a_rule_judges_metrics_that_are_computed_in_their_units(name: str) -> None:
    rule = SHIPPED.rules[name]
    assert set(rule.judged) <= set(METRICS)
    for judge in rule.judges:
        for one in getattr(judge, "conditions", ()):
            assert rule.params[one.limit].unit in _limit_units(one), one


@pytest.mark.parametrize("name", sorted(name for name, one in SHIPPED.suggestions.items() if one.trigger))
def test_a_trigger_judges_and_cites_metrics_that_are_computed(name: str) -> None:
    """`because` prints facts only: there is no finding behind it."""
    one = SHIPPED.suggestions[name]
    assert one.trigger is not None
    assert one.because is not None
    assert set(one.trigger.metrics) <= set(METRICS)
    assert set(one.trigger.reports) <= REPORTS
    for condition in one.trigger.conditions:
        assert one.trigger.params[condition.limit].unit in _limit_units(condition)
    for text in one.because.values():
        assert {re.split(r"[!?@\[]", part.strip("{}"))[0] for part in placeholders(text)} <= set(METRICS)
        assert placeholders(text)


@pytest.mark.parametrize("name", sorted(SHIPPED.rules))
def test_a_rule_says_where_its_thresholds_come_from_and_whom_it_may_judge(name: str) -> None:
    """No verdict on a segment under thirty, but where staff, plans or cases are counted and the file says so."""
    rule = SHIPPED.rules[name]
    assert rule.basis.startswith(("proposal", "source: ", "CBRC"))
    few = {"r_data_quality", "r_complaint_cluster", "r_forum_missing", "r_incident", "r_complaint_overdue",
           "r_low_response", "r_rate_gap", "r_target_behind", "r_skill_gap", "r_rm_concentration"}
    if name not in few:
        assert rule.params["min_n"].value >= 30


@pytest.mark.parametrize("name", sorted(SHIPPED.suggestions))
def test_a_check_can_be_decided_by_metrics_that_are_computed(name: str) -> None:
    """It says which way a figure must move or where it must stand; most name metrics, printed with the check."""
    one = SHIPPED.suggestions[name]
    assert {measure.removesuffix("[*]") for measure in one.measures} <= set(METRICS)
    by_evidence = {"s_fix_data", "s_segment_offer", "s_young"}  # judged by the appendix, a trial, the cited issues
    assert bool(one.measures) == (name not in by_evidence)
    assert re.search(r"高于|低于|多于|少于|小于|达到|以内|为零|等于|不含零", one.check["zh-CN"]), one.check
    assert one.check["zh-CN"].endswith("。")
    assert one.check["en"].endswith(".")


def test_a_title_about_an_index_prints_both_rates() -> None:
    """The evidence under it, which may stand without the rule's text, does not repeat them."""
    for name, rule in SHIPPED.rules.items():
        if any(judge.detector == "over_index" for judge in rule.judges):
            for words in (rule, *rule.variants.values()):
                assert all("{finding.rate}" in one and "{finding.rest_rate}" in one for one in words.title.values()), name


def test_no_rule_claims_a_cause() -> None:
    for place, sentence in SENTENCES:
        assert not re.search(r"导致|造成|由于|因为|使得", sentence["zh-CN"]), place
        assert not re.search(r"\b(because of|caused|led to|due to)\b", sentence["en"]), place


def test_detectors_and_required_params_name_the_same_kinds() -> None:
    assert set(DETECTORS) == set(REQUIRED_PARAMS)
    used = {judge.detector for rule in SHIPPED.rules.values() for judge in rule.judges}
    assert used == set(DETECTORS)


def test_every_suggestion_can_be_reached() -> None:
    """By a rule that exists, by a finding about its segment, or by facts that raise it."""
    brought = {name for rule in SHIPPED.rules.values() for name in rule.suggestions}
    for name, one in SHIPPED.suggestions.items():
        assert one.segment is not None or one.trigger is not None or name in brought, name


def _folders(tmp_path: Path, rules: dict[str, Any], suggestions: dict[str, Any]) -> tuple[Path, Path]:
    folders = tmp_path / "rules", tmp_path / "suggestions"
    for folder, content in zip(folders, (rules, suggestions), strict=True):
        folder.mkdir(exist_ok=True)
        (folder / "one.yaml").write_text(json.dumps(content, ensure_ascii=False, indent=1), encoding="utf-8")
    return folders


def _rule(**more: Any) -> dict[str, Any]:
    words = {"zh-CN": "词", "en": "word"}
    return {"severity": "low", "basis": "proposal", "needs": ["two dates"], "suggestions": ["s_x"], "title": words,
            "text": words, **more}


def _suggestion() -> dict[str, Any]:
    words = {"zh-CN": "词", "en": "word"}
    return {"title": words, "text": words, "owner": words, "check": words, "due_days": 30}


def test_a_rule_of_a_banks_own_is_read(tmp_path: Path) -> None:
    book = read_rulebook(*_folders(tmp_path, {"r_x": _rule()}, {"s_x": _suggestion()}))
    assert isinstance(book.rules["r_x"], Rule)
    assert isinstance(book.suggestions["s_x"], Suggestion)
    assert book.rules["r_x"].suggestions == ("s_x",)


def test_an_unknown_suggestion_gets_the_near_match(tmp_path: Path) -> None:
    with pytest.raises(JobError, match=r"no suggestion 's_xx'\. Did you mean 's_x'"):
        read_rulebook(*_folders(tmp_path, {"r_x": _rule(suggestions=["s_xx"])}, {"s_x": _suggestion()}))


def test_an_id_defined_twice_is_refused(tmp_path: Path) -> None:
    folders = _folders(tmp_path, {"r_x": _rule()}, {"s_x": _suggestion()})
    (folders[0] / "two.yaml").write_text((folders[0] / "one.yaml").read_text(encoding="utf-8"), encoding="utf-8")
    with pytest.raises(JobError, match="'r_x' is defined twice"):
        read_rulebook(*folders)


@pytest.mark.parametrize(("broken", "said"), [
    ({"title": {"zh-CN": "词"}}, "missing in en"),
    ({"judge": {"detector": "threshold", "conditions": [{"metric": "gini", "above": "limit"}]}},
     "params lacks limit, min_n"),
    ({"judge": {"detector": "threshold", "conditions": [{"metric": "gini"}]}}, "exactly one of above and below"),
    ({"judge": {"detector": "treshold"}}, "threshold"),
    ({"severity": "grave"}, "severity"),
    ({"judge": {"detector": "change", "metric": "gini"}}, "params lacks max_q, min_change, min_n"),
    ({"params": {"max_q": {"value": "0.01", "unit": "coefficient"}, "min_count": {"value": 5, "unit": "count"},
                 "min_periods": {"value": 12, "unit": "count"}},
      "judge": {"detector": "poisson", "metric": "complaints_count", "words": "other"}}, "variants lacks other"),
    ({"params": {"min_n": {"value": 30, "unit": "customers"}, "limit": {"value": 1, "unit": "share"}},
      "judge": {"detector": "threshold", "conditions": [
          {"metric": "gini", "above": "limit", "minus": {"at": "since"}, "of": {"metric": "gini"}}]}},
     "at most one of minus and of"),
])
def test_a_broken_rule_is_refused_with_its_place(tmp_path: Path, broken: dict[str, Any], said: str) -> None:
    folders = _folders(tmp_path, {"r_x": _rule(**broken)}, {"s_x": _suggestion()})
    with pytest.raises(JobError, match=said) as refused:
        read_rulebook(*folders)
    assert re.search(r"one\.yaml:\d+:\d+: ", str(refused.value))


def test_a_trigger_and_its_sentence_go_together(tmp_path: Path) -> None:
    one = {**_suggestion(), "because": {"zh-CN": "词", "en": "word"}}
    with pytest.raises(JobError, match="trigger and because go together"):
        read_rulebook(*_folders(tmp_path, {"r_x": _rule()}, {"s_x": one}))


def test_amounts_reach_facts_in_minor_units(rulebook: Rulebook, bench: Any) -> None:
    """The file says 100,000 yuan, the facts count fen; a job's own amount is in yuan too."""
    assert rulebook.parameters("r_aum_outflow", bench.job())["min_amount"] == 10_000_000
    own = bench.job(rules={"r_aum_outflow": {"min_amount": 50_000, "min_fall": 0.25}})
    assert rulebook.parameters("r_aum_outflow", own)["min_amount"] == 5_000_000
    assert rulebook.parameters("r_aum_outflow", own)["min_fall"] == Fraction(1, 4)


def test_a_report_cannot_ask_for_an_unknown_rule(rulebook: Rulebook) -> None:
    with pytest.raises(TemplateError, match=r"'r_churn_hihg'.*Did you mean 'r_churn_high'"):
        rulebook.asked(["r_churn_hihg"], ())


def test_an_attributes_own_words_win(rulebook: Rulebook, bench: Any) -> None:
    small = bench.facts(since="")
    small.dimension("product_type", ("wealth",))
    small.rates("occupation", {"a": (60, 100), "b": (10, 100), "c": (10, 100)}, column="occupation")
    small.rates("occupation", {"a": (70, 100), "b": (10, 100), "c": (10, 100)}, product="wealth",
                metric="product_penetration")
    rule = rulebook.rules["r_segment_over"]
    words = {one.against: rule.wording(one) for one in bench.judge(small, "r_segment_over").findings}
    assert isinstance(words["attribute=campaign_conversion"], Wording)
    assert words["attribute=campaign_conversion"] is rule.variants["campaign_conversion"]
    assert words["product_type=wealth"] is rule.variants["product_type"]
