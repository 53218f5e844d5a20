"""A printed number can be asked for by its id alone, the opening's too."""

from __future__ import annotations

from pathlib import Path

import pytest

from reportgen.cli import main

JOB = str(Path(__file__).resolve().parents[2] / "config" / "jobs" / "taihu.yaml")


@pytest.mark.parametrize(
    ("fact", "words"),
    [
        ("bank/customers_total@2010-12", ("72 (customers)", "opening: config/samples", "72 customers left")),
        ("bank/customers_total@2011-05", ("150 (customers)", "closing: config/samples", "150 customers left")),
        ("bank/churn_rate@2010-12..2011-05", ("33 / 72", "interval:   0.348", "to 0.5726", "flow out")),
        ("bank/customers_total[aum_group=500-700|fund_control=high]@2010-12", ("36 (customers)", "cross aum_band")),
    ],
)
def test_it_says_value_base_source_and_query(fact, words, tmp_path, capsys):
    code = main(["explain", JOB, fact, "--output", str(tmp_path)])
    printed = capsys.readouterr()
    assert code == 0, printed.err
    for word in words:
        assert word in printed.out, word
