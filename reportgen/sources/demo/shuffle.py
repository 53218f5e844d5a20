"""The shuffled bank: the same people's attributes dealt out anew, so that no attribute is related to anything.

What happened to a customer stays as it was: money, products, contacts, coming and going. Every attribute is dealt by
itself (income with its band, a branch with its region), so each keeps its own distribution.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from reportgen.sources.demo.bankwide import Bank
from reportgen.sources.demo.chance import Ints


def shuffled(bank: Bank) -> Bank:
    """The bank as its customers table shows it once shuffled."""
    people, known = bank.people, bank.attributes

    def deal(column: str) -> Ints:
        return bank.chance.of(f"shuffle.{column}").permutation(people.size)

    income, marital, children = deal("income"), deal("marital_status"), deal("children")
    education, hobbies, risk = deal("education"), deal("hobbies"), deal("risk_level")
    gaps = {"income": income, "marital_status": marital, "children": children, "education": education,
            "hobbies": hobbies, "risk_level": risk}
    return replace(
        bank,
        people=replace(people, branch=people.branch[deal("branch")], birth=people.birth[deal("birth_date")],
                       occupation=people.occupation[deal("occupation")]),
        attributes=replace(
            known, gender=known.gender[deal("gender")], income=known.income[income], band=known.band[income],
            marital=known.marital[marital], children=known.children[children], education=known.education[education],
            hobbies=known.hobbies[hobbies], risk=known.risk[risk], control=known.control[deal("fund_control")],
            contactable=known.contactable[deal("contactable")],
            gaps={column: known.gaps[column][order] for column, order in gaps.items()},
        ),
        team=replace(bank.team, rm=_managers(bank)),
    )


def _managers(bank: Bank) -> Ints:
    """Managers dealt anew among the customers of managers of the same kind: loads and coverage stay."""
    rng = bank.chance.of("shuffle.rm")
    rm = bank.team.rm.copy()
    for role in np.unique(bank.team.role):
        who = np.flatnonzero((rm >= 0) & (bank.team.role[rm] == role))
        rm[who] = rng.permutation(rm[who])
    return rm


def suitable(bank: Bank, shown: Bank) -> Bank:
    """The bank with no product above the level its holder was dealt: a mismatch would only show the shuffling."""
    risk = np.minimum(bank.book.risk, shown.attributes.risk[bank.book.customer])
    return replace(bank, book=replace(bank.book, risk=risk))
