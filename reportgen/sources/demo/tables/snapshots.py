"""snapshots: every customer at every month end."""

from __future__ import annotations

import numpy as np

from reportgen.sources.demo import months
from reportgen.sources.demo.attributes import CONTROL
from reportgen.sources.demo.bank import EDGES, MASS, TIERS
from reportgen.sources.demo.bankwide import Bank
from reportgen.sources.demo.cells import Cells, codes, dates, money
from reportgen.sources.demo.chance import Ints

_MARGIN = {"deposit_current": 150, "deposit_time": 60, "wealth": 45, "fund": 90, "insurance": 120, "other": 40,
           "loan": 170}
"""What the bank earns a year, in hundredths of a percent of the balance."""


def snapshots(bank: Bank, last_contact: Ints) -> dict[str, Cells]:
    """`last_contact`: customers by months, as `contacts.last_contacts` makes it."""
    balances, parts = bank.balances, dict(bank.book.parts)
    month, customer = np.nonzero(balances.alive.T)
    aum = balances.aum[customer, month]
    part = {name: values[customer, month] for name, values in parts.items()}
    loan = part.pop("loan")
    current = aum - np.sum(list(part.values()), axis=0)
    tier = balances.tier[customer, month]
    edge = np.array(EDGES)[tier]
    wealth = part["wealth"]
    qualifying = np.where((tier > MASS) & (aum >= edge) & (aum - wealth < edge), wealth, 0)
    held = {"deposit_current": current, **part, "loan": loan}
    earned = np.sum([held[name] * rate for name, rate in _MARGIN.items()], axis=0) // (12 * 10_000)
    return {
        "snapshot_date": dates(months.ENDS[month]),
        "customer_id": bank.ids(customer),
        "tier": codes(tier, TIERS),
        "aum": money(aum),
        **{name: money(held[name]) for name in
           ("deposit_current", "deposit_time", "wealth", "fund", "insurance", "other", "loan")},
        "month_avg_aum": money(balances.average[customer, month]),
        "contribution": money(earned),
        "last_contact": dates(last_contact[customer, month]),
        "qualifying_amount": money(qualifying),
        "fund_control": codes(bank.attributes.control[customer], CONTROL),
    }
