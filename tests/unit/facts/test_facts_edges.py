"""Edges an auditor looked for: nobody stays, nobody was there, amounts nobody knows, rows of other days."""

from __future__ import annotations

import os
import subprocess
from fractions import Fraction

import pytest

from reportgen.errors import DataRefused, JobError, SourceError
from reportgen.facts.execute import DuckEngine
from reportgen.facts.plan import Request

OPEN, CLOSE = "2010-12-31", "2011-05-31"


def opening(project, *rows):
    project.write("opening.csv", [(name, OPEN, tier, "B1", 30, aum) for name, tier, aum in rows])


def closing(project, *rows):
    project.write("closing.csv", [(name, CLOSE, tier, "B1", 30, aum) for name, tier, aum in rows])


def bridge(facts, metric="aum_bridge"):
    steps = {one.segment: one.num for one in facts.of_scope("bank") if one.metric == metric}
    assert sum(value for step, value in steps.items() if step != "closing") == steps["closing"]
    return steps


def test_everybody_is_lost_and_nobody_came(project):
    opening(project, ("A", "private", 6_000_000))
    closing(project, ("A", "other", 100))
    facts = project.facts()
    assert (facts.find("customers_lost").num, facts.find("retention_rate").value) == (1, 0)
    assert bridge(facts, "customers_bridge") == {"opening": 1, "lost": -1, "new": 0, "closing": 0}
    assert facts.find("aum_per_customer") is None


def test_nobody_was_there_at_the_opening(project):
    opening(project, ("A", "other", 100))
    closing(project, ("A", "private", 6_000_000))
    facts = project.facts()
    assert facts.find("customers_gross_new").num == 1
    assert facts.find("retention_rate") is None
    assert bridge(facts)["new"] == 6_000_000_00


def test_an_unknown_amount_is_no_movement_of_assets(project):
    opening(project, ("A", "private", 6_000_000), ("B", "private", 8_000_000))
    closing(project, ("A", "private", ""), ("B", "private", 9_000_000), ("C", "private", ""))
    facts = project.facts()
    assert facts.find("aum_existing_change").num == 1_000_000_00, "only of those whose amount is known at both dates"
    assert bridge(facts)["unknown"] == -6_000_000_00
    average = facts.find("aum_per_customer")
    assert (average.value, average.n) == (Fraction(9_000_000_00), 1)
    assert facts.find("growth_decomp", dimension="part", segment="volume") is None
    assert facts.find("aum_missing").num == 2


def test_known_amounts_leave_no_unknown_step(project):
    opening(project, ("A", "private", 6_000_000))
    closing(project, ("A", "private", 7_000_000))
    assert "unknown" not in bridge(project.facts())


def test_losses_are_told_apart_only_where_the_data_tells(project):
    opening(project, *((name, "private", 6_000_000) for name in "ABCDE"))
    closing(project, ("A", "other", ""), ("B", "other", 0), ("C", "other", 10), ("D", "other", 7_000_000))
    facts = project.facts()
    kinds = {kind: facts.find("customers_lost", dimension="loss", segment=kind) for kind in ("left", "below_floor", "unclear")}
    assert {kind: fact.num for kind, fact in kinds.items()} == {"left": 2, "below_floor": 1, "unclear": 2}


def test_customers_of_the_tier_under_its_floor_are_counted(project):
    opening(project, ("A", "private", 6_000_000))
    closing(project, ("A", "private", 4_999_999.99), ("B", "private", 5_000_000))
    facts = project.facts()
    assert facts.find("customers_below_floor").num == 1


def test_a_contact_nobody_recorded_is_overdue_and_counted_apart(project):
    head = ("customer_id", "snapshot_date", "tier", "branch_id", "age", "aum", "seen")
    project.job(replace={"age: age": "age: age\n      last_contact: seen"})
    project.write("opening.csv", [("A", OPEN, "private", "B1", 30, 1, "2010-12-01")], head)
    project.write("closing.csv", [("A", CLOSE, "private", "B1", 30, 1, ""), ("B", CLOSE, "private", "B1", 30, 1, "2011-01-15")], head)
    facts = project.facts(request=Request(contact_limit_days=30))
    assert (facts.find("contact_overdue").num, facts.find("contact_unrecorded").num) == (2, 1)
    rate = facts.find("contact_rate")
    assert (rate.value, rate.since) == (Fraction(1, 2), "2010-12")
    assert facts.find("days_since_contact").n == 1


DATED = {"as_of: since": "", "as_of: period_end": "", "path: opening.csv, ": "path: opening.csv", "path: closing.csv, ": "path: closing.csv"}


def test_rows_of_other_days_are_counted_and_blank_days_refused(project):
    project.job(replace=DATED)
    opening(project, ("A", "private", 1))
    project.write("closing.csv", [("A", CLOSE, "private", "B1", 30, 1), ("B", "2011-05-30", "private", "B1", 30, 1)])
    results = {one.gate: (one.count, one.rows) for one in project.facts().quality if one.count and one.source == "closing"}
    assert results["other_date"] == (1, (3,))
    project.write("closing.csv", [("A", CLOSE, "private", "B1", 30, 1), ("B", "", "private", "B1", 30, 1)])
    with pytest.raises(DataRefused, match="missing_date"):
        project.facts()


def test_an_empty_file_is_named(project):
    opening(project)
    closing(project, ("A", "private", 1))
    with pytest.raises(SourceError, match="'opening' holds no date"):
        project.facts()


def test_columns_named_as_the_program_names_its_own(project):
    names = ("at", "branch", "region", "amount", "counted", "source", "known", "row_no")
    lines = "".join(f"      {name}: {{column: {name}, kind: category}}\n" for name in names)
    dimensions = "".join(f"  by_{name}: {{column: {name}}}\n" for name in names)
    project.job(replace={"population:": f"{lines}population:", "dimensions:\n": f"dimensions:\n{dimensions}"})
    head = ("customer_id", "snapshot_date", "tier", "branch_id", "age", "aum", *names)
    for file, day in (("opening.csv", OPEN), ("closing.csv", CLOSE)):
        project.write(file, [("A", day, "private", "B1", 30, 6_000_000, *(f"x{name}" for name in names))], head)
    facts = project.facts()
    for name in names:
        assert facts.find("customers_total", dimension=f"by_{name}", segment=f"x{name}").num == 1


def test_a_gate_quotes_the_cell_as_it_stands_in_the_file(project):
    project.job(replace={"unit: 元": "unit: 万元"})
    opening(project, ("A", "private", 600))
    closing(project, ("A", "private", "-5"))
    with pytest.raises(DataRefused, match=r"rows 2 \('-5'\)"):
        project.facts()


def test_a_killed_run_s_work_files_are_forgotten_by_the_next(project):
    dead = subprocess.Popen(["true"])
    dead.wait()
    left = project.root / "output" / "work" / "killed"
    alive = project.root / "output" / "work" / "running"
    for folder, pid in ((left, dead.pid), (alive, os.getpid())):
        folder.mkdir(parents=True)
        (folder / "pid").write_text(str(pid), encoding="ascii")
        (folder / "customers.csv").write_text("personal", encoding="utf-8")
    assert project.context().work.is_dir()
    assert not left.exists()
    assert (alive / "customers.csv").exists()


def test_an_output_that_is_a_file_is_named(project):
    (project.root / "output").write_text("in the way", encoding="utf-8")
    with pytest.raises(JobError, match="cannot be used for output"):
        _ = project.context().work


def test_an_interrupt_inside_a_query_is_an_interrupt(tmp_path):
    engine = DuckEngine(tmp_path)
    execute = engine._connection.con

    class Interrupted:
        def execute(self, sql):
            raise RuntimeError("Query interrupted")

    engine._connection.con = Interrupted()
    with pytest.raises(KeyboardInterrupt):
        engine._run("SELECT 1")
    engine._connection.con = execute
    engine.close()
