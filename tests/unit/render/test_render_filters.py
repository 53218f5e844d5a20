"""The template's filters: presentation only."""

from __future__ import annotations

from types import SimpleNamespace

from hypothesis import given
from hypothesis import strategies as st

from reportgen.document.model import Column, Figure, Paragraph, Row, Seal, Section, Span, Table
from reportgen.render.columns import TYPE_AREA, advance, after_right, head_groups, is_wide, widths, with_unit
from reportgen.render.digest import digest_groups
from reportgen.render.html import (
    breakable,
    common_notes,
    fragment,
    is_brief,
    numbered,
    own_notes,
    side_by_side,
    starts_page,
    svg_uri,
    tile_rows,
)


def table(columns: list[Column], *rows: tuple[str, ...]) -> Table:
    cells = tuple(Row(tuple((Span(text),) for text in row)) for row in rows)
    return Table("t", "表1", (), "", tuple(columns), cells)


@given(st.lists(st.floats(0.2, 9), min_size=1, max_size=12))
def test_widths_fill_the_table(relative):
    found = [float(text) for text in widths(table([Column("c", width=width) for width in relative]))]
    assert abs(sum(found) - 100) < 0.01
    assert all(width > 0 for width in found)


def test_a_column_is_no_narrower_than_its_unit_and_its_figures():
    columns = [Column("Occupation", "left", 9.0), Column("Assets (CNY million)"), Column("n")]
    first, assets, figures = (float(text) for text in widths(table(columns, ("Retired", "7.2", "1,234,567.89"))))
    assert first > assets > figures > 100 * advance("1,234,567.89") * 8.8 / TYPE_AREA
    assert assets > 100 * advance("(CNY million)") * 8.8 / TYPE_AREA


def test_a_table_too_wide_for_its_labels_takes_smaller_type():
    few = [Column("Occupation", "left"), Column("Assets (CNY million)")]
    assert not is_wide(table(few))
    assert is_wide(table([few[0], *[few[1]] * 6], ("Corporate finance head", *["8.1250"] * 6)))


def test_a_left_column_after_a_right_one_keeps_its_distance():
    columns = (Column("a", "left"), Column("b"), Column("c", "left"))
    assert [bool(after_right(columns, place)) for place in range(3)] == [False, False, True]


def test_heads_of_a_group_span_its_columns():
    columns = (Column("指标", "left"), Column("期初", group="余额"), Column("期末", group="余额"), Column("变动率"))
    heads = head_groups(columns)
    assert [(head.label, head.span, head.column) for head in heads] == [
        ("", 1, "指标"),
        ("余额", 2, ""),
        ("", 1, "变动率"),
    ]
    assert head_groups((Column("a"), Column("b"))) == []


@given(st.integers(1, 12))
def test_tiles_stand_in_even_rows_of_at_most_four(count):
    rows = tile_rows([SimpleNamespace(at=at) for at in range(count)])
    lengths = [len(row) for row in rows]
    assert sum(lengths) == count
    assert max(lengths) <= 4
    assert len(rows) == 1 or max(lengths) - lengths[-1] <= len(rows)


def figure(half: bool) -> Figure:
    return Figure("a", "图1", (), "", None, half=half)  # type: ignore[arg-type]


def test_two_halves_share_a_row_and_a_third_begins_the_next():
    text = Paragraph(())
    blocks = [figure(True), figure(True), figure(True), text, figure(True), figure(False), figure(True)]
    assert [len(row) for row in side_by_side(blocks)] == [2, 1, 1, 1, 1, 1]


def test_small_words():
    assert fragment("t_size") == fragment("#t_size") == "#t_size"
    assert numbered("一、", "引言", "zh-CN") == "一、引言"
    assert numbered("1.1", "Scope", "en") == "1.1 Scope"
    assert numbered("", "摘要", "zh-CN") == "摘要"
    assert svg_uri("<svg/>") == svg_uri(b"<svg/>") == "data:image/svg+xml;base64,PHN2Zy8+"
    assert str(breakable("r_churn_high<b>")) == "r_<wbr>churn_<wbr>high&lt;b&gt;"


def test_the_unit_of_a_head_stays_whole():
    assert str(with_unit("金融资产（亿元）")) == '金融资产<span class="whole">（亿元）</span>'
    assert str(with_unit("Assets (<b>)")) == 'Assets <span class="whole">(&lt;b&gt;)</span>'
    assert str(with_unit("占比")) == "占比"


def test_a_digest_stands_in_four_groups():
    digest = "0123456789abcdef" * 4
    assert digest_groups(digest) == ("0123456789abcdef",) * 4
    assert digest_groups(digest[1:]) == ()
    assert str(breakable(digest)).count("<wbr>") == 3


def test_a_note_of_both_figures_is_printed_once():
    shared, own = (Span("来源"),), (Span("n＝72"),)
    one, other = (Figure("a", "图1", (), "", None, notes=notes) for notes in ((shared, own), (shared,)))  # type: ignore[arg-type]
    assert common_notes([one, other]) == [shared]
    assert own_notes(one, [shared]) == [own]
    assert own_notes(other, [shared]) == []


def test_the_seal_begins_no_page_and_a_short_section_never_stands_alone():
    sealed = Section("seal", "s", "", "校验", (Seal((), "", ()),), new_page=True)
    told = Section("conclusion", "s", "", "结论", (Paragraph(()),))
    begins = Section("x", "s", "", "x", (), new_page=True)
    assert not starts_page(sealed, (sealed,))
    assert starts_page(begins, (begins,))
    assert not starts_page(begins, (told, begins))
    assert starts_page(begins, (told, Section("y", "s", "", "y", (figure(False),)), begins))
    assert is_brief(told)
    assert not is_brief(Section("x", "s", "", "x", ()))
