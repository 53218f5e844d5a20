"""Tiers: validity in order, and at most one floor a day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from reportgen.config.job import Job
from reportgen.config.positions import Positions
from reportgen.errors import Problem


def tier_problems(job: Job, places: Positions) -> Iterator[Problem]:
    """All problems of `tiers`."""
    for index, tier in enumerate(job.tiers):
        last = tier.valid_to or dt.date.max
        if last < tier.valid_from:
            yield Problem(places.of("tiers", index, "valid_to"),
                          f"tiers[{index}]: valid_to {tier.valid_to} is before valid_from {tier.valid_from}.")
            continue
        for earlier in job.tiers[:index]:
            common = max(tier.valid_from, earlier.valid_from)
            if earlier.tier == tier.tier and common <= min(last, earlier.valid_to or dt.date.max):
                yield Problem(
                    places.of("tiers", index),
                    f"tiers[{index}]: on {common} the tier '{tier.tier}' would have two floors, {earlier.floor} and "
                    f"{tier.floor}; end the earlier one with valid_to.",
                )
                break
