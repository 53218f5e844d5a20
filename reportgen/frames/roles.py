"""Roles: what a table is for, its columns, and how each is read.

The columns are those of the catalogue's input tables. A job maps a bank's own names onto them; a column the
role does not know needs a `kind` in the job.
"""

from __future__ import annotations

from typing import Literal

ColumnKind = Literal["id", "category", "money", "integer", "number", "date", "flag"]

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
        "yield_rate": "number",
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
}
# A snapshot may carry the customer's own columns too: a branch's list is often one wide table.
ROLES["snapshots"] |= {name: kind for name, kind in ROLES["customers"].items() if name not in ROLES["snapshots"]}

REQUIRED: dict[str, tuple[str, ...]] = {
    "customers": ("customer_id",),
    "snapshots": ("customer_id", "aum"),
    "holdings": ("customer_id", "product_type"),
    "campaigns": ("customer_id", "converted"),
}
"""Columns without which a table of the role says nothing. snapshot_date may come from the source's `as_of`."""

PERSONAL: frozenset[str] = frozenset({"customer_id", "name_masked", "birth_date", "hobbies", "children"})
"""Columns whose values never stand in a message, log or report."""
