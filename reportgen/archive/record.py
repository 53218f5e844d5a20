"""The record of an edition: its findings and the terms it was made on, kept so that the next one can look back.

One JSON file a scope, `output/editions/<job>/<period>/<scope>.json`, written whole or not at all. It holds no
customer data: aggregates that the report itself prints.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from reportgen.context import RunContext
from reportgen.errors import ArchiveError, Problem
from reportgen.findings.follow_up import Remembered
from reportgen.findings.terms import Terms
from reportgen.period import Period

FORMAT = "reportgen-record 1"


@dataclass(frozen=True, slots=True)
class Record:
    """What one edition found, by which terms."""

    job: str
    period: str
    scope: str
    id: str
    """The edition's short id."""
    findings: tuple[Remembered, ...]
    suggestions: tuple[str, ...]
    """Ids of the suggestions it printed."""
    terms: Terms
    digest: str = ""
    """sha256 of the file it was read from."""


def record_bytes(record: Record) -> bytes:
    """The record's file: sorted keys, fractions as text, no clock."""
    content = {"format": FORMAT, **asdict(record)}
    del content["digest"]
    return (json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True, default=_text) + "\n").encode()


def record_path(context: RunContext, record: Record) -> Path:
    """`output/editions/<job>/<period>/<scope>.json`."""
    return _folder(context) / record.period / f"{record.scope.replace(':', '-')}.json"


def restore_record(context: RunContext, period: str, scope: str, data: bytes) -> None:
    """Put an archived record where `latest_before` reads, if it is not there as it was issued."""
    path = _folder(context) / period / f"{scope.replace(':', '-')}.json"
    if path.is_file() and path.read_bytes() == data:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(f".{os.getpid()}.tmp")
    draft.write_bytes(data)
    os.replace(draft, path)  # noqa: PTH105 - the atomic call by its own name


def latest_before(context: RunContext, scope: str) -> Record | None:
    """The newest record of the job and scope of an earlier period of the same length; None where there is none.

    Raises ArchiveError (exit 8) for a record that cannot be read: a memory with a hole is said, not skipped.
    """
    found = sorted(_earlier(context, scope), key=lambda one: one[0].start)
    return _read(found[-1][1]) if found else None


def _earlier(context: RunContext, scope: str) -> Iterator[tuple[Period, Path]]:
    folder = _folder(context)
    for place in sorted(folder.iterdir()) if folder.is_dir() else ():
        path = place / f"{scope.replace(':', '-')}.json"
        if not path.is_file():
            continue
        period = Period.parse(place.name)
        if period.kind == context.period.kind and period.end <= context.period.start:
            yield period, path


def _folder(context: RunContext) -> Path:
    return context.output / "editions" / context.job.job


def _text(value: object) -> str:
    if isinstance(value, Fraction):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no place in a record")


def _read(path: Path) -> Record:
    data = path.read_bytes()
    try:
        content: dict[str, Any] = json.loads(data)
        if content["format"] != FORMAT:
            raise ValueError(f"its format is {content['format']!r}, this version reads {FORMAT!r}")
        return Record(
            content["job"], content["period"], content["scope"], content["id"],
            tuple(_remembered(one) for one in content["findings"]),
            tuple(content["suggestions"]),
            Terms(**content["terms"]),
            hashlib.sha256(data).hexdigest(),
        )
    except (ValueError, KeyError, TypeError) as error:
        raise ArchiveError(
            Problem(str(path), f"the record of an earlier edition cannot be read: {error}."),
            state="No report was made; it would have called old issues new.",
            hint="Put the file back from a backup, or delete it to begin a new series.",
        ) from None


def _remembered(entry: Mapping[str, Any]) -> Remembered:
    limit = entry["threshold"]
    return Remembered(**{
        **entry, "value": Fraction(entry["value"]), "threshold": None if limit is None else Fraction(limit),
    })
