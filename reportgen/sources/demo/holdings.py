"""What customers hold, month by month: bought, renewed at maturity, ended early or given up for want of money.

The products' amounts at a month end are the snapshot's columns, so both always agree.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from reportgen.sources.demo import months
from reportgen.sources.demo.balances import Balances
from reportgen.sources.demo.chance import Chance, Flags, Floats, Ints, days_between
from reportgen.sources.demo.people import People
from reportgen.sources.demo.products import ASSETS, GIVE_WAY, SLOTS, Slot

_TIED_AT_MOST = 0.94
"""Of a customer's money; the rest stays in the current account."""
_CLIFF_FROM, _CLIFF_TO = months.day("2025-03-01"), months.day("2025-12-12")
_CLIFF_SHARE = 0.42
_CLIFF_DAYS = (months.day("2026-01-04"), months.day("2026-01-29"))
_OVER_RISK = 0.03


@dataclass(slots=True)
class _Place:
    """One slot of all customers while the months pass."""

    slot: Slot
    amount: Ints
    start: Ints
    maturity: Ints
    cliff: Flags
    number: Ints
    rate: Ints
    risk: Ints
    ended: list[tuple[Ints, ...]] = field(default_factory=list)

    @classmethod
    def empty(cls, slot: Slot, size: int) -> _Place:
        def none() -> Ints:
            return np.zeros(size, dtype=np.int64)

        return cls(slot, none(), none(), np.full(size, months.NEVER), np.zeros(size, dtype=bool), none(), none(),
                   none())

    @property
    def held(self) -> Flags:
        live: Flags = self.start > 0
        return live

    def end(self, who: Flags, day: Ints) -> None:
        """End what `who` hold on `day`, never before it began; what began the same day never was."""
        where = np.flatnonzero(who & self.held)
        last = np.minimum(np.maximum(day[where], self.start[where]), self.maturity[where])
        real = last > self.start[where]
        self._record(where[real], last[real])
        self.start[where] = 0
        self.amount[where] = 0
        self.maturity[where] = months.NEVER

    def close(self) -> None:
        """Record what is still held."""
        where = np.flatnonzero(self.held)
        self._record(where, np.full(len(where), months.NEVER))

    def _record(self, where: Ints, day: Ints) -> None:
        columns = (self.amount, self.start, self.maturity, self.cliff.astype(np.int64), self.number, self.rate,
                   self.risk)
        self.ended.append((where, day, *(column[where] for column in columns)))


@dataclass(frozen=True, slots=True)
class Book:
    """All holdings as columns, and each part of the snapshots as customers by months, in 分."""

    customer: Ints
    slot: Ints
    amount: Ints
    start: Ints
    maturity: Ints
    end: Ints
    cliff: Flags
    number: Ints
    rate: Ints
    """In hundredths of a percent."""
    risk: Ints
    parts: dict[str, Ints]


def make_book(chance: Chance, people: People, balances: Balances, risk: Ints) -> Book:
    """`risk` is each customer's level, 1 to 5; products stay within it but for a few customers over 50."""
    rng = chance.of("holdings")
    desk = _Desk(rng, people, balances, risk)
    parts = {slot.part: np.zeros((people.size, months.COUNT), dtype=np.int64) for slot in SLOTS}
    for index in range(months.COUNT):
        if index == 0:
            desk.open()
        else:
            desk.month(index)
        for place in desk.places:
            parts[place.slot.part][:, index] += place.amount
    return desk.book(parts)


class _Desk:
    """Buys, renews and ends; its order of draws is fixed, so the same chance gives the same book."""

    def __init__(self, rng: np.random.Generator, people: People, balances: Balances, risk: Ints) -> None:
        self.rng, self.people, self.balances, self.risk = rng, people, balances, risk
        self.age = people.age(months.LAST)
        young = self.age <= 35
        self.places = [_Place.empty(slot, people.size) for slot in SLOTS]
        self.wanted = [
            rng.random(people.size) < np.array(slot.wanted)[people.rank] * np.where(young, slot.young, 1.0)
            for slot in SLOTS
        ]
        for slot, wants in zip(SLOTS, self.wanted, strict=True):
            if min(slot.risks) > 1:
                np.logical_and(wants, risk >= min(slot.risks), out=wants)
        self.appetite = rng.uniform(0.5, 1.3, people.size)

    def open(self) -> None:
        """The book as the opening finds it: begun at some day before, not yet matured."""
        there = self.balances.alive[:, 0]
        for place, wants in zip(self.places, self.wanted, strict=True):
            who = there & wants & (self.rng.random(len(there)) < 0.9)
            longest = max(place.slot.terms, default=1500)
            back = (self.rng.random(len(there)) * longest).astype(np.int64)
            self._buy(place, who, np.maximum(months.OPENING - back, self.people.opened), 0, in_course=True)

    def month(self, index: int) -> None:
        first, last = np.int64(months.STARTS[index]), np.int64(months.ENDS[index])
        size = self.people.size
        alive = self.balances.alive[:, index]
        renewing: list[tuple[Flags, Ints, Ints]] = []
        for place in self.places:
            gone = place.held & (self.people.left <= last)
            matured = place.held & ~gone & (place.maturity <= last)
            day, amount = place.maturity.copy(), place.amount.copy()
            place.end(gone, self.people.left)
            place.end(matured, day)
            early = place.held & (self.rng.random(size) < place.slot.early)
            place.end(early, days_between(self.rng, np.full(size, first), np.full(size, last)))
            renewing.append((matured & alive & (self.rng.random(size) < place.slot.takeup), day, amount))
        self._give_way(index)
        for place, wants, (again, day, amount) in zip(self.places, self.wanted, renewing, strict=True):
            wait = (self.rng.random(size) * 8).astype(np.int64)
            self._buy(place, again, np.minimum(np.where(again, day, last) + wait, last), index, wish=amount)
            new = alive & wants & ~place.held & ~again & (self.rng.random(size) < place.slot.arrival)
            fresh = alive & wants & ~place.held & (self.people.opened >= first) & (self.rng.random(size) < 0.6)
            begin = days_between(self.rng, np.maximum(self.people.opened, first), np.full(size, last))
            self._buy(place, new | fresh, begin, index)

    def _give_way(self, index: int) -> None:
        """End what a customer can no longer afford; the current account keeps a little."""
        first, last = months.STARTS[index], months.ENDS[index]
        over = self._assets() - self._limit(index)
        size = self.people.size
        for number in GIVE_WAY:
            place = self.places[number]
            who = place.held & (over > 0) & self.balances.alive[:, index]
            over = np.where(who, over - place.amount, over)
            place.end(who, days_between(self.rng, np.full(size, first), np.full(size, last)))

    def _assets(self) -> Ints:
        total: Ints = np.sum([self.places[number].amount for number in ASSETS], axis=0)
        return total

    def _limit(self, index: int) -> Ints:
        limit: Ints = (self.balances.plain[:, index] * _TIED_AT_MOST).astype(np.int64)
        return limit

    def _buy(self, place: _Place, who: Flags, start: Ints, index: int, *, in_course: bool = False,
             wish: Ints | None = None) -> None:
        size = self.people.size
        slot, rng = place.slot, self.rng
        if slot.part == "loan":
            amount = (rng.lognormal(np.log(60_000), 0.8, size) * np.array([1, 5, 25])[self.people.rank] * 100)
        else:
            amount = self.balances.plain[:, index] * slot.share * self.appetite * rng.uniform(0.8, 1.2, size)
            amount = np.minimum(amount if wish is None else np.where(wish > 0, wish, amount),
                                self._limit(index) - self._assets())
        step = slot.step * 100
        whole = (amount // step).astype(np.int64) * step
        who = who & (whole >= step) & ~place.held
        terms, cliff = self._terms(place, start, in_course=in_course)
        maturity = np.where(terms > 0, start + terms, months.NEVER)
        who &= maturity > (months.OPENING if in_course else 0)
        low, high = slot.rates
        for column, value in (
            (place.amount, whole), (place.start, start), (place.maturity, maturity),
            (place.number, rng.integers(1, 7, size)), (place.rate, self._rates(low, high, terms)),
            (place.risk, self._risks(slot)),
        ):
            column[who] = value[who]
        place.cliff[who] = cliff[who]

    def _terms(self, place: _Place, start: Ints, *, in_course: bool) -> tuple[Ints, Flags]:
        size = self.people.size
        none = np.zeros(size, dtype=bool)
        if not place.slot.terms:
            return np.zeros(size, dtype=np.int64), none
        terms = np.array(place.slot.terms)[self.rng.integers(0, len(place.slot.terms), size)]
        if in_course:
            terms = np.where(start + terms > months.OPENING, terms, max(place.slot.terms))
        if place.slot.product_type != "wealth":
            return terms, none
        cliff = (start >= _CLIFF_FROM) & (start <= _CLIFF_TO) & (self.rng.random(size) < _CLIFF_SHARE)
        until = self.rng.integers(_CLIFF_DAYS[0], _CLIFF_DAYS[1] + 1, size) - start
        chaser = self.balances.chaser & (self.rng.random(size) < 0.9)
        terms = np.where(chaser, 31 + terms % 4, np.where(cliff, until, terms))
        return terms, cliff & ~chaser

    def _rates(self, low: float, high: float, terms: Ints) -> Ints:
        longest = max(int(terms.max(initial=1)), 1)
        position = 0.75 * terms / longest + 0.25 * self.rng.random(len(terms))
        rates: Floats = np.rint((low + (high - low) * position) * 100)
        return rates.astype(np.int64)

    def _risks(self, slot: Slot) -> Ints:
        size = self.people.size
        offered = np.array(slot.risks)[self.rng.integers(0, len(slot.risks), size)]
        within = np.minimum(offered, self.risk)
        over = (self.age > 50) & (self.rng.random(size) < _OVER_RISK) & (slot.part in ("wealth", "fund"))
        return np.where(over, np.minimum(self.risk + 1, 5), within)

    def book(self, parts: dict[str, Ints]) -> Book:
        for place in self.places:
            place.close()
        rows = [np.concatenate([np.stack(block) for block in place.ended], axis=1) for place in self.places]
        slots = np.repeat(np.arange(len(rows)), [block.shape[1] for block in rows])
        customer, end, amount, start, maturity, cliff, number, rate, risk = np.concatenate(rows, axis=1)
        order = np.lexsort((slots, start, customer))
        column = {
            "customer": customer, "slot": slots, "amount": amount, "start": start, "maturity": maturity, "end": end,
            "number": number, "rate": rate, "risk": risk,
        }
        return Book(**{name: values[order] for name, values in column.items()}, cliff=cliff[order] > 0, parts=parts)
