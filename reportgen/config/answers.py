"""Owners' answers to the issues of earlier editions, from YAML or CSV.

    - {period: 2025-11, scope: bank, rule: r_contact_gap, state: in_progress, note: 已排日历, by: 王*, date: 2025-12-20}

`dimension`, `segment` and `against` tell apart issues of one rule; left empty they match every one of them.
"""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import io
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BeforeValidator, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from reportgen.config import voice
from reportgen.config.loader import read
from reportgen.config.model import Model
from reportgen.errors import JobError, Problem, nearest

Text = Annotated[str, BeforeValidator(lambda value: "" if value is None else str(value))]


class AnswerEntry(Model):
    """One answer of one owner."""

    period: Text
    """Label of the edition it answers."""
    rule: str
    state: Literal["done", "in_progress", "rejected"]
    scope: str = "bank"
    dimension: str = ""
    segment: Text = ""
    against: str = ""
    note: Text = ""
    by: Text = ""
    date: dt.date | None = None


def answers_path(root: Path, named: str | None, job: str) -> Path | None:
    """The job's answers: the file it names, else answers/<job>.yaml or .csv where one is there."""
    if named:
        return root / named
    found = (root / "answers" / f"{job}{suffix}" for suffix in (".yaml", ".csv"))
    return next((one for one in found if one.is_file()), None)


def file_digest(path: Path) -> str:
    """sha256 of the answers as they stood for this run."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def load_answers(path: Path) -> tuple[AnswerEntry, ...]:
    """Every answer of a file. Raises JobError (exit 2) naming line and cause."""
    if path.suffix != ".csv":
        return read(path, tuple[AnswerEntry, ...])
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8; save it as UTF-8"
        raise JobError(Problem(str(path), f"the owners' answers cannot be read: {reason}."),
                       state="Nothing was run.") from None
    rows = csv.DictReader(io.StringIO(text, newline=""))
    heads = list(rows.fieldnames or ())
    problems = list(_head_problems(path, heads))
    if problems:
        raise JobError(problems, state="Nothing was run.")
    return tuple(_rows(path, rows, len(heads)))


def _head_problems(path: Path, heads: list[str]) -> Iterable[Problem]:
    known = list(AnswerEntry.model_fields)
    for head in heads:
        if head not in known:
            yield Problem(f"{path}:1:1", f"unknown column '{head}'.{nearest(head, known)} Known: {', '.join(known)}.")
    for name in ("period", "rule", "state"):
        if name not in heads:
            yield Problem(f"{path}:1:1", f"the column '{name}' is missing from the first line.")


def _rows(path: Path, rows: csv.DictReader[str], width: int) -> Iterable[AnswerEntry]:
    adapter, problems = TypeAdapter(AnswerEntry), []
    for line, row in enumerate(rows, start=2):
        if None in row:
            problems.append(Problem(f"{path}:{line}:1", f"more cells than the {width} columns of the first line; "
                                                        "quote a text that holds a comma."))
            continue
        try:
            yield adapter.validate_python({key: value for key, value in row.items() if value not in ("", None)})
        except ValidationError as error:
            problems += [Problem(f"{path}:{line}:1", _said(one)) for one in error.errors(include_url=False)]
    if problems:
        raise JobError(problems, state="Nothing was run.")


def _said(one: ErrorDetails) -> str:
    name = ".".join(map(str, one["loc"]))
    if one["type"] == "missing":
        return f"the cell '{name}' is empty."
    noun = voice.expected(one["type"], one.get("ctx", {}), AnswerEntry.model_fields[name].annotation)
    return f"{name}: expected {noun}, got '{one['input']}'." if noun else f"{name}: {voice.own_words(one['msg'])}"
