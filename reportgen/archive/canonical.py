"""Canonical JSON (RFC 8785): one value, one sequence of bytes, so that a hash names a value.

Numbers are integers of at most 2^53 - 1 in size; amounts, shares and larger numbers are text. Without floats a reader
needs no rule for writing them.
"""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Any, NoReturn

from reportgen.errors import ArchiveError, Problem

_LARGEST = 2**53 - 1


def dumps(value: object) -> bytes:
    """The canonical bytes of a value of dict, list, tuple, str, int, bool and None.

    Raises ArchiveError (exit 8) for anything else, for integers beyond 2^53 - 1 and for unpaired surrogates.
    """
    import rfc8785

    try:
        _refuse_floats(value)
        return rfc8785.dumps(value)  # type: ignore[arg-type]
    except (ValueError, RecursionError) as error:
        raise ArchiveError(
            Problem("canonical JSON", f"this value has no place in it: {error}."),
            state="Nothing was written.",
            hint="Write amounts and large numbers as text.",
        ) from None


def loads(data: bytes, place: str = "canonical JSON") -> Any:
    """The value of canonical bytes.

    Raises ArchiveError (exit 8), naming `place`, for bytes that are not the canonical form of their own value: other
    spacing, order or escapes, a key twice, a float, NaN, broken UTF-8, too deep a nesting.
    """
    try:
        value = json.loads(
            data.decode("utf-8"), object_pairs_hook=_in_order, parse_int=_safe, parse_float=_no_float,
            parse_constant=_no_float,
        )
        # With the keys in their order and no floats, the standard library writes as RFC 8785 does, and faster.
        same = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode() == data
    except (ValueError, RecursionError) as error:
        raise _refused(place, str(error)) from None
    if not same:
        raise _refused(place, "the bytes are not the canonical form of what they say")
    return value


def _in_order(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    names = [name.encode("utf-16-be") for name, _ in pairs]
    if any(one >= two for one, two in pairwise(names)):
        raise ValueError("an object's keys are out of order, or one stands there twice")
    return dict(pairs)


def _safe(text: str) -> int:
    if len(text) > 17 or abs(int(text)) > _LARGEST:
        raise ValueError(f"the integer {text[:20]} is larger than 2^53 - 1")
    return int(text)


def _no_float(text: str) -> NoReturn:
    raise ValueError(f"{text} is not an integer")


def _refuse_floats(value: object) -> None:
    if isinstance(value, float):
        raise ValueError(f"{value!r} is a float")
    if isinstance(value, dict):
        for one in value.values():
            _refuse_floats(one)
    elif isinstance(value, list | tuple):
        for one in value:
            _refuse_floats(one)


def _refused(place: str, why: str) -> ArchiveError:
    return ArchiveError(
        Problem(place, f"is not canonical JSON: {why}."),
        state="It was not read any further.",
        hint="`reportgen archive verify --full` says what else differs; restore the file from the replica.",
    )
