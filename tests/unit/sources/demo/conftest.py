"""The demonstration bank, made once a session, and SQL over it as an oracle that shares no code with the program."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import duckdb
import pytest

from reportgen.sources.demo.generate import generate

Sql = Callable[[str], list[tuple[Any, ...]]]


@pytest.fixture(scope="session")
def tables() -> dict[str, Any]:
    """The bank as users get it."""
    return dict(generate())


@pytest.fixture(scope="session")
def dealt_anew() -> dict[str, Any]:
    """The same bank shuffled."""
    return dict(generate(shuffled=True))


def asked(tables: dict[str, Any]) -> Sql:
    connection = duckdb.connect()
    for name, table in tables.items():
        connection.register(name, table)
    connection.execute("""
        CREATE VIEW closing AS
        SELECT s.*, c.branch_id, c.region_id, c.rm_id, c.occupation, c.gender, c.annual_income, c.risk_level,
               date_diff('year', c.birth_date, DATE '2025-12-31') AS age,
               s.customer_id IN (SELECT customer_id FROM transactions WHERE customer_initiated
                                 AND txn_date > DATE '2025-12-31' - 180) AS active
        FROM snapshots s JOIN customers c USING (customer_id) WHERE snapshot_date = DATE '2025-12-31'
    """)
    return lambda query: connection.execute(query).fetchall()


@pytest.fixture(scope="session")
def sql(tables: dict[str, Any]) -> Sql:
    return asked(tables)


@pytest.fixture(scope="session")
def sql_shuffled(dealt_anew: dict[str, Any]) -> Sql:
    return asked(dealt_anew)


@pytest.fixture(scope="session")
def ask() -> Callable[[dict[str, Any]], Sql]:
    """SQL over any bank."""
    return asked
