"""The head line of a delimited file: its column names, checked."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

from reportgen.errors import Problem, SourceError


def read_head(path: Path, delimiter: str, place: str, encoding: str = "utf-8-sig") -> tuple[str, ...]:
    """Column names in order; raises SourceError for names that are missing or stand twice."""
    with path.open(encoding=encoding, newline="") as file:
        try:
            names = tuple(name.strip() for name in next(csv.reader(file, delimiter=delimiter, strict=True)))
        except StopIteration:
            names = ()
        except csv.Error as error:
            raise SourceError(Problem(place, f"line 1: the head cannot be read: {error}.")) from None
    if not any(names):
        raise SourceError(
            Problem(place, "line 1 holds no column names."),
            state="No report was made.",
            hint="The first line of a table must name its columns.",
        )
    problems = []
    if "" in names:
        problems.append(Problem(place, f"line 1: column {names.index('') + 1} of {len(names)} has no name."))
    problems += [
        Problem(place, f"line 1: the column '{name}' stands {count} times; which one is meant cannot be told.")
        for name, count in Counter(names).items()
        if count > 1 and name
    ]
    if problems:
        raise SourceError(problems, state="No report was made.")
    return names
