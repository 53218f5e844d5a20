"""How a bank's columns become the program's: one frame a role, one entry a canonical column."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, model_validator

from reportgen.config.amount import MULTIPLES
from reportgen.config.model import Id, Label, Model

Role = Literal["customers", "snapshots", "holdings", "campaigns"]
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
    kind: Literal["category", "flag", "number", "money", "date"] | None = Field(
        None, description="Needed for columns the role does not know."
    )
    label: Label | None = Field(None, description="Words for a column the role does not know.")

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


class Frame(Model):
    """A table of one role, from one or several sources of the same columns."""

    from_: Annotated[
        tuple[str, ...], Field(min_length=1), BeforeValidator(_as_list, json_schema_input_type=str | tuple[str, ...])
    ] = Field(alias="from", description="Name of the source, or of several with the same columns.")
    columns: dict[Id, ColumnEntry] = Field(
        description="Canonical column to the source's column: its name, or a mapping that says how to read it."
    )
    unpivot: dict[Id, dict[Id, UnpivotEntry]] = Field(
        default_factory=dict,
        description="Canonical column to {code: {column, equals}}: turns flag columns into rows (holdings).",
    )
