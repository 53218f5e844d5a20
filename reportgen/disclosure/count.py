"""How many customers a fact tells of: its base, what it counts, and what is left when that is taken away."""

from __future__ import annotations

from collections.abc import Iterator

from reportgen.facts.fact import Fact

DIFFERENCES = frozenset({"customers_net_new", "customers_growth"})
"""Customers that came less those that went: no group of customers."""


def counted(fact: Fact) -> int | None:
    """The customers a fact counts among its base: a count's own value, a share's numerator; else None.

    A share of money divides by money, not by its base.
    """
    if fact.metric in DIFFERENCES:
        return None
    of_customers = fact.den == fact.n if fact.unit == "share" else fact.unit == "customers" and fact.den == 1
    return abs(fact.num) if of_customers else None


def told(fact: Fact) -> Iterator[int]:
    """Every number of customers that the fact lets be read: of 2 among 300 also the 298, and of 298 the 2."""
    yield fact.n
    number = counted(fact)
    if number is not None:
        yield number
        if fact.n > number:
            yield fact.n - number


def is_small(number: int, least: int) -> bool:
    """Whether a number of customers is to be withheld: 1 to `least` less one. None at all are told."""
    return 0 < number < least
