"""What each doubt about the data does to the run: nothing, a warning in the report, or a stop (exit 5)."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from pydantic import Field

from reportgen.config.model import Model

Verdict = Literal["allow", "warn", "block"]


class UnparsableGate(Model):
    block_above: Decimal = Field(Decimal(0), ge=0, le=1, description="Share of cells that may be unreadable.")


class Gates(Model):
    duplicate_key: Verdict = Field("block", description="A customer twice on one date.")
    missing_key: Verdict = Field("block", description="A row without a customer number.")
    wrong_date: Verdict = Field("block", description="Rows of another date than the source is for.")
    missing_date: Verdict = Field("block", description="A row without a date.")
    other_date: Verdict = Field(
        "allow", description="Rows of dates this period does not use, as in a file of many months."
    )
    future_date: Verdict = Field("block", description="A contact or opening date after the snapshot.")
    unparsable: UnparsableGate = Field(
        default_factory=UnparsableGate, description="Cells that cannot be read as their column's kind."
    )
    negative_aum: Verdict = Field("block", description="allow: data, left out of concentration and counted.")
    out_of_range: Verdict = Field("block", description="An age under 0 or over 120: often a code for 'missing'.")
    trimmed: Verdict = Field("allow", description="Blanks around a value; they are taken off and counted.")
    unknown_value: Verdict = Field("warn", description="A value that the column's `values` do not name.")
    missing_amount: Verdict = Field("warn", description="A customer present without an amount.")
    missing_value: Verdict = Field("allow", description="An empty cell of a column a dimension uses.")
    unknown_customer: Literal["allow", "warn"] = Field(
        "warn", description="Events of customers that no snapshot of the period holds; they are not counted."
    )
    empty_frame: Verdict = Field("block", description="No row for the period.")
