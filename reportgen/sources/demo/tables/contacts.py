"""contacts: calls, visits and messages of the relationship managers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from reportgen.sources.demo import months
from reportgen.sources.demo.bank import MASS, STORIES
from reportgen.sources.demo.bankwide import Bank
from reportgen.sources.demo.cells import Cells, codes, dates, numbered, whole
from reportgen.sources.demo.chance import Flags, Ints, days_between, draw_by

CHANNELS = ("phone", "visit", "wechat", "sms")
PURPOSES = ("policy", "personal", "service", "sales")
OUTCOMES = ("reached", "not_reached", "appointment", "sale", "")
EFFECTIVE = (0, 2, 3)
_EVERY_MONTH = np.array([0.15, 0.75, 0.82])
_CHANNEL = ((0.30, 0.02, 0.28, 0.40), (0.48, 0.12, 0.34, 0.06), (0.46, 0.26, 0.27, 0.01))
_PURPOSE = ((0.31, 0.31, 0.24, 0.14), (0.60, 0.17, 0.15, 0.08))
"""As usual, and in the region that goes through the motions."""
_OUTCOME = (0.66, 0.14, 0.11, 0.07, 0.02)
_FORMAL = (0.06, 0.35)


@dataclass(frozen=True, slots=True)
class Contacts:
    """One element a contact, in the order of the days."""

    customer: Ints
    member: Ints
    day: Ints
    channel: Ints
    purpose: Ints
    outcome: Ints
    note: Ints
    next: Ints


def make_contacts(bank: Bank) -> Contacts:
    rng = bank.chance.of("contacts")
    people, balances = bank.people, bank.balances
    customer, index = np.nonzero(balances.alive[:, 1:] & (rng.random((people.size, months.COUNT - 1))
                                                          < _EVERY_MONTH[balances.tier[:, 1:]]))
    index = index + 1
    day = days_between(rng, np.maximum(people.opened[customer], months.STARTS[index]), months.ENDS[index])
    order = np.lexsort((customer, day))
    customer, index, day = customer[order], index[order], day[order]
    tier = balances.tier[customer, index]
    formal_place = (people.region[customer] == STORIES.formal_region) & (index >= STORIES.formal_from)
    formal = rng.random(len(day)) < np.where(formal_place, _FORMAL[1], _FORMAL[0])
    purpose = draw_by(rng, formal_place.astype(np.int64), _PURPOSE)
    outcome = np.where(formal, OUTCOMES.index(""), draw_by(rng, np.zeros_like(day), (_OUTCOME,)))
    note = np.where(formal, rng.integers(0, 10, len(day)), 10 + rng.gamma(2.0, 28.0, len(day)).astype(np.int64))
    plans = ~formal & (rng.random(len(day)) < 0.6) & (tier > MASS)
    following = np.where(plans, day + rng.integers(10, 45, len(day)), months.NEVER)
    return Contacts(customer, _members(rng, bank, customer, day), day, draw_by(rng, tier, _CHANNEL), purpose, outcome,
                    note, following)


def _members(rng: np.random.Generator, bank: Bank, customer: Ints, day: Ints) -> Ints:
    """The customer's own manager; without one, or after that one has left, a lobby manager of the branch."""
    team = bank.team
    own = team.rm[customer]
    absent: Flags = (own < 0) | (team.left[own] < day)
    lobby = np.array([np.flatnonzero((team.branch == number) & (team.role == 3)) for number in range(12)])
    stand_in = lobby[bank.people.branch[customer], rng.integers(0, lobby.shape[1], len(customer))]
    return np.where(absent, stand_in, own)


def contacts(bank: Bank, made: Contacts) -> dict[str, Cells]:
    return {
        "contact_id": numbered("K", len(made.day), 6),
        "customer_id": bank.ids(made.customer),
        "rm_id": bank.staff(made.member),
        "contact_date": dates(made.day),
        "channel": codes(made.channel, CHANNELS),
        "purpose": codes(made.purpose, PURPOSES),
        "note_chars": whole(made.note),
        "outcome": codes(made.outcome, OUTCOMES),
        "next_date": dates(made.next),
    }


def last_contacts(bank: Bank, made: Contacts) -> Ints:
    """Customers by months: the day of the last contact that reached them; before 2024 a day drawn for the tier."""
    rng = bank.chance.of("last_contacts")
    people = bank.people
    last = np.full((people.size, months.COUNT), -1)
    back = (rng.random(people.size) * np.array([400, 75, 42])[bank.balances.tier[:, 0]]).astype(np.int64)
    before = months.OPENING - back
    known = (people.opened <= before) & bank.balances.alive[:, 0]
    last[:, 0] = np.where(known, before, -1)
    effective = np.isin(made.outcome, EFFECTIVE)
    np.maximum.at(last, (made.customer[effective], months.month_of(made.day[effective])), made.day[effective])
    latest: Ints = np.maximum.accumulate(last, axis=1)
    return np.where(latest < 0, months.NEVER, latest)
