"""Roles: what a table is for, its columns, and how each is read.

The columns are those of the catalogue's input tables. A job maps a bank's own names onto them; a column the
role does not know needs a `kind` in the job.
"""

from __future__ import annotations

from typing import Literal

ColumnKind = Literal["id", "category", "money", "integer", "number", "date", "time", "flag"]
"""time: a local timestamp, to the second; a list of tags (hobbies, certificates) is a category joined by `;`."""

ROLES: dict[str, dict[str, ColumnKind]] = {
    "customers": {
        "customer_id": "id",
        "name_masked": "id",
        "birth_date": "date",
        "age": "integer",
        "gender": "category",
        "occupation": "category",
        "annual_income": "money",
        "income_band": "category",
        "marital_status": "category",
        "children": "integer",
        "education": "category",
        "hobbies": "category",
        "risk_level": "category",
        "branch_id": "id",
        "region_id": "id",
        "rm_id": "id",
        "open_date": "date",
        "contactable": "flag",
        "fund_control": "category",
    },
    "snapshots": {
        "customer_id": "id",
        "snapshot_date": "date",
        "tier": "category",
        "aum": "money",
        "deposit_current": "money",
        "deposit_time": "money",
        "wealth": "money",
        "fund": "money",
        "insurance": "money",
        "other": "money",
        "loan": "money",
        "month_avg_aum": "money",
        "contribution": "money",
        "last_contact": "date",
        "qualifying_amount": "money",
    },
    "holdings": {
        "customer_id": "id",
        "product_code": "id",
        "product_type": "category",
        "amount": "money",
        "start_date": "date",
        "maturity_date": "date",
        "end_date": "date",
        "yield_rate": "number",
        "risk_level": "category",
    },
    "campaigns": {
        "customer_id": "id",
        "campaign_id": "id",
        "product": "category",
        "targeted": "flag",
        "reached": "flag",
        "responded": "flag",
        "converted": "flag",
        "control": "flag",
    },
    "transactions": {
        "customer_id": "id",
        "txn_date": "date",
        "direction": "category",
        "amount": "money",
        "channel": "category",
        "counterparty": "category",
        "customer_initiated": "flag",
    },
    "contacts": {
        "contact_id": "id",
        "customer_id": "id",
        "rm_id": "id",
        "contact_date": "date",
        "channel": "category",
        "purpose": "category",
        "note_chars": "integer",
        "outcome": "category",
        "next_date": "date",
    },
    "complaints": {
        "complaint_id": "id",
        "customer_id": "id",
        "received_at": "date",
        "closed_at": "date",
        "category": "category",
        "channel": "category",
        "complexity": "category",
        "satisfied": "flag",
        "repeat_of": "id",
    },
    "life_events": {
        "customer_id": "id",
        "event_date": "date",
        "event_type": "category",
        "reported_at": "date",
        "acknowledged_at": "date",
    },
    "activities": {
        "activity_id": "id",
        "activity_date": "date",
        "activity_type": "category",
        "tier": "category",
        "branch_id": "id",
        "invited": "integer",
        "attended": "integer",
        "feedback_items": "integer",
        "adopted_items": "integer",
    },
    "surveys": {
        "customer_id": "id",
        "survey_date": "date",
        "csat_1_5": "integer",
        "nps_0_10": "integer",
    },
    "leads": {
        "lead_id": "id",
        "source": "category",
        "created_at": "date",
        "customer_id": "id",
        "referrer_id": "id",
        "stage": "category",
        "stage_date": "date",
        "amount": "money",
    },
    "staff": {
        "rm_id": "id",
        "branch_id": "id",
        "role": "category",
        "start_date": "date",
        "leave_date": "date",
        "certificates": "category",
        "backup_rm_id": "id",
    },
    "training": {
        "staff_id": "id",
        "training_date": "date",
        "topic": "category",
        "hours": "number",
        "score": "number",
    },
    "tickets": {
        "ticket_id": "id",
        "raised_by_unit": "id",
        "dept": "category",
        "type": "category",
        "raised_at": "time",
        "first_response_at": "time",
        "closed_at": "time",
        "rating": "integer",
    },
    "notices": {
        "notice_id": "id",
        "published_at": "date",
        "effective_at": "date",
        "tier": "category",
        "customer_id": "id",
        "sent_at": "date",
    },
    "incidents": {
        "incident_id": "id",
        "channel": "category",
        "start_at": "time",
        "end_at": "time",
        "affected_customers": "integer",
    },
    "digital": {
        "customer_id": "id",
        "month": "date",
        "app_logins": "integer",
        "self_service_txns": "integer",
        "counter_txns": "integer",
    },
    "competitors": {
        "as_of": "date",
        "competitor": "category",
        "product_type": "category",
        "rate": "number",
        "our_rate": "number",
    },
    "targets": {
        "metric_id": "id",
        "period": "id",
        "unit_id": "id",
        "target": "number",
    },
}
# A snapshot may carry the customer's own columns too: a branch's list is often one wide table.
ROLES["snapshots"] |= {name: kind for name, kind in ROLES["customers"].items() if name not in ROLES["snapshots"]}

REQUIRED: dict[str, tuple[str, ...]] = {
    "customers": ("customer_id",),
    "snapshots": ("customer_id", "aum"),
    "holdings": ("customer_id", "product_type"),
    "campaigns": ("customer_id", "converted"),
    "transactions": ("customer_id", "txn_date", "direction", "amount"),
    "contacts": ("customer_id", "contact_date"),
    "complaints": ("customer_id", "received_at"),
    "life_events": ("customer_id", "event_date"),
    "activities": ("activity_date", "activity_type"),
    "surveys": ("customer_id", "survey_date"),
    "leads": ("lead_id", "created_at", "stage"),
    "staff": ("rm_id",),
    "training": ("staff_id", "training_date", "hours"),
    "tickets": ("ticket_id", "raised_at"),
    "notices": ("customer_id", "effective_at", "sent_at"),
    "incidents": ("incident_id", "start_at", "end_at"),
    "digital": ("customer_id", "month"),
    "competitors": ("as_of", "product_type", "rate", "our_rate"),
    "targets": ("metric_id", "period", "unit_id", "target"),
}
"""Columns without which a table of the role says nothing. snapshot_date may come from the source's `as_of`."""

KEYS: dict[str, tuple[str, ...]] = {
    "customers": ("customer_id",),
    "snapshots": ("customer_id", "snapshot_date"),
    "contacts": ("contact_id",),
    "complaints": ("complaint_id",),
    "activities": ("activity_id",),
    "leads": ("lead_id",),
    "staff": ("rm_id",),
    "tickets": ("ticket_id",),
    "incidents": ("incident_id",),
    "digital": ("customer_id", "month"),
    "targets": ("metric_id", "period", "unit_id"),
}
"""Columns whose values together name one row; a repeated row would be counted twice."""

PERSONAL: frozenset[str] = frozenset(
    {"customer_id", "name_masked", "birth_date", "hobbies", "children", "referrer_id"}
)
"""Columns whose values never stand in a message, log or report."""

IDENTIFYING = PERSONAL - {"children", "hobbies"}
"""Of these no value may be a segment either; how many children, or which hobby, tells of many."""
