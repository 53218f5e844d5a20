"""What no chart can draw honestly is refused by name."""

from __future__ import annotations

from dataclasses import replace

import pytest

from reportgen.charts import ChartData, Mark, Series, draw
from reportgen.errors import ExitCode, TemplateError

GOOD = ChartData("bars", (Series("A", (Mark("a", 1.0, "1"), Mark("b", 2.0, "2"))),), "en")
TWO = replace(GOOD, series=(GOOD.series[0], Series("B", GOOD.series[0].marks)))
TWIN = Series("A", (Mark("same", 1.0, "1"), Mark("same", 2.0, "2")))


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (replace(GOOD, kind="waterfal"), "there is no kind 'waterfal'. Did you mean 'waterfall'?"),
        (replace(GOOD, width_mm=0.0), "width_mm is 0"),
        (replace(GOOD, width_mm=float("nan")), "width_mm is nan"),
        (replace(GOOD, height_mm=-1.0), "height_mm is -1"),
        (replace(GOOD, rule=float("inf")), "rule is inf"),
        (replace(GOOD, bracket=(0, 2, "x")), "bracket spans marks 0 to 2; there are 2"),
        (replace(GOOD, series=(Series("A", (Mark("a", float("nan"), "?"),)),)), "A, mark 'a': value is nan"),
        (replace(GOOD, series=(Series("A", (Mark("a", 1.0, "1", low=float("-inf")),)),)), "mark 'a': low is -inf"),
        (TWO, "2 series given; this kind draws exactly one"),
        (replace(GOOD, kind="dumbbell"), "1 series given; this kind draws exactly two"),
        (replace(TWO, kind="pyramid", series=(TWIN, TWIN)), "two marks are labelled 'same'"),
        (replace(GOOD, kind="heatmap", series=(TWIN,)), "two marks are labelled 'same'"),
        (replace(GOOD, kind="share_bars", series=(TWIN,)), "two marks are labelled 'same'"),
        (replace(GOOD, kind="heatmap", row_labels=("x", "y")), "2 row_labels for 1 series"),
        (replace(GOOD, kind="heatmap", options={"scale": "rainbow"}), "option scale is 'rainbow'"),
        (replace(TWO, kind="pyramid", options={"scales": "log"}), "option scales is 'log'"),
        (replace(GOOD, kind="histogram", rule=0.5), "rule is 0.5; expected a place between the 2 bands"),
        (replace(GOOD, kind="lorenz"), "mark 'b' has the value 2; a share of the whole is at most 1"),
        (replace(GOOD, kind="lorenz", width_mm=30.0), "expected at least 45"),
    ],
)
def test_refused_by_name(data: ChartData, words: str) -> None:
    with pytest.raises(TemplateError) as caught:
        draw(data)
    assert words in str(caught.value)
    assert "No chart was drawn." in str(caught.value)
    assert caught.value.code == ExitCode.TEMPLATE
