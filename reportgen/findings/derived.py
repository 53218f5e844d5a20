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
    "excess": "points",
    "shortfall": "points",
    "part": "share",
    "basis_points": "count",
    "limit_basis_points": "count",
    "less_low": "points",
    "less_high": "points",
    "expected": "count",
    "multiple": "times",
    "excess_cases": "count",
    "periods": "count",
    "relative": "share",
    "growth": "share",
    "season_growth": "share",
    "z": "coefficient",
    "mix": "points",
    "within": "points",
}
"""Name in `Finding.derived` (`{finding.index}` in a sentence) to the unit it is printed in.

index     the segment's rate over the rest's, times 100
rate      the segment's rate; rest_rate and rest_n the rest's rate and base
gap       rate less rest_rate, with its 95 % interval gap_low to gap_high (Newcombe)
residual  adjusted residual of a cell in a cross table
excess    the value less the fact it is held against; shortfall the same with the other sign
part      the value over the fact it is a part of
basis_points  a difference of rates without sign, limit_basis_points the limit it is held to
less_low  the 95 % interval of how far the rate lies under the rest's, to less_high: the gap's with its sign turned
expected  cases the periods before lead to expect, periods how many those were, multiple the cases over it
relative  the change over the earlier value; growth and season_growth the last step and the same step a year before,
          z how many robust deviations it is off
mix       the part of a change that comes of the groups' weights, within the part that comes of the groups themselves
"""
