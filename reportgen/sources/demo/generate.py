"""All tables of the demonstration bank, each in memory as an Arrow table."""

from __future__ import annotations

from collections.abc import Iterator

from reportgen.config.source import DEMO_CUSTOMERS, DEMO_SEED
from reportgen.sources.demo.bankwide import make_bank
from reportgen.sources.demo.cells import Cells
from reportgen.sources.demo.schema import TABLES
from reportgen.sources.demo.shuffle import shuffled as dealt_anew
from reportgen.sources.demo.shuffle import suitable
from reportgen.sources.demo.tables.activities import activities
from reportgen.sources.demo.tables.campaigns import campaigns
from reportgen.sources.demo.tables.competitors import competitors
from reportgen.sources.demo.tables.complaints import complaints
from reportgen.sources.demo.tables.contacts import contacts, last_contacts, make_contacts
from reportgen.sources.demo.tables.customers import customers
from reportgen.sources.demo.tables.digital import digital
from reportgen.sources.demo.tables.holdings import holdings
from reportgen.sources.demo.tables.incidents import incidents
from reportgen.sources.demo.tables.leads import leads
from reportgen.sources.demo.tables.life_events import life_events
from reportgen.sources.demo.tables.notices import notices
from reportgen.sources.demo.tables.snapshots import snapshots
from reportgen.sources.demo.tables.staff import staff
from reportgen.sources.demo.tables.surveys import surveys
from reportgen.sources.demo.tables.targets import targets
from reportgen.sources.demo.tables.tickets import tickets
from reportgen.sources.demo.tables.training import training
from reportgen.sources.demo.tables.transactions import transactions

VERSION = "3"
"""Changes whenever the same seed gives other rows."""


def generate(seed: int = DEMO_SEED, customers_at_end: int = DEMO_CUSTOMERS, *, shuffled: bool = False) -> Iterator[
        tuple[str, Cells]]:
    """Name and pyarrow table of each of the nineteen, in the order of `TABLES`.

    `customers_at_end` is about the number at 2025-12-31; the stories need some 2,000. `shuffled` deals the customers'
    attributes out anew, each column by itself, so that none is related to anything.
    """
    import pyarrow as pa

    bank = make_bank(seed, customers_at_end)
    shown = dealt_anew(bank) if shuffled else bank
    contacted = make_contacts(bank)
    last = last_contacts(bank, contacted)
    made = {
        "customers": lambda: customers(shown),
        "snapshots": lambda: snapshots(shown, last),
        "holdings": lambda: holdings(suitable(bank, shown) if shuffled else bank),
        "transactions": lambda: transactions(bank),
        "contacts": lambda: contacts(bank, contacted),
        "complaints": lambda: complaints(bank),
        "life_events": lambda: life_events(bank),
        "activities": lambda: activities(bank),
        "surveys": lambda: surveys(bank),
        "leads": lambda: leads(bank),
        "campaigns": lambda: campaigns(bank),
        "staff": lambda: staff(bank),
        "training": lambda: training(bank),
        "tickets": lambda: tickets(bank),
        "notices": lambda: notices(bank),
        "incidents": lambda: incidents(bank),
        "digital": lambda: digital(bank),
        "competitors": lambda: competitors(bank),
        "targets": lambda: targets(bank, shown.people.branch, behind=not shuffled),
    }
    for name in TABLES:
        yield name, pa.table(made[name]())
