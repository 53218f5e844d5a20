"""The tiers' shares of the assets: what the richest tier holds, and that they make up the whole."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

from reportgen.config.job import Job
from reportgen.context import RunContext, installed_home
from reportgen.facts.gather import gather
from reportgen.period import Period

ROWS = "c,d,a,t\n1,2025-12-31,700,gold\n2,2025-12-31,200,plain\n3,2025-12-31,100,plain\n"


def test_a_tier_is_said_by_its_share_of_the_assets(tmp_path: Path) -> None:
    (tmp_path / "s.csv").write_text(ROWS, encoding="utf-8")
    job = Job.model_validate({
        "job": "tiers", "report": "characteristics", "currency": "CNY",
        "sources": {"s": {"type": "csv", "path": "s.csv"}},
        "frames": {"snapshots": {"from": "s", "columns": {
            "customer_id": "c", "snapshot_date": "d", "aum": {"column": "a", "unit": "元"}, "tier": "t"}}},
        "dimensions": {"tier": {"column": "tier", "order": ["gold", "plain"]}},
    })
    context = RunContext("t", job, Period.parse("2025-12"), tmp_path, installed_home(), tmp_path / "output")
    facts = gather(context)
    found = {one.segment: one.value for one in facts.facts if one.metric == "tier_aum_share"}
    assert found == {"gold": Fraction(7, 10), "plain": Fraction(3, 10)}
