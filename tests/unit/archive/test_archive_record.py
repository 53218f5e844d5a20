"""The record of an edition: kept whole, found again, refused when broken."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path

import pytest

from reportgen.archive.record import Record, latest_before, record_bytes, record_path, restore_record
from reportgen.config import load_job
from reportgen.context import RunContext
from reportgen.errors import ArchiveError
from reportgen.findings.follow_up import Remembered
from reportgen.findings.terms import Terms
from reportgen.period import Period

ROOT = Path(__file__).parents[3]
ISSUE = Remembered("r_churn_high", "high", "churn_rate", "tier", "affluent", "", Fraction(33, 72), None, 72, "2011-03",
                   3, 1, {"zh-CN": "流失45.8%", "en": "45.8% lost"})
TERMS = Terms({"churn_rate": {"zh-CN": "甲", "en": "A"}}, {"r_churn_high.max_annual": "1/10"}, {"private": "500万元"})


def at(period: str, output: Path) -> RunContext:
    return RunContext.create(load_job(ROOT / "config/jobs/taihu.yaml"), Period.parse(period), output=output)


def record(period: str, scope: str = "bank") -> Record:
    return Record("taihu", period, scope, "abc", (ISSUE,), ("s_winback",), TERMS)


def keep(one: Record, context: RunContext) -> Path:
    """Lay a record out as the archive has it."""
    restore_record(context, one.period, one.scope, record_bytes(one))
    return record_path(context, one)


def test_the_next_period_reads_what_was_kept(tmp_path: Path) -> None:
    keep(record("2011-04"), at("2011-04", tmp_path))
    found = latest_before(at("2011-05", tmp_path), "bank")
    assert found is not None
    assert (found.period, found.findings, found.terms, found.suggestions) == ("2011-04", (ISSUE,), TERMS, ("s_winback",))
    assert len(found.digest) == 64


def test_the_newest_earlier_period_of_the_same_scope_and_length_counts(tmp_path: Path) -> None:
    for period in ("2011-01", "2011-03", "2011-05", "2011-06", "2011-Q1", "2010"):
        keep(record(period), at(period, tmp_path))
    keep(record("2011-04", "branch:B01"), at("2011-04", tmp_path))
    now = at("2011-05", tmp_path)
    assert getattr(latest_before(now, "bank"), "period", None) == "2011-03"
    assert getattr(latest_before(now, "branch:B01"), "period", None) == "2011-04"
    assert latest_before(now, "branch:B02") is None
    assert latest_before(at("2010-12", tmp_path), "bank") is None


def test_a_record_is_the_same_bytes_each_time_and_stands_alone(tmp_path: Path) -> None:
    context = at("2011-04", tmp_path)
    first = keep(record("2011-04"), context).read_bytes()
    assert keep(record("2011-04"), context).read_bytes() == first
    assert [path.name for path in (tmp_path / "editions/taihu/2011-04").iterdir()] == ["bank.json"]


@pytest.mark.parametrize("spoil", [
    lambda text: text[:-20], lambda text: text.replace("record 1", "record 9"), lambda text: text.replace("33/72", "x"),
    lambda text: json.dumps({"format": "reportgen-record 1"}),
])
def test_a_broken_record_stops_the_run(tmp_path: Path, spoil) -> None:
    path = keep(record("2011-04"), at("2011-04", tmp_path))
    text = path.read_text("utf-8").replace('"11/24"', '"33/72"')
    path.write_text(spoil(text), "utf-8")
    with pytest.raises(ArchiveError, match="cannot be read") as caught:
        latest_before(at("2011-05", tmp_path), "bank")
    assert "bank.json" in str(caught.value)
