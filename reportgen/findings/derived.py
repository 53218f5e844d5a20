"""Figures a detector derives from facts for a finding's sentence: their names and units."""

from __future__ import annotations

from reportgen.facts.fact import Unit

DERIVED: dict[str, Unit] = {
    "index": "index",
    "rate": "share",
    "rest_rate": "share",
    "rest_n": "customers",
    "gap": "points",
    "gap_low": "points",
    "gap_high": "points",
    "residual": "coefficient",
}
"""Name in `Finding.derived` (`{finding.index}` in a sentence) to the unit it is printed in.

index     the segment's rate over the rest's, times 100
rate      the segment's rate; rest_rate and rest_n the rest's rate and base
gap       rate less rest_rate, with its 95 % interval gap_low to gap_high (Newcombe)
residual  adjusted residual of a cell in a cross table
"""
