"""What an unquoted scalar means: the YAML 1.2 core schema, without its traps for customer codes.

Null, true/false, integers and decimals are values. Everything else is text: `no`, `on`, `12:30`, `2011-05-31`
and a number with leading zeros such as `007`, which the core schema would turn into 7.
"""

from __future__ import annotations

import re
from decimal import Decimal

Value = None | bool | int | Decimal | str

_NULL = frozenset({"", "~", "null", "Null", "NULL"})
_BOOL = {word: value for value, words in ((True, "true True TRUE"), (False, "false False FALSE"))
         for word in words.split()}
_INT = re.compile(r"[-+]?(?:0|[1-9][0-9]*)")
_RADIX = re.compile(r"0o[0-7]+|0x[0-9a-fA-F]+")
_DECIMAL = re.compile(r"[-+]?(?:\.[0-9]+|(?:0|[1-9][0-9]*)(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]{1,4})?")
_STARTS = frozenset("+-.0123456789")
_LONGEST_NUMBER = 400  # Python refuses to read integers of more than 4300 digits; no setting needs a tenth of it.


def plain_value(text: str) -> Value:
    """The value of a scalar written without quotes. Decimals stay exact: never a float."""
    if text in _NULL:
        return None
    if text in _BOOL:
        return _BOOL[text]
    return _number(text) if text[0] in _STARTS and len(text) <= _LONGEST_NUMBER else text


def _number(text: str) -> int | Decimal | str:
    if _INT.fullmatch(text):
        return int(text)
    if _RADIX.fullmatch(text):
        return int(text, 0)
    return Decimal(text) if _DECIMAL.fullmatch(text) else text
