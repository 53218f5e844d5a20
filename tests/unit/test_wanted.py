"""Which metrics a report wants, and that nothing else is kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from reportgen.context import Installation
from reportgen.document.report import load_report
from reportgen.facts.builder import FactBuilder
from reportgen.facts.definitions import load_metrics
from reportgen.facts.measures import MEASURES
from reportgen.findings.rulebook import load_rulebook
from reportgen.wanted import wanted_metrics

ROOT = Path(__file__).parents[2]
SHELF = Installation(ROOT, ROOT)
METRICS = load_metrics(ROOT / "config" / "metrics")
NINE = sorted(path.parent.name for path in (ROOT / "templates").glob("*/report.yaml"))


@pytest.mark.parametrize("name", NINE)
def test_a_report_wants_what_its_blocks_and_rules_name(name: str) -> None:
    report, rulebook = load_report(SHELF, name), load_rulebook(SHELF)
    wanted = wanted_metrics(SHELF, report, rulebook)
    if not report.roles:
        assert wanted is None
        return
    assert wanted is not None
    judged = {metric for rule in report.rules for metric in rulebook.rules[rule].metrics}
    tiles = {tile.partition("[")[0] for block in report.blocks() for tile in block.kpis or ()}
    assert (judged | tiles) <= wanted | (judged - set(METRICS))


def test_a_report_without_training_wants_no_training() -> None:
    wanted = wanted_metrics(SHELF, load_report(SHELF, "tiering"), load_rulebook(SHELF))
    assert wanted is not None
    assert "gini" in wanted
    assert "training_hours" not in wanted


def test_every_measure_names_metrics_that_are_defined_and_runs_once() -> None:
    assert not {metric for measure in MEASURES for metric in measure.metrics} - set(METRICS)
    assert len({measure.run for measure in MEASURES}) == len(MEASURES)


def test_only_what_is_declared_may_be_added_and_only_what_is_asked_is_kept() -> None:
    builder = FactBuilder(METRICS, "2025-12", "2025-11")
    with builder.only(["gini", "csat"], frozenset({"csat"})):
        builder.add("csat", "bank", 40, 10)
        builder.add("gini", "bank", 1, 2)
        with pytest.raises(ValueError, match="does not name"):
            builder.add("nps", "bank", 1, 2)
    builder.add("nps", "bank", 1, 2)
    assert {one.metric for one in builder.facts.values()} == {"csat", "nps"}
