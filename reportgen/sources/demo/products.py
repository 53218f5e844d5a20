"""The bank's products: the places a customer may fill, how long each runs and how risky it is."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Slot:
    """One place in a customer's portfolio. A customer holds at most one product in it at a time."""

    name: str
    product_type: str
    prefix: str
    part: str
    """The snapshot's column it counts in; empty for products without assets."""
    wanted: tuple[float, float, float]
    """Share of mass, affluent and private customers who want one."""
    young: float
    """Factor for customers up to 35."""
    share: float
    """Of a customer's money that goes into it, about."""
    terms: tuple[int, ...]
    """Days to run; empty for products without maturity."""
    rates: tuple[float, float]
    """Yearly rate in %, lowest and highest."""
    risks: tuple[int, ...]
    takeup: float = 0.8
    """Share of maturing products that are renewed at once."""
    arrival: float = 0.05
    """Chance a month that one who wants it and has none buys."""
    early: float = 0.004
    """Chance a month to be ended early."""
    step: int = 1_000
    """Amounts are whole multiples of this many 元, and at least one."""


SLOTS = (
    Slot("time", "deposit_time", "DT", "deposit_time", (0.36, 0.62, 0.66), 0.8, 0.30,
         (90, 183, 365, 730, 1095), (1.15, 1.95), (1,), takeup=0.86),
    Slot("wealth", "wealth", "WM", "wealth", (0.26, 0.64, 0.84), 0.42, 0.28,
         (183, 270, 365, 545), (2.10, 3.10), (2, 3, 2), takeup=0.84, arrival=0.08, step=10_000),
    Slot("wealth_second", "wealth", "WM", "wealth", (0.00, 0.20, 0.62), 0.42, 0.16,
         (183, 270, 365, 545), (2.10, 3.10), (2, 3, 4), takeup=0.84, arrival=0.08, step=10_000),
    Slot("fund", "fund", "FD", "fund", (0.09, 0.26, 0.42), 0.9, 0.10, (), (0.0, 0.0), (3, 4, 5), early=0.01),
    Slot("insurance", "insurance", "IN", "insurance", (0.10, 0.24, 0.38), 0.7, 0.08,
         (1826, 3652), (1.75, 2.50), (1, 2), early=0.001, step=10_000),
    Slot("gold", "gold", "GD", "other", (0.02, 0.07, 0.12), 1.0, 0.03, (), (0.0, 0.0), (3,), early=0.01),
    Slot("loan", "loan", "LN", "loan", (0.15, 0.20, 0.24), 0.8, 0.0, (1095, 1826, 3652), (2.95, 4.35), (1,),
         takeup=0.1, arrival=0.01, early=0.002),
)
ASSETS = tuple(number for number, slot in enumerate(SLOTS) if slot.part != "loan")
GIVE_WAY = (2, 3, 5, 1, 0, 4)
"""Slots in the order in which they are given up when the money falls below what they hold."""
CLIFF_CODE = "WM-YE26"
"""The wealth product of 2025 that matures in January 2026."""
