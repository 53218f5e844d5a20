"""A change of a share split exactly: what the groups' weights did (mix) and what happened within groups (rate)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

Part = tuple[int, int]
"""Hits and base of one group."""


@dataclass(frozen=True, slots=True)
class MixRate:
    """`mix + rate == total`, exactly."""

    mix: Fraction
    """What the change would be had only the groups' weights moved."""
    rate: Fraction
    """What it would be had only the shares within the groups moved."""

    @property
    def total(self) -> Fraction:
        return self.mix + self.rate


def mix_and_rate(before: Mapping[str, Part], after: Mapping[str, Part]) -> MixRate:
    """Symmetric split (E. M. Kitagawa, 1955) of the change of the pooled share; there is no joint term.

    A group that is empty on one side keeps its share from the other, so that its coming or going is mix. ValueError
    where one side has nobody at all.
    """
    base_before, base_after = (sum(n for _, n in side.values()) for side in (before, after))
    if not base_before or not base_after:
        raise ValueError("a change needs customers on both sides")
    mix = rate = Fraction(0)
    for group in sorted({*before, *after}):
        (hits, n), (later_hits, later_n) = before.get(group, (0, 0)), after.get(group, (0, 0))
        if not n and not later_n:
            continue
        weight, later_weight = Fraction(n, base_before), Fraction(later_n, base_after)
        share = Fraction(hits, n) if n else Fraction(later_hits, later_n)
        later_share = Fraction(later_hits, later_n) if later_n else share
        mix += (later_weight - weight) * (share + later_share) / 2
        rate += (later_share - share) * (weight + later_weight) / 2
    return MixRate(mix, rate)
