"""`demo`: what it writes, prints and refuses."""

from __future__ import annotations

import json
from typing import Any

from reportgen.sources.demo.schema import TABLES


def test_it_prints_each_file_with_its_rows(desk: Any) -> None:
    told = desk.call("demo", "bank", "--customers", "1200", "--format", "csv")
    assert told.code == 0
    assert [line.split("  ")[0] for line in told.lines] == [f"bank/{name}.csv" for name in TABLES]
    for line in told.lines:
        name, rows = line.split("  ")
        with (desk.root / name).open(encoding="utf-8") as file:
            assert f"{sum(1 for _ in file) - 1:,} rows" == rows
    assert "table 19/19: targets" in told.err


def test_the_default_folder_and_the_seed(desk: Any) -> None:
    told = desk.call("demo", "--customers", "1200", "--seed", "5", "--shuffled")
    assert told.code == 0
    assert told.lines[0].startswith("output/demo/customers.parquet  ")
    stamp = json.loads((desk.root / "output" / "demo" / "demo.json").read_text(encoding="utf-8"))
    assert (stamp["seed"], stamp["customers"], stamp["shuffled"]) == (5, 1200, True)
    assert set(stamp["rows"]) == set(TABLES)


def test_a_folder_of_something_else_is_left_alone(desk: Any) -> None:
    before = sorted(path.name for path in desk.root.iterdir())
    told = desk.call("demo", ".", "--customers", "1200")
    assert told.code == 2
    assert told.out == ""
    assert "holds something else than the demonstration bank" in told.err
    assert "Nothing was written." in told.err
    assert sorted(path.name for path in desk.root.iterdir()) == before


def test_wrong_arguments_are_named(desk: Any) -> None:
    assert "folder's name" in desk.call("demo", " ").err
    told = desk.call("demo", "--format", "xlsx")
    assert told.code == 2
    assert "'parquet', 'csv'" in told.err
    assert "1000<=x<=200000" in desk.call("demo", "--customers", "5").err
