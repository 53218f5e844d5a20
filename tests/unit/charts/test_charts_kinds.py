"""Every kind keeps the same promises, on good data and on data that trip charts."""

from __future__ import annotations

import pytest

from reportgen.charts import KINDS, ChartData, draw
from reportgen.charts.measure import clean

PIXEL = 0.75
"""One CSS pixel in points: what may touch without being seen."""
WORDLESS = {"spark"}
ONLY_STATED = {"lorenz"}
AT_THE_END = {"trend", "small_multiples"}


def _expected(data: ChartData) -> list[str]:
    """Every text of the marks that the kind promises to print."""
    if data.kind in WORDLESS:
        return []
    if data.kind in AT_THE_END:
        return _at_the_end(data)
    marks = [mark for series in data.series for mark in series.marks]
    if data.kind == "sankey":
        states = [text for mark in marks for text in (mark.label, mark.text if mark.role == "total" else "")]
        sums = [mark.text for series in data.series if series.role == "total" for mark in series.marks]
        return [*states, *sums, *(series.name for series in data.series)]
    if data.kind in ONLY_STATED:
        marks = [mark for mark in marks if mark.emphasis]
    texts = [text for mark in marks for text in (mark.label, mark.text)]
    if data.kind in ("bars", "interval"):
        texts += [text for mark in marks for text in (mark.n, mark.note)]
    if data.kind in ("histogram", "waterfall", "heatmap", "funnel"):
        texts += [mark.note for mark in marks]
    if data.kind in ("bars", "interval", "histogram", "gap_strip"):
        texts.append(data.rule_text)
    if data.kind in ("bars", "histogram", "gap_strip") and data.bracket:
        texts.append(data.bracket[2])
    if len(data.series) > 1:
        texts += [series.name for series in data.series if series.marks]
    return texts


def _at_the_end(data: ChartData) -> list[str]:
    """Of a course: its name, its last value, and the threshold's words; a name of a panel may end in `…`."""
    shown = [series for series in data.series if series.marks or (data.kind == "small_multiples" and not series.role)]
    texts = [series.name[: 12 if len(series.name) > 40 and data.kind == "small_multiples" else None] for series in shown]
    texts += [
        series.marks[-1].text
        for series in shown
        if series.marks and not (series.role and data.kind == "small_multiples")
    ]
    if data.rule is not None and any(texts):
        texts.append(data.rule_text)
    return texts


def _faults(data: ChartData, geometry) -> list[str]:
    """What a reader would see wrong with the drawing."""
    drawing = draw(data)
    sheet = geometry.read(drawing.svg)
    faults = geometry.faults(sheet, PIXEL)
    faults += [f"not printed: {text!r}" for text in _expected(data) if geometry.squeeze(clean(text)) not in sheet.said]
    points = (drawing.width_mm * 72 / 25.4, drawing.height_mm * 72 / 25.4)
    if abs(sheet.width - points[0]) > 0.01 or abs(sheet.height - points[1]) > 0.01:
        faults.append("the drawing's size is not the SVG's")
    printed = [text.text for text in sheet.texts]
    faults += [f"no such tick: {text!r}" for text in drawing.scale_texts if text not in printed]
    return faults


@pytest.mark.parametrize("locale", ["zh-CN", "en"])
@pytest.mark.parametrize("kind", sorted(KINDS))
def test_good_data_draw_without_a_fault(kind: str, locale: str, gallery, geometry) -> None:
    for data in gallery.good(kind, locale):
        assert _faults(data, geometry) == []


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_awkward_data_draw_without_a_fault(kind: str, awkward, geometry) -> None:
    found = {name: faults for name, data in awkward.awkward(kind).items() if (faults := _faults(data, geometry))}
    assert found == {}


def test_what_is_printed_and_is_no_datum_is_declared_as_scale(gallery, geometry) -> None:
    """The re-reading check knows every figure: it is in the data or among the ticks."""
    for kind in KINDS:
        for data in gallery.good(kind, "zh-CN"):
            drawing = draw(data)
            marks = [mark for series in data.series for mark in series.marks]
            given = [text for mark in marks for text in (mark.label, mark.text, mark.n, mark.note)]
            given += [series.name for series in data.series] + list(data.options.values())
            given += data.row_labels
            given += [data.rule_text, data.value_axis, data.bracket[2] if data.bracket else ""]
            known = geometry.squeeze("\n".join(given))
            for text in geometry.read(drawing.svg).texts:
                assert geometry.squeeze(text.text) in known or text.text in drawing.scale_texts


def test_the_checks_see_what_they_look_for(geometry) -> None:
    """A drawing with every fault in it: or the checks above would prove nothing."""
    text = '<text style="font-size: 8px; fill: {fill}" x="{x}" y="{y}">{text}</text>'
    body = "".join(
        (
            text.format(fill="#1f2430", x=20, y=20, text="一段文字"),
            text.format(fill="#1f2430", x=30, y=22, text="another"),
            text.format(fill="#1f2430", x=190, y=50, text="beyond the edge"),
            text.format(fill="#bbbbbb", x=20, y=80, text="faint"),
            text.format(fill="#1f2430", x=20, y=110, text="half covered"),
            text.format(fill="#1f2430", x=100, y=80, text="struck"),
            text.format(fill="#1f2430", x=100, y=110, text="under"),
            '<path d="M 30 100 L 60 100 L 60 120 L 30 120 z" style="fill: #dddddd"/>',
            '<path d="M 95 70 L 150 90" style="fill: none; stroke: #000000"/>',
            '<path d="M 90 95 L 150 95 L 150 120 L 90 120 z" style="fill: #dddddd"/>',
            '<g id="twice"/><g id="twice"/>',
        )
    )
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 200 130">{body}</svg>'
    found = " | ".join(geometry.faults(geometry.read(svg.encode()), PIXEL))
    for fault in (
        "texts overlap: '一段文字' and 'another'",
        "outside the sheet: 'beyond the edge'",
        "hard to read: 'faint'",
        "half on a mark: 'half covered'",
        "a line through 'struck'",
        "painted over: 'under'",
        "id twice",
    ):
        assert fault in found
