"""Where rows come from: a tagged union on `type`, its members listed by hand in `Source`."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from pydantic import Field

from reportgen.config.model import Model

DEMO_SEED = 20_240_101
DEMO_CUSTOMERS = 20_000
DemoTable = Literal[
    "customers", "snapshots", "holdings", "transactions", "contacts", "complaints", "life_events", "activities",
    "surveys", "leads", "campaigns", "staff", "training", "tickets", "notices", "incidents", "digital", "competitors",
    "targets",
]
AsOf = Literal["since", "period_end"] | dt.date


class DatedSource(Model):
    """What all sources share."""

    as_of: AsOf | None = Field(
        None,
        description="The one date this source describes: the opening (since), the period's end, or a fixed date. "
        "Without it each row's own snapshot_date decides.",
    )
    attribution: str | None = Field(None, description="Author and licence to name in the appendix.")


class FileSource(DatedSource):
    """What all files share."""

    path: str = Field(description="File, relative to the project's root.")


class CsvSource(FileSource):
    type: Literal["csv"] = Field(description="Delimited text.")
    encoding: Literal["auto", "utf-8", "gb18030", "utf-16"] = Field(
        "auto", description="auto: byte order mark, then strict UTF-8, then GB18030."
    )
    delimiter: Annotated[str, Field(min_length=1, max_length=1)] = Field(",", description="One character.")


class ParquetSource(FileSource):
    type: Literal["parquet"] = Field(description="Apache Parquet.")


class DemoSource(DatedSource):
    """A bank that does not exist; docs/demonstration-bank.md describes its tables and what is planted in them."""

    type: Literal["demo"] = Field(description="The demonstration bank, made on first use.")
    table: DemoTable = Field(description="One of its nineteen tables.")
    seed: int = Field(DEMO_SEED, ge=0, description="Another seed is another bank with the same stories.")
    customers: int = Field(DEMO_CUSTOMERS, ge=1_000, le=200_000, description="About how many at the end of 2025.")
    shuffled: bool = Field(
        False, description="Deal the customers' attributes out anew: nothing is related to any of them."
    )


Source = Annotated[CsvSource | ParquetSource | DemoSource, Field(discriminator="type")]
