"""Text is measured as the page sets it, broken where a reader expects it, and placed without collisions."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reportgen.charts import measure
from reportgen.charts.measure import clean, width, wrap
from reportgen.charts.spread import spread
from reportgen.errors import DependencyMissing, ExitCode


def test_width_is_the_sum_of_advances() -> None:
    """Han characters stand on the em; digits are as wide as each other."""
    assert width("客户", 10) == pytest.approx(20)
    assert width("1111", 8) == pytest.approx(width("8888", 8))
    assert width("", 8) == 0
    assert width("客户数 Customers", 8, bold=True) > width("客户数 Customers", 8)


@pytest.mark.parametrize(
    ("text", "limit", "lines"),
    [
        ("", 50, ()),
        ("客户", 50, ("客户",)),
        ("期初\n2010年末", 90, ("期初", "2010年末")),
        ("占比（户均812.5万元），较上期", 56, None),
        ("Premier and above", 40, ("Premier", "and above")),
    ],
)
def test_wrap(text: str, limit: float, lines: tuple[str, ...] | None) -> None:
    got = wrap(text, 8, limit)
    assert lines is None or got == lines
    for line in got:
        assert width(line, 8) <= limit
        assert line[0] not in "、。，；：！？）》」』％%"
        assert not line.endswith(("（", "《"))


def test_wrap_keeps_a_figure_and_its_unit_together() -> None:
    for limit in range(40, 120, 5):
        lines = wrap("期末金融资产812.5万元以上客户", 8, limit)
        assert any("812.5万" in line for line in lines)


@given(st.text(st.characters(exclude_categories=("Cs",)), max_size=60), st.floats(20, 200))
def test_wrap_loses_nothing(text: str, limit: float) -> None:
    def squeeze(words: str) -> str:
        return "".join(words.split())

    assert squeeze("".join(wrap(text, 8, limit))) == squeeze("".join(clean(part) for part in text.split("\n")))


def test_clean_leaves_what_xml_can_hold() -> None:
    assert clean("a\x00b\tc\n d\ud800") == "ab c d"


def test_a_missing_font_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path) -> None:
    monkeypatch.setattr(measure, "installed_home", lambda: tmp_path)
    with pytest.raises(DependencyMissing, match=r"NotoSansSC-Bold\.ttf: no such font") as caught:
        measure.font_file(bold=True)
    assert caught.value.code == ExitCode.DEPENDENCY


@given(st.lists(st.tuples(st.floats(0, 400), st.floats(1, 40)), max_size=12))
def test_spread_keeps_order_and_distance(items: list[tuple[float, float]]) -> None:
    wanted, extents = sorted(centre for centre, _ in items), [extent for _, extent in items]
    places = spread(wanted, extents, 0.0, 400.0, 3.0)
    if places is None:
        assert sum(extents) + 3 * (len(extents) - 1) > 400
        return
    edges = [(place - extent / 2, place + extent / 2) for place, extent in zip(places, extents, strict=True)]
    for (_, end), (start, _) in itertools.pairwise(edges):
        assert start - end >= 3 - 1e-6
    assert all(start >= -1e-6 and end <= 400 + 1e-6 for start, end in edges)


def test_spread_leaves_alone_what_stands_apart() -> None:
    assert spread([20.0, 200.0], [30.0, 30.0], 0.0, 400.0, 3.0) == (20.0, 200.0)
