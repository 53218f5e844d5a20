"""A character that no font has stops the report before a page is made, and says which and where."""

from __future__ import annotations

from dataclasses import replace

import pytest
from conftest import EDITION

from reportgen.errors import DependencyMissing, RenderError
from reportgen.render import check_glyphs, render_pdf
from reportgen.render.fonts import coverage, faces


def test_the_sample_can_be_printed(rendered, context):
    check_glyphs(rendered.document, context)


@pytest.mark.parametrize(
    ("char", "code"), [("\u202e", "U+202E"), ("\U00020bb7", "U+20BB7"), ("\x07", "U+0007"), ("\u0e01", "U+0E01")]
)
def test_a_missing_glyph_is_named_with_text_and_place(chinese, context, char, code):
    section = chinese.document.sections[-2]
    document = replace(
        chinese.document,
        sections=(
            *chinese.document.sections[:-2],
            replace(section, title=f"结{char}论"),
        ),
    )
    with pytest.raises(RenderError) as caught:
        render_pdf(document, chinese.facts, EDITION, context)
    (problem,) = caught.value.problems
    assert code in problem.message
    assert "结" in problem.message
    assert "五、" in problem.place


def test_a_glyph_in_a_chart_is_checked_too(chinese, context):
    at, section = next((at, one) for at, one in enumerate(chinese.document.sections) if one.id == "flow")
    figure = section.blocks[1]
    series = figure.data.series[0]
    marks = (replace(series.marks[0], label="期\U00020bb7初"), *series.marks[1:])
    data = replace(figure.data, series=(replace(series, marks=marks),))
    blocks = (section.blocks[0], replace(figure, data=data), *section.blocks[2:])
    sections = (*chinese.document.sections[:at], replace(section, blocks=blocks), *chinese.document.sections[at + 1 :])
    with pytest.raises(RenderError) as caught:
        check_glyphs(replace(chinese.document, sections=sections), context)
    assert caught.value.problems[0].place.endswith("图2")


def test_each_face_covers_gb2312(context):
    wanted = {
        ord(bytes((row + 0xA0, cell + 0xA0)).decode("gb2312"))
        for row in range(16, 88)
        for cell in range(1, 95)
        if not (row == 55 and cell > 89)
    }
    assert len(wanted) == 6763
    for face in faces(context):
        assert wanted <= coverage(face.path)


def test_the_signs_of_the_style_sheet_have_glyphs(context):
    for face in faces(context):
        assert {ord(char) for char in "■▲◆○△□▼·−±≥≤％～—…"} <= coverage(face.path)


def test_fonts_that_are_not_there_are_said(context, tmp_path):
    for name in ("noto-sans-sc", "noto-serif-sc"):
        (tmp_path / "templates" / "assets" / "fonts" / name).mkdir(parents=True)
    with pytest.raises(DependencyMissing, match="noto-sans-sc"):
        faces(replace(context, root=tmp_path, home=tmp_path))
