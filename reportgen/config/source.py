"""Where rows come from: a tagged union on `type`, its members listed by hand in `Source`."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from pydantic import Field

from reportgen.config.model import Model

AsOf = Literal["since", "period_end"] | dt.date


class FileSource(Model):
    """What all files share."""

    path: str = Field(description="File, relative to the project's root.")
    as_of: AsOf | None = Field(
        None,
        description="The one date this file describes: the opening (since), the period's end, or a fixed date. "
        "Without it each row's own snapshot_date decides.",
    )
    attribution: str | None = Field(None, description="Author and licence to name in the appendix.")


class CsvSource(FileSource):
    type: Literal["csv"] = Field(description="Delimited text.")
    encoding: Literal["auto", "utf-8", "gb18030", "utf-16"] = Field(
        "auto", description="auto: byte order mark, then strict UTF-8, then GB18030."
    )
    delimiter: Annotated[str, Field(min_length=1, max_length=1)] = Field(",", description="One character.")


class ParquetSource(FileSource):
    type: Literal["parquet"] = Field(description="Apache Parquet.")


Source = Annotated[CsvSource | ParquetSource, Field(discriminator="type")]
