"""A run in one file for operators and machines: `<output>/runs/<run>/summary.json`. It holds no customer data."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from reportgen.archive import durable
from reportgen.archive.entry import utc
from reportgen.facts.table import FactSet
from reportgen.runs.reconcile import Reconciliation
from reportgen.runs.record import Claim
from reportgen.runs.states import RunState
from reportgen.runs.task import Result

FORMAT = "reportgen-summary 1"
NAME = "summary.json"


@dataclass(slots=True)
class Summary:
    """What became of a run so far."""

    claim: Claim
    started: datetime
    scopes: tuple[str, ...] = ()
    units: int = 0
    """Scope and locale pairs."""
    archived: int = 0
    failed: list[Result] = field(default_factory=list)
    editions: list[dict[str, str]] = field(default_factory=list)
    """{scope, revision, edition, manifest, standing: issued now, or before}."""
    reconciliation: Sequence[Reconciliation] = ()
    inputs: list[dict[str, str]] = field(default_factory=list)
    delivery: dict[str, Any] = field(default_factory=dict)
    """Mails queued, and who gets none; empty where the job sends nothing."""

    def read_from(self, facts: FactSet) -> None:
        self.inputs = [{"name": one.name, "sha256": one.sha256} for one in facts.origins]

    def write(self, folder: Path, state: RunState, ended: datetime, problem: str = "") -> None:
        """Put it in the place of an earlier one; durable on return."""
        data = json.dumps(self.told(state, ended, problem), ensure_ascii=False, indent=1)
        durable.replace(folder / NAME, f"{data}\n".encode(), folder / "tmp", mode=0o644)
        durable.remove_folder(folder / "tmp")
        durable.sync_folder(folder)  # nobody looks here again once the ledger has the run at rest

    def told(self, state: RunState, ended: datetime, problem: str = "") -> dict[str, Any]:
        """The content of the file."""
        return {
            "format": FORMAT, "run": self.claim.run_id, "job": self.claim.job, "period": self.claim.period,
            "version": self.claim.version, "state": str(state), "problem": problem,
            "started": utc(self.started), "ended": utc(ended), "scopes": list(self.scopes),
            "units": {"total": self.units, "archived": self.archived, "failed": len(self.failed)},
            "failures": [self._failure(one) for one in self.failed],
            "editions": self.editions,
            "reconciliation": [one.told() for one in self.reconciliation],
            "inputs": self.inputs,
            **({"delivery": self.delivery} if self.delivery else {}),
        }

    @staticmethod
    def _failure(one: Result) -> dict[str, str | int]:
        assert one.failure is not None
        return {"scope": one.task.scope, "locale": one.task.locale, "code": one.failure.code,
                "problem": str(one.failure), "attempts": one.attempts}


def read_summary(folder: Path) -> dict[str, Any]:
    """A run's summary; empty where there is none."""
    try:
        found: dict[str, Any] = json.loads((folder / NAME).read_bytes())
    except (OSError, ValueError):
        return {}
    return found
