"""The renderer sets a chart's text where the layout put it, in the page's own fonts."""

from __future__ import annotations

import io
import re

import pytest

from reportgen.charts import ChartData, Mark, Series, draw

MM = 72 / 25.4


def test_text_on_the_page_has_the_width_it_was_given(gallery, geometry) -> None:
    import pdfplumber
    from weasyprint import HTML

    texts = ("26户（36.1%）", "CNY 1,187 million", "AVATAR Toyota", "−2.60亿元")
    marks = tuple(Mark(f"标签{i}", 5.0 - i, text, emphasis=i == 1) for i, text in enumerate(texts))
    data = ChartData("bars", (Series("", marks),), "zh-CN", width_mm=100.0)
    page = gallery.sheet([("", data)])
    with pdfplumber.open(io.BytesIO(HTML(string=page).write_pdf())) as document:
        characters = [c for c in document.pages[0].chars if c["text"].strip()]
        drawn = [c for c in characters if c["size"] == pytest.approx(8, abs=0.01)]
        assert {re.sub(r"^[A-Z]{6}\+", "", c["fontname"]) for c in drawn} == {"Noto-Sans-SC", "Noto-Sans-SC-Bold"}
        found = {}
        for text in texts:
            letters = geometry.squeeze(text)
            run = "".join(c["text"] for c in characters)
            start = run.index(letters)
            first, last = characters[start], characters[start + len(letters) - 1]
            found[text] = (first["x0"], last["x1"])
    sheet = geometry.read(draw(data).svg)
    expected = {text.text: text.box for text in sheet.texts}
    left = {found[text][0] - expected[text][0] for text in texts}
    # The figure's place on the page is one offset for all; kerning is the only difference to the sum of advances.
    assert max(left) - min(left) < 0.3
    for text in texts:
        assert found[text][1] - found[text][0] == pytest.approx(expected[text][2] - expected[text][0], abs=1.0)
