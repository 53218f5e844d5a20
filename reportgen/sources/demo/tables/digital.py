"""digital: a row for each customer and month with any login, self-service or counter transaction."""

from __future__ import annotations

import numpy as np

from reportgen.sources.demo import months
from reportgen.sources.demo.bankwide import Bank
from reportgen.sources.demo.cells import Cells, dates, whole
from reportgen.sources.demo.tables.holdings import mobile_users


def digital(bank: Bank) -> dict[str, Cells]:
    rng = bank.chance.of("digital")
    people, balances = bank.people, bank.balances
    age = people.age(months.LAST)
    users = mobile_users(bank)
    shape = (people.size, months.COUNT)
    quiet = np.where(balances.dormant, 0.0, 1.0)[:, None]
    active = users[:, None] & (rng.random(shape) < 0.58 * quiet)
    logins = np.where(active, 1 + rng.poisson(np.where(age >= 60, 3.0, 8.0)[:, None], shape), 0)
    served = np.where(active, rng.poisson(np.select([age < 36, age < 60], [5.0, 4.0], 1.6)[:, None], shape), 0)
    counter = rng.poisson(np.select([age < 36, age < 60], [0.05, 0.10], 0.42)[:, None] * quiet, shape)
    there = balances.alive & (people.opened[:, None] <= months.STARTS) & (logins + served + counter > 0)
    there[:, 0] = False
    month, customer = np.nonzero(there.T)
    return {
        "customer_id": bank.ids(customer),
        "month": dates(months.STARTS[month]),
        "app_logins": whole(logins[customer, month]),
        "self_service_txns": whole(served[customer, month]),
        "counter_txns": whole(counter[customer, month]),
    }
