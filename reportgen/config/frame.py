"""How a bank's columns become the program's: one frame a role, one entry a canonical column."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, model_validator

from reportgen.config.amount import MULTIPLES
from reportgen.config.model import Id, Label, MisplacedError, Model

Role = Literal[
    "customers", "snapshots", "holdings", "transactions", "contacts", "complaints", "life_events", "activities",
    "surveys", "leads", "campaigns", "staff", "training", "tickets", "notices", "incidents", "digital", "competitors",
    "targets",
]
MoneyUnit = Literal[
    "元", "万元", "百万元", "亿元", "分", "main", "thousand", "million", "billion", "minor"
]
assert set(MoneyUnit.__args__) == set(MULTIPLES)  # type: ignore[attr-defined]


class ColumnMap(Model):
    """One canonical column: where it stands and how to read it."""

    column: str | None = Field(None, description="The column's name in the source.")
    values: dict[str, str] = Field(
        default_factory=dict, description="Value in the source to code in the report; others stay as they are."
    )
    unit: MoneyUnit | None = Field(None, description="Unit of an amount: declared, never guessed.")
    format: str | None = Field(None, description="strptime format of a date, where the usual ones do not fit.")
    constant: str | None = Field(None, description="The same value for every row, instead of a column.")
    row_number: bool = Field(False, description="Number the rows: for data without a customer number.")
    kind: Literal["category", "flag", "number", "money", "date", "time"] | None = Field(
        None, description="Needed for columns the role does not know."
    )
    label: Label | None = Field(None, description="Words for a column the role does not know.")
    sensitivity: Literal["C1", "C2", "C3"] | None = Field(
        None, alias="class", description="Class after JR/T 0171: C3 is refused, C2 is counted and never printed."
    )

    @model_validator(mode="after")
    def _one_origin(self) -> ColumnMap:
        given = [self.column is not None, self.constant is not None, self.row_number]
        if sum(given) != 1:
            raise ValueError("give exactly one of column, constant and row_number")
        return self


def _short_form(value: object) -> object:
    return {"column": value} if isinstance(value, str) else value


ColumnEntry = Annotated[ColumnMap, BeforeValidator(_short_form, json_schema_input_type=str | ColumnMap)]


class UnpivotEntry(Model):
    """A row of the long table wherever `column` equals `equals`."""

    column: str = Field(description="Column of the source that holds the flag.")
    equals: str = Field(description="Value that means yes.")
    label: Label | None = Field(None, description="Words for the code on the page.")


def _as_list(value: object) -> object:
    return [value] if isinstance(value, str) else value


def _same_names(value: object) -> object:
    return {name: name for name in value} if isinstance(value, list) else value


Columns = dict[Id, ColumnEntry] | tuple[Id, ...]


class Frame(Model):
    """A table of one role, from one or several sources of the same columns."""

    from_: Annotated[
        tuple[str, ...], Field(min_length=1), BeforeValidator(_as_list, json_schema_input_type=str | tuple[str, ...])
    ] = Field(alias="from", description="Name of the source, or of several with the same columns.")
    columns: Annotated[dict[Id, ColumnEntry], BeforeValidator(_same_names, json_schema_input_type=Columns)] = Field(
        description="Canonical column to the source's column: its name, or a mapping that says how to read it. "
        "A list where the names are the same."
    )
    unit: MoneyUnit | None = Field(None, description="Unit of every amount that states none of its own.")
    dates: dict[dt.date, dict[Id, ColumnEntry]] = Field(
        default_factory=dict,
        description="A wide table: each date with the columns that stand once a date. Every row makes a row a date.",
    )
    unpivot: dict[Id, dict[Id, UnpivotEntry]] = Field(
        default_factory=dict,
        description="Canonical column to {code: {column, equals}}: turns flag columns into rows (holdings).",
    )

    @property
    def every(self) -> dict[str, ColumnMap]:
        """Every canonical column the table gives, those of a wide table's dates by their first date."""
        wide = next(iter(self.dates.values()), {})
        return {**self.columns, **wide, **({"snapshot_date": ColumnMap(constant="")} if wide else {})}

    @model_validator(mode="after")
    def _dates_are_alike(self) -> Frame:
        first: set[str] | None = None
        for day, columns in self.dates.items():
            if first is not None and set(columns) != first:
                wanted = ", ".join(sorted(first))
                raise MisplacedError(f"each date needs the same columns: {wanted}", "dates", day.isoformat())
            first = set(columns)
            twice = sorted(first & set(self.columns))
            if twice:
                raise MisplacedError(f"'{twice[0]}' stands under columns already", "dates", day.isoformat())
        return self
