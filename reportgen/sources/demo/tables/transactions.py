"""transactions: those that matter: salaries, what customers do themselves, and large movements of money."""

from __future__ import annotations

import numpy as np

from reportgen.sources.demo import months
from reportgen.sources.demo.bank import MASS, OCCUPATIONS, SALARIED, occupation
from reportgen.sources.demo.bankwide import Bank
from reportgen.sources.demo.cells import Cells, codes, dates, flags, money
from reportgen.sources.demo.chance import Ints, days_between, draw

CHANNELS = ("counter", "app", "web", "atm")
PARTIES = ("own_account", "third_party", "salary", "merchant", "securities")
IN, OUT = 0, 1
_LARGE = 5_000_000
"""A movement of the balance is one of money from 5万 and 6 % on; the rest is interest and prices."""
_Rows = tuple[Ints, Ints, Ints, Ints, Ints, Ints, Ints]
"""customer, day, direction, amount, channel, counterparty, initiated by the customer."""


def transactions(bank: Bank) -> dict[str, Cells]:
    rng = bank.chance.of("transactions")
    blocks = [_salaries(rng, bank), _own(rng, bank), _large(rng, bank), _filling(rng, bank), _farewells(rng, bank)]
    customer, day, direction, amount, channel, party, own = (
        np.concatenate([block[part] for block in blocks]) for part in range(7)
    )
    order = np.lexsort((amount, direction, customer, day))
    return {
        "customer_id": bank.ids(customer[order]),
        "txn_date": dates(day[order]),
        "direction": codes(direction[order], ("in", "out")),
        "amount": money(amount[order]),
        "channel": codes(channel[order], CHANNELS),
        "counterparty": codes(party[order], PARTIES),
        "customer_initiated": flags(own[order] > 0),
    }


def _rows(customer: Ints, day: Ints, direction: Ints | int, amount: Ints, channel: Ints | int, party: Ints | int,
          own: int) -> _Rows:
    def full(value: Ints | int) -> Ints:
        return np.broadcast_to(np.asarray(value, dtype=np.int64), customer.shape).astype(np.int64)

    return customer, day, full(direction), amount, full(channel), full(party), full(own)


def paid_here(bank: Bank) -> Ints:
    """0: no pay is credited; 1: a salary every month; 2: a freelancer's fees, as they come."""
    rng = bank.chance.of("paid_here")
    people = bank.people
    salaried = np.isin(people.occupation, [OCCUPATIONS.index(name) for name in SALARIED])
    here = (rng.random(people.size) < 0.62) & ~bank.balances.dormant
    return np.where(here & salaried, 1, np.where(here & (people.occupation == occupation("freelance")), 2, 0))


def _salaries(rng: np.random.Generator, bank: Bank) -> _Rows:
    people, income = bank.people, bank.attributes.income
    pay = paid_here(bank)
    shape = (people.size, months.COUNT - 1)
    comes = (pay == 1)[:, None] | ((pay == 2)[:, None] & (rng.random(shape) < 0.6))
    payday = 5 + people.branch % 3 * 5
    customer, index = np.nonzero(bank.balances.alive[:, 1:] & comes)
    index = index + 1
    fees = pay[customer] == 2
    late = rng.integers(0, 18, len(customer))
    day = months.STARTS[index] + np.where(fees, late + 8, payday[customer])
    kept = day >= people.opened[customer]
    spread = np.where(fees, rng.lognormal(0.35, 0.7, len(customer)), rng.normal(1.0, 0.02, len(customer)))
    amount = np.rint(income[customer] / 12 * spread / 100).astype(np.int64) * 100
    return _rows(customer[kept], day[kept], IN, amount[kept], CHANNELS.index("web"), PARTIES.index("salary"), 0)


def _own(rng: np.random.Generator, bank: Bank) -> _Rows:
    """One a quarter by everyone but the dormant: the pay is spent again."""
    people, balances = bank.people, bank.balances
    blocks = []
    for first in range(1, months.COUNT, 3):
        last = first + 2
        begin = np.maximum(people.opened, months.STARTS[first])
        end = np.minimum(people.left - 1, months.ENDS[last])
        who = np.flatnonzero(~balances.dormant & (begin <= end))
        day = days_between(rng, begin[who], end[who])
        spent = bank.attributes.income[who] // 4
        paid = paid_here(bank)[who] > 0
        amount = np.where(paid, spent * rng.uniform(0.8, 1.1, len(who)), spent * rng.uniform(0.02, 0.3, len(who)))
        direction = np.where(paid | (rng.random(len(who)) < 0.5), OUT, IN)
        blocks.append(_rows(
            who, day, direction, np.maximum(np.rint(amount / 100).astype(np.int64) * 100, 1_000),
            draw(rng, len(who), (0.12, 0.6, 0.16, 0.12)), np.where(rng.random(len(who)) < 0.6, 3, 1), 1,
        ))
    return _stacked(blocks)


def _large(rng: np.random.Generator, bank: Bank) -> _Rows:
    people, balances = bank.people, bank.balances
    change = np.diff(balances.plain, axis=1)
    both = balances.alive[:, 1:] & balances.alive[:, :-1]
    moved = np.abs(change)
    customer, index = np.nonzero(both & (moved >= _LARGE) & (moved >= balances.plain[:, :-1] * 0.06))
    day = days_between(rng, months.STARTS[index + 1], months.ENDS[index + 1])
    delta = change[customer, index]
    party = np.array([0, 1, 4])[draw(rng, len(day), (0.45, 0.35, 0.20))]
    arrived, month = np.nonzero(balances.alive[:, 1:] & ~balances.alive[:, :-1])
    first = balances.plain[arrived, month + 1] // 100 * 95
    rich = (first >= _LARGE) & (people.rank[arrived] > MASS)
    arrived, first = arrived[rich], first[rich]
    return _stacked([
        _rows(customer, day, np.where(delta > 0, IN, OUT), np.abs(delta) // 10_000 * 10_000,
              draw(rng, len(day), (0.22, 0.5, 0.28, 0.0)), party, 1),
        _rows(arrived, people.opened[arrived], IN, first // 10_000 * 10_000, 0, 0, 1),
    ])


def _filling(rng: np.random.Generator, bank: Bank) -> _Rows:
    """The quarter-end deposits of one branch, and their way out a few days later."""
    balances, people = bank.balances, bank.people
    extra = balances.aum - balances.plain
    customer, index = np.nonzero((extra >= 1_000_000) & balances.alive & (people.rank > MASS)[:, None])
    inward = index > 0
    out_day = months.ENDS[index] + 2 + rng.integers(0, 4, len(index))
    outward = (out_day <= months.LAST) & (people.left[customer] > out_day)
    amount = extra[customer, index] // 10_000 * 10_000
    return _stacked([
        _rows(customer[inward], months.ENDS[index[inward]], IN, amount[inward], 0, 0, 1),
        _rows(customer[outward], out_day[outward], OUT, amount[outward], 0, 0, 1),
    ])


def _farewells(rng: np.random.Generator, bank: Bank) -> _Rows:
    """Who leaves takes the money along."""
    people, balances = bank.people, bank.balances
    who = np.flatnonzero((people.left != months.NEVER) & (people.rank > MASS))
    index = np.searchsorted(months.ENDS, people.left[who]) - 1
    seen = balances.alive[who, np.maximum(index, 0)]
    who, index = who[seen], index[seen]
    amount = balances.plain[who, index] // 10_000 * 10_000
    return _rows(who, people.left[who], OUT, amount, rng.integers(0, 2, len(who)), 1, 1)


def _stacked(blocks: list[_Rows]) -> _Rows:
    customer, day, direction, amount, channel, party, own = (
        np.concatenate([block[part] for block in blocks]) for part in range(7)
    )
    return customer, day, direction, amount, channel, party, own

