"""Which report uses what: also what a block draws, a rule judges or a segment brings without naming it."""

from __future__ import annotations

from reportgen.catalogue import catalogue
from reportgen.context import installation


def test_what_is_used_unnamed_counts_as_used() -> None:
    used = {(one.kind, one.id): one.used_by for one in catalogue(installation())}
    assert "tiering" in used["metric", "migration_matrix"]
    assert "tiering" in used["metric", "customers_bridge"]
    assert "tiering" in used["metric", "lorenz_share"]
    assert "retention_execution" in used["metric", "churn_annualised"]
    assert "private_banking" in used["suggestion", "s_owner_finance"]
    assert "tiering" not in used["suggestion", "s_owner_finance"]
    assert "tiering" in used["chart", "waterfall"]
    assert [name for (kind, name), by in used.items() if kind in ("rule", "suggestion") and not by] == []
