"""Sensitivity of columns (JR/T 0171-2020): what identifies a person's account stays out, what tells of a person is
counted and never printed.

C3 is what lets somebody in: passwords, biometrics, card verification codes. C2 identifies a person or tells their
finances: numbers, names, telephones, balances. C1 is for the bank's inner use. Columns that the program knows as
personal are C2 whatever the job says.
"""

from __future__ import annotations

from collections.abc import Iterator

from reportgen.config.dimension import Categories
from reportgen.config.job import Job
from reportgen.config.positions import Positions
from reportgen.errors import Problem
from reportgen.frames.roles import IDENTIFYING


def class_problems(job: Job, places: Positions) -> Iterator[Problem]:
    """C3 columns, which no report may read, and dimensions whose segments would print a C2 column's values."""
    for role, frame in job.frames.items():
        for column, entry in frame.every.items():
            if entry.sensitivity == "C3":
                yield Problem(
                    places.of("frames", role, "columns", column, "class"),
                    f"frames.{role}.columns.{column}: is C3 (passwords, biometrics, verification codes). No report "
                    "needs it and none may read it; take the column out of the job, and out of what the job reads.",
                )
    closed = IDENTIFYING | job.columns_of("C2")
    for name, dimension in job.dimensions.items():
        if isinstance(dimension, Categories) and dimension.column in closed:
            yield Problem(
                places.of("dimensions", name, "column"),
                f"dimensions.{name}: '{dimension.column}' is C2, and each of its values would be printed; give edges, "
                "or another column.",
            )
    for column in job.population:
        if column in closed:
            yield Problem(places.of("population", column, key=True),
                          f"population: '{column}' is C2, and the values asked for would be printed.")
