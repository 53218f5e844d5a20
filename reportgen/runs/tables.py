"""The ledger's tables, the same in SQLite and PostgreSQL."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import (
    Column,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.types import TypeDecorator, TypeEngine

VERSION = 1
"""Of these tables. A ledger of a higher one is refused: it was written by a newer program."""


class Moment(TypeDecorator[datetime]):
    """An aware time: `timestamptz` where there is one, else text of one length in UTC, which sorts as time does."""

    impl = String(32)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[datetime] | TypeEngine[str]:
        if dialect.name == "postgresql":
            return dialect.type_descriptor(DateTime(timezone=True))
        return dialect.type_descriptor(String(32))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | str | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone")
        value = value.astimezone(UTC)
        return value if dialect.name == "postgresql" else value.isoformat(timespec="microseconds")

    def process_result_value(self, value: datetime | str | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        if value is None:
            return None
        return (datetime.fromisoformat(value) if isinstance(value, str) else value).astimezone(UTC)


METADATA = MetaData()

schema = Table(
    "reportgen_schema", METADATA,
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("made", Moment, nullable=False),
)

runs = Table(
    "reportgen_runs", METADATA,
    Column("id", String(32), primary_key=True),
    Column("job", Text, nullable=False),
    Column("period", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("state", String(32), nullable=False),
    Column("epoch", Integer, nullable=False),
    Column("host", Text, nullable=False),
    Column("pid", Integer, nullable=False),
    Column("holder", Text, nullable=False),
    Column("machine", Text, nullable=False),
    Column("boot", Text, nullable=False),
    Column("space", Text, nullable=False),
    Column("born", Text, nullable=False),
    Column("lock", Text, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("started", Moment, nullable=False),
    Column("claimed", Moment, nullable=False),
    Column("until", Moment),
    Column("until_uptime", Float),
    Column("ended", Moment),
    Column("digest", Text, nullable=False, default=""),
    Column("reason", Text, nullable=False, default=""),
    Column("problem", Text, nullable=False, default=""),
    UniqueConstraint("job", "period", "version", name="reportgen_runs_version"),
    Index("reportgen_runs_started", "started"),
    Index("reportgen_runs_state", "state"),
)

units = Table(
    "reportgen_units", METADATA,
    Column("run", String(32), ForeignKey(runs.c.id), primary_key=True),
    Column("scope", Text, primary_key=True),
    Column("locale", String(16), primary_key=True),
    Column("state", String(32), nullable=False),
    Column("epoch", Integer, nullable=False),
    Column("edition", Text, nullable=False, default=""),
    Column("pdf", Text, nullable=False, default=""),
    Column("workbook", Text, nullable=False, default=""),
    Column("manifest", Text, nullable=False, default=""),
    Column("problem", Text, nullable=False, default=""),
    Column("code", Integer, nullable=False, default=0),
    Column("seconds", Float, nullable=False, default=0.0),
    Column("attempts", Integer, nullable=False, default=0),
    Index("reportgen_units_state", "run", "state"),
)

steps = Table(
    "reportgen_steps", METADATA,
    Column("number", Integer, primary_key=True),
    Column("run", String(32), ForeignKey(runs.c.id), nullable=False, index=True),
    Column("at", Moment, nullable=False),
    Column("epoch", Integer, nullable=False),
    Column("before", String(32), nullable=False),
    Column("after", String(32), nullable=False),
    Column("by", Text, nullable=False),
    Column("problem", Text, nullable=False, default=""),
)

occurrences = Table(
    "reportgen_occurrences", METADATA,
    Column("job", Text, primary_key=True),
    Column("period", Text, primary_key=True),
    Column("due", Moment, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("noted", Moment, nullable=False),
    Column("first_noted", Moment, nullable=False),
    Index("reportgen_occurrences_due", "job", "due"),
)

ticks = Table(
    "reportgen_ticks", METADATA,
    Column("host", Text, primary_key=True),
    Column("at", Moment, nullable=False),
)
