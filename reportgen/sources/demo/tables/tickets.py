"""tickets: what branches ask of the back office; one department answers slowly."""

from __future__ import annotations

import numpy as np

from reportgen.sources.demo import months
from reportgen.sources.demo.bank import BRANCHES, WEIGHTS
from reportgen.sources.demo.bankwide import Bank
from reportgen.sources.demo.cells import Cells, codes, numbered, times, whole
from reportgen.sources.demo.chance import draw, draw_by

TYPES = ("system", "process", "product", "approval")
DEPARTMENTS = ("operations", "technology", "product", "risk", "compliance")
_A_DAY = 9
_DEPARTMENT = ((0.10, 0.85, 0.05, 0.0, 0.0), (0.70, 0.10, 0.05, 0.05, 0.10), (0.05, 0.05, 0.80, 0.05, 0.05),
               (0.15, 0.0, 0.05, 0.55, 0.25))
"""By type."""
_RESPONSE = {"technology": (9.5, 1.0), "operations": (2.4, 0.8), "product": (3.0, 0.8), "risk": (4.0, 0.8),
             "compliance": (4.0, 0.8)}
"""Median hours to the first response and the spread of their logarithm."""


def tickets(bank: Bank) -> dict[str, Cells]:
    rng = bank.chance.of("tickets")
    days = np.arange(months.STARTS[1], months.LAST + 1)
    weekday = (days + 3) % 7 < 5
    day = np.repeat(days, rng.poisson(_A_DAY, len(days)) * weekday)
    size = len(day)
    raised = np.sort(day * 1440 + rng.integers(8 * 60 + 30, 17 * 60 + 30, size))
    kind = draw(rng, size, (0.34, 0.30, 0.20, 0.16))
    dept = draw_by(rng, kind, _DEPARTMENT)
    median, spread = (np.array([_RESPONSE[name][part] for name in DEPARTMENTS])[dept] for part in (0, 1))
    response = raised + np.maximum(rng.lognormal(np.log(median * 60), spread), 5).astype(np.int64)
    closed = response + np.maximum(rng.lognormal(np.log(14 * 60), 0.8, size), 10).astype(np.int64)
    end = (months.LAST + 1) * 1440
    closed = np.where((rng.random(size) < 0.03) | (closed >= end), months.NEVER, closed)
    response = np.where(response >= end, months.NEVER, response)
    slow = np.where(median > 8, 0.9, 0.0)
    rating = np.clip(np.rint(rng.normal(4.3 - slow, 0.8)), 1, 5).astype(np.int64)
    unrated = (closed == months.NEVER) | (rng.random(size) < 0.35)
    return {
        "ticket_id": numbered("T", size, 5),
        "raised_by_unit": codes(draw(rng, size, WEIGHTS), BRANCHES),
        "dept": codes(dept, DEPARTMENTS),
        "type": codes(kind, TYPES),
        "raised_at": times(raised),
        "first_response_at": times(response),
        "closed_at": times(closed),
        "rating": whole(rating, unrated),
    }
