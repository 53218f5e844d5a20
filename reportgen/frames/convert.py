"""Text cells to typed values, as pure Ibis expressions; what does not parse is counted, never guessed.

Each function returns the typed value and whether a non-empty cell could not be read. Full-width digits and
signs are read as their half-width twins, thousands separators only where they stand every three digits.
Amounts become integers of minor units (分): a cell finer than that is unreadable, since rounding it would
make a sum that no ledger shows.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import ibis

from reportgen.config.amount import MINOR_UNITS, MULTIPLES
from reportgen.frames.roles import ColumnKind

_WIDE = "０１２３４５６７８９，．－＋／：　"
_NARROW = "0123456789,.-+/: "
# Six decimals reach 分 even in 万元; more would have to be rounded.
_PLAIN = r"^[+-]?[0-9]{1,18}(\.[0-9]{1,6})?$"
_GROUPED = r"^[+-]?[0-9]{1,3}(,[0-9]{3}){1,5}(\.[0-9]{1,6})?$"
_WHOLE = r"^[+-]?([0-9]{1,18}|[0-9]{1,3}(,[0-9]{3}){1,5})(\.0{1,6})?$"
_DESTROYED_ID = r"^[0-9](\.[0-9]+)?[eE]\+?[0-9]+$"
_DAY = r"^([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?([ T][0-9:.]{4,})?$"
_TIME = r"^[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}[ T][0-9]{1,2}:[0-9]{2}(:[0-9]{2}(\.0{1,9})?)?$"
_COMPACT_DAY = r"^([0-9]{4})([0-9]{2})([0-9]{2})$"
_MONTH = r"^([0-9]{4})[-/.年]([0-9]{1,2})月?$"
_TRUE = ("true", "yes", "y", "t", "1", "是", "有")
_FALSE = ("false", "no", "n", "f", "0", "否", "无")

Expression = Any
"""An Ibis value expression; Ibis ships no precise static types for them."""


def cleaned(cell: Expression) -> Expression:
    """A cell without surrounding blanks; empty becomes null."""
    # Expressions over millions of cells: the pattern runs only where its one unusual blank stands.
    wide = cell.re_replace(r"^[\s　]+|[\s　]+$", "")
    return cell.contains("　").ifelse(wide, cell.strip()).nullif("")


def _narrow(text: Expression) -> Expression:
    return text.translate(_WIDE, _NARROW).re_replace(r"^\s+|\s+$", "")


def _decimal(text: Expression) -> Expression:
    """A number as decimal(38, 6), or null."""
    narrow = _narrow(text)
    readable = narrow.re_search(_PLAIN) | narrow.re_search(_GROUPED)
    return readable.ifelse(narrow.replace(",", ""), ibis.null(str)).try_cast("decimal(38, 6)")


def money(text: Expression, unit: str, currency: str) -> Expression:
    """An amount declared in `unit` as whole minor units (int64), null where it is none."""
    return _minor(_decimal(text), unit, currency)


def _minor(amount: Expression, unit: str, currency: str) -> Expression:
    """A decimal(38, 6) in `unit` as whole minor units, null where it is finer."""
    factor = int(MULTIPLES[unit] * Decimal(10) ** MINOR_UNITS[currency])
    minor = amount * ibis.literal(factor).cast("decimal(18, 0)")
    whole = minor.try_cast("int64")
    return (whole.cast("decimal(38, 6)") == minor).ifelse(whole, ibis.null("int64"))


def number(text: Expression) -> Expression:
    return _decimal(text)


def integer(text: Expression) -> Expression:
    narrow = _narrow(text)
    plain = narrow.re_replace(r"\.0+$", "").replace(",", "")
    return narrow.re_search(_WHOLE).ifelse(plain, ibis.null(str)).try_cast("int64")


def _iso(year: Expression, month: Expression, day: Expression) -> Expression:
    return (year + "-" + month.lpad(2, "0") + "-" + day.lpad(2, "0")).try_cast("date")


def _custom(form: str) -> tuple[str, dict[str, int]]:
    """A strptime format of %Y, %m and %d as a regular expression and the groups' places."""
    pattern = "^"
    places: dict[str, int] = {}
    for part in re.split(r"(%[Ymd])", form):
        if part in ("%Y", "%m", "%d"):
            places[part] = len(places) + 1
            pattern += "([0-9]{4})" if part == "%Y" else "([0-9]{1,2})"
        else:
            pattern += re.escape(part)
    if set(places) != {"%Y", "%m", "%d"}:
        raise ValueError(f"a date format needs %Y, %m and %d, each once: '{form}'")
    return pattern + "$", places


def date(text: Expression, form: str | None = None) -> Expression:
    """A day; a month alone (`2011年5月`) stands for its last day."""
    narrow = _narrow(text)
    if form is not None:
        pattern, place = _custom(form)
        return _iso(*(narrow.re_extract(pattern, place[part]) for part in ("%Y", "%m", "%d")))
    month_start = _iso(narrow.re_extract(_MONTH, 1), narrow.re_extract(_MONTH, 2), ibis.literal("1"))
    month_end = month_start.cast("timestamp") + ibis.interval(months=1) - ibis.interval(days=1)
    return ibis.cases(
        (narrow.re_search(_DAY), _iso(*(narrow.re_extract(_DAY, part) for part in (1, 2, 3)))),
        (narrow.re_search(_COMPACT_DAY), _iso(*(narrow.re_extract(_COMPACT_DAY, part) for part in (1, 2, 3)))),
        (narrow.re_search(_MONTH), month_end.cast("date")),
        else_=ibis.null("date"),
    )


def time(text: Expression) -> Expression:
    """A local timestamp; a day alone stands for its midnight."""
    narrow = _narrow(text).re_replace(r"^([0-9]{4})[/.]([0-9]{1,2})[/.]", r"\1-\2-")
    return narrow.re_search(_TIME).ifelse(narrow.try_cast("timestamp"), date(text).cast("timestamp"))


def flag(text: Expression) -> Expression:
    lowered = _narrow(text).lower()
    return ibis.cases((lowered.isin(_TRUE), True), (lowered.isin(_FALSE), False), else_=ibis.null("boolean"))


def identifier(text: Expression) -> Expression:
    """A number of a customer, branch or manager: text, unless a spreadsheet turned it into `1.2E+17`."""
    suspect = text.lower().contains("e")
    return suspect.ifelse(text.re_search(_DESTROYED_ID).ifelse(ibis.null(str), text), text)


def _always_whole(cell: Expression, factor: int) -> bool:
    """Whether every value of a decimal column is a whole number of minor units, and all of them fit 64 bits."""
    held = cell.type()
    if not held.is_decimal() or held.scale is None or held.precision is None:
        return False
    return bool(factor % 10**held.scale == 0 and held.precision - held.scale + len(str(factor - 1)) <= 18)


def native(cell: Expression, kind: ColumnKind, unit: str | None, currency: str) -> Expression | None:
    """The typed value of a cell whose own type carries it exactly; None where it must be read as text.

    Binary fractions are read as text: what they print is what the bank wrote.
    """
    held = cell.type()
    exact = held.is_decimal() or held.is_integer()
    factor = int(MULTIPLES[unit or "main"] * Decimal(10) ** MINOR_UNITS[currency])
    if kind == "money" and _always_whole(cell, factor):
        return (cell * ibis.literal(factor).cast("decimal(18, 0)")).cast("int64")
    if exact and kind in ("money", "number"):
        amount = cell.try_cast("decimal(38, 6)")
        # A seventh decimal would have to be rounded away.
        amount = (amount == cell).ifelse(amount, ibis.null("decimal(38, 6)"))
        return amount if kind == "number" else _minor(amount, unit or "main", currency)
    if held.is_integer() and kind == "integer":
        return cell.cast("int64")
    carried = {"date": held.is_date(), "flag": held.is_boolean(), "time": held.is_timestamp() and held.timezone is None}
    return cell if carried.get(kind) else None


def convert(
    cell: Expression, kind: ColumnKind, *, values: dict[str, str], unit: str | None, form: str | None, currency: str
) -> tuple[Expression, Expression]:
    """The typed value of a text cell, and whether it stood there but could not be read."""
    typed = None if values or cell.type().is_string() else native(cell, kind, unit, currency)
    if typed is not None:
        return typed, cell.notnull() & typed.isnull()
    text = cleaned(cell.cast("string"))
    if values:
        text = text.substitute(values, else_=text)
    typed = _read(text, kind, unit or "main", form, currency)
    return typed, text.notnull() & typed.isnull()


def _read(text: Expression, kind: ColumnKind, unit: str, form: str | None, currency: str) -> Expression:
    """A cleaned cell read as a kind; null where it is none."""
    readers: dict[ColumnKind, Callable[[], Expression]] = {
        "money": lambda: money(text, unit, currency),
        "integer": lambda: integer(text),
        "number": lambda: number(text),
        "date": lambda: date(text, form),
        "time": lambda: time(text),
        "flag": lambda: flag(text),
        "id": lambda: identifier(text),
        "category": lambda: text,
    }
    return readers[kind]()
