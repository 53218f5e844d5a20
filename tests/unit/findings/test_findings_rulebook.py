"""Contracts over the whole registry of rules and suggestions, and the loader that reads it."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest

from reportgen.errors import JobError, TemplateError
from reportgen.facts.definitions import load_metrics
from reportgen.findings.derived import DERIVED
from reportgen.findings.detectors import DETECTORS
from reportgen.findings.rule import REQUIRED_PARAMS, OverIndexJudge, Rule, ThresholdJudge, Wording
from reportgen.findings.rulebook import Rulebook, read_rulebook
from reportgen.findings.suggestion import Suggestion

ROOT = Path(__file__).parents[3]
SETTINGS = {"months", "confidence", "floor", "date.since", "date.period"}
FINDING = {"value", "threshold", "n", "interval", "q", "segment", "dimension", "against"} | set(DERIVED)



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
]


def test_ids_are_those_of_the_catalogue() -> None:
    assert set(SHIPPED.rules) <= set(CATALOGUE["rules"])
    assert set(SHIPPED.suggestions) <= set(CATALOGUE["suggestions"])
    assert all(set(rule.metrics) <= set(CATALOGUE["metrics"]) for rule in SHIPPED.rules.values())


@pytest.mark.parametrize("report", ["private_banking", "characteristics"])
def test_every_rule_and_suggestion_of_a_report_is_there(report: str) -> None:
    assert set(CATALOGUE[f"{report} rules"]) <= set(SHIPPED.rules)
    assert set(CATALOGUE[f"{report} suggestions"]) <= set(SHIPPED.suggestions)


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
    metrics = load_metrics(ROOT / "config/metrics")
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


@pytest.mark.parametrize("name", sorted(SHIPPED.rules))
def test_a_rule_judges_metrics_that_are_computed(name: str) -> None:
    judge = SHIPPED.rules[name].judge
    metrics = load_metrics(ROOT / "config/metrics")
    if isinstance(judge, ThresholdJudge):
        assert {one.metric for one in judge.conditions} <= set(metrics)
        for one in judge.conditions:
            assert SHIPPED.rules[name].params[one.limit].unit == metrics[one.metric].unit
    if isinstance(judge, OverIndexJudge):
        assert {one.metric for one in judge.attributes} <= set(metrics)


def test_detectors_and_required_params_name_the_same_kinds() -> None:
    assert set(DETECTORS) == set(REQUIRED_PARAMS)
    used = {rule.judge.detector for rule in SHIPPED.rules.values() if rule.judge}
    assert used == set(DETECTORS)


def test_every_suggestion_can_be_reached() -> None:
    """By a rule that exists, or by a finding about its segment."""
    brought = {name for rule in SHIPPED.rules.values() for name in rule.suggestions}
    for name, one in SHIPPED.suggestions.items():
        assert one.segment is not None or name in brought, name


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
])
def test_a_broken_rule_is_refused_with_its_place(tmp_path: Path, broken: dict[str, Any], said: str) -> None:
    folders = _folders(tmp_path, {"r_x": _rule(**broken)}, {"s_x": _suggestion()})
    with pytest.raises(JobError, match=said) as refused:
        read_rulebook(*folders)
    assert re.search(r"one\.yaml:\d+:\d+: ", str(refused.value))


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
