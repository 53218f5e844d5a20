"""Everything the tables are drawn from: one bank, made once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from reportgen.sources.demo.attributes import Attributes, make_attributes
from reportgen.sources.demo.balances import Balances, make_balances
from reportgen.sources.demo.cells import Cells, numbered, texts
from reportgen.sources.demo.chance import Chance, Ints
from reportgen.sources.demo.holdings import Book, make_book
from reportgen.sources.demo.people import People, make_people
from reportgen.sources.demo.team import Team, make_team


@dataclass(frozen=True, slots=True)
class Bank:
    """The customers, what they have and who serves them; each table draws its own events on top."""

    chance: Chance
    people: People
    attributes: Attributes
    balances: Balances
    book: Book
    team: Team
    customer_ids: Cells

    def ids(self, customer: Ints) -> Cells:
        """Customers' numbers."""
        return self.customer_ids.take(_indexes(customer))

    def staff(self, member: Ints) -> Cells:
        """Members' numbers; null for nobody (-1)."""
        return texts([*self.team.ids, None]).take(_indexes(np.where(member < 0, len(self.team.ids), member)))


def _indexes(values: Ints) -> Cells:
    import pyarrow as pa

    return pa.array(np.asarray(values, dtype=np.int64))


def make_bank(seed: int, customers: int) -> Bank:
    """`customers` is about how many there are at the end of 2025."""
    chance = Chance(seed)
    people = make_people(chance, customers)
    attributes = make_attributes(chance, people)
    balances = make_balances(chance, people)
    book = make_book(chance, people, balances, attributes.risk)
    team = make_team(chance, people, balances)
    return Bank(chance, people, attributes, balances, book, team, numbered("C", people.size, 6))
