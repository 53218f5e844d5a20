"""The demonstration bank is the same each time, stands whole or not at all, and can be read as a source."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from scipy.stats import chi2_contingency

from reportgen.config.source import DEMO_SEED, DemoSource
from reportgen.errors import JobError
from reportgen.facts.execute import DuckEngine
from reportgen.protocols import Silent
from reportgen.sources import open_source, place_of
from reportgen.sources.demo import files
from reportgen.sources.demo.files import Recipe, write_bank
from reportgen.sources.demo.generate import VERSION, generate
from reportgen.sources.demo.schema import TABLES

Sql = Callable[[str], list[tuple[Any, ...]]]
SMALL = Recipe(DEMO_SEED, 1_500, VERSION)


def digests(folder: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.iterdir())}


def test_two_runs_give_the_same_bytes_and_another_seed_others(tmp_path: Path) -> None:
    for name in ("one", "two"):
        write_bank(tmp_path / name, SMALL, "parquet", Silent())
    write_bank(tmp_path / "other", replace(SMALL, seed=7), "parquet", Silent())
    one, other = digests(tmp_path / "one"), digests(tmp_path / "other")
    assert one == digests(tmp_path / "two")
    assert set(one) == {*(f"{name}.parquet" for name in TABLES), "demo.json"}
    assert [name for name in one if one[name] == other[name]] == []


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_main_stories_are_there_at_any_seed(seed: int, ask: Callable[[dict[str, Any]], Sql]) -> None:
    sql = ask(dict(generate(seed, 4_000)))
    lost = dict(sql("""
        SELECT branch_id = 'B07', avg((customer_id NOT IN (SELECT customer_id FROM closing))::int)
        FROM snapshots JOIN customers USING (customer_id)
        WHERE snapshot_date = DATE '2025-05-31' AND tier = 'affluent' GROUP BY 1
    """))
    assert lost[True] > 3 * lost[False]
    counts = dict(sql("SELECT branch_id, count(*) FROM closing GROUP BY 1"))
    assert counts["B04"] == counts["B08"]
    assert sql("SELECT count(*) FROM snapshots WHERE aum <> deposit_current + deposit_time + wealth + fund + insurance "
               "+ other OR deposit_current < 0") == [(0,)]
    assert sql("SELECT count(*) > 5 FROM complaints JOIN customers USING (customer_id) WHERE branch_id = 'B05' "
               "AND category = 'app' AND received_at >= DATE '2025-12-01'") == [(True,)]


def test_csv_holds_the_same_cells(tmp_path: Path) -> None:
    write_bank(tmp_path / "bank", SMALL, "csv", Silent())
    tables = dict(generate(SMALL.seed, SMALL.customers))
    for name in ("customers", "snapshots", "contacts"):
        with (tmp_path / "bank" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            head, *rows = list(csv.reader(file))
        assert tuple(head) == TABLES[name]
        assert len(rows) == tables[name].num_rows
        for place in (0, len(rows) // 2, -1):
            cells = [tables[name][column][len(rows) - 1 if place < 0 else place].as_py() for column in head]
            words = ["" if cell is None else str(cell).lower() if isinstance(cell, bool) else str(cell) for cell in cells]
            assert rows[place] == words


def test_an_earlier_bank_is_replaced_and_anything_else_refused(tmp_path: Path) -> None:
    folder = tmp_path / "bank"
    write_bank(folder, SMALL, "csv", Silent())
    write_bank(folder, SMALL, "parquet", Silent())
    assert {path.suffix for path in folder.iterdir()} == {".parquet", ".json"}
    files.ensured(folder, SMALL, "staff", Silent())
    write_bank(folder, replace(SMALL, seed=3), "parquet", Silent())
    assert digests(folder / SMALL.folder)["staff.parquet"] != hashlib.sha256(
        (folder / "staff.parquet").read_bytes()).hexdigest()
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("dear", encoding="utf-8")
    with pytest.raises(JobError, match="holds something else"):
        write_bank(tmp_path / "mine", SMALL, "parquet", Silent())
    with pytest.raises(JobError, match="a file of that name"):
        write_bank(tmp_path / "mine" / "letter.txt", SMALL, "parquet", Silent())
    with pytest.raises(JobError, match="cannot be written"):
        write_bank(tmp_path / "mine" / "letter.txt" / "deep", SMALL, "parquet", Silent())
    assert (tmp_path / "mine" / "letter.txt").read_text(encoding="utf-8") == "dear"
    assert {path.name for path in tmp_path.iterdir()} == {"bank", "mine"}


def test_a_broken_run_leaves_the_folder_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "bank"
    write_bank(folder, SMALL, "parquet", Silent())
    before = digests(folder)

    def stops(*_: object, **__: object) -> Any:
        yield next(generate(1, 1_500))
        raise KeyboardInterrupt

    monkeypatch.setattr(files, "generate", stops)
    with pytest.raises(KeyboardInterrupt):
        write_bank(folder, replace(SMALL, seed=1), "parquet", Silent())
    assert digests(folder) == before
    assert [path.name for path in tmp_path.iterdir()] == ["bank"]


def test_a_run_that_comes_second_takes_the_first_ones_bank(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between the look and the last step another run puts the same bank in place."""
    home = tmp_path / SMALL.folder
    first: list[int] = []

    def slowly(*given: Any, **named: Any) -> Any:
        monkeypatch.setattr(files, "generate", generate)
        files.ensured(tmp_path, SMALL, "staff", Silent())
        first.append((home / "staff.parquet").stat().st_mtime_ns)
        yield from generate(*given, **named)

    monkeypatch.setattr(files, "generate", slowly)
    path = files.ensured(tmp_path, SMALL, "staff", Silent())
    assert path == home / "staff.parquet"
    assert [path.stat().st_mtime_ns] == first
    assert [one.name for one in tmp_path.iterdir()] == [SMALL.folder]


def test_a_job_reads_a_table_like_parquet(project: Any) -> None:
    context = project.context()
    engine = DuckEngine(context.work)
    spec = DemoSource(type="demo", table="staff", customers=1_500)
    table = open_source("people", spec, context, engine)
    path = context.output / "demo" / SMALL.folder / "staff.parquet"
    assert table.origin.location == "demo:staff" == place_of(spec)
    assert table.origin.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert table.origin.columns == TABLES["staff"]
    assert table.origin.rows == dict(generate(DEMO_SEED, 1_500))["staff"].num_rows
    stamp = path.stat().st_mtime_ns
    open_source("again", spec, context, engine)
    assert path.stat().st_mtime_ns == stamp
    shuffled = open_source("dealt", spec.model_copy(update={"table": "customers", "shuffled": True}), context, engine)
    assert shuffled.origin.location == "demo:customers (shuffled)"
    assert (context.output / "demo" / f"{SMALL.folder}-shuffled").is_dir()
    engine.close()


def test_shuffling_keeps_every_column_and_breaks_every_tie(
    tables: dict[str, Any], dealt_anew: dict[str, Any], sql: Sql, sql_shuffled: Sql
) -> None:
    dealt = {"birth_date", "gender", "occupation", "annual_income", "income_band", "marital_status", "children",
             "education", "hobbies", "risk_level", "fund_control", "branch_id", "region_id", "rm_id", "contactable"}
    for column in TABLES["customers"]:
        before, after = tables["customers"][column], dealt_anew["customers"][column]
        assert sorted(map(str, before.to_pylist())) == sorted(map(str, after.to_pylist()))
        assert before.equals(after) == (column not in dealt)
    same = {name for name in TABLES if tables[name].equals(dealt_anew[name])}
    assert set(TABLES) - same == {"customers", "snapshots", "holdings", "targets"}
    for column in ("branch_id", "occupation", "gender"):
        query = f"SELECT {column}, tier, count(*) FROM closing GROUP BY ALL"
        assert p_value(sql_shuffled(query)) > 0.001
    assert p_value(sql("SELECT occupation, tier, count(*) FROM closing GROUP BY ALL")) < 1e-9
    left = ("SELECT branch_id, customer_id IN (SELECT customer_id FROM closing), count(*) FROM snapshots JOIN customers "
            "USING (customer_id) WHERE snapshot_date = DATE '2025-05-31' GROUP BY ALL")
    assert p_value(sql(left)) < 1e-9
    assert p_value(sql_shuffled(left)) > 0.001
    unassigned = "SELECT tier, count(*) FROM closing WHERE rm_id IS NULL GROUP BY 1 ORDER BY 1"
    assert sql_shuffled(unassigned) == sql(unassigned)
    with_leaver = """SELECT coalesce(rm_id = 'M0302', false), customer_id IN (SELECT customer_id FROM closing), count(*)
                     FROM snapshots JOIN customers USING (customer_id)
                     WHERE snapshot_date = DATE '2025-05-31' AND tier = 'private' GROUP BY ALL"""
    assert p_value(sql(with_leaver)) < 1e-9
    assert p_value(sql_shuffled(with_leaver)) > 0.001
    assert sql_shuffled("SELECT count(*) FROM holdings h JOIN customers c USING (customer_id) "
                        "WHERE h.risk_level > c.risk_level") == [(0,)]
    assert sql_shuffled("SELECT count(*) FROM snapshots s JOIN customers c USING (customer_id) "
                        "WHERE s.fund_control <> c.fund_control") == [(0,)]


def p_value(rows: list[tuple[Any, ...]]) -> float:
    """Chi-square test of independence of a long cross table."""
    first, second = sorted({row[0] for row in rows}), sorted({row[1] for row in rows})
    cells = {(one, other): count for one, other, count in rows}
    return float(chi2_contingency([[cells.get((one, other), 0) for other in second] for one in first]).pvalue)
