"""A threshold against its unit: a share lies between 0 and 1, a count is not negative."""

from __future__ import annotations

from decimal import Decimal

_RANGES: dict[str, tuple[int, int, str]] = {
    "share": (0, 1, "a share is 0 to 1; 10 % is 0.1"),
    "points": (-1, 1, "a difference of shares is -1 to 1; 10 points are 0.1"),
    "coefficient": (-1, 1, "a coefficient is -1 to 1"),
}
_COUNTED = ("customers", "count", "days", "years", "index", "per_customer")


def threshold_fault(value: Decimal, unit: str) -> str:
    """Why a number cannot be a threshold in that unit, or an empty string."""
    low, high, words = _RANGES.get(unit, (0, 0, ""))
    if words and not low <= value <= high:
        return f"{words}, got {value}."
    if unit in _COUNTED and value < 0:
        return f"a threshold in {unit} is not below zero, got {value}."
    return ""
