"""The mini-language: what parses into what, and what is refused with its place."""

from __future__ import annotations

import pytest

from reportgen.document.sentence import STYLES, Slot, Words, parse, slot, slots
from reportgen.errors import ExitCode, TemplateError


def test_words_and_placeholders_come_apart() -> None:
    assert parse("期初{customers_total@since}，占{age_share[age_band=<30]!interval}。") == (
        Words("期初"), Slot("customers_total", at="since"), Words("，占"),
        Slot("age_share", "age_band=<30", style="interval"), Words("。"),
    )


def test_two_cells_and_a_pick_are_pairs() -> None:
    one = slot("over_index[age_band=$peak|attribute=campaign_conversion]")
    assert one.cells == (("age_band", "$peak"), ("attribute", "campaign_conversion"))


def test_the_findings_own_cell_and_paths() -> None:
    assert slot("aum_point[*]").cells == (("*", ""),)
    assert slot("finding.param.days").path == ("finding", "param", "days")
    assert slot("#t_size").name == "#t_size"


def test_strong_words_and_slots() -> None:
    assert parse("a **b {churn_rate}** c") == (
        Words("a "), Words("b ", strong=True), Slot("churn_rate", strong=True), Words(" c"),
    )


def test_a_slot_prints_itself_as_written() -> None:
    for text in ("{customers_total@since!bare}", "{a[x=y|z=w]}", "{finding.gap!abs}", "{#b_aum}"):
        assert [str(one) for one in slots(text)] == [text]


@pytest.mark.parametrize("text", ["占45%", "近３成", "in 5 months {churn_rate}"])
def test_a_digit_among_the_words_is_refused(text: str) -> None:
    with pytest.raises(TemplateError, match="needs a placeholder") as caught:
        parse(text, "templates/x/text.en.yaml: entries.y")
    assert caught.value.code is ExitCode.TEMPLATE
    assert "entries.y" in str(caught.value)


@pytest.mark.parametrize("text", ["{", "a } b", "{Customers}", "{a[b}", "{a!loud}", "{a@next}", "{}", "**open"])
def test_what_is_no_sentence_is_refused(text: str) -> None:
    with pytest.raises(TemplateError):
        parse(text)


def test_an_unknown_style_names_those_there_are() -> None:
    with pytest.raises(TemplateError) as caught:
        parse("{churn_rate!percent}")
    assert all(style in str(caught.value) for style in STYLES[1:])


def test_words_for_one_and_for_many_carry_no_figure() -> None:
    one = slot("customers_lost[loss=left]@since?was|were")
    assert (one.forms, one.style, one.cells) == (("was", "were"), "", (("loss", "left"),))
    assert str(one) == "{customers_lost[loss=left]@since?was|were}"
    with pytest.raises(TemplateError, match="needs a placeholder"):
        parse("{customers_lost?1 customer|customers}")
