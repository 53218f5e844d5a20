"""The outbox's table, beside the run ledger's: one row a mail."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Index, Integer, String, Table, Text

from reportgen.runs.tables import METADATA, Moment

mails = Table(
    "reportgen_mails", METADATA,
    Column("key", String(64), primary_key=True),
    Column("job", Text, nullable=False),
    Column("period", Text, nullable=False),
    Column("scope", Text, nullable=False),
    Column("revision", String(16), nullable=False),
    Column("manifest", String(64), nullable=False),
    Column("recipient", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("message_id", Text, nullable=False),
    Column("content", String(64), nullable=False),
    Column("pdf", String(64), nullable=False),
    Column("entitlement", String(64), nullable=False),
    Column("bytes", Integer, nullable=False),
    Column("state", String(16), nullable=False),
    Column("epoch", Integer, nullable=False),
    Column("queued", Moment, nullable=False),
    Column("next_at", Moment, nullable=False),
    Column("until", Moment),
    Column("handed", Moment),
    Column("attempts", Integer, nullable=False),
    Column("code", Integer, nullable=False),
    Column("enhanced", String(16), nullable=False),
    Column("said", Text, nullable=False),
    Column("queue_id", Text, nullable=False),
    Column("sender", Text, nullable=False),
    Column("noted", Boolean, nullable=False),
    Index("reportgen_mails_state", "state", "next_at"),
    Index("reportgen_mails_edition", "job", "period", "scope"),
)
