"""The demonstration bank's tables fit each other: keys, dates, sums."""

from __future__ import annotations

import typing
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from reportgen.config.source import DemoTable
from reportgen.frames.roles import KEYS, ROLES
from reportgen.sources.demo.bank import BRANCHES, REGION_OF, REGIONS
from reportgen.sources.demo.schema import TABLES

Sql = Callable[[str], list[tuple[Any, ...]]]
UNITS = Path(__file__).resolve().parents[4] / "config" / "units" / "demo.yaml"
PAGE = UNITS.parents[2] / "docs" / "demonstration-bank.md"
FONT = UNITS.parents[2] / "templates" / "assets" / "fonts" / "noto-sans-sc" / "NotoSansSC-Regular.ttf"

REFERENCES = [
    *((table, "customer_id", "customers", "customer_id")
      for table, columns in TABLES.items() if "customer_id" in columns),
    ("customers", "rm_id", "staff", "rm_id"), ("contacts", "rm_id", "staff", "rm_id"),
    ("staff", "backup_rm_id", "staff", "rm_id"), ("training", "staff_id", "staff", "rm_id"),
    ("complaints", "repeat_of", "complaints", "complaint_id"), ("leads", "referrer_id", "customers", "customer_id"),
    ("staff", "branch_id", "customers", "branch_id"), ("activities", "branch_id", "customers", "branch_id"),
    ("tickets", "raised_by_unit", "customers", "branch_id"),
]
DAYS = [
    ("holdings", "start_date"), ("transactions", "txn_date"), ("contacts", "contact_date"),
    ("complaints", "received_at"), ("life_events", "event_date"), ("surveys", "survey_date"), ("digital", "month"),
    ("snapshots", "snapshot_date"), ("notices", "published_at"), ("snapshots", "last_contact"),
]
"""What happens to a customer; a lead is created before its customer is one."""


def test_the_tables_are_the_nineteen_of_the_schema(tables: dict[str, Any]) -> None:
    assert {name: tuple(table.column_names) for name, table in tables.items()} == TABLES
    assert list(TABLES) == list(typing.get_args(DemoTable))
    assert len(TABLES) == 19
    assert sum(table.num_rows for table in tables.values()) < 1_600_000
    assert tables["transactions"].num_rows < 500_000
    assert min(table.num_rows for table in tables.values()) > 10


@pytest.mark.parametrize("table", TABLES)
def test_every_column_is_one_the_role_knows(table: str) -> None:
    assert set(TABLES[table]) <= set(ROLES[table])


@pytest.mark.parametrize("table", KEYS)
def test_keys_are_unique(sql: Sql, table: str) -> None:
    key = ", ".join(KEYS[table])
    assert sql(f"SELECT {key} FROM {table} GROUP BY {key} HAVING count(*) > 1") == []
    assert sql(f"SELECT count(*) FROM {table} WHERE {' OR '.join(f'{one} IS NULL' for one in KEYS[table])}") == [(0,)]


@pytest.mark.parametrize(("table", "column", "other", "key"), REFERENCES)
def test_every_reference_resolves(sql: Sql, table: str, column: str, other: str, key: str) -> None:
    lost = f"SELECT DISTINCT {column} FROM {table} WHERE {column} IS NOT NULL EXCEPT SELECT {key} FROM {other}"
    assert sql(lost) == []


@pytest.mark.parametrize(("table", "column"), DAYS)
def test_nothing_happens_before_the_account_or_after_2025(sql: Sql, table: str, column: str) -> None:
    [(early, late, rows)] = sql(f"""
        SELECT count(*) FILTER ({column} < open_date), count(*) FILTER ({column} > DATE '2025-12-31'), count(*)
        FROM {table} t JOIN customers USING (customer_id)
    """)
    assert (early, late) == (0, 0)
    assert rows > 100


@pytest.mark.parametrize("query", [
    "SELECT count(*) FROM complaints WHERE closed_at < received_at OR closed_at > DATE '2025-12-31'",
    "SELECT count(*) FROM leads WHERE stage_date < created_at OR stage_date > DATE '2025-12-31'",
    "SELECT count(*) FROM leads JOIN customers USING (customer_id) WHERE stage <> 'won' OR stage_date <> open_date",
    "SELECT count(*) FROM holdings WHERE end_date <= start_date OR end_date > maturity_date OR maturity_date <= start_date",
    "SELECT count(*) FROM holdings WHERE end_date > DATE '2025-12-31' OR (end_date IS NULL AND maturity_date <= DATE '2025-12-31')",
    "SELECT count(*) FROM tickets WHERE first_response_at <= raised_at OR closed_at <= first_response_at OR closed_at > '2025-12-31 23:59'",
    "SELECT count(*) FROM life_events WHERE reported_at < event_date OR acknowledged_at < event_date",
    "SELECT count(*) FROM contacts WHERE next_date <= contact_date",
    "SELECT count(*) FROM activities WHERE attended > invited OR adopted_items > feedback_items",
    "SELECT count(*) FROM campaigns WHERE (control AND (targeted OR reached)) OR (responded AND NOT reached)",
    "SELECT count(*) FROM snapshots WHERE last_contact > snapshot_date OR deposit_current < 0 OR aum <= 0",
    """SELECT count(*) FROM complaints a JOIN complaints b ON a.repeat_of = b.complaint_id
       WHERE a.customer_id <> b.customer_id OR a.received_at <= b.received_at""",
    "SELECT count(*) FROM training JOIN staff ON staff_id = rm_id WHERE training_date > leave_date",
    "SELECT count(*) FROM contacts JOIN staff USING (rm_id) WHERE contact_date > leave_date",
    "SELECT count(*) FROM transactions WHERE amount <= 0",
])
def test_no_row_contradicts_itself(sql: Sql, query: str) -> None:
    assert sql(query) == [(0,)]


def test_aum_is_the_sum_of_its_parts_to_the_fen(sql: Sql) -> None:
    assert sql("""
        SELECT count(*) FROM snapshots
        WHERE aum <> deposit_current + deposit_time + wealth + fund + insurance + other
    """) == [(0,)]


@pytest.mark.parametrize(("product", "column"), [
    ("deposit_time", "deposit_time"), ("wealth", "wealth"), ("fund", "fund"), ("insurance", "insurance"),
    ("gold", "other"), ("loan", "loan"),
])
def test_holdings_add_up_to_every_snapshot(sql: Sql, product: str, column: str) -> None:
    different = sql(f"""
        WITH held AS (
            SELECT s.customer_id, s.snapshot_date, sum(h.amount) AS amount
            FROM snapshots s JOIN holdings h ON h.customer_id = s.customer_id AND h.product_type = '{product}'
                AND h.start_date <= s.snapshot_date AND (h.end_date IS NULL OR h.end_date > s.snapshot_date)
            GROUP BY ALL
        )
        SELECT count(*) FILTER (coalesce(held.amount, 0) <> s.{column}), count(*) FILTER (s.{column} > 0)
        FROM snapshots s LEFT JOIN held USING (customer_id, snapshot_date)
    """)
    assert different[0][0] == 0
    assert different[0][1] > 1_000


def test_who_has_left_is_on_no_list_again(sql: Sql) -> None:
    assert sql("""
        SELECT count(*) FROM (
            SELECT customer_id, count(*) AS seen, min(snapshot_date) AS first, max(snapshot_date) AS last
            FROM snapshots GROUP BY 1
        ) WHERE seen <> date_diff('month', first, last) + 1
    """) == [(0,)]
    assert sql("SELECT count(DISTINCT snapshot_date), min(snapshot_date)::text, max(snapshot_date)::text "
               "FROM snapshots") == [(25, "2023-12-31", "2025-12-31")]


def test_tiers_rise_at_once_and_fall_after_six_months(sql: Sql) -> None:
    edges = "CASE WHEN month_avg_aum >= 6000000 THEN 2 WHEN month_avg_aum >= 500000 THEN 1 ELSE 0 END"
    rank = "CASE tier WHEN 'private' THEN 2 WHEN 'affluent' THEN 1 ELSE 0 END"
    assert sql(f"SELECT count(*) FROM snapshots WHERE {rank} < {edges}") == [(0,)]
    assert sql(f"""
        SELECT count(*) FROM (
            SELECT {rank} AS rank, lag({rank}) OVER who AS before, max({edges}) OVER (who ROWS 5 PRECEDING) AS best
            FROM snapshots WINDOW who AS (PARTITION BY customer_id ORDER BY snapshot_date)
        ) WHERE rank < before AND best >= before
    """) == [(0,)]
    [(fallen,)] = sql(f"""SELECT count(*) FROM (SELECT {rank} - lag({rank}) OVER (PARTITION BY customer_id
                          ORDER BY snapshot_date) AS step FROM snapshots) WHERE step < 0""")
    assert fallen > 100


def test_every_unit_has_its_words(tables: dict[str, Any]) -> None:
    units = yaml.safe_load(UNITS.read_text(encoding="utf-8"))
    assert {code: one["region"] for code, one in units["branch"].items()} == {
        code: REGIONS[REGION_OF[number]] for number, code in enumerate(BRANCHES)
    }
    assert set(units["region"]) == set(REGIONS)
    assert set(units["rm"]) == set(tables["staff"]["rm_id"].to_pylist())
    words = [one[locale] for kind in units.values() for one in kind.values() for locale in ("zh-CN", "en")]
    assert all(words)
    longest = units["branch"]["B07"]
    assert len(longest["zh-CN"]) >= 30
    assert len(longest["en"]) >= 80
    rare = units["branch"]["B10"]["zh-CN"][0]
    assert ord(rare) == 0x4DAE
    with pytest.raises(UnicodeEncodeError):
        rare.encode("gbk")
    assert rare.encode("gb18030")


def test_the_page_states_the_rows_there_are(tables: dict[str, Any]) -> None:
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    stated = {cells[1].strip(" `"): cells[3].strip() for line in lines if len(cells := line.split("|")) == 6}
    assert {name: rows for name, rows in stated.items() if name in TABLES} == {
        name: f"{table.num_rows:,}" for name, table in tables.items()
    }


def test_the_shipped_font_holds_every_name() -> None:
    from fontTools.ttLib import TTFont

    held = TTFont(FONT).getBestCmap()
    assert {char for char in UNITS.read_text(encoding="utf-8") if not char.isspace() and ord(char) not in held} == set()
