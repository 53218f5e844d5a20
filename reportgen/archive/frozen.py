"""Facts, findings and documents as files that outlive the program: gzip of JSON, one fact a line.

    zcat objects/ab/cdef… | head

shows what an edition knew. The JSON names its schema and says how to read its numbers. Equal values give equal bytes;
`thaw(freeze(value), kind) == value`, but that a document comes back without its drawings, which are made from its data.
"""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Iterator
from operator import attrgetter
from typing import Any, TypeVar, cast

from reportgen.archive.typed_json import decoder, encoder, fields_of, whole
from reportgen.document.model import Document
from reportgen.errors import ArchiveError, Problem
from reportgen.facts.fact import Fact
from reportgen.facts.table import FactSet
from reportgen.findings.finding import Findings

T = TypeVar("T", FactSet, Findings, Document)

SCHEMAS: dict[type, str] = {
    FactSet: "reportgen-facts 1",
    Findings: "reportgen-findings 1",
    Document: "reportgen-document 1",
}
ABOUT: dict[type, str] = {
    FactSet: "Each row of facts follows columns; its value is num / den, money in minor units of the currency "
             "(cents, fen), n is how many stand behind it. Integers of more than 53 bits are text.",
    Findings: "Values, thresholds and parameters are exact fractions in the fact's own unit, money in minor units; "
              "fact and evidence are ids of facts.",
    Document: "What the pages say, in order; a span with a fact is a printed number, and fact is its id.",
}
_COLUMNS = tuple(one.name for one, _ in fields_of(Fact))
_INTEGERS = tuple(place for place, (_, hint) in enumerate(fields_of(Fact)) if hint is int)
_LEVEL = 6
_plain = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode


def freeze(value: FactSet | Findings | Document) -> bytes:
    """The value's file; raises TypeError for a field that has no exact spelling."""
    lines = _fact_lines(value) if isinstance(value, FactSet) else _lines(value)
    return gzip.compress("".join(lines).encode(), _LEVEL, mtime=0)


def thaw(data: bytes, kind: type[T]) -> T:
    """The value of a file. Raises ArchiveError (exit 8) where it is none of this kind, or of a later version's."""
    try:
        content = json.loads(gzip.decompress(data))
        if content.pop("schema") != SCHEMAS[kind]:
            raise ValueError(f"it is no {SCHEMAS[kind]}")
        del content["about"]
        if kind is FactSet:
            return _facts(content)
        return cast("T", decoder(cast("Any", kind))(content))
    except (ValueError, LookupError, TypeError, AttributeError, EOFError, OSError, zlib.error) as error:
        raise ArchiveError(
            Problem(SCHEMAS[kind], f"the archived {kind.__name__} cannot be read: {error}."),
            state="Nothing was made of it.",
            hint="Run `reportgen verify`; if the archive is sound, use the program version that the manifest names.",
        ) from None


def _head(kind: Any) -> Iterator[str]:
    yield "{\n"
    yield f'"schema":{_plain(SCHEMAS[kind])},\n'
    yield f'"about":{_plain(ABOUT[kind])}'


def _lines(value: Findings | Document) -> Iterator[str]:
    """One line a field."""
    kind: Any = type(value)
    yield from _head(kind)
    for one, hint in fields_of(kind):
        yield f",\n{_plain(one.name)}:{_plain(encoder(hint)(getattr(value, one.name)))}"
    yield "\n}\n"


def _fact_lines(facts: FactSet) -> Iterator[str]:
    """One line a field, and one a fact: a row of values under `columns`."""
    yield from _head(FactSet)
    for one, hint in fields_of(FactSet):
        # Editions of jobs that withhold nothing stay the bytes they were before anything could be withheld.
        if one.name != "facts" and (one.name != "suppressed" or facts.suppressed):
            yield f",\n{_plain(one.name)}:{_plain(encoder(hint)(getattr(facts, one.name)))}"
    yield f',\n"columns":{_plain(_COLUMNS)},\n"facts":[\n'
    row_of = attrgetter(*_COLUMNS)
    comma = ""
    for fact in facts.facts:
        row = list(row_of(fact))
        for place in _INTEGERS:
            row[place] = whole(row[place])
        yield f"{comma}{_plain(row)}"
        comma = ",\n"
    yield "\n]\n}\n"


def _facts(content: dict[str, Any]) -> FactSet:
    columns, rows = content.pop("columns"), content.pop("facts")
    if unknown := set(columns) - set(_COLUMNS):
        raise ValueError(f"a fact has no {', '.join(sorted(unknown))}")
    places = [columns.index(_COLUMNS[place]) for place in _INTEGERS]
    if tuple(columns) == _COLUMNS:
        made = tuple(Fact(*_integers(row, places)) for row in rows)
    else:
        made = tuple(Fact(**dict(zip(columns, _integers(row, places), strict=True))) for row in rows)
    hints = {one.name: hint for one, hint in fields_of(FactSet)}
    if unknown := content.keys() - hints.keys():
        raise ValueError(f"FactSet has no {', '.join(sorted(unknown))}")
    return FactSet(facts=made, **{name: decoder(hints[name])(part) for name, part in content.items()})


def _integers(row: list[Any], places: list[int]) -> list[Any]:
    for place in places:
        row[place] = int(row[place])
    return row
