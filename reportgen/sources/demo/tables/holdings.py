"""holdings: every product held at any time since the opening."""

from __future__ import annotations

import numpy as np

from reportgen.sources.demo import months
from reportgen.sources.demo.bankwide import Bank
from reportgen.sources.demo.cells import Cells, codes, dates, hundredths, money, texts
from reportgen.sources.demo.chance import Flags, Ints, days_between
from reportgen.sources.demo.products import CLIFF_CODE, SLOTS
from reportgen.sources.demo.tables.customers import RISKS

_CARD, _MOBILE = len(SLOTS), len(SLOTS) + 1
_TYPES = (*(slot.product_type for slot in SLOTS), "credit_card", "mobile_bank")
_PREFIXES = (*(slot.prefix for slot in SLOTS), "CC", "MB")


def mobile_users(bank: Bank) -> Flags:
    """Who has the app: most of the young, a third of those over 60."""
    rng = bank.chance.of("mobile")
    age = bank.people.age(months.LAST)
    share = np.select([age <= 35, age <= 50, age < 60], [0.92, 0.84, 0.68], 0.34)
    users: Flags = rng.random(bank.people.size) < share
    return users


def card_holders(bank: Bank) -> Flags:
    """Who has a credit card: at the end exactly as many customers as hold a time deposit."""
    rng = bank.chance.of("cards")
    people = bank.people
    order = rng.random(people.size) - np.array([0.0, 0.25, 0.2])[people.rank]
    there = people.left == months.NEVER
    time = int(((bank.book.slot == 0) & (bank.book.end == months.NEVER)).sum())
    holds: Flags = ~there & (order < 0.3)
    candidates = np.flatnonzero(there & (people.opened < months.LAST - 30))
    holds[candidates[np.argsort(order[candidates], kind="stable")][:time]] = True
    return holds


def holdings(bank: Bank) -> dict[str, Cells]:
    book, people = bank.book, bank.people
    rng = bank.chance.of("services")
    services: list[tuple[Ints, Ints]] = [
        (np.flatnonzero(who), np.full(int(who.sum()), number))
        for number, who in ((_CARD, card_holders(bank)), (_MOBILE, mobile_users(bank)))
    ]
    customer = np.concatenate([who for who, _ in services])
    kind = np.concatenate([number for _, number in services])
    opened = people.opened[customer]
    early = np.minimum(people.left[customer] - 1, np.minimum(opened + 400, months.LAST))
    start = days_between(rng, opened, np.maximum(early, opened))
    none = np.zeros(len(customer), dtype=np.int64)
    never = np.full(len(customer), months.NEVER)

    def both(own: Ints, service: Ints) -> Ints:
        return np.concatenate([own, service])

    holder, slot = both(book.customer, customer), both(book.slot, kind)
    begin = both(book.start, start)
    order = np.lexsort((slot, begin, holder))
    cliff = np.concatenate([book.cliff, none > 0])
    number, risk = both(book.number, none + 1), both(book.risk, none + 1)
    names = _names(slot[order], number[order], risk[order], cliff[order])
    rate = both(book.rate, none)[order]
    return {
        "customer_id": bank.ids(holder[order]),
        "product_code": names,
        "product_type": codes(slot[order], _TYPES),
        "amount": money(both(book.amount, none)[order]),
        "start_date": dates(begin[order]),
        "maturity_date": dates(both(book.maturity, never)[order]),
        "end_date": dates(both(book.end, people.left[customer])[order]),
        "yield_rate": hundredths(rate, rate == 0),
        "risk_level": codes(risk[order], RISKS),
    }


def _names(slot: Ints, number: Ints, risk: Ints, cliff: Flags) -> Cells:
    """`WM-R2-03`: the type, its risk, its issue."""
    words = [
        f"{prefix}-R{level}-{issue:02d}" for prefix in _PREFIXES for level in range(6) for issue in range(7)
    ]
    index = (slot * 6 + risk) * 7 + number
    return codes(np.where(cliff, len(words), index), texts([*words, CLIFF_CODE]).to_pylist())

