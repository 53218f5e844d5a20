"""The template's filters: presentation only."""

from __future__ import annotations

from types import SimpleNamespace

from hypothesis import given
from hypothesis import strategies as st

from reportgen.document.model import Column, Figure, Paragraph
from reportgen.render.html import (
    breakable,
    fragment,
    head_groups,
    numbered,
    side_by_side,
    svg_uri,
    tile_rows,
    widths,
    with_unit,
)


@given(st.lists(st.floats(0.2, 9), min_size=1, max_size=12))
def test_widths_fill_the_table(relative):
    found = [float(text) for text in widths([Column("c", width=width) for width in relative])]
    assert abs(sum(found) - 100) < 0.01
    assert all(width > 0 for width in found)


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
