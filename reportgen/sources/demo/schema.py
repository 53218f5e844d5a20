"""The nineteen tables and their columns, in order: stable from version to version but for additions."""

from __future__ import annotations

import datetime as dt

FIRST_YEAR, MONTHS = 2024, 24


def snapshot_days() -> tuple[dt.date, ...]:
    """The dates of the snapshots, in order: the end of each month, and of the month before the first."""
    starts = (dt.date(FIRST_YEAR + month // 12, month % 12 + 1, 1) for month in range(MONTHS + 1))
    return tuple(start - dt.timedelta(days=1) for start in starts)


TABLES: dict[str, tuple[str, ...]] = {
    "customers": (
        "customer_id", "name_masked", "birth_date", "gender", "occupation", "annual_income", "income_band",
        "marital_status", "children", "education", "hobbies", "risk_level", "fund_control", "branch_id", "region_id",
        "rm_id", "open_date", "contactable",
    ),
    "snapshots": (
        "snapshot_date", "customer_id", "tier", "aum", "deposit_current", "deposit_time", "wealth", "fund",
        "insurance", "other", "loan", "month_avg_aum", "contribution", "last_contact", "qualifying_amount",
        "fund_control",
    ),
    "holdings": (
        "customer_id", "product_code", "product_type", "amount", "start_date", "maturity_date", "end_date",
        "yield_rate", "risk_level",
    ),
    "transactions": (
        "customer_id", "txn_date", "direction", "amount", "channel", "counterparty", "customer_initiated",
    ),
    "contacts": (
        "contact_id", "customer_id", "rm_id", "contact_date", "channel", "purpose", "note_chars", "outcome",
        "next_date",
    ),
    "complaints": (
        "complaint_id", "customer_id", "received_at", "closed_at", "category", "channel", "complexity", "satisfied",
        "repeat_of",
    ),
    "life_events": ("customer_id", "event_date", "event_type", "reported_at", "acknowledged_at"),
    "activities": (
        "activity_id", "activity_date", "activity_type", "tier", "branch_id", "invited", "attended",
        "feedback_items", "adopted_items",
    ),
    "surveys": ("customer_id", "survey_date", "csat_1_5", "nps_0_10"),
    "leads": (
        "lead_id", "source", "created_at", "customer_id", "referrer_id", "stage", "stage_date", "amount",
    ),
    "campaigns": (
        "campaign_id", "product", "customer_id", "targeted", "reached", "responded", "converted", "control",
    ),
    "staff": ("rm_id", "branch_id", "role", "start_date", "leave_date", "certificates", "backup_rm_id"),
    "training": ("staff_id", "training_date", "topic", "hours", "score"),
    "tickets": (
        "ticket_id", "raised_by_unit", "dept", "type", "raised_at", "first_response_at", "closed_at", "rating",
    ),
    "notices": ("notice_id", "published_at", "effective_at", "tier", "customer_id", "sent_at"),
    "incidents": ("incident_id", "channel", "start_at", "end_at", "affected_customers"),
    "digital": ("customer_id", "month", "app_logins", "self_service_txns", "counter_txns"),
    "competitors": ("as_of", "competitor", "product_type", "rate", "our_rate"),
    "targets": ("metric_id", "period", "unit_id", "target"),
}
