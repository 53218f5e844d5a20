"""What counts as a numeral, and that one of no fact is found."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from reportgen.render.numerals import found, numerals_of, unknown


def of(text: str) -> list[str]:
    return list(numerals_of(text))


def test_separators_signs_and_units():
    assert of("15.12亿元、1,008万元、54.2%") == ["15.12", "1,008", "54.2"]
    assert of("净变动\u221233户，增+78户") == ["\u221233", "+78"]
    assert of("42.7%～65.2%") == ["42.7", "65.2"]
    assert of("500-600、2011-05-31、r01") == ["500", "600", "2011", "05", "31", "01"]
    assert of("１２３．５％") == ["123.5"]
    assert of("1,008,000.50") == ["1,008,000.50"]
    assert of("12,34") == ["12", "34"]
    assert of("表1、图2。") == ["1", "2"]
    assert of("7\u22123") == ["7", "3"], "between digits it is no sign"
    assert of("百分之三") == []


def test_a_stop_or_comma_of_a_sentence_is_no_separator():
    assert of("It grew to 150. Of these, 44, 3 more") == ["150", "44", "3"]


def test_unknown_names_the_surroundings():
    (one,) = unknown("客户数为151户，期末", {"150"})
    assert one.text == "151"
    assert "客户数为151户" in one.around


def test_a_line_end_inside_a_numeral_is_bridged():
    known = frozenset(numerals_of("sha256:0123456789"))
    assert unknown("sha256:01234 \n56789", known) == []
    assert [one.text for one in unknown("sha256:01234\n5678", known)] == ["01234", "5678"]


def test_two_known_numerals_on_two_lines_stay_two():
    assert unknown("72\n150", {"72", "150"}) == []


@given(st.integers(0, 10**12), st.integers(0, 4), st.sampled_from(["户", "%", "亿元", " customers", "）"]))
def test_a_printed_number_is_one_numeral(number, places, unit):
    text = f"{number:,}" + (f".{'5' * places}" if places else "")
    assert [one.text for one in found(f"为{text}{unit}。")] == [text]


@given(st.integers(0, 10**9), st.integers(0, 10**9))
def test_only_the_known_number_passes(known, printed):
    assert bool(unknown(f"共{printed:,}户", {f"{known:,}"})) == (known != printed)
