"""What a report remembers: earlier issues, changed terms, a signed comment; and suggestions raised by a segment."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from reportgen.context import RunContext
from reportgen.document.comment import Comment, load_comment
from reportgen.document.model import Actions, Document, Figure, Issues, Paragraph, Remark, Table, Tiles
from reportgen.errors import ExitCode, JobError
from reportgen.findings.finding import Finding, Prompt
from reportgen.findings.follow_up import Answer, FollowUp, Remembered
from reportgen.findings.terms import Change
from reportgen.render.numerals import allowed, unknown

FACT = "bank/churn_rate@2025-11..2025-12"
ISSUE = Finding(1, "r_own", "high", "bank", FACT, Fraction(12, 1120), "share", 1120, Fraction(1, 200), (FACT,),
                suggestions=("s_own",), state="worse", periods=3)


@pytest.fixture(scope="session")
def course(load: Any, tmp_path_factory: pytest.TempPathFactory) -> Any:
    return load("course_case").course_case(tmp_path_factory.mktemp("memory"))


def earlier(number: int, metric: str, value: Fraction, **more: Any) -> Remembered:
    given = {"rule": "r_own", "severity": "high", "dimension": "", "segment": "", "against": "", "threshold": None,
             "n": 100, "first": "2025-10", "periods": 2,
             "title": {"zh-CN": f"{number}号问题60户", "en": f"Issue {number} of 60"}} | more
    return Remembered(metric=metric, value=value, number=number, **given)


FOLLOWED = (
    FollowUp(earlier(1, "churn_rate", Fraction(1, 100)), "worse", 1, 3,
             Answer("in_progress", "已排<b>日历</b>，7日内", "王*", "2025-12-20")),
    FollowUp(earlier(2, "csat", Fraction(7, 2), first="2025-11", periods=1), "resolved", 0, 1),
    FollowUp(earlier(3, "gone", Fraction(5)), "not_judged", 0, 1,
             Answer("rejected")),
)


@pytest.fixture(scope="session")
def told(course: Any) -> Any:
    return course.having(findings=(ISSUE,), follow_up=FOLLOWED, previous_edition="2025-11")


def blocks(document: Document) -> list[Any]:
    return [block for one in document.sections for block in one.blocks]


def shown(text: Any) -> str:
    return "".join(span.text for span in text)


def section(document: Document, name: str) -> list[Any]:
    return list(next(one.blocks for one in document.sections if one.id == name))


def test_a_first_edition_says_that_it_is_one(course: Any) -> None:
    (only,) = section(course.document("zh-CN"), "follow_up")
    assert shown(only.text) == "这是本报告的第一期，没有上期问题可以跟踪。"
    assert not [one for one in course.document("en").sections if one.id == "appendix_changes"]


def test_each_earlier_issue_has_its_state_values_and_answer(told: Any) -> None:
    sentence, table = section(told.document("zh-CN"), "follow_up")
    assert shown(sentence.text) == "上期（2025年11月）列出3个问题，其中1个恶化、1个已解决、1个无法判断（表6）。"
    assert [[shown(cell) for cell in row.cells] for row in table.rows] == [
        ["1：1号问题60户（本期第1项）", "▲ 恶化", "2025年10月起，3期", "1.0%", "1.1%", "进行中：已排<b>日历</b>，7日内（王*，2025-12-20）"],
        ["2：2号问题60户", "○ 已解决", "2025年11月起，1期", "3.50分", "3.90分", "—"],
        ["3：3号问题60户", "— 无法判断", "2025年10月起，1期", "5", "—", "不采纳"],
    ]
    link = [span.href for span in table.rows[0].cells[0] if span.href]
    assert link == ["issue-1"]
    english, table = section(told.document("en"), "follow_up")
    assert shown(english.text) == "The last edition (November 2025) listed 3 issues; 1 worse, 1 resolved, 1 not judged (Table 6)."
    assert [shown(cell) for cell in table.rows[1].cells] == [
        "2: Issue 2 of 60", "○ Resolved", "November 2025 (1 period)", "3.50", "3.90", "—"]


def test_issues_bear_their_tag_and_new_ones_are_counted(course: Any) -> None:
    fresh = replace(ISSUE, state="new", periods=1)
    case = course.having(findings=(fresh,), follow_up=FOLLOWED[1:], previous_edition="2025-11")
    document = case.document("zh-CN")
    assert shown(section(document, "follow_up")[0].text).endswith("（表6）。本期新增1个。")
    (issues,) = section(document, "issues")
    assert [one.tag for one in issues.issues] == ["新增"]
    tags = {(state, locale): _tag(course.having(findings=(replace(ISSUE, state=state),)), locale)
            for state in ("", "continuing", "worse", "better") for locale in ("zh-CN", "en")}
    assert tags == {
        ("", "zh-CN"): "", ("", "en"): "", ("continuing", "zh-CN"): "延续第3期", ("continuing", "en"): "Period 3",
        ("worse", "zh-CN"): "恶化，第3期", ("worse", "en"): "Worse, period 3", ("better", "zh-CN"): "好转，第3期",
        ("better", "en"): "Better, period 3",
    }


@pytest.mark.parametrize("severity", ["opportunity", "info"])
def test_an_opportunity_grows_or_shrinks_and_is_no_worse(course: Any, severity: Any) -> None:
    told = replace(ISSUE, severity=severity)
    tags = {(state, locale): _tag(course.having(findings=(replace(told, state=state),)), locale)
            for state in ("worse", "better") for locale in ("zh-CN", "en")}
    assert tags == {("worse", "zh-CN"): "扩大，第3期", ("worse", "en"): "Growing, period 3",
                    ("better", "zh-CN"): "缩小，第3期", ("better", "en"): "Shrinking, period 3"}
    followed = (FollowUp(earlier(1, "churn_rate", Fraction(1, 100), severity=severity), "worse", 1, 3), FOLLOWED[0])
    case = course.having(findings=(replace(told, state="worse"),), follow_up=followed, previous_edition="2025-11")
    sentence, table = section(case.document("zh-CN"), "follow_up")
    assert shown(sentence.text) == "上期（2025年11月）列出2个问题，其中1个恶化、1个扩大（表6）。"
    assert [shown(row.cells[1]) for row in table.rows] == ["▲ 扩大", "▲ 恶化"]


def _tag(case: Any, locale: str) -> str:
    return next(one.issues[0].tag for one in blocks(case.document(locale)) if isinstance(one, Issues))


def test_an_edition_after_one_without_issues_says_so(course: Any) -> None:
    (only,) = section(course.having(previous_edition="2025-11").document("en"), "follow_up")
    assert shown(only.text) == "The last edition (November 2025) listed no issues."


CHANGES = (
    Change("definition", "churn_rate", {"zh-CN": "旧", "en": "Old"}, {"zh-CN": "新", "en": "New"}, ("churn_rate",)),
    Change("threshold", "r_own.days", {"zh-CN": "25", "en": "25"}, {"zh-CN": "30", "en": "30"}, ("csat",)),
    Change("tier", "affluent", {"zh-CN": "50万元", "en": "50万元"}, {"zh-CN": "60万元", "en": "60万元"}),
)


def test_changed_terms_are_listed_and_what_they_touch_is_marked(course: Any) -> None:
    document = course.having(previous_edition="2025-11", changes=CHANGES).document("zh-CN")
    table = next(one for one in section(document, "appendix_changes") if isinstance(one, Table))
    assert [[shown(cell) for cell in row.cells] for row in table.rows] == [
        ["口径", "流失率", "旧", "新", "流失率"], ["界限", "r_own.days", "25天", "30天", "满意度"],
        ["层级起点", "affluent", "50万元", "60万元", "全部指标"],
    ]
    size = next(one for one in blocks(document) if isinstance(one, Table) and one.anchor == "t_size")
    assert [shown(row.cells[0]) for row in size.rows] == ["客户数（户）", "流失率†（%）", "投诉件数", "满意度†（分）"]
    note = "“†”表示口径或界限自上期有变，比较前请看附录。"
    assert note in [shown(one) for one in size.notes]
    labels = [tile.label for one in blocks(document) if isinstance(one, Tiles) for tile in one.tiles]
    assert labels == ["客户数", "private·客户数", "流失率†", "投诉件数"]
    figures = {one.anchor: one for one in blocks(document) if isinstance(one, Figure)}
    assert figures["f_small"].unit == "%†"
    assert note in [shown(one) for one in figures["f_small"].notes]
    assert figures["f_trend"].unit == "户"


def test_unchanged_terms_take_one_line(course: Any) -> None:
    for locale, words in (("zh-CN", "与上期（2025年11月）相比，口径、界限、层级起点、考察范围与分段均无变化。"),
                          ("en", "Since the last edition (November 2025) no definition, threshold, tier floor, population or band has changed.")):
        (only,) = section(course.having(previous_edition="2025-11").document(locale), "appendix_changes")
        assert shown(only.text) == words


def test_a_segments_suggestion_follows_those_of_issues_with_its_evidence(course: Any) -> None:
    raised = Prompt("s_segment", "bank/customers_total[tier=private]@2025-12", ())
    case = course.having(findings=(ISSUE,), prompts=(raised,))
    for locale, because in (("zh-CN", "private有113户。"), ("en", "private: 113 customers.")):
        (actions,) = section(case.document(locale), "suggestions")
        assert isinstance(actions, Actions)
        assert [one.number for one in actions.actions] == ["1", "2"]
        assert shown(actions.actions[0].because) == ""
        assert shown(actions.actions[1].because) == because
        # It leads to the first exhibit that shows the fact.
        assert [span.href for span in actions.actions[1].cites] == ["f_tiers"]
        assert actions.actions[1].due == "2026-03-02"


def test_a_comment_is_printed_as_text_on_the_first_section(course: Any) -> None:
    comment = Comment(("投诉<i>8件</i>，7日内办结。", "第二段。"), "陈*，支行负责人", "2026-01-07")
    document = course.document("zh-CN", "branch:B01", comment)
    remark = section(document, "summary")[-1]
    assert isinstance(remark, Remark)
    assert remark.title == "支行负责人批注"
    assert [shown(one) for one in remark.text] == list(comment.text)
    assert (remark.signed, remark.date) == ("陈*，支行负责人", "2026-01-07")
    known = allowed(document)
    assert not [n for text in (*comment.text, comment.date) for n in unknown(text, known)]
    assert not [one for one in blocks(course.document("zh-CN")) if isinstance(one, Remark)]


def _written(course: Any, tmp_path: Path, text: str | bytes, scope: str = "branch-B01") -> RunContext:
    folder = tmp_path / "comments" / "2025-12"
    folder.mkdir(parents=True)
    content = text.encode() if isinstance(text, str) else text
    (folder / f"{scope}.md").write_bytes(content)
    context: RunContext = replace(course.context, root=tmp_path)
    return context


def test_a_comment_is_read_with_its_paragraphs_and_signature(course: Any, tmp_path: Path) -> None:
    context = _written(course, tmp_path, "第一行\n接着写。\n\nPlain English\ntext.\n\n— 陈*，支行负责人，2026-01-07\n\n")
    comment = load_comment(context, "branch:B01")
    assert comment == Comment(("第一行接着写。", "Plain English text."), "陈*，支行负责人", "2026-01-07")
    assert load_comment(context, "bank") is None
    assert comment.digest != replace(comment, date="2026-01-08").digest
    assert len(comment.digest) == 64


@pytest.mark.parametrize(("text", "says"), [
    ("只有话。\n", ":1: the comment bears no signature; found '只有话。'."),
    ("话。\n\n— 陈*，负责人，2026-02-30\n", ":3: the comment bears no signature"),
    ("— 陈*，负责人，2026-01-07\n", "says nothing above its signature"),
    ("", "the file is empty"),
    (b"\xff\xfe\x00", "it is not UTF-8"),
])
def test_a_comment_nobody_signed_is_refused(course: Any, tmp_path: Path, text: str | bytes, says: str) -> None:
    context = _written(course, tmp_path, text)
    with pytest.raises(JobError, match=r"branch-B01\.md") as refused:
        load_comment(context, "branch:B01")
    assert says in str(refused.value)
    assert refused.value.code == ExitCode.JOB


def test_every_numeral_of_a_follow_up_is_known(told: Any, load: Any) -> None:
    for locale in ("zh-CN", "en"):
        document = told.document(locale)
        known = allowed(document)
        for block in section(document, "follow_up"):
            assert isinstance(block, Paragraph | Table)
            for one in load("document_case").walk(block):
                if isinstance(one, str) and not one.startswith(("t_", "bank/", "issue-")):
                    assert [numeral.text for numeral in unknown(one, known)] == [], one
