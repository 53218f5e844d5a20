"""What sentences call the customers of a segment, and how many findings of one rule are told."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from reportgen.config import load_job
from reportgen.document.blocks.findings import IN_FULL, MOST_IN_FULL
from reportgen.document.customers import CustomerWords, customers_of, load_phrases, named
from reportgen.document.draft import Draft
from reportgen.document.model import Actions, Issues, Paragraph
from reportgen.facts.segment import DimensionView, Segment

ROOT = Path(__file__).parents[3]
PHRASES = load_phrases(ROOT / "config/dimensions/customers.yaml")


class Half(Draft):
    """As much of a draft as the phrases need: dimensions, a job and two fixed phrases."""

    def __init__(self, locale: str, views: list[DimensionView], job: Any = None) -> None:
        self.locale = locale  # type: ignore[assignment]
        self.numerals = set()
        self.facts = SimpleNamespace(dimensions={one.id: one for one in views}, metrics={})  # type: ignore[assignment]
        self.job = job or SimpleNamespace(dimensions={}, frames={})  # type: ignore[assignment]
        self.context = SimpleNamespace(shared=ROOT.joinpath)  # type: ignore[assignment]

    def phrase(self, key: str, **fields: str) -> str:
        return f"{key}({', '.join(fields.values())})"


def view(name: str, column: str, code: str, zh: str, en: str, kind: str = "category") -> DimensionView:
    segments = (Segment(code, {"zh-CN": zh, "en": en}), Segment("missing", {"zh-CN": "缺失", "en": "Missing"}))
    label = {"zh-CN": f"{name}维", "en": name.title()}
    return DimensionView(name, kind, column, label, segments)  # type: ignore[arg-type]


@pytest.mark.parametrize(("made", "chinese", "english"), [
    (view("age_band", "age", "60+", "60岁及以上", "60 and over", "band"), "60岁及以上客户", "customers aged 60 and over"),
    (view("age_band", "age", "<36", "36岁以下", "Under 36", "band"), "36岁以下客户", "customers aged under 36"),
    (view("aum_band", "aum", "500-600", "500万～600万元", "CNY 5–6 million", "band"),
     "资产500万～600万元的客户", "customers with assets of CNY 5–6 million"),
    (view("income_band", "income_band", "high", "高", "High"), "高收入客户", "high-income customers"),
    (view("occupation", "occupation", "student", "学生", "Student"), "学生客户", "students"),
    (view("gender", "gender", "F", "女", "Female"), "女性客户", "female customers"),
    (view("tier", "tier", "private", "私人银行", "Private banking"), "私人银行客户", "private banking customers"),
    (view("branch", "branch_id", "B05", "东门支行", "Dongmen Sub-branch"), "东门支行", "Dongmen Sub-branch"),
    (view("colour", "colour", "red", "红", "Red"), "customers.other(colour维, 红)", "customers.other(colour, Red)"),
], ids=lambda one: one.id if isinstance(one, DimensionView) else "")
def test_a_segments_customers_are_called_as_people_call_them(made: DimensionView, chinese: str, english: str) -> None:
    code = made.segments[0].id
    assert customers_of(Half("zh-CN", [made]), made.id, code) == chinese
    assert customers_of(Half("en", [made]), made.id, code) == english


def test_those_of_whom_nothing_is_known_are_said_to_be_so() -> None:
    known = view("occupation", "occupation", "student", "学生", "Student")
    own = view("colour", "colour", "red", "红", "Red")
    assert customers_of(Half("zh-CN", [known]), "occupation", "missing") == "未登记职业的客户"
    assert customers_of(Half("en", [known]), "occupation", "missing") == "customers whose occupation is not on file"
    assert customers_of(Half("en", [own]), "colour", "missing").startswith("customers.missing(colour")


def test_a_job_that_renames_a_dimension_or_a_code_is_not_contradicted() -> None:
    """A phrase stands only where it holds the job's own word: 中等 is in 中等收入客户, 贵宾 is not in 高收入客户."""
    def job(label: Any, **labels: Any) -> Any:
        return SimpleNamespace(dimensions={"income_band": SimpleNamespace(label=label, labels=labels)}, frames={})

    mid = view("income_band", "income_band", "mid", "中等", "Middle")
    vip = view("income_band", "income_band", "high", "贵宾", "VIP")
    assert customers_of(Half("zh-CN", [mid], job(None, mid="中等")), "income_band", "mid") == "中等收入客户"
    assert customers_of(Half("zh-CN", [vip], job(None, high="贵宾")), "income_band", "high").startswith("customers.other")
    assert customers_of(Half("zh-CN", [mid], job("等级")), "income_band", "mid").startswith("customers.other")


def test_a_product_stands_inside_a_sentence_and_a_banks_own_in_its_own_words() -> None:
    product = view("product_type", "product_type", "wealth", "理财", "Wealth product")
    own = view("product_type", "product_type", "bond", "债券", "Bond")
    assert named(Half("en", [product]), "product_type", "wealth") == "wealth products"
    assert named(Half("en", [own]), "product_type", "bond") == "bond"


def test_a_phrase_stands_in_every_language_and_takes_the_words_once() -> None:
    with pytest.raises(ValueError, match="F is missing in en"):
        CustomerWords.model_validate({"of": {"F": {"zh-CN": "女性客户"}}})
    with pytest.raises(ValueError, match="once"):
        CustomerWords.model_validate({"bands": {"zh-CN": "{}客户", "en": "customers"}})


def test_no_phrase_mixes_the_languages() -> None:
    for words in PHRASES.values():
        single = [one for one in (words.customers, words.bands, words.missing) if one]
        for phrase in (*single, *words.of.values(), *words.named.values()):
            assert not any("\u4e00" <= letter <= "\u9fff" for letter in phrase["en"])
            assert phrase["zh-CN"] == "{}" or any("\u4e00" <= letter <= "\u9fff" for letter in phrase["zh-CN"])


def test_a_rule_with_many_findings_tells_a_few_and_lists_the_others(bank_marketing: Any) -> None:
    """Nothing is lost: each finding keeps its number, title and evidence, and a sentence says what follows."""
    document = bank_marketing.document("zh-CN")
    blocks = next(one.blocks for one in document.sections if one.id == "issues")
    full = [one for one in blocks if isinstance(one, Issues)]
    told = [issue for block in full for issue in block.issues]
    findings = bank_marketing.findings.findings
    assert [int(one.number) for one in told] == [one.number for one in findings]
    assert all(one.title and one.evidence for one in told)
    for rule in dict.fromkeys(one.rule for one in findings):
        numbers = [str(one.number) for one in findings if one.rule == rule]
        with_text = [one.number for one in told if one.number in numbers and one.text]
        assert with_text == (numbers if len(numbers) <= MOST_IN_FULL else numbers[:IN_FULL])
    rests = [one for one in blocks if isinstance(one, Paragraph) and one.role == "note"]
    shortened = [one for one in told if not one.text]
    assert len(shortened) > 1
    assert sum(int("".join(filter(str.isdigit, one.text[0].text))) for one in rests) == len(shortened)


def test_a_check_prints_what_its_metrics_are_now(taihu: Any) -> None:
    """54.2 % of Taihu's opening customers stayed; the summary page has no room for it."""
    document = taihu.document("zh-CN")
    lists = [one for section in document.sections for one in section.blocks if isinstance(one, Actions)]
    checks = {one.style: {"".join(span.text for span in action.check) for action in one.actions} for one in lists}
    assert "下期客户保留率高于本期（本期54.2%）。" in checks["full"]
    assert not any("（本期" in check for check in checks["brief"])
    english = taihu.document("en")
    told = ["".join(span.text for span in action.check) for section in english.sections for one in section.blocks
            if isinstance(one, Actions) and one.style == "full" for action in one.actions]
    assert "Customer retention is higher next period (now 54.2%)." in told


def test_the_evidence_says_what_it_counts(bank_marketing: Any) -> None:
    found = dataclasses.replace(bank_marketing).document("zh-CN")
    lines = ["".join(span.text for span in issue.evidence) for section in found.sections for one in section.blocks
             if isinstance(one, Issues) for issue in one.issues]
    assert lines
    assert not [line for line in lines if "n＝" in line and not line.split("n＝")[1].split("；")[0].endswith(("户", "笔", "件", "份"))]


def test_the_shipped_jobs_name_every_dimension_they_test() -> None:
    """Columns that the demonstration bank's rules look for differences in have a phrase."""
    job = load_job(ROOT / "config/jobs/characteristics.yaml")
    columns = {one.column for one in job.dimensions.values() if hasattr(one, "column")}
    assert columns <= set(PHRASES)
