"""Frozen dataclasses as plain JSON and back, by their type hints, without loss.

Integers stay integers up to 53 bits and are text beyond, since other readers' numbers end there; fractions and
decimals are text (`33/72`, `0.20`); a float is its shortest exact spelling, or text where it is none (`nan`, `inf`).
Mappings keep their order, sets are sorted. A union of dataclasses is told apart by the one `Literal` field that all
its members have. What a class leaves to its default may be missing from the JSON; a key it does not know is refused.
"""

from __future__ import annotations

import dataclasses
import math
import types
import typing
from collections.abc import Callable, Mapping
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from operator import index
from typing import Any, Literal, Union, get_args, get_origin

from reportgen.charts.chart import Drawing
from reportgen.findings.follow_up import FollowUp
from reportgen.findings.terms import Change

EXACT = 2**53
"""Integers from here on are written as text."""
LEFT_OUT: tuple[type, ...] = (Drawing,)
"""What is never written: drawings are made again from their data."""
_LATE = {"FollowUp": FollowUp, "Change": Change}
"""Names that a module of values knows only while types are checked."""

Turn = Callable[[Any], Any]


class Mismatch(ValueError):  # noqa: N818 - named for what was found
    """The JSON is not of the wanted shape."""


def whole(value: int) -> int | str:
    """An integer that every JSON reader takes exactly."""
    exact = index(value)
    return exact if -EXACT < exact < EXACT else str(exact)


@lru_cache(maxsize=256)
def fields_of(kind: Any) -> tuple[tuple[dataclasses.Field[Any], Any], ...]:
    """The fields a dataclass is made from, each with its resolved type, in order."""
    hints = typing.get_type_hints(kind, localns=_LATE)
    return tuple((one, hints[one.name]) for one in dataclasses.fields(kind) if one.init)


@lru_cache(maxsize=1024)
def encoder(kind: Any) -> Turn:  # noqa: PLR0911 - one a kind of type
    """How values of a type become JSON values; TypeError for a type that has no spelling here."""
    origin, args = get_origin(kind), get_args(kind)
    if kind in LEFT_OUT:
        return lambda _: None
    if dataclasses.is_dataclass(kind):
        return _record_encoder(kind)  # type: ignore[arg-type]
    if origin in (Union, types.UnionType):
        return _union_encoder(args)
    if origin is tuple:
        if len(args) == 2 and args[1] is Ellipsis:
            return _each(encoder(args[0]))
        turns = [encoder(one) for one in args]
        return lambda value: [turn(part) for turn, part in zip(turns, value, strict=True)]
    if origin is frozenset:
        return sorted
    if origin in (dict, Mapping):
        turn = encoder(args[1])
        return lambda value: {key: turn(part) for key, part in value.items()}
    return _scalar_encoder(kind, origin)


def _record_encoder(kind: type) -> Turn:
    # Encoders are looked up at the first value, so that a class may hold its own kind.
    def encode(value: Any) -> dict[str, Any]:
        return {one.name: encoder(hint)(getattr(value, one.name)) for one, hint in fields_of(kind)}

    return encode


def _union_encoder(args: tuple[Any, ...]) -> Turn:
    turns = {one: encoder(one) for one in args if one is not type(None)}

    def encode(value: Any) -> Any:
        if value is None:
            return None
        turn = turns.get(type(value)) or next(iter(turns.values()))
        return turn(value)

    return encode


def _each(turn: Turn) -> Turn:
    return lambda value: [turn(part) for part in value]


def _scalar_encoder(kind: Any, origin: Any) -> Turn:
    if kind is int:
        return whole
    if kind is float:
        return lambda value: value if math.isfinite(value) else str(float(value))
    if kind in (Fraction, Decimal):
        return str
    if kind in (str, bool) or origin is Literal:
        return lambda value: value
    raise TypeError(f"{kind} has no spelling in an archived value")


@lru_cache(maxsize=1024)
def decoder(kind: Any) -> Turn:  # noqa: PLR0911 - one a kind of type
    """The inverse of `encoder`; the made function raises Mismatch, KeyError, TypeError or ValueError."""
    origin, args = get_origin(kind), get_args(kind)
    if dataclasses.is_dataclass(kind):
        return _record_decoder(kind)  # type: ignore[arg-type]
    if origin in (Union, types.UnionType):
        return _union_decoder(args)
    if origin is tuple:
        if len(args) == 2 and args[1] is Ellipsis:
            turn = decoder(args[0])
            return lambda value: tuple(turn(part) for part in value)
        turns = [decoder(one) for one in args]
        return lambda value: tuple(turn(part) for turn, part in zip(turns, value, strict=True))
    if origin is frozenset:
        return frozenset
    if origin in (dict, Mapping):
        turn = decoder(args[1])
        return lambda value: {key: turn(part) for key, part in value.items()}
    return _scalar_decoder(kind, origin, args)


def _record_decoder(kind: type) -> Turn:
    def decode(value: Any) -> Any:
        known = {one.name: hint for one, hint in fields_of(kind)}
        if strange := value.keys() - known.keys():
            raise Mismatch(f"{kind.__name__} has no {', '.join(sorted(strange))}")
        return kind(**{name: decoder(known[name])(part) for name, part in value.items()})

    return decode


def _union_decoder(args: tuple[Any, ...]) -> Turn:
    members = [one for one in args if one is not type(None)]
    if len(members) == 1:
        turn = decoder(members[0])
        return lambda value: None if value is None else turn(value)
    marks = {
        next(name for one, hint in fields_of(member) if get_origin(hint) is Literal and len(get_args(hint)) == 1
             for name in [(one.name, get_args(hint)[0])]): member
        for member in members
    }

    def decode(value: Any) -> Any:
        for (name, mark), member in marks.items():
            if value.get(name) == mark:
                return decoder(member)(value)
        raise Mismatch(f"none of {', '.join(str(mark) for _, mark in marks)}")

    return decode


def _scalar_decoder(kind: Any, origin: Any, args: tuple[Any, ...]) -> Turn:
    if kind is int:
        return int
    if kind is float:
        return lambda value: float(value) if isinstance(value, str) else value
    if kind in (Fraction, Decimal):
        made: Turn = kind
        return made
    if origin is Literal:
        return lambda value: _one_of(value, args)
    if kind in (str, bool):
        return lambda value: _of_type(value, kind)
    raise TypeError(f"{kind} has no spelling in an archived value")


def _one_of(value: Any, known: tuple[Any, ...]) -> Any:
    if value not in known:
        raise Mismatch(f"{value!r} is none of {', '.join(map(str, known))}")
    return value


def _of_type(value: Any, kind: type) -> Any:
    if not isinstance(value, kind):
        raise Mismatch(f"{value!r} is no {kind.__name__}")
    return value
