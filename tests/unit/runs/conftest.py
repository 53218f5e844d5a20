"""A place for a ledger, once on SQLite and once on PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text, update

from reportgen.runs.ledger import Ledger
from reportgen.runs.record import Claim
from reportgen.runs.tables import runs
from tests.postgres import Cluster, postgres  # noqa: F401 - a fixture


@dataclass
class Clock:
    """A clock that moves when it is told to."""

    now: datetime = datetime(2026, 1, 6, 0, 30, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def go(self, **span: float) -> None:
        self.now += timedelta(**span)


@dataclass
class Place:
    """Where one test's ledger stands; every `ledger` is another program's view of it."""

    output: Path
    url: str = ""
    opened: list[Ledger] = field(default_factory=list)

    def ledger(self, clock: Clock | None = None, output: str = "output") -> Ledger:
        made = Ledger.of(self.output / output, self.url, clock)
        self.opened.append(made)
        return made


def put(ledger: Ledger, claim: Claim, state: str) -> None:
    """Set a run's state past all rules."""
    with ledger.database.writing() as connection:
        connection.execute(update(runs).where(runs.c.id == claim.run_id).values(state=state))


def everything(ledger: Ledger) -> list[tuple[Any, ...]]:
    """All that the ledger holds."""
    with ledger.database.reading() as connection:
        return [
            tuple(row) for table in ("runs", "units", "steps") for row in
            sorted(connection.execute(text(f"SELECT * FROM reportgen_{table}")), key=str)
        ]


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    """The same test on either database."""
    url = f"sqlite:///{tmp_path / 'ledger.db'}"
    if request.param == "postgresql":
        cluster: Cluster = request.getfixturevalue("postgres")
        url = cluster.database()
    made = Place(tmp_path, url)
    yield made
    for one in made.opened:
        one.close()


@pytest.fixture
def clock() -> Clock:
    return Clock()
