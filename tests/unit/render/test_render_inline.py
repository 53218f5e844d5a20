"""Runs of text as HTML: what stays together, and what gives up its blank half."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reportgen.document.model import Span
from reportgen.render.inline import inline


def wholes(html: str) -> list[str]:
    """The texts of the spans that never wrap; they hold no other element in these cases."""
    return re.findall(r'<span class="whole(?: end)?">([^<]*)</span>', html)


@pytest.mark.parametrize("text", [
    "34.8%～57.3%", "40–50岁", "1,000–5,000欧元", "V＝0.54", "q＜0.001", "n＝45,211", "997.09欧元", "表8", "800万元及以上",
    "EUR 997.09", "CNY 8 million", "CNY 5–7 million", "Table 8", "Table A1", "42.7% to 65.2%", "31 December",
])
def test_these_stay_on_one_line(text):
    around = ("所以", "之间的情况仍然有效吗") if re.search("[\u4e00-\u9fff～＝＜]", text) else ("so ", " holds here")
    assert text in wholes(inline(text.join(around)))


def test_an_interval_of_two_facts_stays_whole():
    html = inline((Span("区间"), Span("8.6", fact="f"), Span("～"), Span("45.0", fact="g"), Span("，其余的都不计在内")))
    assert "8.6～45.0" in wholes(html)


def test_a_line_may_end_between_words_and_a_number():
    assert "小于" not in "".join(wholes(inline("校正后q值小于0.001的情况一概不再列出")))


def test_the_end_of_a_chinese_paragraph_keeps_two_characters():
    assert wholes(inline("按同样速度折算，全年高于上限。"))[-1] == "上限。"
    assert wholes(inline("上限。")) == []


def test_the_last_english_word_is_not_hyphenated():
    assert inline("shares of each manager.").endswith('<span class="last">manager.</span>')


def test_signs_in_a_row_lose_their_blank_half():
    assert inline("职业“学生”：高于其余客户的比例").count("half") == 1
    assert inline("职业“学生”：高于其余客户的比例", tight=True).count("half") == 2
    assert "half" not in inline("the group “students”: higher", tight=True)


def test_a_link_says_so_and_stays_inside():
    html = inline((Span("见"), Span("表1", href="#t_size"), Span("。")))
    assert '<a class="ref" href="#t_size">表1</a>' in html


@given(st.lists(st.builds(Span, st.text("表图 0189%～–“”：，。（）中文字Table<&", max_size=9), st.sampled_from(["", "f"]))))
def test_nothing_is_lost_or_left_unescaped(spans):
    html = inline(tuple(spans))
    bare = re.sub(r'</?(?:span|a)(?: class="[a-z ]+")?>', "", html)
    assert bare == "".join(span.text for span in spans).replace("&", "&amp;").replace("<", "&lt;")


def test_a_space_before_a_run_stands_alone_in_latin_text():
    # A run that ends in a space is broken at its first word where the space is what does not fit.
    assert inline("over limit 20% of all").startswith('over limit<span> </span><span class="whole">20%</span> of')
    assert "<span> </span>" not in inline("客户 20%以上的情况")
